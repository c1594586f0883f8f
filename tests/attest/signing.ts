/**
 * A job of GitHub Actions and a Sigstore instance, both of a sandbox, for
 * tests that sign.
 */

import type { Context } from "../../lib/context.ts";
import { utf8 } from "../../lib/attest/bytes.ts";
import { preAuthEncoding } from "../../lib/attest/dsse.ts";
import { signEcdsa } from "../../lib/attest/ecdsa.ts";
import { requestCertificate } from "../../lib/attest/fulcio.ts";
import { buildAttestation } from "../../lib/attest/pep740.ts";
import { logSignature } from "../../lib/attest/rekor.ts";
import {
  type Attestation,
  type AttestationPublisher,
  openSigner,
  type SigstoreServices,
  type Subject,
} from "../../lib/attest/mod.ts";
import type { Claims, IdentityProvider } from "../../lib/oidc/mod.ts";
import {
  createSandbox,
  githubClaims,
  type GitHubIdentity,
  type Sandbox,
  type SandboxOptions,
} from "../../lib/sandbox/mod.ts";
import { Secret } from "../../lib/secret.ts";
import { testContext } from "../helpers/context.ts";

export const ORIGIN = "https://sandbox.example";

export const WHEEL: Subject = {
  filename: "demo-1.0-py3-none-any.whl",
  sha256: "a".repeat(64),
};

export const PUBLISHER: AttestationPublisher = {
  kind: "GitHub",
  repository: "example/demo",
  workflow: "release.yml",
};

/** A sandbox without a socket, and a context whose network it is. */
export interface SigningHouse {
  readonly sandbox: Sandbox;
  readonly context: ReturnType<typeof testContext>;
  readonly services: SigstoreServices;
  /** Every token that was handed out. */
  readonly tokens: string[];
  /** Gives tokens with claims of its own. */
  readonly provider: (
    claims?: (audience: string, now: number) => Claims,
    overrides?: Partial<IdentityProvider>,
  ) => IdentityProvider;
}

/** Options for {@linkcode openHouse}. */
export interface HouseOptions extends SandboxOptions {
  /** Stands between the context and the sandbox. */
  readonly fetch?: (
    request: Request,
    next: (request: Request) => Promise<Response>,
  ) => Promise<Response>;
  readonly context?: Partial<Omit<Context, "env" | "fetch">>;
}

/** Opens a sandbox whose clock is the context's. */
export async function openHouse(
  { fetch, context: overrides, ...options }: HouseOptions = {},
): Promise<SigningHouse> {
  const tokens: string[] = [];
  const context = testContext({
    ...overrides,
    fetch: (request) =>
      fetch === undefined
        ? sandbox.handle(request)
        : fetch(request, sandbox.handle),
  });
  const sandbox = await createSandbox({ now: context.now, ...options });
  return {
    sandbox,
    context,
    tokens,
    services: await sandbox.sigstoreServices(ORIGIN),
    provider: (claimsOf = github(), overrides = {}) => ({
      name: "github",
      label: "GitHub Actions",
      detect: () => true,
      renewable: true,
      async acquire(_context, audience) {
        const claims = claimsOf(audience, context.now());
        const token = await sandbox.issueToken(claims);
        tokens.push(token);
        return { token: new Secret(token), claims };
      },
      ...overrides,
    }),
  };
}

/** Claims of a job. */
export function github(identity: GitHubIdentity = {}) {
  return (audience: string, now: number) =>
    githubClaims(identity, { audience, now });
}

/** A signer of the house. */
export function signerOf(
  house: SigningHouse,
  provider: IdentityProvider = house.provider(),
  publisher: AttestationPublisher = PUBLISHER,
) {
  const { context, services } = house;
  return openSigner(context, { provider, publisher, services });
}

/** Signs any statement, and logs it, `delay` milliseconds after the certificate. */
export async function signStatement(
  house: SigningHouse,
  statement: unknown,
  delay = 0,
): Promise<Attestation> {
  const { context, services } = house;
  const { certificate, privateKey } = await requestCertificate(
    context,
    services.fulcioUrl,
    await house.provider().acquire(context, "sigstore"),
  );
  const bytes = utf8(JSON.stringify(statement));
  const signature = await signEcdsa(privateKey, preAuthEncoding(bytes));
  await context.sleep(delay);
  const signed = { statement: bytes, signature, certificate };
  return buildAttestation({
    certificate: certificate.der,
    statement: bytes,
    signature,
    entry: await logSignature(context, services.rekorUrl, signed),
  });
}

/** A statement about the wheel, with changes. */
export function statement(
  changes: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: WHEEL.filename, digest: { sha256: WHEEL.sha256 } }],
    predicateType: "https://docs.pypi.org/attestations/publish/v1",
    predicate: null,
    ...changes,
  };
}
