/**
 * Entries of Rekor's transparency log, version 1: the only ones whose time
 * PyPI can verify.
 *
 * @module
 */

import { isRecord, parseJson } from "../http.ts";
import {
  type Bytes,
  decodeBase64,
  equalBytes,
  hash256,
  utf8,
} from "./bytes.ts";
import { type Certificate, toPem } from "./certificate.ts";
import { checkpointRoot } from "./checkpoint.ts";
import { verifyEcdsa } from "./ecdsa.ts";
import { Flaw } from "./flaw.ts";
import { hashLeaf, rootOf } from "./merkle.ts";
import { isValidAt, type LogKey, type TrustedRoot } from "./trusted_root.ts";

/** An entry, in the canonical JSON of its protocol buffer. */
export interface LogEntry {
  /** Its index over all of the log's shards. */
  readonly logIndex: string;
  /** The log. */
  readonly logId: {
    /** Base64 of its id. */
    readonly keyId: string;
  };
  /** What kind of entry it is. */
  readonly kindVersion: {
    /** `dsse`. */
    readonly kind: string;
    /** `0.0.1`. */
    readonly version: string;
  };
  /** When it was logged, in seconds since the epoch. */
  readonly integratedTime: string;
  /** The log's promise to keep it, which also covers the time. */
  readonly inclusionPromise: {
    /** Base64 of a signature. */
    readonly signedEntryTimestamp: string;
  };
  /** The proof that it is in the log. */
  readonly inclusionProof: {
    /** Its index in the log's shard. */
    readonly logIndex: string;
    /** Base64 of the tree's root. */
    readonly rootHash: string;
    /** How many entries the shard had. */
    readonly treeSize: string;
    /** Base64 of the neighbours' hashes, from the entry upwards. */
    readonly hashes: readonly string[];
    /** The log's signature under size and root. */
    readonly checkpoint: {
      /** A signed note. */
      readonly envelope: string;
    };
  };
  /** Base64 of what was logged. */
  readonly canonicalizedBody: string;
}

/** An entry, read. */
export interface ReadEntry {
  /** Its index over all of the log's shards. */
  readonly index: number;
  /** The log's id, lower-case hex. */
  readonly logId: string;
  /** Such as `dsse 0.0.1`. */
  readonly kind: string;
  /** Milliseconds since the epoch, or `null` without it. */
  readonly time: number | null;
  /** The promise, or `null` without it. */
  readonly promise: Bytes | null;
  /** Its index in the log's shard. */
  readonly proofIndex: number;
  /** The tree's root. */
  readonly root: Bytes;
  /** How many entries the shard had. */
  readonly size: number;
  /** The neighbours' hashes. */
  readonly hashes: readonly Bytes[];
  /** The log's signed checkpoint. */
  readonly checkpoint: string;
  /** What was logged. */
  readonly body: Bytes;
}

/** What an entry must be about. */
export interface LoggedSignature {
  /** The statement's JSON. */
  readonly statement: Bytes;
  /** Its signature, as DER. */
  readonly signature: Bytes;
  /** The signing certificate. */
  readonly certificate: Certificate;
}

/**
 * Reads an entry, as strictly as PyPI does: no key too many, integers as
 * strings.
 *
 * @param value The parsed JSON
 * @returns The entry
 * @throws {Flaw} `conversion`, in words for people
 */
export function readLogEntry(value: unknown): ReadEntry {
  const entry = fieldsOf(value, "the entry", [
    "logIndex",
    "logId",
    "kindVersion",
    "inclusionProof",
    "canonicalizedBody",
  ], ["integratedTime", "inclusionPromise"]);
  const log = fieldsOf(entry.logId, "logId", ["keyId"]);
  const kind = fieldsOf(entry.kindVersion, "kindVersion", ["kind", "version"]);
  const proof = fieldsOf(entry.inclusionProof, "the inclusion proof", [
    "logIndex",
    "rootHash",
    "treeSize",
    "hashes",
  ], ["checkpoint"]);
  if (proof.checkpoint === undefined) {
    throw unreadable("its inclusion proof has no checkpoint");
  }
  const checkpoint = fieldsOf(proof.checkpoint, "checkpoint", ["envelope"]);
  const { hashes } = proof;
  if (!Array.isArray(hashes)) throw unreadable("hashes is no list");
  const read: ReadEntry = {
    index: integer(entry.logIndex, "logIndex"),
    logId: bytes(log.keyId, "keyId").toHex(),
    kind: `${text(kind.kind, "kind")} ${text(kind.version, "version")}`,
    time: entry.integratedTime === undefined
      ? null
      : integer(entry.integratedTime, "integratedTime") * 1000,
    promise: entry.inclusionPromise === undefined ? null : bytes(
      fieldsOf(entry.inclusionPromise, "inclusionPromise", [
        "signedEntryTimestamp",
      ]).signedEntryTimestamp,
      "signedEntryTimestamp",
    ),
    proofIndex: integer(proof.logIndex, "logIndex"),
    root: bytes(proof.rootHash, "rootHash"),
    size: integer(proof.treeSize, "treeSize"),
    hashes: hashes.map((hash) => bytes(hash, "hashes")),
    checkpoint: text(checkpoint.envelope, "envelope"),
    body: bytes(entry.canonicalizedBody, "canonicalizedBody"),
  };
  if (read.proofIndex >= read.size) {
    throw unreadable("its index is beyond the tree's size");
  }
  return read;
}

