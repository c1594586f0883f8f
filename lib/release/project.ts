/**
 * What a package says about itself before it is built.
 *
 * @module
 */

import { join } from "node:path";
import { isTable } from "../config/read_config_file.ts";
import { type Context, isAbsent } from "../context.ts";
import { normalizeName } from "../dist/filename.ts";
import { normalizeVersion } from "../dist/version.ts";
import { ReleasioError } from "../errors.ts";
import { parseToml } from "../toml.ts";

const MAX_BYTES = 1024 * 1024;

/** What a package says about itself before it is built. */
export interface ProjectFacts {
  /** The project, normalized, or `null` where the build decides it. */
  readonly name: string | null;
  /** The version, normalized, or `null` where the build decides it. */
  readonly version: string | null;
}

/**
 * Reads name and version out of `pyproject.toml`: `[project]`, else Poetry's
 * own table.
 *
 * @param context The outside world
 * @param folder The package's folder
 * @returns What it says; nothing of it if there is no such file
 * @throws {ReleasioError} `config-invalid` for a file that is no TOML,
 * `version-missing` for a version that is none
 */
export async function readProject(
  context: Context,
  folder: string,
): Promise<ProjectFacts> {
  const path = join(folder, "pyproject.toml");
  const table = parseTable(path, await readText(context, path));
  const poetry = ownTable(ownTable(table, "tool"), "poetry");
  const project = ownTable(table, "project");
  const name = project.name ?? poetry.name;
  const version = project.version ?? poetry.version;
  return {
    name: typeof name === "string" ? normalizeName(name) : null,
    version: typeof version === "string" && !isDynamic(project)
      ? requireVersion(version, path)
      : null,
  };
}

/**
 * The canonical spelling of a version that was written by hand.
 *
 * @param text The version
 * @param place Where it stands
 * @returns The version
 * @throws {ReleasioError} `version-missing` if it is none
 */
export function requireVersion(text: string, place: string): string {
  const version = normalizeVersion(text);
  if (version !== null) return version;
  throw new ReleasioError(
    "version-missing",
    `Cannot release version ${JSON.stringify(text.slice(0, 80))} (${place})`,
    { hint: 'A version looks like "1.2.3" or "1.2.3rc1", as PEP 440 has it.' },
  );
}

async function readText(context: Context, path: string): Promise<string> {
  try {
    const file = await context.openFile(path);
    return await file.slice(0, MAX_BYTES).text();
  } catch (error) {
    if (isAbsent(error)) return "";
    throw error;
  }
}

function parseTable(
  path: string,
  text: string,
): Readonly<Record<string, unknown>> {
  try {
    return parseToml(text);
  } catch (cause) {
    throw new ReleasioError("config-invalid", `Cannot read ${path} as TOML`, {
      hint: "Your build tool would stumble over it too.",
      cause,
    });
  }
}

function ownTable(
  table: Readonly<Record<string, unknown>>,
  key: string,
): Readonly<Record<string, unknown>> {
  const value = Object.hasOwn(table, key) ? table[key] : undefined;
  return isTable(value) ? value : {};
}

function isDynamic(project: Readonly<Record<string, unknown>>): boolean {
  return Array.isArray(project.dynamic) && project.dynamic.includes("version");
}
