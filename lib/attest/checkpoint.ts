/**
 * Signed checkpoints: a log's word on how large it is, and its root
 * ({@link https://github.com/C2SP/C2SP/blob/main/tlog-checkpoint.md | specification}).
 *
 * @module
 */

import { type Bytes, decodeBase64, utf8 } from "./bytes.ts";
import { verifyEcdsa } from "./ecdsa.ts";
import { Flaw } from "./flaw.ts";
import type { LogKey } from "./trusted_root.ts";

const SEPARATOR = "\n\n";
const SIGNATURE_REGEXP = /\u2014 (\S+) (\S+)\n/g;
const KEY_HINT_BYTES = 4;

/**
 * Verifies a checkpoint.
 *
 * @param envelope The signed note
 * @param log The log that should have signed it
 * @returns The root's hash
 * @throws {Flaw} In words for people
 */
export async function checkpointRoot(
  envelope: string,
  log: LogKey,
): Promise<Bytes> {
  const [text = "", signatures, ...rest] = envelope.split(SEPARATOR);
  if (signatures === undefined || rest.length > 0 || !envelope.endsWith("\n")) {
    throw new Flaw("the log's checkpoint can't be read");
  }
  // The note ends with the first of the two line feeds.
  const note = `${text}\n`;
  const signature = findSignature(signatures, log);
  if (signature === null) {
    throw new Flaw("the log's checkpoint is not signed by the log");
  }
  if (!await verifyEcdsa(log.spki, signature, utf8(note))) {
    throw new Flaw("the log's checkpoint has a wrong signature");
  }
  const [origin = "", size = "", root = ""] = note.split("\n");
  const hash = decodeBase64(root);
  if (origin === "" || !/^\d+$/.test(size) || hash?.length !== 32) {
    throw new Flaw("the log's checkpoint can't be read");
  }
  return hash;
}

function findSignature(text: string, log: LogKey): Bytes | null {
  for (const [, , encoded] of text.matchAll(SIGNATURE_REGEXP)) {
    const bytes = decodeBase64(encoded!);
    const hint = bytes?.subarray(0, KEY_HINT_BYTES).toHex();
    if (bytes && hint === log.id.slice(0, 2 * KEY_HINT_BYTES)) {
      return bytes.slice(KEY_HINT_BYTES);
    }
  }
  return null;
}
