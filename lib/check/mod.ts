/**
 * Checks: what PyPI would refuse, found before anything is sent.
 *
 * @example Check what was built
 * ```ts ignore
 * import { denoContext } from "@releasio/cli";
 * import { runChecks } from "@releasio/cli/check";
 * import { findDistributions } from "@releasio/cli/dist";
 *
 * const { files } = await findDistributions(denoContext(), ["dist"]);
 * const { findings } = await runChecks(files, {
 *   maxFileSize: 100 * 1024 * 1024,
 * });
 * for (const { file, message } of findings) console.log(file, message);
 * ```
 *
 * @module
 */

export {
  type FormFields,
  judgeFile,
  judgeMetadata,
  type Upload,
} from "./judge.ts";
export { checkRendering } from "./render_rst.ts";
export type { RuleInfo } from "./rule.ts";
export { ALL_RULES } from "./rules.ts";
export {
  type CheckOptions,
  type CheckResult,
  runChecks,
} from "./run_checks.ts";
export { tagOfRun, type TagOptions, versionOfTag } from "./tag.ts";
export type { CoreMetadata, MetadataField } from "../dist/core_metadata.ts";
export type { Distribution, DistributionFile } from "../dist/distribution.ts";
export type { SdistFilename, WheelFilename } from "../dist/filename.ts";
export type { Finding, Severity } from "../findings.ts";
export type {
  ChildCommand,
  ChildResult,
  Context,
  DirectoryEntry,
} from "../context.ts";
