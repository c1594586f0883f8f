/**
 * Identity tokens of CI providers: who gives them, how to ask, what they say.
 *
 * ```ts ignore
 * import { detectProvider } from "@releasio/cli/oidc";
 * import { denoContext } from "@releasio/cli";
 *
 * const context = denoContext();
 * const provider = await detectProvider(context);
 * const identity = await provider?.acquire(context, "pypi");
 * ```
 *
 * @module
 */

export type {
  Claims,
  IdentityProvider,
  IdentityToken,
  ProviderName,
} from "./provider.ts";
export {
  decodeClaims,
  describePublisher,
  identifyProvider,
  textClaim,
} from "./claims.ts";
export { detectProvider } from "./detect_provider.ts";
export { GITHUB_ACTIONS } from "./github.ts";
export { GITLAB_CI } from "./gitlab.ts";
export { GOOGLE_CLOUD } from "./google.ts";
export { HANDED_IN_FILE, HANDED_IN_TOKEN } from "./handed_in.ts";
export {
  explainNoIdentity,
  type UnsupportedCi,
  unsupportedCi,
} from "./unsupported.ts";
export type { PublisherIdentity } from "../events.ts";
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
export { Secret } from "../secret.ts";
