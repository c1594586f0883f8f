/**
 * Stand-in for `@std/cli/unicode-width`, over `string-width`.
 *
 * @module
 */

import stringWidth from "string-width";

/** How many terminal columns `text` takes; control characters take none. */
export function unicodeWidth(text: string): number {
  return stringWidth(text, { countAnsiEscapeCodes: true });
}
