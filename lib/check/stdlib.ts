/**
 * The names of Python's standard library.
 *
 * @module
 */

import { STDLIB_MODULES } from "./data/stdlib_modules.ts";
import { decodeFrontCoded } from "./front_coding.ts";

let names: ReadonlySet<string> | undefined;

/**
 * Whether a module of Python's standard library, of any version, has this
 * name: PyPI creates no project under it.
 *
 * @param normalized A project's normalized name
 * @returns `true` if one has
 */
export function isStdlibModule(normalized: string): boolean {
  names ??= new Set(decodeFrontCoded(STDLIB_MODULES));
  return names.has(normalized);
}
