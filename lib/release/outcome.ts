/**
 * What a release came to.
 *
 * @module
 */

import {
  type ErrorCode,
  EXIT_CODES,
  exitCodeOf,
  type ReleasioError,
} from "../errors.ts";
import { toErrorReport } from "../report/error_report.ts";
import type {
  PackageReport,
  ReleaseReport,
  ReleaseStep,
} from "../report/release_report.ts";
import type { PublishReport } from "../report/report.ts";
import type { Release } from "./release_run.ts";

/** What a run came to, before it is put together. */
export interface ReleaseOutcome {
  /** Whether it was a preview. */
  readonly dryRun: boolean;
  /** Every step that was reached. */
  readonly steps: readonly ReleaseStep[];
  /** Its packages. */
  readonly releases: readonly Release[];
  /** What the publish came to, or `null` if it did not come to that. */
  readonly published: PublishReport | null;
  /** What stopped it, or a part of it. */
  readonly failures: readonly ReleasioError[];
}

/**
 * Puts a run's report together.
 *
 * @param outcome What it came to
 * @returns The report, with the exit code of the failures
 */
export function releaseReport(outcome: ReleaseOutcome): ReleaseReport {
  const { dryRun, steps, releases, published, failures } = outcome;
  const codes = failures.map(({ code }) => code);
  const exitCode = exitCodeOf(
    published?.error ? [...codes, published.error.code as ErrorCode] : codes,
  );
  const first = failures.find(({ code }) => EXIT_CODES[code] === exitCode);
  return {
    ok: exitCode === 0,
    exitCode,
    dryRun,
    error: first === undefined
      ? published?.error ?? null
      : toErrorReport(first),
    packages: releases.map((item) => packageReport(item, dryRun)),
    steps,
    publish: published,
  };
}

function packageReport(item: Release, dryRun: boolean): PackageReport {
  return {
    path: item.one.path,
    project: item.project ?? item.one.name,
    version: item.version,
    tag: item.tag ?? null,
    commit: item.commit ?? null,
    url: item.url || null,
    status: item.decision?.kind === "nothing"
      ? "nothing-to-release"
      : item.isDone
      ? "released"
      : dryRun
      ? "planned"
      : "open",
  };
}
