/**
 * What a release came to, as data.
 *
 * @module
 */

import type { ErrorReport, PublishReport } from "./report.ts";

/** The steps of a release, in their order. */
export type ReleaseStepName =
  | "tree"
  | "branch"
  | "version"
  | "build"
  | "check"
  | "pre-release"
  | "draft"
  | "publish"
  | "tag"
  | "release"
  | "post-release";

/** One step of a release. */
export interface ReleaseStep {
  /** Which one. */
  readonly step: ReleaseStepName;
  /**
   * What became of it: `existing` was done before, `planned` would be done by
   * `--execute`, `left-out` is not done and does not stop the release.
   */
  readonly status: "done" | "existing" | "planned" | "left-out";
  /** The package that it is about; `null`: the whole run. */
  readonly package: string | null;
  /** What it came to, in words. */
  readonly message: string;
}

/** One package's part of a release. */
export interface PackageReport {
  /** Its folder, relative to the project; `.` for the project itself. */
  readonly path: string;
  /** Its project on the index, normalized, or `null` if it did not come to that. */
  readonly project: string | null;
  /** Its version, or `null` if it did not come to that. */
  readonly version: string | null;
  /** Its tag, or `null` if it has none. */
  readonly tag: string | null;
  /** The commit that is released, or `null` if it did not come to that. */
  readonly commit: string | null;
  /** Its GitHub release, or `null`. */
  readonly url: string | null;
  /** What became of it. */
  readonly status: "released" | "nothing-to-release" | "planned" | "open";
}

/** What a release came to. */
export interface ReleaseReport {
  /** Whether everything that was asked for is true now. */
  readonly ok: boolean;
  /** What the command line ends with. */
  readonly exitCode: number;
  /** Whether it was a preview. */
  readonly dryRun: boolean;
  /** What stopped it, or `null`. */
  readonly error: ErrorReport | null;
  /** Its packages. */
  readonly packages: readonly PackageReport[];
  /** Every step that was reached. */
  readonly steps: readonly ReleaseStep[];
  /** What the publish came to, or `null` if it did not come to that. */
  readonly publish: PublishReport | null;
}
