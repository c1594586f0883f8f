/**
 * The real distributions in `tests/fixtures/dist/`, and the tables beside them.
 */

import { fileURLToPath } from "node:url";
import { denoContext } from "../../lib/deno_context.ts";
import type { DistributionFile } from "../../lib/dist/distribution.ts";

/** The path of a file or folder below `tests/fixtures/`. */
export function fixturePath(path: string): string {
  return fileURLToPath(new URL(`../fixtures/${path}`, import.meta.url));
}

/** Opens a distribution by its path below `tests/fixtures/dist/`. */
export async function fixtureFile(path: string): Promise<DistributionFile> {
  const whole = fixturePath(`dist/${path}`);
  return {
    path: whole,
    filename: path.split("/").at(-1)!,
    blob: await denoContext().openFile(whole),
  };
}

/** Reads a table below `tests/fixtures/`. */
export async function fixtureTable<T>(path: string): Promise<T> {
  return JSON.parse(await Deno.readTextFile(fixturePath(path)));
}