/**
 * The time of an entry, which only the promise makes good.
 *
 * @param entry The entry
 * @returns Milliseconds since the epoch
 * @throws {Flaw} If there is none
 */
export function entryTime({ time, promise, kind }: ReadEntry): number {
  if (promise === null) {
    throw new Flaw(
      "the transparency log entry has no inclusion promise, so its time can't be verified",
      "conversion",
    );
  }
  if (!time) {
    throw new Flaw("the transparency log entry has no integrated time");
  }
  if (kind !== "dsse 0.0.1") {
    throw new Flaw(
      `the transparency log entry is of the kind ${kind}, and PyPI takes dsse 0.0.1`,
    );
  }
  return time;
}

/**
 * Verifies that an entry is in the log.
 *
 * @param entry The entry
 * @param root Whom to believe
 * @throws {Flaw} In words for people
 */
export async function checkInclusion(
  entry: ReadEntry,
  root: TrustedRoot,
): Promise<void> {
  const log = root.signatureLogs.find((key) =>
    key.id === entry.logId && isValidAt(key, entry.time ?? 0)
  );
  if (log === undefined) {
    throw new Flaw("the transparency log is not trusted");
  }
  const reached = await rootOf(await hashLeaf(entry.body), {
    index: entry.proofIndex,
    size: entry.size,
    hashes: entry.hashes,
  });
  if (reached === null || !equalBytes(reached, entry.root)) {
    throw new Flaw("the inclusion proof does not lead to the log's root");
  }
  const signed = await checkpointRoot(entry.checkpoint, log);
  if (!equalBytes(signed, entry.root)) {
    throw new Flaw("the log's checkpoint is of another tree than the proof");
  }
  await checkPromise(entry, log);
}

async function checkPromise(entry: ReadEntry, log: LogKey): Promise<void> {
  const promised = utf8(JSON.stringify({
    body: entry.body.toBase64(),
    integratedTime: entry.time! / 1000,
    logID: entry.logId,
    logIndex: entry.index,
  }));
  if (!await verifyEcdsa(log.spki, entry.promise!, promised)) {
    throw new Flaw("the log's inclusion promise has a wrong signature");
  }
}

/**
 * Verifies that an entry is about this very signature.
 *
 * @param entry The entry
 * @param signed The signature
 * @throws {Flaw} In words for people
 */
export async function checkBody(
  entry: ReadEntry,
  signed: LoggedSignature,
): Promise<void> {
  const body = parseJson(new TextDecoder().decode(entry.body));
  const spec = isRecord(body) && isRecord(body.spec) ? body.spec : null;
  const isDsse = isRecord(body) && body.kind === "dsse" &&
    body.apiVersion === "0.0.1";
  if (spec === null || !isDsse) {
    throw new Flaw("the transparency log entry's body can't be read");
  }
  const { payloadHash, signatures } = spec;
  const isPayload = isRecord(payloadHash) &&
    payloadHash.algorithm === "sha256" &&
    payloadHash.value === (await hash256(signed.statement)).toHex();
  if (!isPayload) {
    throw new Flaw("the transparency log entry is about another statement");
  }
  const [only, ...others] = Array.isArray(signatures) ? signatures : [];
  const isSame = isRecord(only) && others.length === 0 &&
    only.signature === signed.signature.toBase64() &&
    only.verifier ===
      utf8(toPem("CERTIFICATE", signed.certificate.der)).toBase64();
  if (!isSame) {
    throw new Flaw("the transparency log entry is about another signature");
  }
}

function fieldsOf(
  value: unknown,
  name: string,
  required: readonly string[],
  optional: readonly string[] = [],
): Readonly<Record<string, unknown>> {
  if (!isRecord(value)) throw unreadable(`${name} is missing`);
  const missing = required.find((key) => value[key] === undefined);
  if (missing !== undefined) throw unreadable(`${name} has no ${missing}`);
  const extra = Object.keys(value).find((key) =>
    !required.includes(key) && !optional.includes(key)
  );
  if (extra !== undefined) {
    throw unreadable(`${name} has an unknown key, ${extra}`);
  }
  return value;
}

function integer(value: unknown, name: string): number {
  if (typeof value !== "string") {
    throw unreadable(`${name} must be a string of digits`);
  }
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(Number(value))) {
    throw unreadable(`${name} is no integer`);
  }
  return Number(value);
}

function bytes(value: unknown, name: string): Bytes {
  const decoded = typeof value === "string" ? decodeBase64(value) : null;
  if (decoded === null) throw unreadable(`${name} is not base64`);
  return decoded;
}

function text(value: unknown, name: string): string {
  if (typeof value !== "string") throw unreadable(`${name} is no text`);
  return value;
}

function unreadable(reason: string): Flaw {
  return new Flaw(
    `the transparency log entry can't be read: ${reason}`,
    "conversion",
  );
}
