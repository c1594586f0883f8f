/**
 * Distributions: wheels and sdists, found, opened and hashed.
 *
 * @example Read the metadata of what was built
 * ```ts ignore
 * import { denoContext } from "@releasio/cli";
 * import { findDistributions, readDistribution } from "@releasio/cli/dist";
 *
 * const { files } = await findDistributions(denoContext(), ["dist"]);
 * for (const file of files) {
 *   const { kind, project, version } = await readDistribution(file);
 *   console.log(kind, project, version);
 * }
 * ```
 *
 * @module
 */

export {
  type CoreMetadata,
  fieldValues,
  MAX_METADATA_BYTES,
  type MetadataField,
  parseCoreMetadata,
  parseProjectUrl,
  type ProjectUrl,
} from "./core_metadata.ts";
export { hashDistributions, sha256 } from "./digest.ts";
export type {
  Distribution,
  DistributionFile,
  HashedDistribution,
} from "./distribution.ts";
export type { IgnoredPath } from "./expand_paths.ts";
export {
  findDistributions,
  type FoundDistributions,
} from "./find_distributions.ts";
export { matchesGlob } from "./glob.ts";
export { groupByRelease, type ReleaseGroup } from "./group.ts";
export { readDistribution } from "./read_distribution.ts";
export { readSdistMetadata } from "./sdist.ts";
export { readTarGz, type TarMember } from "./tar.ts";
export { readWheelMetadata } from "./wheel.ts";
export { readZipEntries, readZipEntry, type ZipEntry } from "./zip.ts";
export {
  type InvalidFilename,
  looksLikeDistribution,
  normalizeName,
  parseFilename,
  type SdistFilename,
  type WheelFilename,
} from "./filename.ts";
export {
  METADATA_FIELDS,
  METADATA_VERSIONS,
  type MetadataFieldInfo,
} from "./metadata_fields.ts";
export {
  compareVersions,
  hasLocalVersion,
  isDevRelease,
  isPrerelease,
  isValidSpecifier,
  normalizeVersion,
} from "./version.ts";
export type { Finding, Severity } from "../findings.ts";
export type {
  ChildCommand,
  ChildResult,
  Context,
  DirectoryEntry,
} from "../context.ts";
