/**
 * A GitLab job's dotenv report.
 *
 * @module
 */

import { onlyVersion } from "./github_outputs.ts";
import type { PublishReport } from "./report.ts";

/**
 * GitLab refuses a larger file, and fails the job's upload of it
 * ({@link https://docs.gitlab.com/administration/instance_limits/#limit-dotenv-file-size | limit}).
 */
const MAX_BYTES = 5 * 1024;

/** A dotenv report. */
export interface Dotenv {
  /** The text of the file. */
  readonly text: string;
  /** `false` if `RELEASIO_FILES` had to be left out: GitLab takes 5 KiB. */
  readonly isComplete: boolean;
}

/**
 * Writes `RELEASIO_VERSION` (empty if several were published) and
 * `RELEASIO_FILES` (names joined by commas) for GitLab's
 * {@link https://docs.gitlab.com/ci/yaml/artifacts_reports/#artifactsreportsdotenv | dotenv report}.
 *
 * @param report What the publish came to
 * @returns The report
 */
export function gitlabDotenv(report: PublishReport): Dotenv {
  const files = report.runs.flatMap((run) => run.files);
  const names = [...new Set(files.map(({ file }) => file))];
  const version = `RELEASIO_VERSION=${bare(onlyVersion(files) ?? "")}\n`;
  const text = `${version}RELEASIO_FILES=${names.map(bare).join(",")}\n`;
  const isComplete = text.length <= MAX_BYTES;
  return { text: isComplete ? text : version, isComplete };
}

/** GitLab knows no quotes: neither spaces nor line feeds may be in a value. */
function bare(text: string): string {
  return text.replaceAll(
    /[^\w.+!-]/gu,
    (char) => encodeURIComponent(char.toWellFormed()),
  );
}
