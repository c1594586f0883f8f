/**
 * Looking at the index while there is other work to do.
 *
 * @module
 */

import type { Registry } from "../config/registry.ts";
import type { Context } from "../context.ts";
import { fetchProject, type ProjectLookup } from "./simple_api.ts";

/** What an index is being asked for, by project. */
export type Lookups = ReadonlyMap<string, Promise<ProjectLookup>>;

/** Projects that are asked for at a time. */
const AT_A_TIME = 8;

/**
 * Starts to ask an index for projects. It takes as long as the network does:
 * start it before the files are checked and hashed.
 *
 * @param context The outside world
 * @param registry The index
 * @param projects Normalized names
 * @returns A promise for each; one that is never awaited may fail unheard
 */
export function startLookups(
  context: Context,
  registry: Registry,
  projects: Iterable<string>,
): Lookups {
  const lookups = new Map<string, Promise<ProjectLookup>>();
  const started: Promise<ProjectLookup>[] = [];
  for (const project of new Set(projects)) {
    const turn = started[started.length - AT_A_TIME] ?? Promise.resolve();
    const ask = () => fetchProject(context, registry, project);
    const lookup = turn.then(ask, ask);
    lookup.catch(() => {});
    started.push(lookup);
    lookups.set(project, lookup);
  }
  return lookups;
}
