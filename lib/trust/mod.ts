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
export {
  type DeclaredToken,
  type Pipeline,
  type PipelineJob,
  readPipeline,
} from "./pipeline.ts";
export {
  type Environment,
  type LineText,
  type Permissions,
  readWorkflow,
  type Trigger,
  type Workflow,
  type WorkflowJob,
  type WorkflowStep,
} from "./workflow.ts";
export type { ShellCommand } from "./shell.ts";
export type {
  Place,
  YamlEntry,
  YamlList,
  YamlMap,
  YamlNode,
  YamlScalar,
} from "./yaml.ts";
export type { Repository } from "./rule.ts";
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
export type { Finding, Severity } from "../findings.ts";
