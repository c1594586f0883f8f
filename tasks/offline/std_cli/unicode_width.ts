/**
 * Stand-in for `@std/cli/unicode-width`, over `get-east-asian-width`.
 *
 * @module
 */

import { eastAsianWidth } from "get-east-asian-width";

/** Controls, and what joins the character before it. */
const NO_COLUMN = /[\p{Cc}\p{Cf}\p{Mn}\p{Me}]/gu;

/** How many terminal columns `text` takes; control characters take none. */
export function unicodeWidth(text: string): number {
  return [...text.replaceAll(NO_COLUMN, "")]
    .reduce((width, char) => width + eastAsianWidth(char.codePointAt(0)!), 0);
}
