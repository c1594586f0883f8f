/**
 * The files that must be among those that go up.
 *
 * @module
 */

import type { DistributionFile } from "../dist/distribution.ts";
import { matchesGlob } from "../dist/glob.ts";
import type { Finding } from "../findings.ts";
import { type RuleInfo, shown, toFinding } from "./rule.ts";

/** A file that was expected is not there. */
export const EXPECT_UNMET: RuleInfo = {
  code: "expect-unmet",
  severity: "error",
  summary: "no file matches a glob that was expected",
  source: "`--expect`",
  hint: "See that every build job's files were collected.",
};

/**
 * Looks for a file for each glob.
 *
 * @param files The files
 * @param globs Globs on whole file names: `*`, `?`, `[a-z]` and `{a,b}`
 * @returns A finding for each glob that no file matches
 * @throws {RangeError} If a glob's braces make too many alternatives
 */
export function checkExpected(
  files: readonly DistributionFile[],
  globs: readonly string[],
): Finding[] {
  return globs
    .filter((glob) => !files.some((file) => matchesGlob(glob, file.filename)))
    .map((glob) =>
      toFinding(EXPECT_UNMET, null, {
        message: `No file matches ${shown(glob)}`,
      })
    );
}
