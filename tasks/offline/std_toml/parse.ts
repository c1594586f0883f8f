/**
 * Stand-in for `@std/toml`, over `smol-toml`.
 *
 * @module
 */

import { parse as parseToml, TomlError } from "smol-toml";

/**
 * Parses a TOML document.
 *
 * @throws {SyntaxError} If it is not TOML; the message names line and column.
 */
export function parse(tomlString: string): Record<string, unknown> {
  try {
    return parseToml(tomlString);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [reason] = error.message.split("\n");
    throw new SyntaxError(
      `Parse error on line ${error.line}, column ${error.column}: ${reason}`,
    );
  }
}
