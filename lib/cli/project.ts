/**
 * What a project's files tell about it: its name, how it is built, where its
 * repository is.
 *
 * @module
 */

import { parse } from "@std/toml";
import { isTable } from "../config/read_config_file.ts";
import { type Context, isAbsent } from "../context.ts";
import { normalizeName } from "../dist/filename.ts";
import { readOrigin, type RemoteRepository } from "./git_remote.ts";

const MAX_BYTES = 1024 * 1024;

/** What a project's files tell about it. */
export interface ProjectFiles {
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
  const head = await read(".git/refs/remotes/origin/HEAD") ??
    await read(".git/HEAD") ?? "";
  return {
    name: name === null ? null : normalizeName(name),
    backend: text(table, "build-system", "build-backend"),
    pyproject,
    remote: await readOrigin(context, projectDir),
    branch: /^ref: refs\/(?:remotes\/origin|heads)\/(\S+)/.exec(head)?.[1] ??
      "main",
  };
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
    return parse(source);
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
