/**
 * The key of a log, by which it is known.
 *
 * @module
 */

import { type Bytes, hash256 } from "../attest/bytes.ts";

/** A log's key. */
export interface LogKeys {
  /** The log's id: SHA-256 of its public key. */
  readonly id: Bytes;
  /** The public key, as SubjectPublicKeyInfo. */
  readonly spki: Bytes;
  /** The private key. */
  readonly privateKey: CryptoKey;
}

/**
 * Makes a key for a log.
 *
 * @returns The key
 */
export async function createLogKeys(): Promise<LogKeys> {
  const { publicKey, privateKey } = await crypto.subtle.generateKey(
    { name: "ECDSA", namedCurve: "P-256" },
    false,
    ["sign", "verify"],
  );
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", publicKey));
  return { id: await hash256(spki), spki, privateKey };
}
