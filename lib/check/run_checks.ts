/**
 * All checks of one run.
 *
 * @module
 */

import type { Distribution, DistributionFile } from "../dist/distribution.ts";
import { readEach } from "../dist/read_each.ts";
import type { Finding } from "../findings.ts";
import { checkFile } from "./check_file.ts";
import { findDuplicates } from "./duplicates.ts";
import { checkExpected } from "./expect.ts";
import { toFinding } from "./rule.ts";
import { RELEASE_RULES } from "./rules/release.ts";
import { checkTag, type TagOptions } from "./tag.ts";

/** Options for {@linkcode runChecks}. */
export interface CheckOptions extends TagOptions {
  /** The largest file that the index takes, in bytes. */
  readonly maxFileSize: number;
  /** Globs on whole file names, each of which must match a file. */
  readonly expect?: readonly string[];
  /** Ends the reading, with its reason. */
  readonly signal?: AbortSignal;
}

/** What {@linkcode runChecks} found. */
export interface CheckResult {
  /** All problems of all files, grouped by file, causes first. */
  readonly findings: readonly Finding[];
  /** The distributions that could be read, in the order of the files. */
  readonly distributions: readonly Distribution[];
}

/**
 * Checks files as PyPI would, from their bytes and metadata alone: errors are
 * what it refuses, warnings what is probably a mistake or can't be judged.
 *
 * Large members are not unpacked, and nothing is sent anywhere.
 *
 * @param files The files of one run
 * @param options Limits, and what is expected
 * @returns Everything that was found
 * @throws {RangeError} If a glob of `expect` has too many alternatives
 *
 * @see {@link https://docs.pypi.org/api/upload/ | What PyPI takes}
 */
export async function runChecks(
  files: readonly DistributionFile[],
  options: CheckOptions,
): Promise<CheckResult> {
  const checked = await readEach(
    files,
    (file) => checkFile(file, options.maxFileSize),
    options.signal,
  );
  const distributions = checked.map(({ distribution }) => distribution)
    .filter((distribution) => distribution !== null);
  const shared = [
    ...await findDuplicates(files, options.signal),
    ...checkReleases(distributions),
    ...checkTag(distributions, options),
    ...checkExpected(files, options.expect ?? []),
  ];
  const findings = files.flatMap(({ filename }, index) => {
    // Of two files with one name, the first has what is told of both.
    const isFirst = files.findIndex((file) =>
      file.filename === filename
    ) === index;
    return [
      ...checked[index]!.findings,
      ...isFirst ? shared.filter(({ file }) => file === filename) : [],
    ];
  });
  return {
    findings: [...findings, ...shared.filter(({ file }) => file === null)],
    distributions,
  };
}

function checkReleases(distributions: readonly Distribution[]): Finding[] {
  return RELEASE_RULES.flatMap((rule) =>
    Array.from(
      rule.check(distributions),
      (problem) => toFinding(rule, problem.file, problem),
    )
  );
}
