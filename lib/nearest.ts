/**
 * "Did you mean …?"
 *
 * @module
 */

/**
 * The known word that a mistyped one most likely stands for.
 *
 * @param word What was written
 * @param known What could have been meant
 * @returns The nearest word, letter case aside; `null` if more than a third
 * of it would have to change
 */
export function nearest(word: string, known: Iterable<string>): string | null {
  // Nobody mistypes a word this long, and the distance is quadratic.
  if (word.length > 256) return null;
  const wanted = word.toLowerCase();
  let best: string | null = null;
  let bestDistance = Infinity;
  for (const candidate of known) {
    const limit = Math.min(
      bestDistance - 1,
      Math.max(2, Math.floor(Math.max(wanted.length, candidate.length) / 3)),
    );
    const other = candidate.toLowerCase();
    // `repo` for `repository`, `workflow_filename` for `workflow`.
    const isPart = wanted.length >= 3 &&
      (other.startsWith(wanted) || wanted.startsWith(other));
    const distance = isPart ? 1 : editDistance(wanted, other, limit);
    if (distance <= limit) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein's distance, one row at a time, given up beyond the limit. */
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
