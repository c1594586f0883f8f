/**
 * What is left to do for a release, from what can be seen of it: the tag, the
 * index and GitHub. There is no state of our own, so that a run that was
 * killed anywhere can be run again.
 *
 * @module
 */

import type { Manifest } from "./draft.ts";
import { tagConflict } from "./git.ts";
import type { GitHubRelease } from "./github_releases.ts";

/** What can be seen of a release. */
export interface ReleaseFacts {
  /** The tag. */
  readonly tag: string;
  /** The commit that is checked out. */
  readonly head: string;
  /** The commit that the tag is on, or `null`. */
  readonly tagged: string | null;
  /** Whether the index has a file of this version. */
  readonly isOnIndex: boolean;
  /** Whether the index is left out, so that it says nothing. */
  readonly skipsIndex: boolean;
  /** The releases of this tag; `null` when GitHub can't be asked. */
  readonly releases: readonly GitHubRelease[] | null;
}

/** What is left to do. */
export type Decision =
  | { readonly kind: "nothing"; readonly reason: string; readonly url: string }
  | {
    /** Go on with the files of a release that was begun. */
    readonly kind: "resume";
    readonly release: GitHubRelease;
    readonly manifest: Manifest;
  }
  | {
    /** Begin; drafts that can't be used are in the way. */
    readonly kind: "start";
    readonly discard: readonly GitHubRelease[];
  };

/**
 * Decides what is left to do.
 *
 * @param facts What can be seen
 * @returns What is left
 * @throws {ReleasioError} `tag-conflict` if the tag is elsewhere and the
 * version is not on the index
 */
export function decide(facts: ReleaseFacts): Decision {
  const { tag, head, tagged, isOnIndex, skipsIndex } = facts;
  const releases = facts.releases ?? [];
  const begun = releases.flatMap((release) =>
    release.manifest === null ? [] : [{ release, manifest: release.manifest }]
  );
  const whole = begun.find(({ release, manifest }) =>
    holdsAll(release, manifest) &&
    // Of another commit, it counts only if something of it is public.
    (manifest.commit === head || manifest.commit === tagged || isOnIndex)
  );
  if (whole !== undefined) {
    const { commit } = whole.manifest;
    if (tagged !== null && tagged !== commit) {
      throw tagConflict(tag, tagged, commit, "and its draft is of another");
    }
    return { kind: "resume", ...whole };
  }

  const isThere = isOnIndex || skipsIndex;
  const url = releases.find(({ manifest }) => manifest === null)?.url ?? "";
  const start: Decision = {
    kind: "start",
    discard: begun.filter(({ release }) => release.isDraft)
      .map(({ release }) => release),
  };
  if (tagged !== null && tagged !== head) {
    if (!isThere) {
      throw tagConflict(tag, tagged, head, "and is not on the index");
    }
    return {
      kind: "nothing",
      reason: `it is tagged on commit ${tagged.slice(0, 12)}`,
      url,
    };
  }
  if (tagged !== null) {
    const isDone = isOnIndex || (skipsIndex && url !== "");
    return isDone
      ? { kind: "nothing", reason: "it is on the index and tagged", url }
      : start;
  }
  // With a token there would be a draft if this were a run that was killed.
  return isOnIndex && facts.releases !== null
    ? {
      kind: "nothing",
      reason: "it is on the index already, from elsewhere: no tag and no " +
        "draft tell of it",
      url,
    }
    : start;
}

/** Whether a release has every file of its manifest. */
function holdsAll(release: GitHubRelease, { files }: Manifest): boolean {
  return files.every(({ name, size }) =>
    release.assets.some((asset) => asset.name === name && asset.size === size)
  );
}
