/**
 * Where a project's repository is, without running git.
 *
 * @module
 */

import { type Context, isAbsent } from "../context.ts";

const MAX_CONFIG_BYTES = 256 * 1024;

/** A repository on a host such as github.com. */
export interface RemoteRepository {
  /** Host, such as `github.com`. */
  readonly host: string;
  /** User, organization or group path. */
  readonly owner: string;
  /** Repository, without its owner. */
  readonly repository: string;
}

/**
 * Reads the `origin` remote from `.git/config`.
 *
 * @param context The outside world
 * @param projectDir The project's folder
 * @returns The repository, or `null` where there is no such remote
 */
export async function readOrigin(
  context: Context,
  projectDir: string,
): Promise<RemoteRepository | null> {
  let text: string;
  try {
    const blob = await context.openFile(`${projectDir}/.git/config`);
    text = await blob.slice(0, MAX_CONFIG_BYTES).text();
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
  let isOrigin = false;
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*\[/.test(line)) isOrigin = /^\s*\[remote "origin"\]/.test(line);
    const url = line.match(/^\s*url\s*=\s*(\S+)\s*$/)?.[1];
    if (isOrigin && url !== undefined) return parseRemoteUrl(url);
  }
  return null;
}

/**
 * Reads a remote's URL: `https://host/owner/repo.git`, `ssh://git@host/…` or
 * `git@host:owner/repo`.
 *
 * @param url The URL as git has it
 * @returns The repository, or `null` for a path or anything else
 */
export function parseRemoteUrl(url: string): RemoteRepository | null {
  const match =
    url.match(/^(?:https?|ssh|git):\/\/(?:[^@/]*@)?([^/:]+)(?::\d+)?\/(.+)$/) ??
      url.match(/^(?:[^@/:]+@)?([^/:]{2,}):(?!\/)(.+)$/);
  if (match === null) return null;
  const [, host, path] = match;
  const parts = path!.replace(/\.git$/, "").split("/").filter(Boolean);
  const repository = parts.pop();
  if (repository === undefined || parts.length === 0) return null;
  return { host: host!, owner: parts.join("/"), repository };
}
