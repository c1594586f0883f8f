/**
 * Files that an index would take for one another.
 *
 * @module
 */

import { digestOf } from "../dist/digest.ts";
import type { DistributionFile } from "../dist/distribution.ts";
import type { Finding } from "../findings.ts";
import { toFinding } from "./rule.ts";
import { DUPLICATE_CONTENT, DUPLICATE_FILENAME } from "./rules/files.ts";

/**
 * Finds files that share a name or their content. Only files that share their
 * size or name with another are read, each once.
 *
 * @param files The files
 * @param signal Ends the reading, with its reason
 * @returns What an index would refuse
 */
export async function findDuplicates(
  files: readonly DistributionFile[],
  signal?: AbortSignal,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const named = new Map<string, Seen>();
  const holding = new Map<string, Seen>();
  for (const file of candidates(files)) {
    const seen = { file, digest: await digestOf(file.blob, signal) };
    const namesake = remembered(named, file.filename, seen);
    if (namesake.digest !== seen.digest) {
      findings.push(toFinding(DUPLICATE_FILENAME, file.filename, {
        message: `There are two different files of this name: ` +
          `"${namesake.file.path}" and "${file.path}"`,
      }));
    }
    const { filename } = remembered(holding, seen.digest, seen).file;
    if (filename !== file.filename) {
      findings.push(toFinding(DUPLICATE_CONTENT, file.filename, {
        message: `The file has the same content as "${filename}"`,
      }));
    }
  }
  return findings;
}

/** A file that has been looked at. */
interface Seen {
  readonly file: DistributionFile;
  readonly digest: string;
}

/** The first that was there under a key, perhaps this very one. */
function remembered(map: Map<string, Seen>, key: string, seen: Seen): Seen {
  const first = map.get(key) ?? seen;
  map.set(key, first);
  return first;
}

/** Files that another one may be taken for. */
function candidates(files: readonly DistributionFile[]): DistributionFile[] {
  const byName = Map.groupBy(files, ({ filename }) => filename);
  const bySize = Map.groupBy(files, ({ blob }) => blob.size);
  return files.filter(({ filename, blob }) =>
    byName.get(filename)!.length > 1 || bySize.get(blob.size)!.length > 1
  );
}
