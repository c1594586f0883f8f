/**
 * Rekor: a log of signatures that anybody can check
 * ({@link https://github.com/sigstore/rekor/blob/main/openapi.yaml | API}).
 *
 * @module
 */

import { type Bytes, decodeBase64, hash256, utf8 } from "../attest/bytes.ts";
import { fromPem, readCertificate, toPem } from "../attest/certificate.ts";
import { preAuthEncoding } from "../attest/dsse.ts";
import { signEcdsa, verifyEcdsa } from "../attest/ecdsa.ts";
import { isRecord, parseJson } from "../http.ts";
import type { LogKeys } from "./log_keys.ts";
import { MerkleTree } from "./merkle_tree.ts";

/** Where entries are logged. */
export const ENTRIES_PATH = "/api/v1/log/entries";

/** What the log calls itself in its checkpoints, and where its root has it. */
export const LOG_NAME = "rekor.sandbox.example";

/** An entry, as it was logged. */
interface LoggedEntry {
  readonly index: number;
  readonly body: Bytes;
  readonly time: number;
}

/** A log of signatures. */
export interface Rekor {
  /** Its key. */
  readonly keys: LogKeys;
  /** Its tree. */
  readonly tree: MerkleTree;
  /** How many entries older shards have. */
  readonly shardOffset: number;
  /** Its entries, by the ids that they are known by. */
  readonly entries: Map<string, LoggedEntry>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Makes a log.
 *
 * @param keys Its key
 * @param options How many entries its shard has, and those before it; the time
 * @returns The log
 */
export function createRekor(
  keys: LogKeys,
  options: {
    readonly earlierEntries: number;
    readonly shardOffset: number;
    readonly now: () => number;
  },
): Rekor {
  const tree = new MerkleTree();
  for (let i = 0; i < options.earlierEntries; i++) {
    tree.append(utf8(`earlier entry ${i}`));
  }
  const { shardOffset, now } = options;
  return { keys, tree, shardOffset, entries: new Map(), now };
}

/**
 * Answers `POST /api/v1/log/entries`.
 *
 * @param rekor The log
 * @param request The request
 * @returns The answer
 */
export async function logEntryResponse(
  rekor: Rekor,
  request: Request,
): Promise<Response> {
  const proposed = parseJson(await request.text());
  const body = await canonicalBody(proposed);
  if (typeof body === "string") return refuse(400, body);
  const id = (await hash256(new Uint8Array([0]), body)).toHex();
  const location = `${ENTRIES_PATH}/${id}`;
  if (rekor.entries.has(id)) {
    return refuse(
      409,
      `an equivalent entry already exists in the transparency log with UUID ${id}`,
      { location },
    );
  }
  const entry = {
    index: rekor.tree.append(body),
    body,
    time: Math.floor(rekor.now() / 1000),
  };
  rekor.entries.set(id, entry);
  return Response.json(await describe(rekor, id, entry), {
    status: 201,
    headers: { location },
  });
}

/**
 * Answers `GET /api/v1/log/entries/<id>`.
 *
 * @param rekor The log
 * @param id The entry's id
 * @returns The answer
 */
export async function entryResponse(
  rekor: Rekor,
  id: string,
): Promise<Response> {
  const entry = rekor.entries.get(id);
  return entry === undefined
    ? refuse(404, "entry not found")
    : Response.json(await describe(rekor, id, entry));
}

/** What is logged of a proposed entry, or why it is not. */
async function canonicalBody(proposed: unknown): Promise<Bytes | string> {
  if (!isRecord(proposed) || proposed.kind !== "dsse") {
    return "error processing entry: only dsse entries are logged here";
  }
  if (proposed.apiVersion !== "0.0.1") return "unsupported apiVersion";
  const content = record(record(proposed.spec).proposedContent);
  const { envelope: text, verifiers } = content;
  const [verifier, ...others] = Array.isArray(verifiers) ? verifiers : [];
  if (typeof text !== "string" || typeof verifier !== "string") {
    return "error processing entry: envelope and verifiers are required";
  }
  const envelope = record(parseJson(text));
  const payload = bytes(envelope.payload);
  const [first, ...more] = Array.isArray(envelope.signatures)
    ? envelope.signatures
    : [];
  const signature = bytes(record(first).sig);
  const isOne = others.length === 0 && more.length === 0;
  if (payload === null || signature === null || !isOne) {
    return "error processing entry: one payload and one signature are logged";
  }
  const certificate = certificateOf(verifier);
  const isSigned = certificate !== null && await verifyEcdsa(
    certificate.spki,
    signature,
    preAuthEncoding(payload, String(envelope.payloadType)),
  );
  if (!isSigned) {
    return "error processing entry: could not verify envelope";
  }
  const hash = async (hashed: Bytes) => ({
    algorithm: "sha256",
    value: (await hash256(hashed)).toHex(),
  });
  return utf8(JSON.stringify({
    apiVersion: "0.0.1",
    kind: "dsse",
    spec: {
      envelopeHash: await hash(utf8(text)),
      payloadHash: await hash(payload),
      signatures: [{
        signature: signature.toBase64(),
        verifier: utf8(toPem("CERTIFICATE", certificate.der)).toBase64(),
      }],
    },
  }));
}

function certificateOf(verifier: string) {
  const pem = decodeBase64(verifier);
  const der = pem && fromPem("CERTIFICATE", new TextDecoder().decode(pem));
  try {
    return der && readCertificate(der);
  } catch {
    return null;
  }
}

async function describe(
  { keys, tree, shardOffset }: Rekor,
  id: string,
  { index, body, time }: LoggedEntry,
): Promise<Record<string, unknown>> {
  const promised = {
    body: body.toBase64(),
    integratedTime: time,
    logID: keys.id.toHex(),
    logIndex: shardOffset + index,
  };
  // One state of the tree: others may be added meanwhile.
  const { size } = tree;
  const root = tree.root();
  const hashes = tree.path(index);
  const signature = await signEcdsa(
    keys.privateKey,
    utf8(JSON.stringify(promised)),
  );
  return {
    [id]: {
      ...promised,
      verification: {
        inclusionProof: {
          checkpoint: await checkpoint(keys, size, root),
          hashes: hashes.map((hash) => hash.toHex()),
          logIndex: index,
          rootHash: root.toHex(),
          treeSize: size,
        },
        signedEntryTimestamp: signature.toBase64(),
      },
    },
  };
}

async function checkpoint(
  keys: LogKeys,
  size: number,
  root: Bytes,
): Promise<string> {
  const note = `${LOG_NAME} - 1\n${size}\n${root.toBase64()}\n`;
  const signature = await signEcdsa(keys.privateKey, utf8(note));
  const signed = new Uint8Array([...keys.id.subarray(0, 4), ...signature]);
  return `${note}\n\u2014 ${LOG_NAME} ${signed.toBase64()}\n`;
}

function refuse(
  code: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json({ code, message }, { status: code, headers });
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

function bytes(value: unknown): Bytes | null {
  return typeof value === "string" ? decodeBase64(value) : null;
}
