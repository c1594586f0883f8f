/**
 * What the tasks work with: the repository, and a configuration that resolves
 * its dependencies on this machine.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- it speaks to a developer

import { join } from "node:path";
import {
  chooseSource,
  type DenoConfig,
  describeSource,
  linkConfig,
  readConfig,
  type Source,
} from "./dependencies.ts";

/** What a task works with. */
export interface Workshop {
  /** The repository. */
  readonly root: string;
  /** The configuration that resolves the dependencies. */
  readonly config: DenoConfig;
  /** The file that holds it. */
  readonly configFile: string;
  /** Where the JSR packages come from. */
  readonly source: Source;
  /** Arguments after the task's name. */
  readonly args: readonly string[];
}

/**
 * Finds the dependencies, writes the configuration that links them, and says
 * where they come from.
 *
 * @param root The repository
 * @param args Arguments after the task's name
 */
export async function openWorkshop(
  root: string,
  args: readonly string[],
): Promise<Workshop> {
  const config = await readConfig(root);
  const source = await chooseSource(root, Deno.env.get("JSR_CHECKOUTS"));
  console.error(describeSource(source));
  if (source.kind === "registry") {
    const configFile = join(root, "deno.json");
    return { root, config, configFile, source, args };
  }
  const linkedConfig = linkConfig(config, source);
  const configFile = join(root, "deno.offline.json");
  await writeIfChanged(
    configFile,
    `${JSON.stringify(linkedConfig, null, 2)}\n`,
  );
  return { root, config: linkedConfig, configFile, source, args };
}

/** Never seen half-written, since other commands may be reading it. */
async function writeIfChanged(file: string, text: string): Promise<void> {
  if (await Deno.readTextFile(file).catch(() => "") === text) return;
  const draft = `${file}.${Deno.pid}`;
  await Deno.writeTextFile(draft, text);
  await Deno.rename(draft, file);
}
