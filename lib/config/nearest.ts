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
 * @returns The nearest word, or `null` when none is near
 */
export function nearest(word: string, known: Iterable<string>): string | null {
  // Nobody types a long word by mistake, and the distance is quadratic.
  if (word.length > 64) return null;
  let best: string | null = null;
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    // `repo` for `repository`, `workflow_filename` for `workflow`.
    const isPart = word.length >= 3 &&
      (candidate.startsWith(word) || word.startsWith(candidate));
    const distance = isPart ? 1 : editDistance(word, candidate);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein's distance, one row at a time. */
function editDistance(a: string, b: string): number {
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
    row = next;
  }
  return row[b.length]!;
}
