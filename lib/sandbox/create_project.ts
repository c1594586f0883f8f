/**
 * PyPI's rules for the names of new projects.
 *
 * @module
 */

import { isStdlibModule } from "../check/stdlib.ts";
import { normalizeName } from "../dist/filename.ts";
import { ensureProject, type SandboxState } from "./state.ts";
import { Refusal } from "./refusal.ts";

const NAME_REGEXP = /^(?:[A-Z0-9]|[A-Z0-9][A-Z0-9._-]*[A-Z0-9])$/i;

/**
 * Creates a project for a user or a pending publisher.
 *
 * @param state The state
 * @param name The project's name
 * @throws {Refusal} In PyPI's words
 */
export function createProject(state: SandboxState, name: string): void {
  if (state.flags.disallowNewProjects) {
    throw new Refusal(
      403,
      "New project registration temporarily disabled. See https://pypi.org/help#admin-intervention for more information.",
    );
  }
  if (!NAME_REGEXP.test(name)) {
    throw new Refusal(400, `The name '${name}' is invalid.`);
  }
  if (state.prohibitedNames.has(normalizeName(name))) {
    throw new Refusal(
      400,
      `The name '${name}' isn't allowed. See https://pypi.org/help/#project-name for more information.`,
    );
  }
  if (isStdlibModule(normalizeName(name))) {
    throw new Refusal(
      400,
      `The name '${name}' isn't allowed (conflict with Python Standard Library module name). See https://pypi.org/help/#project-name for more information.`,
    );
  }
  const similar = [...state.projects.keys()]
    .some((known) => ultranormalize(known) === ultranormalize(name));
  if (similar) {
    throw new Refusal(
      400,
      `The name '${name}' is too similar to an existing project. See https://pypi.org/help/#project-name for more information.`,
    );
  }
  ensureProject(state, name);
}

/**
 * A name without what readers mix up: names that are equal so are too
 * similar.
 *
 * @param name A project's name
 * @returns The reduced name
 */
export function ultranormalize(name: string): string {
  return name.toLowerCase()
    .replaceAll(/[._-]/g, "")
    .replaceAll(/[li]/g, "1")
    .replaceAll("o", "0");
}
