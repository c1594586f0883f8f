/**
 * Fulcio: a certificate of ten minutes for whoever shows an identity token and
 * has the key
 * ({@link https://github.com/sigstore/fulcio/blob/main/docs/certificate-specification.md | specification}).
 *
 * @module
 */

import { type Bytes, utf8 } from "../attest/bytes.ts";
import { EXTENSION, toPem } from "../attest/certificate.ts";
import { encodeDer, TAG } from "../attest/der.ts";
import { isRecord, parseJson } from "../http.ts";
import type { Claims } from "../oidc/provider.ts";
import { providerOfIssuer } from "../trust/match.ts";
import {
  type Authority,
  extension,
  newSerial,
  signingExtensions,
} from "./authority.ts";
import { signTimestamp } from "./ct_log.ts";
import type { Issuer } from "./issuer.ts";
import type { LogKeys } from "./log_keys.ts";
import { provenKey } from "./proven_key.ts";

const LIFETIME_MS = 600_000;
const ARC = "1.3.6.1.4.1.57264.1";

/** What Fulcio works with. */
export interface Fulcio {
  /** Who verifies identity tokens. */
  readonly issuer: Issuer;
  /** Who issues certificates. */
  readonly authority: Authority;
  /** The root's certificate, as DER. */
  readonly root: Bytes;
  /** The log of certificates. */
  readonly log: LogKeys;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Answers `POST /api/v2/signingCert`.
 *
 * @param fulcio What it works with
 * @param request The request
 * @returns The answer
 */
export async function signingCertResponse(
  fulcio: Fulcio,
  request: Request,
): Promise<Response> {
  const body = parseJson(await request.text());
  const claims = await fulcio.issuer.verify(tokenOf(request, body), {
    audience: "sigstore",
    now: fulcio.now(),
  });
  const names = claims === null ? null : namesOf(claims);
  if (claims === null || names === null) {
    return refuse(401, 16, "There was an error processing the identity token");
  }
  const spki = await provenKey(body, claims);
  if (typeof spki === "string") return refuse(400, 3, spki);
  const { authority } = fulcio;
  const chain = [
    await issue(fulcio, spki, names),
    authority.certificate.der,
    fulcio.root,
  ];
  return Response.json({
    signedCertificateEmbeddedSct: {
      chain: { certificates: chain.map((der) => toPem("CERTIFICATE", der)) },
    },
  });
}

/** The token is in the request or, as sigstore for Python sends it, above it. */
function tokenOf({ headers }: Request, body: unknown): string {
  const { credentials } = isRecord(body) ? body : {};
  const token = isRecord(credentials) ? credentials.oidcIdentityToken : null;
  return typeof token === "string" && token !== ""
    ? token
    : (headers.get("authorization") ?? "").replace(/^bearer /i, "");
}

async function issue(
  { authority, log, now }: Fulcio,
  spki: Bytes,
  names: readonly Bytes[],
): Promise<Bytes> {
  const { certificate } = authority;
  // Certificates know whole seconds.
  const notBefore = Math.floor(now() / 1000) * 1000;
  const extensions = [
    ...await signingExtensions(spki, certificate),
    ...names,
  ];
  const draft = {
    serial: newSerial(),
    subject: null,
    spki,
    notBefore,
    notAfter: notBefore + LIFETIME_MS,
  };
  const tbs = authority.encode({ ...draft, extensions });
  const timestamp = await signTimestamp(log, tbs, certificate, now());
  return await authority.issue({
    ...draft,
    extensions: [...extensions, timestamp],
  });
}

/** The extensions that say whose certificate it is. */
function namesOf(claims: Claims): Bytes[] | null {
  const text = (name: string) => String(claims[name] ?? "");
  const provider = providerOfIssuer(claims.iss);
  const issuer = [
    extension(`${ARC}.1`, utf8(text("iss"))),
    textExtension(8, text("iss")),
  ];
  switch (provider) {
    case "github": {
      const site = "https://github.com";
      const repository = `${site}/${text("repository")}`;
      return [
        alternativeName(0x86, `${site}/${text("job_workflow_ref")}`),
        ...issuer,
        textExtension(9, `${site}/${text("job_workflow_ref")}`),
        textExtension(10, text("job_workflow_sha")),
        textExtension(11, text("runner_environment")),
        textExtension(12, repository),
        textExtension(13, text("sha")),
        textExtension(14, text("ref")),
        textExtension(15, text("repository_id")),
        textExtension(16, `${site}/${text("repository_owner")}`),
        textExtension(17, text("repository_owner_id")),
        textExtension(18, `${site}/${text("workflow_ref")}`),
        textExtension(19, text("workflow_sha")),
        textExtension(20, text("event_name")),
        textExtension(
          21,
          `${repository}/actions/runs/${text("run_id")}/attempts/${
            text("run_attempt")
          }`,
        ),
        textExtension(22, text("repository_visibility")),
      ];
    }
    case "gitlab": {
      const site = text("iss");
      const repository = `${site}/${text("project_path")}`;
      const config = `https://${text("ci_config_ref_uri")}`;
      return [
        alternativeName(0x86, config),
        ...issuer,
        textExtension(9, config),
        textExtension(10, text("ci_config_sha")),
        textExtension(11, text("runner_environment")),
        textExtension(12, repository),
        textExtension(13, text("sha")),
        textExtension(14, text("ref_path")),
        textExtension(15, text("project_id")),
        textExtension(16, `${site}/${text("namespace_path")}`),
        textExtension(17, text("namespace_id")),
        textExtension(18, config),
        textExtension(19, text("ci_config_sha")),
        textExtension(20, text("pipeline_source")),
        textExtension(21, `${repository}/-/jobs/${text("job_id")}`),
        textExtension(22, text("project_visibility")),
      ];
    }
    case "google":
      return claims.email_verified === true
        ? [alternativeName(0x81, text("email")), ...issuer]
        : null;
    default:
      return null;
  }
}

function textExtension(arc: number, text: string): Bytes {
  return extension(`${ARC}.${arc}`, encodeDer(TAG.utf8String, utf8(text)));
}

/** Critical, since the certificate has no other name. */
function alternativeName(tag: number, text: string): Bytes {
  return extension(
    EXTENSION.subjectAltName,
    encodeDer(TAG.sequence, encodeDer(tag, utf8(text))),
    true,
  );
}

function refuse(status: number, code: number, message: string): Response {
  return Response.json({ code, message, details: [] }, { status });
}
