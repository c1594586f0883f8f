/**
 * What `release` would do without `--execute`.
 *
 * @module
 */

import type { ReleaseStep } from "../report/release_report.ts";
import { builderName, distFolder } from "./build.ts";
import type { Release, ReleaseRun } from "./release_run.ts";

/** What a preview is told. */
export interface PreviewOptions {
  /** The names of the indexes, in turn. */
  readonly indexes: readonly string[];
  /** Whether it would build. */
  readonly builds: boolean;
}

/**
 * Tells the steps that would be taken.
 *
 * @param run The run
 * @param item The release
 * @param options What it is told
 */
export function preview(
  run: ReleaseRun,
  item: Release,
  options: PreviewOptions,
): void {
  const { one, tag } = item;
  const plan = (step: ReleaseStep["step"], message: string) =>
    run.tell(step, "planned", message, one.path);
  const isResumed = item.decision?.kind === "resume";
  if (isResumed) plan("build", "not needed: the draft has its files");
  else if (options.builds) {
    plan("build", `with ${builderName(one)}, into ${distFolder(one)}`);
  }
  if (!isResumed) {
    one.hooks.preRelease.forEach((command) => plan("pre-release", command));
    if (run.github !== null) plan("draft", "a GitHub release with the files");
  }
  if (!run.skipsIndex) {
    plan("publish", `to ${options.indexes.join(", then ")}`);
  }
  if (!run.isFull) return;
  plan("tag", tag ?? `${one.tagPrefix ?? "<project>-v"}<version>`);
  if (run.github !== null) {
    plan(
      "release",
      run.settings.github.keepDraft
        ? "the draft is left for you to publish"
        : "the draft becomes the release",
    );
  }
  one.hooks.postRelease.forEach((command) => plan("post-release", command));
}
