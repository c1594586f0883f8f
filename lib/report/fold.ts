/**
 * Parts of a CI's log that it can fold.
 *
 * @module
 */

import { CLOSE_GROUP, openGroup } from "./annotation.ts";

/** A CI that can fold parts of its log. */
export type FoldingCi = "github" | "gitlab";

/** Opens and closes one part at a time. */
export interface Fold {
  /** The line that opens a part; none where nothing can be folded. */
  readonly open: (title: string) => string[];
  /** The line that closes the open part; none if none is open. */
  readonly close: () => string[];
}

/**
 * Creates a fold for a CI's log: GitHub's
 * {@link https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions#grouping-log-lines | groups},
 * GitLab's
 * {@link https://docs.gitlab.com/ci/jobs/job_logs/#custom-collapsible-sections | sections}.
 *
 * @param ci The CI, or `null` where nothing can be folded
 * @param now The time, in milliseconds since the epoch
 * @returns The fold; titles must be safe to print
 */
export function createFold(ci: FoldingCi | null, now: () => number): Fold {
  let opened = 0;
  let isOpen = false;
  const section = (which: "start" | "end", options: string) =>
    `\x1b[0Ksection_${which}:${
      Math.floor(now() / 1000)
    }:releasio_${opened}${options}\r\x1b[0K`;
  return {
    open(title) {
      if (ci === null) return [];
      isOpen = true;
      opened++;
      return [
        ci === "github"
          ? openGroup(title)
          : section("start", "[collapsed=true]") + title,
      ];
    },
    close() {
      if (!isOpen) return [];
      isOpen = false;
      return [ci === "github" ? CLOSE_GROUP : section("end", "")];
    },
  };
}
