/**
 * What a release asks of git.
 *
 * @module
 */

import type { Context } from "../context.ts";
import { ReleasioError } from "../errors.ts";
import { runChild, startChild } from "./children.ts";

/** Where tags go. */
const REMOTE = "origin";

/** What git, and nothing else that is run, needs to reach a remote. */
const GIT_VARIABLES = ["SSH_AUTH_SOCK", "SSH_AGENT_PID"];

/** A commit. */
export interface Commit {
  /** Its id. */
  readonly id: string;
  /** When it was made, in seconds since the epoch. */
  readonly time: string;
}

/** A checkout, as far as a release looks at it. */
export interface Repository {
  /** The commit that is checked out. */
  readonly head: () => Promise<Commit>;
  /** The branch that is checked out, or `null` if none is. */
  readonly branch: () => Promise<string | null>;
  /**
   * What is not committed, in git's short form.
   *
   * @param except Folders that don't count, relative to the project
   */
  readonly changes: (except: readonly string[]) => Promise<string[]>;
  /** The commit of a tag at the remote, or `null` if it has none such. */
  readonly remoteTag: (tag: string) => Promise<string | null>;
  /**
   * Makes a tag, unless it is there, and pushes it.
   *
   * @throws {ReleasioError} `tag-conflict` if it is there on another commit
   */
  readonly pushTag: (tag: string, commit: string) => Promise<void>;
  /** Whether git takes a name for a tag. */
  readonly isTagName: (tag: string) => Promise<boolean>;
}

/**
 * The checkout that a folder is in.
 *
 * Each of its functions throws a {@linkcode ReleasioError} `git-failed` when
 * git fails.
 *
 * @param context The outside world
 * @param cwd The project's folder
 * @returns What a release asks of it
 */
export function openRepository(context: Context, cwd: string): Repository {
  const child = (args: readonly string[]) => ({
    command: ["git", ...args] as [string, ...string[]],
    cwd,
    variables: {
      ...Object.fromEntries(
        GIT_VARIABLES.flatMap((name) => {
          const value = context.env(name);
          return value === undefined ? [] : [[name, value]];
        }),
      ),
      GIT_TERMINAL_PROMPT: "0",
      LC_ALL: "C",
    },
  });
  const failure = (what: string) => ({
    code: "git-failed" as const,
    what,
    missing: "Install git.",
  });
  const git = async (what: string, ...args: string[]) =>
    (await runChild(context, child(args), failure(what))).trimEnd();
  /** For questions that git answers with its exit code. */
  const ask = async (...args: string[]) => {
    const result = await startChild(
      context,
      child(args),
      failure("look at the repository"),
    );
    return result.code === 0 ? result.stdout.trim() : null;
  };

  async function localTag(tag: string): Promise<string | null> {
    return await ask(
      "rev-parse",
      "--verify",
      "--quiet",
      `refs/tags/${tag}^{commit}`,
    );
  }

  async function pushTag(tag: string, commit: string): Promise<void> {
    const local = await localTag(tag);
    if (local !== null && local !== commit) {
      throw tagConflict(tag, local, commit, "in this checkout");
    }
    if (local === null) {
      if (await ask("cat-file", "-e", `${commit}^{commit}`) === null) {
        // A shallow checkout may lack the commit that a draft was made of.
        await git(`get commit ${commit}`, "fetch", "--depth=1", REMOTE, commit);
      }
      await git(
        `make tag ${tag}`,
        "update-ref",
        `refs/tags/${tag}`,
        commit,
        "",
      );
    }
    const ref = `refs/tags/${tag}`;
    await git(`push tag ${tag}`, "push", "--quiet", REMOTE, `${ref}:${ref}`);
  }

  return {
    async head() {
      const line = await git(
        "find the commit",
        "log",
        "-1",
        "--no-show-signature",
        "--format=%H %ct",
      );
      const [id = "", time = ""] = line.split(" ");
      return { id, time };
    },
    branch: () => ask("symbolic-ref", "--quiet", "--short", "HEAD"),
    async changes(except) {
      const output = await git(
        "look for uncommitted changes",
        "status",
        "--porcelain",
        "--untracked-files=normal",
        "--",
        ":(top)",
        ...except.map((folder) => `:(exclude,literal)${folder}`),
      );
      return output === "" ? [] : output.split("\n");
    },
    async remoteTag(tag) {
      const ref = `refs/tags/${tag}`;
      const output = await git(
        "look for tags at the remote",
        "ls-remote",
        REMOTE,
        ref,
        `${ref}^{}`,
      );
      const found = new Map(
        output.split("\n").map((line) => {
          const [commit = "", name = ""] = line.split("\t");
          return [name, commit];
        }),
      );
      // An annotated tag is an object of its own; this is its commit.
      return found.get(`${ref}^{}`) ?? found.get(ref) ?? null;
    },
    pushTag,
    isTagName: async (tag) =>
      await ask("check-ref-format", `refs/tags/${tag}`) !== null,
  };
}

/**
 * A tag that is on another commit than the release.
 *
 * @param tag The tag
 * @param found The commit that it is on
 * @param wanted The release's commit
 * @param where Where it is so, in words
 * @returns A `tag-conflict` error
 */
export function tagConflict(
  tag: string,
  found: string,
  wanted: string,
  where: string,
): ReleasioError {
  return new ReleasioError(
    "tag-conflict",
    `Tag ${tag} is on commit ${found.slice(0, 12)} ${where}, the release is ${
      wanted.slice(0, 12)
    }`,
    {
      hint: "Raise the version, or remove the tag if it was a mistake: " +
        "a tag that others have seen should not move.",
      details: { tag, found, wanted },
    },
  );
}
