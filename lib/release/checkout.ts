/**
 * Whether a release may be made from what is checked out.
 *
 * @module
 */

import { normalize } from "node:path";
import { tagOfRun } from "../check/tag.ts";
import type { Context } from "../context.ts";
import { matchesGlob } from "../dist/glob.ts";
import { ReleasioError } from "../errors.ts";
import type { Repository } from "./git.ts";
import type { Tell } from "./release_run.ts";
import type { ReleaseBranch, ReleaseSettings } from "./settings.ts";

const MAX_CHANGES = 5;

/** What a checkout is held against. */
export interface CheckoutOptions {
  /** The settings of the release. */
  readonly settings: ReleaseSettings;
  /** Folders of distributions: what is in them is no change. */
  readonly dists: readonly string[];
  /** Whether it is a release on PyPI, which wants the right branch. */
  readonly isFull: boolean;
  /** Receives the steps. */
  readonly tell: Tell;
}

/**
 * Checks that everything is committed and that the branch is one that
 * releases are made from.
 *
 * @param context The outside world
 * @param git The checkout
 * @param options What it is held against
 * @returns Whether releases of this branch are pre-releases
 * @throws {ReleasioError} `tree-dirty` or `branch-wrong`
 */
export async function checkCheckout(
  context: Context,
  git: Repository,
  options: CheckoutOptions,
): Promise<boolean> {
  const { settings, dists, isFull, tell } = options;
  const changes = await git.changes(dists.map(toGitPath));
  if (changes.length > 0 && !settings.allowDirty) throw dirty(changes);
  tell(
    "tree",
    "done",
    changes.length === 0
      ? "everything is committed"
      : `${changes.length} uncommitted, which is allowed`,
  );
  if (!isFull) {
    tell("branch", "left-out", "any will do: this is no release on PyPI");
    return false;
  }
  const branch = await currentBranch(context, git);
  if (branch === null) {
    const tag = tagOfRun(context.env);
    if (tag === null) throw wrongBranch(null, settings.branches);
    tell("branch", "left-out", `this is the run of tag ${tag}`);
    return false;
  }
  const found = settings.branches.find(({ match }) =>
    match === branch || matchesGlob(match, branch)
  );
  if (found === undefined) throw wrongBranch(branch, settings.branches);
  tell("branch", "done", branch);
  return found.prerelease;
}

/** CI often checks out a commit, not a branch. */
async function currentBranch(
  context: Context,
  git: Repository,
): Promise<string | null> {
  const branch = await git.branch();
  if (branch !== null) return branch;
  const named = context.env("GITHUB_REF_TYPE") === "branch"
    ? context.env("GITHUB_REF_NAME")
    : context.env("CI_COMMIT_BRANCH");
  return named || null;
}

function toGitPath(path: string): string {
  return normalize(path).replaceAll("\\", "/").replace(/\/+$/, "");
}

function dirty(changes: readonly string[]): ReleasioError {
  const shown = changes.slice(0, MAX_CHANGES).map((line) => line.trim());
  const more = changes.length - shown.length;
  return new ReleasioError(
    "tree-dirty",
    `Cannot release: ${changes.length} files are changed or not in git`,
    {
      hint: `${shown.join("; ")}${more > 0 ? `; and ${more} more` : ""}. ` +
        "Commit them, list them in .gitignore, or set `allow_dirty = true`.",
      details: { changes: changes.slice(0, 100) },
    },
  );
}

function wrongBranch(
  branch: string | null,
  branches: readonly ReleaseBranch[],
): ReleasioError {
  const allowed = branches.map(({ match }) => match).join(", ");
  return new ReleasioError(
    "branch-wrong",
    branch === null
      ? "Cannot release: no branch is checked out"
      : `Cannot release from branch "${branch}"`,
    {
      hint: `Releases are made from ${allowed}: see \`default_branch\`, and ` +
        "`branches` for more than one.",
      details: { branch, allowed: branches.map(({ match }) => match) },
    },
  );
}
