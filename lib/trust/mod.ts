/**
 * PyPI's matching of identity tokens and trusted publishers, and the forms
 * that publishers are registered with.
 *
 * @example Ask which publisher an index would choose
 * ```ts
 * import { ISSUERS, selectPublisher } from "@releasio/cli/trust";
 * import { assertEquals } from "@std/assert";
 *
 * const { publisher, reason } = selectPublisher([], { iss: ISSUERS.google });
 * assertEquals(publisher, null);
 * assertEquals(reason, "Missing claim 'email'");
 * ```
 *
 * @module
 */

export {
  ISSUERS,
  matchPublisher,
  providerOfIssuer,
  type PublisherMatch,
  type PublisherSelection,
  selectPublisher,
} from "./match.ts";
export {
  formFields,
  pendingFormUrl,
  prefilledFormUrl,
  type PublisherFormField,
  type PublisherProblem,
  validatePublisher,
} from "./form.ts";
export { type CiFiles, readCiFiles } from "./ci_files.ts";
export {
  diagnose,
  type DiagnoseOptions,
  type Diagnosis,
  type FixedFile,
  type PublisherNeed,
} from "./doctor.ts";
export { type Pipeline, readPipeline } from "./pipeline.ts";
export { readWorkflow, type Workflow } from "./workflow.ts";
export { requireMatch } from "./require_match.ts";
export type { FieldMatch } from "./comparison.ts";
export type {
  RegisteredActiveStatePublisher,
  RegisteredGitHubPublisher,
  RegisteredPublisher,
} from "./registered_publisher.ts";
export type { Registry } from "../config/registry.ts";
export type {
  ActiveStatePublisher,
  GitHubPublisher,
  GitLabPublisher,
  GooglePublisher,
  Publisher,
} from "../config/settings.ts";
export type { Claims, ProviderName } from "../oidc/provider.ts";
