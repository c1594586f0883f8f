/**
 * The package as it would be published, in a folder outside the repository.
 * `deno doc` takes no configuration, and `deno publish` counts linked folders
 * inside the package as part of it: neither can run on the repository itself
 * where packages are linked.
 *
 * @module
 */

import { copyFile, glob, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { DenoConfig } from "./dependencies.ts";
import type { Workshop } from "./workshop.ts";

/** Runs in the repository, or where packages are linked in a copy of it. */
export async function onPackage(
  { root, config, source }: Workshop,
  run: (folder: string) => Promise<number>,
): Promise<number> {
  if (source.kind === "registry") return await run(root);
  const stage = await stagePackage(root, { ...config, lock: false });
  try {
    return await run(stage);
  } finally {
    await Deno.remove(stage, { recursive: true });
  }
}

/**
 * Copies what would be published, with a configuration of its own.
 *
 * @param root The repository
 * @param config The configuration to put beside the files
 * @returns The folder; the caller removes it
 */
export async function stagePackage(
  root: string,
  config: DenoConfig,
): Promise<string> {
  const stage = await Deno.makeTempDir({ prefix: "releasio-package-" });
  const include = config.publish?.include ?? [];
  for await (const file of glob(include, { cwd: root })) {
    await mkdir(dirname(join(stage, file)), { recursive: true });
    await copyFile(join(root, file), join(stage, file));
  }
  await Deno.writeTextFile(join(stage, "deno.json"), JSON.stringify(config));
  return stage;
}
