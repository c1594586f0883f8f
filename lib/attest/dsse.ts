/**
 * Dead Simple Signing Envelopes
 * ({@link https://github.com/secure-systems-lab/dsse | specification}).
 *
 * @module
 */

import { type Bytes, concat, utf8 } from "./bytes.ts";

/** What in-toto statements are called in an envelope. */
export const PAYLOAD_TYPE = "application/vnd.in-toto+json";

/**
 * The pre-authentication encoding: what is signed.
 *
 * @param payload The statement
 * @param payloadType What it is
 * @returns The bytes to sign
 */
export function preAuthEncoding(
  payload: Bytes,
  payloadType: string = PAYLOAD_TYPE,
): Bytes {
  const type = utf8(payloadType);
  return concat(
    utf8(`DSSEv1 ${type.length} `),
    type,
    utf8(` ${payload.length} `),
    payload,
  );
}

/**
 * The envelope as the transparency log takes it.
 *
 * @param payload The statement
 * @param signature Its signature, as DER
 * @returns JSON text
 */
export function envelopeJson(payload: Bytes, signature: Bytes): string {
  return JSON.stringify({
    payload: payload.toBase64(),
    payloadType: PAYLOAD_TYPE,
    signatures: [{ keyid: "", sig: signature.toBase64() }],
  });
}
