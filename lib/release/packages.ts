/**
 * The packages of a project: one, or the several of a monorepo.
 *
 * @module
 */

import { join, relative } from "node:path";
import {
  resolveConfig,
  type ResolvedConfig,
} from "../config/resolve_config.ts";
import type { BuildTool } from "../config/settings.ts";
import { type Context, isAbsent } from "../context.ts";
import { matchesGlob } from "../dist/glob.ts";
import { ReleasioError } from "../errors.ts";
import { readProject } from "./project.ts";
import {
  type Hooks,
  readReleaseSettings,
  type ReleaseSettings,
  requireOwnDist,
} from "./settings.ts";

/** A package that can be released. */
export interface Package {
  /** Its folder, relative to the project; `.` for the project itself. */
  readonly path: string;
  /** Its folder, absolute. */
  readonly folder: string;
  /** Its project on the index, normalized, or `null` before the build. */
  readonly name: string | null;
  /** Its version, normalized, or `null` before the build. */
  readonly version: string | null;
  /** What stands before the version in its tags; `null`: the project's name. */
  readonly tagPrefix: string | null;
  /** The folder that its distributions are in, relative to its own. */
  readonly dist: string;
  /** What builds it. */
  readonly tool: BuildTool;
  /** Its hooks. */
  readonly hooks: Hooks;
  /** Its changelog, relative to its folder, or `null`. */
  readonly changelog: string | null;
}

/**
 * Finds the packages of a project.
 *
 * In a monorepo a package may have settings of its own, in its folder; what
 * they don't say is as the project has it. Its tags begin with its own
 * `version.tag_prefix`, else with its name and the project's prefix:
 * `core-v1.0`.
 *
 * @param context The outside world
 * @param root The project's folder, absolute
 * @param config The project's configuration
 * @param settings The project's settings of a release
 * @returns The packages, in the order of `packages.paths`
 * @throws {ReleasioError} `config-…` for what is wrong with their settings
 */
export async function findPackages(
  context: Context,
  root: string,
  config: ResolvedConfig,
  settings: ReleaseSettings,
): Promise<Package[]> {
  const { dist, tool } = config.settings;
  const own = { dist, tool, hooks: settings.hooks };
  if (settings.packages.length === 0) {
    requireOwnDist(dist);
    return [{
      path: ".",
      folder: root,
      ...await readProject(context, root),
      tagPrefix: settings.tagPrefix ?? "v",
      changelog: settings.changelog,
      ...own,
    }];
  }
  const paths = await expandPackages(context, root, settings.packages);
  return await Promise.all(paths.map(async (path) => {
    const folder = join(root, path);
    const inner = await ownConfig(context, root, folder);
    const facts = await readProject(context, folder);
    const prefix = settings.tagPrefix ?? "v";
    const shared = {
      path,
      folder,
      ...facts,
      tagPrefix: facts.name === null ? null : `${facts.name}-${prefix}`,
      changelog: settings.changelog,
      ...own,
    };
    if (inner === null) {
      requireOwnDist(dist);
      return shared;
    }
    const innerSettings = readReleaseSettings(inner);
    requireOwnDist(inner.settings.dist);
    return {
      ...shared,
      tagPrefix: innerSettings.tagPrefix ?? shared.tagPrefix,
      changelog: innerSettings.changelog,
      dist: inner.settings.dist,
      tool: inner.settings.tool,
      hooks: innerSettings.hooks,
    };
  }));
}

/** The settings in a package's own folder, not those above it. */
async function ownConfig(
  context: Context,
  root: string,
  folder: string,
): Promise<ResolvedConfig | null> {
  const config = await resolveConfig(context, { projectDir: folder });
  if (config.file === null) return null;
  const isAbove = relative(folder, config.file.path).startsWith("..");
  return isAbove || folder === root ? null : config;
}

/** Folders, with the last part of each path taken as a glob. */
async function expandPackages(
  context: Context,
  root: string,
  paths: readonly string[],
): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const parts = path.split("/").filter((part) => part !== "" && part !== ".");
    if (parts.length === 0 || parts.includes("..")) {
      throw new ReleasioError(
        "config-invalid",
        `Cannot take "${path}" as a package: it is no folder in the project`,
        { hint: 'Paths look like "packages/core" or "packages/*".' },
      );
    }
    const last = parts.at(-1)!;
    const parent = parts.slice(0, -1).join("/");
    const names = last.includes("*")
      ? (await foldersIn(context, join(root, parent)))
        .filter((name) => matchesGlob(last, name))
      : [last];
    for (const name of names) {
      const whole = parent === "" ? name : `${parent}/${name}`;
      const isPackage = await hasFile(
        context,
        join(root, whole, "pyproject.toml"),
      );
      if (isPackage && !found.includes(whole)) found.push(whole);
      if (!isPackage && !last.includes("*")) {
        throw new ReleasioError(
          "config-invalid",
          `Cannot take "${path}" as a package: it has no pyproject.toml`,
          { hint: "Correct `packages.paths`." },
        );
      }
    }
  }
  return found;
}

async function foldersIn(context: Context, path: string): Promise<string[]> {
  try {
    return (await context.readDirectory(path))
      .filter(({ kind, name }) => kind === "directory" && !name.startsWith("."))
      .map(({ name }) => name);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

async function hasFile(context: Context, path: string): Promise<boolean> {
  try {
    await context.openFile(path);
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}
