/**
 * TOML, tables in any order.
 *
 * @module
 */

import { parse } from "@std/toml";

const HEADER_REGEXP = /^\s*\[\s*([^[\]]+?)\s*\]\s*(?:#.*)?$/;

/**
 * Parses a TOML document.
 *
 * @param text The document
 * @returns Its content
 * @throws {SyntaxError} If it is not TOML; the message names line and column
 */
export function parseToml(text: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (error) {
    const ordered = withTablesInOrder(text);
    if (ordered === text) throw error;
    try {
      return parse(ordered);
    } catch {
      // Its lines are not the file's: those of the first error are.
      throw error;
    }
  }
}

/**
 * Puts `[a]` before `[a.b]` where it stands after it. TOML allows both
 * orders; `@std/toml` 1.0.11 reads the first alone.
 *
 * @param text A TOML document
 * @returns The same document in that order, or as it was if it has strings of
 * several lines, which may hold what looks like a header
 */
export function withTablesInOrder(text: string): string {
  if (/"""|'''/.test(text)) return text;
  const sections: { readonly name: string | null; text: string }[] = [
    { name: null, text: "" },
  ];
  for (const line of text.split(/(?<=\n)/)) {
    const name = HEADER_REGEXP.exec(line.trimEnd())?.[1] ?? null;
    // An array of tables belongs where it stands.
    if (name !== null || /^\s*\[\[/.test(line)) {
      sections.push({ name, text: "" });
    }
    sections.at(-1)!.text += line;
  }
  for (let i = 1; i < sections.length; i++) {
    const { name } = sections[i]!;
    if (name === null) continue;
    const first = sections.findIndex((other) =>
      other.name?.startsWith(`${name}.`)
    );
    if (first === -1 || first > i) continue;
    const [section] = sections.splice(i, 1);
    sections.splice(first, 0, section!);
  }
  // The last line may lack its line feed, and need not be the last any more.
  return sections.map(({ text }) => text.replace(/([^\n])$/, "$1\n")).join("");
}
