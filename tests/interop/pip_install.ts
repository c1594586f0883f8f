/**
 * Installs from an index of this machine, as users do.
 *
 * @module
 */

import { join, relative } from "node:path";
import type { PythonTools } from "./python.ts";

/** Options for {@linkcode pipInstall} and {@linkcode uvPipInstall}. */
export interface InstallOptions {
  /** Take sdists only, and build them with what is installed. */
  readonly fromSdist?: boolean;
  /** Take wheels only. */
  readonly onlyWheels?: boolean;
}

/**
 * Runs `pip install` into an empty folder.
 *
 * @param simpleUrl The index to install from, the only one
 * @param requirement What to install
 * @returns The files that were installed, relative, sorted
 */
export async function pipInstall(
  python: PythonTools,
  simpleUrl: string,
  requirement: string,
  options: InstallOptions = {},
): Promise<string[]> {
  return await installed(python, (target) => [
    "python",
    ...["-m", "pip", "install", "--no-cache-dir", "--no-deps", "--pre"],
    ...["--index-url", simpleUrl, "--target", target],
    ...choice(options),
    requirement,
  ]);
}

/** Runs `uv pip install` into an empty folder, like {@linkcode pipInstall}. */
export async function uvPipInstall(
  python: PythonTools,
  simpleUrl: string,
  requirement: string,
  options: InstallOptions = {},
): Promise<string[]> {
  return await installed(python, (target) => [
    "uv",
    ...["pip", "install", "--no-cache", "--no-deps", "--prerelease", "allow"],
    ...["--python", python.program("python")],
    ...["--index-url", simpleUrl, "--target", target],
    ...choice(options),
    requirement,
  ]);
}

function choice({ fromSdist, onlyWheels }: InstallOptions): string[] {
  return [
    ...fromSdist ? ["--no-binary", ":all:", "--no-build-isolation"] : [],
    ...onlyWheels ? ["--only-binary", ":all:"] : [],
  ];
}

async function installed(
  python: PythonTools,
  command: (target: string) => string[],
): Promise<string[]> {
  const target = await Deno.makeTempDir({ prefix: "releasio-installed-" });
  try {
    const [program, ...args] = command(target);
    const { code, output } = await python.run(program!, args);
    if (code !== 0) {
      throw new Error(`Failed: ${program} ${args.join(" ")}\n${output}`);
    }
    return (await filesBelow(target)).map((path) => relative(target, path))
      .sort();
  } finally {
    await Deno.remove(target, { recursive: true });
  }
}

/** Every file below a folder. */
async function filesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    found.push(...isDirectory ? await filesBelow(path) : [path]);
  }
  return found;
}
