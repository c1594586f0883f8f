/**
 * Sorted lists in little space: every CI run downloads them.
 *
 * @module
 */

/**
 * Decodes a front-coded list: each line says how many characters it shares
 * with the one before (one base-36 digit), then has the rest.
 *
 * @param text The lines
 * @returns The words, sorted
 */
export function decodeFrontCoded(text: string): string[] {
  let before = "";
  return text.split("\n").map((line) => {
    before = before.slice(0, parseInt(line[0]!, 36)) + line.slice(1);
    return before;
  });
}
