/**
 * The one function between untrusted text and whoever reads our output.
 *
 * @module
 */

import { redactTokens } from "./redact.ts";

const ESC = "\\u001b";
/** Escape sequences as a whole, so that no `[31m` is left behind. */
const ANSI_REGEXP = new RegExp(
  [
    `(?:${ESC}\\[|\\u009b)[0-?]{0,64}[ -/]{0,8}[@-~]`,
    `${ESC}\\][^\\u0007${ESC}]{0,256}(?:\\u0007|${ESC}\\\\)`,
    `${ESC}[ -/]?[0-Z\\\\^-~]`,
  ].join("|"),
  "g",
);
const LINE_BREAKS_REGEXP = /[\t\n\v\f\r\x85\u2028\u2029]+/g;
/** Controls, bidirectional and other invisible formatting, lone surrogates. */
const INVISIBLE_REGEXP = /[\p{Cc}\p{Cf}\p{Cs}]/gu;
/**
 * GitHub runs `::command::` at the start of a line and `##[command]` anywhere
 * in one; Azure Pipelines and TeamCity run `##name[`. Text is wrapped at
 * spaces, so what follows a space may come to start a line. The `::` of a
 * trove classifier has spaces around it and does no harm.
 */
const DOUBLE_COLON_REGEXP = /(?<=^|\s)::(?=\S)/g;
const DOUBLE_HASH_REGEXP = /##(?=[\w-]*\[)/g;

/**
 * Makes text from a server, an archive or the environment safe to print: one
 * line, of bounded length, without escape sequences, with invisible
 * characters made visible (`\u{202e}`), and inert to the CI's log commands.
 *
 * Applying it twice changes nothing.
 *
 * @param text The text
 * @param limit The most UTF-16 code units to return
 * @returns The text, safe to print
 */
export function plain(text: string, limit = 1000): string {
  // Megabytes must cost no more than what is shown of them.
  const bounded = text.slice(0, limit * 4);
  const shown = redactTokens(bounded.replaceAll(ANSI_REGEXP, ""))
    .replaceAll(LINE_BREAKS_REGEXP, " ")
    .trim()
    .replaceAll(INVISIBLE_REGEXP, visible)
    .replaceAll(DOUBLE_COLON_REGEXP, ": :")
    .replaceAll(DOUBLE_HASH_REGEXP, "# #");
  if (shown.length <= limit && bounded.length === text.length) return shown;
  return shown.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, "") + "…";
}

function visible(char: string): string {
  return `\\u{${char.codePointAt(0)!.toString(16)}}`;
}
