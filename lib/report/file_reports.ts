/**
 * What a plan and its uploads say of each file, as reports.
 *
 * @module
 */

import type { Registry } from "../config/registry.ts";
import type { HashedDistribution } from "../dist/distribution.ts";
import type { PlannedFile } from "../plan/plan_uploads.ts";
import type { UploadOutcome } from "../upload/upload_files.ts";
import { toErrorReport } from "./error_report.ts";
import { releaseUrl } from "./release_url.ts";
import type { FileReport } from "./report.ts";

/**
 * The report of a file that nothing is known of but itself.
 *
 * @param registry The index
 * @param distribution The file
 * @returns Its report, as `not-attempted`
 */
export function untouchedFile(
  registry: Registry,
  distribution: HashedDistribution,
): FileReport {
  const { filename, project, version, size, sha256 } = distribution;
  return {
    file: filename,
    project,
    version,
    size,
    sha256,
    status: "not-attempted",
    attempts: 0,
    attestations: 0,
    url: releaseUrl(registry, project, version),
    error: null,
  };
}

/**
 * The report of a file with a plan for it.
 *
 * @param registry The index
 * @param planned The file's plan
 * @returns Its report
 */
export function plannedFile(
  registry: Registry,
  planned: PlannedFile,
): FileReport {
  const { distribution, status, error } = planned;
  return {
    ...untouchedFile(registry, distribution),
    status,
    error: error && toErrorReport(error),
  };
}

/**
 * The reports with what became of the files that were to go up.
 *
 * @param files The reports of the plan
 * @param outcomes What became of some of them
 * @param attestations The attestations that went with them, by file name
 * @returns The reports, in the same order
 */
export function withOutcomes(
  files: readonly FileReport[],
  outcomes: readonly UploadOutcome[],
  attestations: ReadonlyMap<string, readonly string[]>,
): FileReport[] {
  const byName = new Map(
    outcomes.map((outcome) => [outcome.distribution.filename, outcome]),
  );
  return files.map((file) => {
    const outcome = byName.get(file.file);
    if (outcome === undefined) return file;
    const { status, attempts, error } = outcome;
    const sent = status === "uploaded" ? attestations.get(file.file) : [];
    return {
      ...file,
      status,
      attempts,
      attestations: sent?.length ?? 0,
      error: error && toErrorReport(error),
    };
  });
}
