/**
 * Distributions: file names, versions and core metadata.
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
export type {
  Distribution,
  DistributionFile,
  HashedDistribution,
} from "./distribution.ts";
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
