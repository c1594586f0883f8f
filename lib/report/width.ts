/**
 * Text in columns: padding, truncation and wrapping by displayed width.
 *
 * Widths are those of uncoloured text: lay out first, paint last.
 *
 * @module
 */

import { unicodeWidth } from "@std/cli/unicode-width";

/**
 * Fills a text up to a width with spaces after it.
 *
 * @param text The text
 * @param columns The width
 * @returns The text, longer or as it was
 */
export function padEnd(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - unicodeWidth(text)));
}

/**
 * Fills a text up to a width with spaces before it.
 *
 * @param text The text
 * @param columns The width
 * @returns The text, longer or as it was
 */
export function padStart(text: string, columns: number): string {
  return " ".repeat(Math.max(0, columns - unicodeWidth(text))) + text;
}

/**
 * The widest of some texts.
 *
 * @param texts The texts
 * @returns Columns; 0 without texts
 */
export function widest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, unicodeWidth(text)), 0);
}

/**
 * Shortens a text by its middle: the start of a file name tells the project,
 * its end the platform.
 *
 * @param text The text
 * @param columns The most columns to fill
 * @returns The text, with `…` where something is left out
 */
export function truncateMiddle(text: string, columns: number): string {
  if (unicodeWidth(text) <= columns) return text;
  const chars = [...text];
  const tailColumns = Math.floor((columns - 1) / 2);
  const head = fit(chars, columns - 1 - tailColumns);
  const tail = fit(chars.toReversed(), tailColumns).reverse();
  return `${head.join("")}…${tail.join("")}`;
}

/** As many of the first characters as fit. */
function fit(chars: readonly string[], columns: number): string[] {
  const taken: string[] = [];
  let left = columns;
  for (const char of chars) {
    left -= unicodeWidth(char);
    if (left < 0) break;
    taken.push(char);
  }
  return taken;
}

/**
 * Wraps a text at spaces. A word that is too long, such as an address, keeps
 * a line of its own: it must stay in one piece to be copied.
 *
 * @param text The text, one line
 * @param columns The width
 * @param indent What every line begins with
 * @returns The lines
 */
export function wrap(text: string, columns: number, indent = ""): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && unicodeWidth(indent + longer) > columns) {
      lines.push(indent + line);
      line = word;
    } else {
      line = longer;
    }
  }
  if (line !== "") lines.push(indent + line);
  return lines;
}

/**
 * Wraps a text beside a label: its further lines start below its first.
 *
 * @param label What the first line begins with, its spaces included
 * @param text The text, one line
 * @param columns The width
 * @returns The lines
 */
export function hang(label: string, text: string, columns: number): string[] {
  const [first = "", ...rest] = wrap(
    text,
    columns,
    " ".repeat(unicodeWidth(label)),
  );
  return [(label + first.trimStart()).trimEnd(), ...rest];
}
