/**
 * Sdists, opened for their metadata.
 *
 * @module
 */

import {
  type CoreMetadata,
  MAX_METADATA_BYTES,
  parseCoreMetadata,
} from "./core_metadata.ts";
import { readTarGz } from "./tar.ts";
import { namingFile, unreadable } from "./unreadable.ts";
import { readZipEntries, readZipEntry } from "./zip.ts";

/** PKG-INFO in the top folder; some old tools write `./` in front. */
const PKG_INFO = /^(?:\.\/)?[^/]+\/PKG-INFO$/;

/**
 * Reads PKG-INFO from an sdist's top folder, and no more of the file than
 * needed to come to it.
 *
 * @param blob The sdist, `.tar.gz` or `.zip`
 * @param filename What it is called
 * @returns Its metadata
 * @throws {ReleasioError} `distribution-unreadable` if it is no such archive,
 * is damaged, or has no PKG-INFO
 *
 * @see {@link https://packaging.python.org/en/latest/specifications/source-distribution-format/ | Source distribution format}
 */
export function readSdistMetadata(
  blob: Blob,
  filename: string,
): Promise<CoreMetadata> {
  const read = filename.endsWith(".zip") ? readFromZip : readFromTar;
  return namingFile("sdist", filename, async () => {
    const bytes = await read(blob);
    if (bytes === null) throw unreadable("no PKG-INFO in its top folder");
    return parseCoreMetadata(bytes, filename);
  });
}

async function readFromTar(blob: Blob): Promise<Uint8Array | null> {
  for await (const member of readTarGz(blob)) {
    if (member.type === "file" && PKG_INFO.test(member.name)) {
      return await member.read(MAX_METADATA_BYTES);
    }
  }
  return null;
}

async function readFromZip(blob: Blob): Promise<Uint8Array | null> {
  const entry = (await readZipEntries(blob))
    .find(({ name }) => PKG_INFO.test(name));
  return entry ? await readZipEntry(blob, entry, MAX_METADATA_BYTES) : null;
}
