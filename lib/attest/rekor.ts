/**
 * Rekor: the public log of signatures, version 1
 * ({@link https://github.com/sigstore/rekor/blob/main/openapi.yaml | API}).
 *
 * @module
 */

import type { Context } from "../context.ts";
import { ReleasioError } from "../errors.ts";
import {
  type HttpRequest,
  type HttpResponse,
  isRecord,
  parseJson,
} from "../http.ts";
import { ask } from "./ask.ts";
import { utf8 } from "./bytes.ts";
import { toPem } from "./certificate.ts";
import { envelopeJson } from "./dsse.ts";
import type { LogEntry, LoggedSignature } from "./log_entry.ts";
import { endpoint, unavailable } from "./services.ts";

/**
 * Logs a signature. The entry is public and stays for ever.
 *
 * Logging the same one again, after an answer that was lost, leads to the
 * entry that is there.
 *
 * @param context The outside world
 * @param rekorUrl Where the log is
 * @param signed The signature
 * @returns The log's entry, not yet verified
 * @throws {ReleasioError} `sigstore-unavailable` when the log has trouble,
 * `sigstore-refused` when it refuses
 */
export async function logSignature(
  context: Context,
  rekorUrl: string,
  signed: LoggedSignature,
): Promise<LogEntry> {
  const url = endpoint(rekorUrl, "/api/v1/log/entries");
  const headers = {
    accept: "application/json",
    "content-type": "application/json",
  };
  const request: HttpRequest = {
    url,
    method: "POST",
    headers,
    body: JSON.stringify(proposedEntry(signed)),
  };
  const response = await ask(context, request);
  if (response.status !== 409) return entryIn(response);
  const location = response.headers.get("location");
  const known = location === null ? null : URL.parse(location, url);
  if (known?.origin !== new URL(url).origin) {
    throw unavailable("Rekor has this entry, and does not say where");
  }
  return entryIn(await ask(context, { url: known.href, headers }));
}

function proposedEntry({ statement, signature, certificate }: LoggedSignature) {
  const verifier = utf8(toPem("CERTIFICATE", certificate.der)).toBase64();
  return {
    kind: "dsse",
    apiVersion: "0.0.1",
    spec: {
      proposedContent: {
        envelope: envelopeJson(statement, signature),
        verifiers: [verifier],
      },
    },
  };
}

function entryIn({ status, text }: HttpResponse): LogEntry {
  if (status >= 300) {
    throw new ReleasioError(
      "sigstore-refused",
      `Cannot sign: Rekor refuses the entry (${status})`,
      {
        hint: "`--attestations off` publishes without.",
        details: { status },
      },
    );
  }
  const answer = parseJson(text);
  const entries = isRecord(answer) ? Object.values(answer) : [];
  try {
    if (entries.length !== 1) throw new TypeError("Not one entry");
    return toLogEntry(entries[0]);
  } catch (cause) {
    throw unavailable("Rekor's answer is no log entry", { cause });
  }
}

/** From the log's own form to the one that attestations carry. */
function toLogEntry(value: unknown): LogEntry {
  const entry = record(value);
  const { inclusionProof, signedEntryTimestamp } = record(entry.verification);
  const proof = record(inclusionProof);
  const canonicalizedBody = string(entry.body);
  const { kind, apiVersion } = record(
    parseJson(
      new TextDecoder().decode(Uint8Array.fromBase64(canonicalizedBody)),
    ),
  );
  return {
    logIndex: integer(entry.logIndex),
    logId: { keyId: hexToBase64(entry.logID) },
    kindVersion: { kind: string(kind), version: string(apiVersion) },
    integratedTime: integer(entry.integratedTime),
    inclusionPromise: { signedEntryTimestamp: string(signedEntryTimestamp) },
    inclusionProof: {
      logIndex: integer(proof.logIndex),
      rootHash: hexToBase64(proof.rootHash),
      treeSize: integer(proof.treeSize),
      // Left out by the log where there are none.
      hashes: Array.isArray(proof.hashes) ? proof.hashes.map(hexToBase64) : [],
      checkpoint: { envelope: string(proof.checkpoint) },
    },
    canonicalizedBody,
  };
}

function record(value: unknown): Record<string, unknown> {
  if (isRecord(value)) return value;
  throw new TypeError("Not an object");
}

function string(value: unknown): string {
  if (typeof value === "string") return value;
  throw new TypeError("Not a string");
}

function integer(value: unknown): string {
  if (Number.isSafeInteger(value)) return String(value);
  throw new TypeError("Not an integer");
}

function hexToBase64(value: unknown): string {
  return Uint8Array.fromHex(string(value)).toBase64();
}
