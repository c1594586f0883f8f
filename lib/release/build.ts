/**
 * Building: a package's distributions into an empty folder.
 *
 * @module
 */

import { join } from "node:path";
import type { BuildTool } from "../config/settings.ts";
import { type Context, isAbsent } from "../context.ts";
import { looksLikeDistribution } from "../dist/filename.ts";
import { ReleasioError } from "../errors.ts";
import { runChild } from "./children.ts";
import { runHook } from "./hooks.ts";
import type { Package } from "./packages.ts";

/** How each tool builds into a folder. */
const COMMANDS: Readonly<
  Record<BuildTool, (dist: string) => readonly [string, ...string[]]>
> = {
  uv: (dist) => ["uv", "build", "--out-dir", dist],
  hatch: (dist) => ["hatch", "build", dist],
  poetry: (dist) => ["poetry", "build", "--output", dist],
  pdm: (dist) => ["pdm", "build", "--dest", dist],
  build: (dist) => ["python", "-m", "build", "--outdir", dist],
  twine: (dist) => ["python", "-m", "build", "--outdir", dist],
};

/** What a build is told. */
export interface BuildOptions {
  /** The version, or an empty text where the build decides it. */
  readonly version: string;
  /** The tag, or an empty text. */
  readonly tag: string;
  /** The commit's time, in seconds since the epoch. */
  readonly time: string;
  /** Receives what the build writes, as it comes. */
  readonly onOutput: (text: string) => void;
}

/**
 * What a package is built with, for people.
 *
 * @param one The package
 * @returns Such as `uv` or `hooks.build`
 */
export function builderName(one: Package): string {
  if (one.hooks.build !== null) return "hooks.build";
  return one.tool === "twine" ? "build" : one.tool;
}

/**
 * Builds a package. Its folder of distributions is emptied of them first, so
 * that nothing of an earlier build is released.
 *
 * @param context The outside world
 * @param one The package
 * @param options What the build is told
 * @throws {ReleasioError} `build-failed`
 */
export async function build(
  context: Context,
  one: Package,
  options: BuildOptions,
): Promise<void> {
  const { version, tag, time, onOutput } = options;
  await emptyDist(context, distFolder(one));
  const variables = { SOURCE_DATE_EPOCH: time };
  if (one.hooks.build !== null) {
    await runHook(context, one.hooks.build, {
      values: { version, tag, projectPath: one.folder },
      variables,
      name: "hooks.build",
      code: "build-failed",
      onOutput,
    });
    return;
  }
  const command = COMMANDS[one.tool](one.dist);
  await runChild(
    context,
    { command, cwd: one.folder, variables, onOutput },
    {
      code: "build-failed",
      what: `build with ${builderName(one)}`,
      missing: `Install ${
        command[0]
      } in an earlier step, or name another \`publish.tool\` or a \`hooks.build\`.`,
    },
  );
}

/**
 * The folder of a package's distributions.
 *
 * @param one The package
 * @returns Its path, absolute
 */
export function distFolder(one: Package): string {
  return join(one.folder, one.dist);
}

/**
 * Removes distributions and their attestations from a folder; other files
 * stay.
 *
 * @param context The outside world
 * @param folder The folder, which need not be there
 * @throws {ReleasioError} `build-failed` if one can't be removed
 */
export async function emptyDist(
  context: Context,
  folder: string,
): Promise<void> {
  let entries;
  try {
    entries = await context.readDirectory(folder);
  } catch (error) {
    if (isAbsent(error)) return;
    throw error;
  }
  for (const { name, kind, isLink } of entries) {
    const path = join(folder, name);
    if (kind === "directory" && !isLink) await emptyDist(context, path);
    if (kind !== "file" || !isReleased(name)) continue;
    try {
      await context.removeFile(path);
    } catch (cause) {
      throw new ReleasioError(
        "build-failed",
        `Cannot remove "${path}" of an earlier build`,
        { hint: "Remove it, or give Deno `--allow-write`.", cause },
      );
    }
  }
}

function isReleased(name: string): boolean {
  return looksLikeDistribution(name) || name.endsWith(".attestation");
}
