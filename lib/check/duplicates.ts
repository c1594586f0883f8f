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
 * Finds files that share a name or their content. Only files of one size are
 * read, each once.
 *
 * @param files The files
 * @returns What an index would refuse
 */
export async function findDuplicates(
  files: readonly DistributionFile[],
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [index, file] of files.entries()) {
    for (const earlier of files.slice(0, index)) {
      const sameName = earlier.filename === file.filename;
      if (!sameName && earlier.blob.size !== file.blob.size) continue;
      const sameContent = earlier.blob.size === file.blob.size &&
        await digestOf(earlier.blob) === await digestOf(file.blob);
      if (sameName === sameContent) continue;
      findings.push(
        sameName
          ? toFinding(DUPLICATE_FILENAME, file.filename, {
            message: `There are two different files of this name: ` +
              `"${earlier.path}" and "${file.path}"`,
          })
          : toFinding(DUPLICATE_CONTENT, file.filename, {
            message: `The file has the same content as "${earlier.filename}"`,
          }),
      );
    }
  }
  return findings;
}
