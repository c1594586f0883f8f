/**
 * What a project's files tell about it: its name, how it is built, where its
 * repository is.
 *
 * @module
 */

import { join } from "node:path";
import { isTable } from "../config/read_config_file.ts";
import { type Context, isAbsent } from "../context.ts";
import { normalizeName } from "../dist/filename.ts";
import { readOrigin, type RemoteRepository } from "./git_remote.ts";
import { parseToml } from "../toml.ts";

const MAX_BYTES = 1024 * 1024;

/** No repository is nested deeper. */
const MAX_LEVELS = 32;

/** What a project's files tell about it. */
export interface ProjectFiles {
  /** The repository's root, where the CI's files are, as a relative path. */
  readonly root: string;
  /** Normalized name, or `null`. */
  readonly name: string | null;
  /** The build back end, such as `hatchling.build`, or `null`. */
  readonly backend: string | null;
  /** The text of `pyproject.toml`, or `null`. */
  readonly pyproject: string | null;
  /** The `origin` remote, or `null`. */
  readonly remote: RemoteRepository | null;
  /** The branch that others start from; `main` where that is not known. */
  readonly branch: string;
}

/**
 * Reads what there is in a project's folder. Nothing is run.
 *
 * @param context The outside world
 * @param projectDir The project's folder
 * @returns What the files tell
 */
export async function readProjectFiles(
  context: Context,
  projectDir: string,
): Promise<ProjectFiles> {
  const read = (name: string) => readText(context, `${projectDir}/${name}`);
  const pyproject = await read("pyproject.toml");
  const table = pyproject === null ? {} : parseTable(pyproject);
  const name = text(table, "project", "name") ??
    text(table, "tool", "poetry", "name") ??
    /^\s*name\s*=\s*([\w.-]+)\s*$/m.exec(await read("setup.cfg") ?? "")?.[1] ??
    /\bname\s*=\s*["']([\w.-]+)["']/.exec(await read("setup.py") ?? "")?.[1] ??
    null;
  const root = await findRoot(context, projectDir);
  const head =
    await readText(context, `${root}/.git/refs/remotes/origin/HEAD`) ??
      await readText(context, `${root}/.git/HEAD`) ?? "";
  return {
    root,
    name: name === null ? null : normalizeName(name),
    backend: text(table, "build-system", "build-backend"),
    pyproject,
    remote: await readOrigin(context, root),
    branch: /^ref: refs\/(?:remotes\/origin|heads)\/(\S+)/.exec(head)?.[1] ??
      "main",
  };
}

/** The nearest folder upwards with a `.git`; outside a repository, the first. */
async function findRoot(
  context: Context,
  projectDir: string,
): Promise<string> {
  let folder = projectDir;
  for (let level = 0; level < MAX_LEVELS; level++) {
    try {
      const entries = await context.readDirectory(folder);
      if (entries.some(({ name }) => name === ".git")) return folder;
    } catch (error) {
      if (isAbsent(error)) break;
      throw error;
    }
    folder = join(folder, "..");
  }
  return projectDir;
}

/**
 * Reads a text file that need not be there.
 *
 * @param context The outside world
 * @param path Its path
 * @returns Its text, or `null` where it is absent or may not be read
 */
export async function readText(
  context: Context,
  path: string,
): Promise<string | null> {
  try {
    const file = await context.openFile(path);
    return file.size > MAX_BYTES ? null : await file.text();
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

/** What is no TOML tells nothing. */
function parseTable(source: string): Readonly<Record<string, unknown>> {
  try {
    return parseToml(source);
  } catch {
    return {};
  }
}

function text(
  table: Readonly<Record<string, unknown>>,
  ...keys: readonly string[]
): string | null {
  let value: unknown = table;
  for (const key of keys) {
    value = isTable(value) && Object.hasOwn(value, key)
      ? value[key]
      : undefined;
  }
  return typeof value === "string" ? value : null;
}
