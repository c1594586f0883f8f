/**
 * The nearest known word to a mistyped one.
 *
 * @module
 */

/**
 * Finds the word that takes the fewest edits, case aside.
 *
 * @param word What was written
 * @param known The words that would have been right
 * @returns The nearest one; `null` if none is near: more than a third of the
 *   longer word would have to change
 */
export function nearest(
  word: string,
  known: Iterable<string>,
): string | null {
  const wanted = word.slice(0, 256).toLowerCase();
  let best: string | null = null;
  let bestDistance = Infinity;
  for (const candidate of known) {
    const limit = Math.min(
      bestDistance - 1,
      Math.floor(Math.max(wanted.length, candidate.length) / 3),
    );
    const distance = editDistance(wanted, candidate.toLowerCase(), limit);
    if (distance <= limit) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

// Levenshtein's, given up as soon as it must exceed the limit.
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return Infinity;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(
        row[j]! + 1,
        next[j - 1]! + 1,
        row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1),
      ));
    }
    if (Math.min(...next) > limit) return Infinity;
    row = next;
  }
  return row[b.length]!;
}
