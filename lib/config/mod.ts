/**
 * Settings, each with its origin: where to publish to, how to authenticate,
 * what to check.
 *
 * @example Resolve the settings of the project in this folder
 * ```ts
 * import { resolveConfig } from "@releasio/cli/config";
 * import { denoContext } from "@releasio/cli";
 *
 * const { settings, list } = await resolveConfig(denoContext());
 * console.log(settings.registries[0]?.name, list.length);
 * ```
 *
 * @module
 */

export {
  type AuthenticationChoice,
  type AuthenticationMeans,
  chooseAuthentication,
} from "./choose_authentication.ts";
export { type ApiToken, checkApiToken, findApiToken } from "./credentials.ts";
export { type PublishKeyName, type PublishValues } from "./keys.ts";
export type { ConfigFile } from "./read_config_file.ts";
export {
  isSameOrigin,
  parseRegistry,
  PYPI,
  type Reader,
  type Registry,
  TESTPYPI,
} from "./registry.ts";
export {
  type ConfigFlags,
  resolveConfig,
  type ResolvedConfig,
  type ResolveOptions,
} from "./resolve_config.ts";
export type {
  ActiveStatePublisher,
  AttestationPolicy,
  BuildTool,
  GitHubPublisher,
  GitLabPublisher,
  GooglePublisher,
  Origin,
  Publisher,
  Setting,
  Settings,
  TrustedPublishing,
} from "./settings.ts";
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
export type { AuthKind } from "../events.ts";
export { Secret } from "../secret.ts";
