/**
 * dist → check: the files of a publish, found, read, checked and hashed.
 *
 * @module
 */

import { runChecks } from "./check/run_checks.ts";
import { tagOfRun } from "./check/tag.ts";
import { hashDistributions } from "./dist/digest.ts";
import type {
  Distribution,
  DistributionFile,
  HashedDistribution,
} from "./dist/distribution.ts";
import { readDistribution } from "./dist/read_distribution.ts";
import { readEach } from "./dist/read_each.ts";
import { ReleasioError } from "./errors.ts";
import type { Finding } from "./findings.ts";
import { addFindings, type Run } from "./publish_run.ts";

/**
 * Reads, checks and hashes files.
 *
 * @param run The run
 * @param files The files
 * @returns The distributions
 * @throws {ReleasioError} `checks-failed`, `distribution-unreadable`, or the
 * reason of an interruption
 */
export async function gather(
  run: Run,
  files: readonly DistributionFile[],
): Promise<readonly HashedDistribution[]> {
  const { settings } = run.options;
  const { signal } = run.context;
  const distributions = settings.validateBeforePublish
    ? await check(run, files)
    : await readEach(files, readDistribution, signal);
  run.emit({ type: "checked", files: distributions.length });
  return await hashDistributions(distributions, signal);
}

async function check(
  run: Run,
  files: readonly DistributionFile[],
): Promise<readonly Distribution[]> {
  const { settings, tag, tagPrefix, expect } = run.options;
  const ciTag = tagOfRun(run.context.env);
  const { findings, distributions } = await runChecks(files, {
    maxFileSize: settings.maxFileSize,
    signal: run.context.signal,
    ...(tag === undefined ? {} : { tag }),
    ...(ciTag === null ? {} : { ciTag }),
    ...(tagPrefix === undefined ? {} : { tagPrefix }),
    ...(expect === undefined ? {} : { expect }),
  });
  addFindings(run, findings);
  const refusals = findings.filter(({ severity }) => severity === "error");
  if (refusals.length > 0) throw checksFailed(refusals);
  return distributions;
}

function checksFailed(refusals: readonly Finding[]): ReleasioError {
  const problems = refusals.length === 1
    ? "1 problem"
    : `${refusals.length} problems`;
  return new ReleasioError(
    "checks-failed",
    `The index would refuse this release: ${problems}`,
    { hint: "Nothing was sent. Fix what is listed above and build again." },
  );
}
