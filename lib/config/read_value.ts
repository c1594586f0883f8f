/**
 * One value, read by its kind.
 *
 * @module
 */

import { ReleasioError } from "../errors.ts";
import type { Kind } from "./kinds.ts";
import type { Origin } from "./settings.ts";
import { wrongType } from "./value_errors.ts";

/**
 * Reads what was found for a setting.
 *
 * @typeParam T What the setting's values are
 * @param name The setting's dotted key, for errors
 * @param kind What it takes
 * @param found Data of a file; from elsewhere, its text
 * @param origin Where it was found
 * @returns The value
 * @throws {ReleasioError} `config-wrong-type`, or the kind's own error, each
 * with the place
 */
export function readValue<T>(
  name: string,
  kind: Kind<T>,
  found: unknown,
  origin: Origin,
): T {
  const value = located(
    origin,
    () =>
      origin.kind === "file"
        ? kind.fromData(found)
        : kind.fromText(String(found)),
  );
  if (value !== undefined) return value;
  const isQuoted = origin.kind === "file" && typeof found === "string" &&
    kind.fromText(found) !== undefined;
  throw wrongType(
    name,
    kind.expected,
    found,
    origin,
    isQuoted ? `Write it without quotes: ${found}.` : undefined,
  );
}

/**
 * Runs a parser, and adds the place to the message of what it throws.
 *
 * @typeParam T What it returns
 * @param origin The place
 * @param parse The parser
 * @returns What the parser returns
 * @throws {ReleasioError} What the parser throws, with the place
 */
export function located<T>(origin: Origin, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof ReleasioError)) throw error;
    throw new ReleasioError(error.code, `${error.message} (${origin.name})`, {
      ...(error.hint === null ? {} : { hint: error.hint }),
      details: error.details,
    });
  }
}
