/**
 * Uploading distributions to a Python package index.
 *
 * {@linkcode uploadFiles} takes files that were read and hashed, and sends
 * them as PyPI and the indexes that resemble it want them: several at a time,
 * in an order that leaves no half release to installers, verified while they
 * are sent, tried again where that does no harm. It authenticates with what it
 * is given, see `@releasio/cli/mint`, and tells what became of each file.
 *
 * @example Upload with an API token
 * ```ts ignore
 * import { uploadFiles } from "@releasio/cli/upload";
 *
 * const outcomes = await uploadFiles(context, distributions, {
 *   registry,
 *   credentials,
 *   jobs: 4,
 *   skipExisting: false,
 * });
 * ```
 *
 * @module
 */

export { UPLOAD_LIMITS, type UploadLimits } from "./upload_watch.ts";
export {
  uploadFiles,
  type UploadOptions,
  type UploadOutcome,
} from "./upload_files.ts";
export type { Registry } from "../config/registry.ts";
export type {
  ChildCommand,
  ChildResult,
  Context,
  DirectoryEntry,
} from "../context.ts";
export type { CoreMetadata, MetadataField } from "../dist/core_metadata.ts";
export type {
  Distribution,
  DistributionFile,
  HashedDistribution,
} from "../dist/distribution.ts";
export type { SdistFilename, WheelFilename } from "../dist/filename.ts";
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
export type { BasicCredentials, Credentials } from "../mint/credentials.ts";
export { Secret } from "../secret.ts";
