/**
 * What is wrong with a setting, said with what was found and where.
 *
 * @module
 */

import { ReleasioError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import type { Origin } from "./settings.ts";

/**
 * A value of another kind than its key takes.
 *
 * @param key The dotted key
 * @param expected What the key takes
 * @param found What was found
 * @param origin Where it was found
 * @param hint What to write instead, where that is known
 * @returns A `config-wrong-type` error
 */
export function wrongType(
  key: string,
  expected: string,
  found: unknown,
  origin: Origin,
  hint?: string,
): ReleasioError {
  return new ReleasioError(
    "config-wrong-type",
    `Cannot use ${key}: expected ${expected}, found ${
      describe(found)
    } (${origin.name})`,
    { ...(hint === undefined ? {} : { hint }), details: { key } },
  );
}

/**
 * A key that nobody knows.
 *
 * @param key The dotted key
 * @param known The keys that could stand in its place
 * @param origin Where it was found
 * @param hint What to do, where that is more than a likely word
 * @returns A `config-unknown-key` error
 */
export function unknownKey(
  key: string,
  known: readonly string[],
  origin: Origin,
  hint?: string,
): ReleasioError {
  const name = key.slice(key.lastIndexOf(".") + 1);
  const near = nearest(name, known);
  return new ReleasioError(
    "config-unknown-key",
    `Unknown setting ${JSON.stringify(key.slice(0, 100))} (${origin.name})`,
    {
      hint: hint ??
        (near !== null
          ? `Did you mean "${near}"?`
          : `Known here: ${known.join(", ")}.`),
      details: { key, nearest: near },
    },
  );
}

function describe(value: unknown): string {
  if (typeof value === "string") return quote(value);
  if (typeof value === "number") return `the number ${value}`;
  if (typeof value === "boolean") return `the boolean ${value}`;
  if (Array.isArray(value)) return "a list";
  return value instanceof Date ? "a date" : "a table";
}

/**
 * A value from outside in one line, shortened. A token that ended up in the
 * wrong place is not shown.
 *
 * @param value Any text
 * @returns The text in quotes
 */
export function quote(value: string): string {
  if (/pypi-\w/.test(value)) return "[redacted]";
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
}
