/**
 * An identity provider: signs tokens with a key of its own, publishes the
 * key, and verifies tokens as PyPI does.
 *
 * @module
 */

import { isRecord, parseJson } from "../http.ts";
import type { Claims } from "../oidc/provider.ts";

const ALGORITHM = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
const LEEWAY_SECONDS = 30;

/** What {@linkcode Issuer.sign} may do wrong on purpose. */
export interface SignOptions {
  /** Header fields to add or, with `undefined`, to leave out. */
  readonly header?: Readonly<Record<string, unknown>>;
  /** Signs with a key that nobody knows, under the known key's name. */
  readonly foreignKey?: boolean;
}

/** An identity provider. */
export interface Issuer {
  /** Signs claims as they are into a JSON Web Token. */
  readonly sign: (claims: Claims, options?: SignOptions) => Promise<string>;
  /** The public keys. */
  readonly jwks: () => Promise<{ readonly keys: readonly JsonWebKey[] }>;
  /**
   * The claims of a token that this issuer signed, for this audience, and
   * that is valid now; `null` for anything else.
   */
  readonly verify: (
    token: string,
    options: { readonly audience: string; readonly now: number },
  ) => Promise<Claims | null>;
}

// Making a key takes a fraction of a second, so one does for every issuer of
// a process: each names it differently, and takes no other's tokens.
let keys: Promise<CryptoKeyPair> | undefined;

function ownKeys(): Promise<CryptoKeyPair> {
  return keys ??= generateKeys();
}

/**
 * Creates an identity provider. Its RSA key is made when it is first needed.
 *
 * @returns The provider
 */
export function createIssuer(): Issuer {
  const kid = crypto.randomUUID();
  return {
    async sign(claims, options = {}) {
      const { privateKey } =
        await (options.foreignKey ? generateKeys() : ownKeys());
      const header = { typ: "JWT", alg: "RS256", kid, ...options.header };
      const signed = `${encodeJson(header)}.${encodeJson(claims)}`;
      const signature = await crypto.subtle.sign(
        ALGORITHM,
        privateKey,
        new TextEncoder().encode(signed),
      );
      return `${signed}.${encode(new Uint8Array(signature))}`;
    },
    async jwks() {
      const { publicKey } = await ownKeys();
      const key = await crypto.subtle.exportKey("jwk", publicKey);
      return {
        keys: [{
          kty: "RSA",
          use: "sig",
          alg: "RS256",
          kid,
          n: key.n!,
          e: key.e!,
        } as JsonWebKey],
      };
    },
    async verify(token, { audience, now }) {
      const decoded = decodeJwt(token);
      if (decoded?.header.alg !== "RS256" || decoded.header.kid !== kid) {
        return null;
      }
      const isSigned = await crypto.subtle.verify(
        ALGORITHM,
        (await ownKeys()).publicKey,
        decoded.signature,
        new TextEncoder().encode(decoded.signed),
      );
      const isValid = isSigned &&
        hasValidClaims(decoded.claims, audience, Math.floor(now / 1000));
      return isValid ? decoded.claims : null;
    },
  };
}

/** The rules that PyPI sets for every provider alike. */
function hasValidClaims(
  claims: Claims,
  audience: string,
  now: number,
): boolean {
  const { iss, iat, exp, nbf, aud, sub, jti } = claims;
  return typeof iss === "string" &&
    // An array is refused, even of this one audience.
    aud === audience &&
    typeof exp === "number" && exp > now - LEEWAY_SECONDS &&
    typeof iat === "number" && iat <= now + LEEWAY_SECONDS &&
    (nbf === undefined ||
      typeof nbf === "number" && nbf <= now + LEEWAY_SECONDS) &&
    (sub === undefined || typeof sub === "string") &&
    (jti === undefined || typeof jti === "string");
}

/** The parts of a JSON Web Token, unverified. */
export interface DecodedJwt {
  /** The header. */
  readonly header: Readonly<Record<string, unknown>>;
  /** The claims. */
  readonly claims: Claims;
  /** What the signature is over. */
  readonly signed: string;
  /** The signature. */
  readonly signature: Uint8Array<ArrayBuffer>;
}

/**
 * Takes a JSON Web Token apart without verifying it.
 *
 * @param token The token
 * @returns Its parts, or `null` if it is none
 */
export function decodeJwt(token: string): DecodedJwt | null {
  const parts = token.split(".");
  if (parts.length !== 3) return null;
  try {
    const [headerPart, claimsPart, signaturePart] = parts as [
      string,
      string,
      string,
    ];
    const header = parseJson(decodeText(headerPart));
    const claims = parseJson(decodeText(claimsPart));
    if (!isRecord(header) || !isRecord(claims)) return null;
    return {
      header,
      claims,
      signed: `${headerPart}.${claimsPart}`,
      signature: decode(signaturePart),
    };
  } catch {
    // Not base64.
    return null;
  }
}

async function generateKeys(): Promise<CryptoKeyPair> {
  return await crypto.subtle.generateKey(
    {
      ...ALGORITHM,
      modulusLength: 2048,
      publicExponent: new Uint8Array([1, 0, 1]),
    },
    true,
    ["sign", "verify"],
  );
}

function encodeJson(value: unknown): string {
  return encode(new TextEncoder().encode(JSON.stringify(value)));
}

function encode(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

function decode(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromBase64(text, { alphabet: "base64url" });
}

function decodeText(text: string): string {
  return new TextDecoder().decode(decode(text));
}
