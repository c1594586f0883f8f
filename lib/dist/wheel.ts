/**
 * Wheels, opened for their metadata.
 *
 * @module
 */

import {
  type CoreMetadata,
  MAX_METADATA_BYTES,
  parseCoreMetadata,
} from "./core_metadata.ts";
import { namingFile, unreadable } from "./unreadable.ts";
import { readZipEntries, readZipEntry, type ZipEntry } from "./zip.ts";

/**
 * Reads METADATA from a wheel, without unpacking the wheel: the end of the
 * file, its directory and that one member are all that is read.
 *
 * @param blob The wheel
 * @param filename What it is called
 * @returns Its metadata
 * @throws {ReleasioError} `distribution-unreadable` if it is no ZIP file, is
 * damaged, or has no METADATA
 *
 * @see {@link https://packaging.python.org/en/latest/specifications/binary-distribution-format/ | Binary distribution format}
 */
export function readWheelMetadata(
  blob: Blob,
  filename: string,
): Promise<CoreMetadata> {
  return namingFile("wheel", filename, async () => {
    const entry = findMetadata(await readZipEntries(blob), filename);
    const bytes = await readZipEntry(blob, entry, MAX_METADATA_BYTES);
    return parseCoreMetadata(bytes, filename);
  });
}

// Its folder has name and version as the file name spells them. Some tools
// spell them otherwise, which PyPI refuses and other indexes may not: the
// only such folder will do here, and the checks tell.
function findMetadata(
  entries: readonly ZipEntry[],
  filename: string,
): ZipEntry {
  const [name, version] = filename.split("-");
  const path = `${name}-${version}.dist-info/METADATA`;
  const exact = entries.findLast((entry) => entry.name === path);
  if (exact) return exact;
  const candidates = entries.filter((entry) =>
    /^[^/]+\.dist-info\/METADATA$/.test(entry.name)
  );
  if (candidates.length === 1) return candidates[0]!;
  throw unreadable(
    candidates.length === 0
      ? `no METADATA at "${path}"`
      : `several .dist-info folders, none of them "${path.split("/")[0]}"`,
  );
}
