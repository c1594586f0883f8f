/**
 * A certificate transparency log: it puts its word, a signed timestamp, into
 * certificates
 * ({@link https://www.rfc-editor.org/rfc/rfc6962 | RFC 6962}).
 *
 * @module
 */

import { bigEndian, type Bytes, concat, hash256 } from "../attest/bytes.ts";
import { type Certificate, EXTENSION } from "../attest/certificate.ts";
import { encodeDer, TAG } from "../attest/der.ts";
import { signEcdsa } from "../attest/ecdsa.ts";
import { extension } from "./authority.ts";
import type { LogKeys } from "./log_keys.ts";

/**
 * Makes the extension that says that a log has seen a certificate.
 *
 * @param log The log
 * @param tbs What the certificate says without that extension
 * @param issuer Who issues the certificate
 * @param now Milliseconds since the epoch
 * @returns DER of the extension
 */
export async function signTimestamp(
  log: LogKeys,
  tbs: Bytes,
  issuer: Certificate,
  now: number,
): Promise<Bytes> {
  const stamp = bigEndian(now, 8);
  const noExtensions = bigEndian(0, 2);
  const signature = await signEcdsa(
    log.privateKey,
    concat(
      new Uint8Array([0, 0]),
      stamp,
      bigEndian(1, 2),
      await hash256(issuer.spki),
      bigEndian(tbs.length, 3),
      tbs,
      noExtensions,
    ),
  );
  const timestamp = concat(
    new Uint8Array([0]),
    log.id,
    stamp,
    noExtensions,
    // SHA-256 and ECDSA, by TLS 1.2.
    new Uint8Array([4, 3]),
    prefixed(signature),
  );
  return extension(
    EXTENSION.timestamps,
    encodeDer(TAG.octetString, prefixed(prefixed(timestamp))),
  );
}

/** Bytes after their length. */
function prefixed(bytes: Bytes): Bytes {
  return concat(bigEndian(bytes.length, 2), bytes);
}
