/**
 * Upload tokens by trusted publishing: the index's audience, the exchange,
 * renewal and burning, and what a refusal means.
 *
 * ```ts ignore
 * import { fetchAudience, openTrustedSession } from "@releasio/cli/mint";
 * import { detectProvider } from "@releasio/cli/oidc";
 * import { denoContext } from "@releasio/cli";
 *
 * const context = denoContext();
 * const provider = await detectProvider(context);
 * if (provider === null) throw new Error("Not in a CI");
 * const audience = await fetchAudience(context, registry);
 * const session = await openTrustedSession(context, {
 *   registry,
 *   audience,
 *   provider,
 * });
 * try {
 *   const { username, password } = await session.current();
 * } finally {
 *   await session.close();
 * }
 * ```
 *
 * @module
 */

export { fetchAudience, isAudienceOf } from "./audience.ts";
export { burnToken } from "./burn_token.ts";
export type { BasicCredentials, Credentials } from "./credentials.ts";
export type { Culprit } from "./culprits.ts";
export type { Situation } from "./explain_publisher.ts";
export { explainRefusal, type MintAnswer } from "./explain_refusal.ts";
export { type MintedToken, type MintOptions, mintToken } from "./mint_token.ts";
export {
  type FormField,
  publisherForm,
  publisherFormUrl,
  publisherOf,
} from "./publisher_form.ts";
export {
  apiTokenCredentials,
  openTrustedSession,
  type SessionOptions,
} from "./session.ts";
export type { Registry } from "../config/registry.ts";
export type {
  ActiveStatePublisher,
  GitHubPublisher,
  GitLabPublisher,
  GooglePublisher,
  Publisher,
} from "../config/settings.ts";
export type {
  ChildCommand,
  ChildResult,
  Context,
  DirectoryEntry,
} from "../context.ts";
export {
  type ErrorCode,
  EXIT_CODES,
  ReleasioError,
  type ReleasioErrorOptions,
} from "../errors.ts";
export type {
  AuthKind,
  EventSink,
  FileStatus,
  PublisherIdentity,
  PublishEvent,
} from "../events.ts";
export type { Finding, Severity } from "../findings.ts";
export type {
  Claims,
  IdentityProvider,
  IdentityToken,
} from "../oidc/provider.ts";
export { Secret } from "../secret.ts";
