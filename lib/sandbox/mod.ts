/**
 * An index and an identity provider that behave like PyPI's and GitHub's, as
 * a function from requests to responses: for tests and rehearsals.
 *
 * @example Exchange an identity for an upload token
 * ```ts
 * import { createSandbox, githubClaims } from "@releasio/cli/sandbox";
 * import { assertEquals } from "@std/assert";
 *
 * const sandbox = await createSandbox({
 *   pendingPublishers: [{
 *     project: "demo",
 *     publisher: {
 *       provider: "github",
 *       owner: "example",
 *       repository: "demo",
 *       workflow: "release.yml",
 *       environment: null,
 *     },
 *   }],
 * });
 * const claims = githubClaims({}, { audience: "pypi", now: Date.now() });
 * const response = await sandbox.handle(
 *   new Request("https://sandbox.example/_/oidc/mint-token", {
 *     method: "POST",
 *     body: JSON.stringify({ token: await sandbox.issueToken(claims) }),
 *   }),
 * );
 * assertEquals(response.status, 200);
 * assertEquals([...sandbox.state.projects.keys()], ["demo"]);
 * ```
 *
 * Over a socket it is `Deno.serve(sandbox.handle)`; in a library it is
 * `context.fetch`.
 *
 * @module
 */

export {
  activestateClaims,
  type ActiveStateIdentity,
  type ClaimsOptions,
  githubClaims,
  type GitHubIdentity,
  gitlabClaims,
  type GitLabIdentity,
  googleClaims,
  type GoogleIdentity,
} from "./claims.ts";
export type { Fault } from "./faults.ts";
export type { SignOptions } from "./issuer.ts";
export type { SigstoreOptions } from "./sigstore.ts";
export { createSandbox, type Sandbox, type SandboxOptions } from "./sandbox.ts";
export type {
  ApiToken,
  MintedToken,
  PendingPublisherEntry,
  PublisherEntry,
  SandboxFile,
  SandboxFlags,
  SandboxProject,
  SandboxRelease,
  SandboxRequest,
  SandboxState,
} from "./state.ts";
export {
  digestOnlyStorage,
  type FileDraft,
  memoryStorage,
  type Storage,
} from "./storage.ts";
export type { JudgedUpload, UploadJudge } from "./upload.ts";
export type { UploadLimits } from "./content_rules.ts";
export type {
  ActiveStatePublisher,
  GitHubPublisher,
  GitLabPublisher,
  GooglePublisher,
} from "../config/settings.ts";
export type { Bytes } from "../attest/bytes.ts";
export type {
  Certificate,
  CertificateExtension,
} from "../attest/certificate.ts";
export type { SignatureHash } from "../attest/ecdsa.ts";
export type { SigstoreServices } from "../attest/services.ts";
export type {
  Authority,
  LogKey,
  TrustedRoot,
  Validity,
} from "../attest/trusted_root.ts";
export type { Claims, ProviderName } from "../oidc/provider.ts";
export { Secret } from "../secret.ts";
export type {
  RegisteredActiveStatePublisher,
  RegisteredGitHubPublisher,
  RegisteredPublisher,
} from "../trust/registered_publisher.ts";
