/**
 * ECDSA signatures: the web's form is two numbers of a fixed size side by
 * side, Sigstore's is DER.
 *
 * @module
 */

import { type Bytes, concat } from "./bytes.ts";
import {
  encodeDer,
  encodeUnsigned,
  readChildren,
  readDer,
  readOid,
  readUnsigned,
  TAG,
} from "./der.ts";

const EC_KEY = "1.2.840.10045.2.1";

/** Each curve by its object identifier, with the bytes of its numbers. */
const CURVES: Readonly<
  Record<string, { readonly name: string; readonly size: number }>
> = {
  "1.2.840.10045.3.1.7": { name: "P-256", size: 32 },
  "1.3.132.0.34": { name: "P-384", size: 48 },
};

/** Hash functions that signatures are made with. */
export type SignatureHash = "SHA-256" | "SHA-384";

/**
 * Turns a signature of `crypto.subtle` into DER.
 *
 * @param raw Both numbers side by side
 * @returns A DER sequence of two numbers
 */
export function toDerSignature(raw: Bytes): Bytes {
  const half = raw.length / 2;
  return encodeDer(
    TAG.sequence,
    encodeUnsigned(raw.subarray(0, half)),
    encodeUnsigned(raw.subarray(half)),
  );
}

/**
 * Signs with ECDSA on SHA-256.
 *
 * @param key A private key
 * @param data What to sign
 * @returns The signature, as DER
 */
export async function signEcdsa(key: CryptoKey, data: Bytes): Promise<Bytes> {
  const raw = await crypto.subtle.sign(
    { name: "ECDSA", hash: "SHA-256" },
    key,
    data,
  );
  return toDerSignature(new Uint8Array(raw));
}

/**
 * Verifies a signature.
 *
 * @param spki The public key as SubjectPublicKeyInfo
 * @param signature The signature, as DER
 * @param data What was signed
 * @param hash The hash function
 * @returns `false` if it is not this key's, or the key is of another kind
 */
export async function verifyEcdsa(
  spki: Bytes,
  signature: Bytes,
  data: Bytes,
  hash: SignatureHash = "SHA-256",
): Promise<boolean> {
  const curve = curveOf(spki);
  if (curve === null) return false;
  try {
    const [r, s, ...rest] = readChildren(readDer(signature, TAG.sequence));
    if (r === undefined || s === undefined || rest.length > 0) return false;
    const raw = concat(
      readUnsigned(r, curve.size),
      readUnsigned(s, curve.size),
    );
    const algorithm = { name: "ECDSA", namedCurve: curve.name, hash };
    const key = await crypto.subtle.importKey(
      "spki",
      spki,
      algorithm,
      false,
      ["verify"],
    );
    return await crypto.subtle.verify(algorithm, key, raw, data);
  } catch {
    // Neither broken DER nor a point that is on no curve is a signature; what
    // runtimes throw there differs.
    return false;
  }
}

/**
 * The curve of a public key.
 *
 * @param spki The key as SubjectPublicKeyInfo
 * @returns The curve, or `null` for a key of another kind
 */
export function curveOf(
  spki: Bytes,
): { readonly name: string; readonly size: number } | null {
  try {
    const [algorithm] = readChildren(readDer(spki, TAG.sequence));
    const [kind, curve] = readChildren(algorithm!).map(readOid);
    return kind === EC_KEY ? CURVES[curve ?? ""] ?? null : null;
  } catch {
    return null;
  }
}
