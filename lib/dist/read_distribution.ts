/**
 * From a file to a distribution.
 *
 * @module
 */

import { ReleasioError } from "../errors.ts";
import type { Distribution, DistributionFile } from "./distribution.ts";
import { normalizeName, parseFilename } from "./filename.ts";
import { readSdistMetadata } from "./sdist.ts";
import { normalizeVersion } from "./version.ts";
import { readWheelMetadata } from "./wheel.ts";

/**
 * Opens a wheel or an sdist and reads its metadata.
 *
 * Project and version are those of the file name; whether the metadata agrees
 * is for the checks to say.
 *
 * @param file The file
 * @returns What it is
 * @throws {ReleasioError} `distribution-name-invalid` if its name is neither a
 * wheel's nor an sdist's, `distribution-unreadable` if it can't be read
 *
 * @example Read a wheel
 * ```ts ignore
 * import { readDistribution } from "@releasio/cli/dist";
 *
 * const filename = "demo-1.0-py3-none-any.whl";
 * const blob = new Blob([await Deno.readFile(`dist/${filename}`)]);
 * const wheel = await readDistribution({
 *   path: `dist/${filename}`,
 *   filename,
 *   blob,
 * });
 * console.log(wheel.project, wheel.version, wheel.metadata.metadataVersion);
 * ```
 */
export async function readDistribution(
  file: DistributionFile,
): Promise<Distribution> {
  const { path, filename, blob } = file;
  const name = parseFilename(filename);
  if (name.kind === "invalid") {
    throw new ReleasioError(
      "distribution-name-invalid",
      `Cannot take "${filename}": ${name.reason}`,
      { details: { files: [{ path, reason: name.reason }] } },
    );
  }
  const version = normalizeVersion(name.version);
  if (version === null) throw new TypeError(`No version: "${name.version}"`);
  const read = name.kind === "wheel" ? readWheelMetadata : readSdistMetadata;
  return {
    path,
    filename,
    blob,
    kind: name.kind,
    name,
    project: normalizeName(name.name),
    version,
    metadata: await read(blob, filename),
    size: blob.size,
  };
}
