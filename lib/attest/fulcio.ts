/**
 * Fulcio: a certificate of ten minutes for whoever shows an identity token
 * ({@link https://github.com/sigstore/fulcio/blob/main/fulcio.proto | API}).
 *
 * @module
 */

import type { Context } from "../context.ts";
import { ReleasioError } from "../errors.ts";
import { isRecord, parseJson } from "../http.ts";
import { textClaim } from "../oidc/claims.ts";
import type { Claims, IdentityToken } from "../oidc/provider.ts";
import { equalBytes, utf8 } from "./bytes.ts";
import {
  type Certificate,
  fromPem,
  readCertificate,
  toPem,
} from "./certificate.ts";
import { signEcdsa } from "./ecdsa.ts";
import { ask } from "./ask.ts";
import { endpoint, unavailable } from "./services.ts";

/** A certificate and the key that it is about. */
export interface SigningCertificate {
  /** The certificate. */
  readonly certificate: Certificate;
  /** Its private key, which can't leave this process. */
  readonly privateKey: CryptoKey;
}

/**
 * Gets a certificate for a fresh key.
 *
 * @param context The outside world
 * @param fulcioUrl Where Fulcio is
 * @param identity A token with the audience `sigstore`
 * @returns The certificate and its key
 * @throws {ReleasioError} `sigstore-refused` when Fulcio refuses the identity,
 * `sigstore-unavailable` when it has trouble
 */
export async function requestCertificate(
  context: Context,
  fulcioUrl: string,
  identity: IdentityToken,
): Promise<SigningCertificate> {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(
    { name: "ECDSA", namedCurve: "P-256" },
    false,
    ["sign", "verify"],
  );
  const spki = new Uint8Array(
    await crypto.subtle.exportKey("spki", publicKey),
  );
  const proof = await signEcdsa(privateKey, utf8(challenge(identity.claims)));
  const response = await ask(context, {
    url: endpoint(fulcioUrl, "/api/v2/signingCert"),
    method: "POST",
    headers: { accept: "application/json", "content-type": "application/json" },
    body: JSON.stringify({
      credentials: { oidcIdentityToken: identity.token.reveal() },
      publicKeyRequest: {
        publicKey: { algorithm: "ECDSA", content: toPem("PUBLIC KEY", spki) },
        proofOfPossession: proof.toBase64(),
      },
    }),
  });
  if (response.status >= 300) throw refused(response.status);
  const certificate = leafOf(response.text);
  if (!equalBytes(certificate.spki, spki)) {
    throw unavailable("Fulcio gave a certificate for another key");
  }
  return { certificate, privateKey };
}

/** What Fulcio has signed as proof that the key is ours. */
function challenge(claims: Claims): string {
  return textClaim(claims, "email") ?? textClaim(claims, "sub") ?? "";
}

function leafOf(text: string): Certificate {
  const answer = parseJson(text);
  const signed = isRecord(answer) ? answer.signedCertificateEmbeddedSct : null;
  const chain = isRecord(signed) ? signed.chain : null;
  const [leaf] = isRecord(chain) && Array.isArray(chain.certificates)
    ? chain.certificates
    : [];
  const der = typeof leaf === "string" ? fromPem("CERTIFICATE", leaf) : null;
  try {
    if (der !== null) return readCertificate(der);
  } catch {
    // Told below, with the rest of what is no certificate.
  }
  throw unavailable("Fulcio's answer holds no certificate");
}

/** Its words stay unread: they may repeat the token. */
function refused(status: number): ReleasioError {
  return new ReleasioError(
    "sigstore-refused",
    `Cannot sign: Fulcio refuses this job's identity (${status})`,
    {
      hint: status === 401
        ? "The identity token must be valid now, and made for the audience `sigstore`."
        : "Sigstore must know this job's identity provider. `--attestations off` publishes without.",
      details: { status },
    },
  );
}
