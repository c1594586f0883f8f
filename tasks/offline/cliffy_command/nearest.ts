/**
 * What somebody may have meant.
 *
 * @module
 */

/** The name that differs least from `word`, if by no more than a third. */
export function nearest(
  word: string,
  names: Iterable<string>,
): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const name of names) {
    const steps = distance(word, name);
    if (steps < least) [best, least] = [name, steps];
  }
  return best;
}

/** Letters to add, remove or change between two words. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      next.push(Math.min(
        next[j]! + 1,
        row[j + 1]! + 1,
        row[j]! + (letter === b[j] ? 0 : 1),
      ));
    }
    row = next;
  }
  return row[b.length]!;
}
