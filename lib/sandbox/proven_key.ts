/**
 * The key of whoever asks for a certificate, and the proof that they have it:
 * Fulcio takes two.
 *
 * @module
 */

import { type Bytes, decodeBase64, utf8 } from "../attest/bytes.ts";
import { fromPem } from "../attest/certificate.ts";
import { readChildren, readDer, TAG } from "../attest/der.ts";
import { curveOf, verifyEcdsa } from "../attest/ecdsa.ts";
import { isRecord } from "../http.ts";
import type { Claims } from "../oidc/provider.ts";

/** What the request says, and what it is a proof of. */
interface Proof {
  readonly spki: Bytes;
  readonly signature: Bytes;
  readonly signed: Bytes;
}

/**
 * Finds the key in a request, and verifies that the requester has it: by a
 * certificate signing request, as sigstore for Python sends it, or by a
 * signature under the token's subject.
 *
 * @param body The request, parsed
 * @param claims Who asks
 * @returns The key as SubjectPublicKeyInfo, or why there is none
 */
export async function provenKey(
  body: unknown,
  claims: Claims,
): Promise<Bytes | string> {
  const { certificateSigningRequest: csr, publicKeyRequest } = record(body);
  const proof = typeof csr === "string"
    ? readSigningRequest(csr)
    : readKeyRequest(record(publicKeyRequest), claims);
  if (typeof proof === "string") return proof;
  const { spki, signature, signed } = proof;
  if (curveOf(spki)?.name !== "P-256") {
    return "The public key supplied in the request is invalid";
  }
  return await verifyEcdsa(spki, signature, signed)
    ? spki
    : "The signature supplied in the request could not be verified";
}

/**
 * A certificate signing request
 * ({@link https://www.rfc-editor.org/rfc/rfc2986#section-4 | RFC 2986}); its
 * subject says nothing here, as it says nothing to Fulcio.
 */
function readSigningRequest(base64: string): Proof | string {
  try {
    const pem = new TextDecoder().decode(decodeBase64(base64)!);
    const der = fromPem("CERTIFICATE REQUEST", pem)!;
    const [info, , signature] = readChildren(readDer(der, TAG.sequence));
    const [, , spki] = readChildren(info!);
    return {
      spki: spki!.bytes,
      // No bits are unused in a signature.
      signature: signature!.content.slice(1),
      signed: info!.bytes,
    };
  } catch {
    return "The certificate signing request could not be parsed";
  }
}

function readKeyRequest(
  { publicKey, proofOfPossession }: Readonly<Record<string, unknown>>,
  claims: Claims,
): Proof | string {
  const pem = record(publicKey).content;
  const spki = typeof pem === "string" ? fromPem("PUBLIC KEY", pem) : null;
  if (spki === null) {
    return "The public key supplied in the request is invalid";
  }
  const signature = typeof proofOfPossession === "string"
    ? decodeBase64(proofOfPossession)
    : null;
  return {
    spki,
    signature: signature ?? new Uint8Array(),
    signed: utf8(String(claims.email ?? claims.sub)),
  };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}
