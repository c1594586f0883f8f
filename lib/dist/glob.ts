/**
 * Glob patterns: `*`, `?`, `[a-z]`, `[!a-z]` and `{a,b}` within a name, `**`
 * for any folders.
 *
 * @module
 */

/** Alternatives that one pattern may have, all its braces multiplied. */
const MAX_ALTERNATIVES = 1000;

/**
 * Whether a path or a pattern has characters that mean something in a glob.
 *
 * @param text A path
 * @returns `true` if it is to be expanded
 */
export function isGlob(text: string): boolean {
  return /[*?[{]/.test(text);
}

/**
 * Whether a name matches a pattern, from its first character to its last.
 *
 * @param pattern The pattern, without slashes
 * @param name A file's name
 * @returns `true` if it does
 * @throws {RangeError} If the pattern's braces make too many alternatives
 *
 * @example Match a file name
 * ```ts
 * import { matchesGlob } from "@releasio/cli/dist";
 * import { assert } from "@std/assert";
 *
 * assert(matchesGlob("demo-*.{whl,tar.gz}", "demo-1.0.tar.gz"));
 * ```
 */
export function matchesGlob(pattern: string, name: string): boolean {
  return expandBraces(pattern).some((alternative) =>
    segmentPattern(alternative).test(name)
  );
}

/**
 * Expands `{a,b}` into the patterns that it stands for.
 *
 * @param pattern A pattern
 * @returns Patterns without braces that have a comma
 * @throws {RangeError} If there are too many of them
 */
export function expandBraces(pattern: string): string[] {
  const done: string[] = [];
  const open = [pattern];
  while (open.length > 0) {
    if (done.length + open.length > MAX_ALTERNATIVES) {
      throw new RangeError(`Too many alternatives in glob: "${pattern}"`);
    }
    const next = open.pop()!;
    // The innermost braces first, so that nested ones need no parser.
    const match = /\{([^{}]*,[^{}]*)\}/.exec(next);
    if (!match) {
      done.push(next);
      continue;
    }
    const before = next.slice(0, match.index);
    const after = next.slice(match.index + match[0].length);
    for (const choice of match[1]!.split(",").reverse()) {
      open.push(before + choice + after);
    }
  }
  return done;
}

/**
 * Makes a regular expression of one segment of a pattern.
 *
 * @param segment What stands between two slashes, braces expanded
 * @returns An expression that matches whole names
 */
export function segmentPattern(segment: string): RegExp {
  let source = "";
  for (let i = 0; i < segment.length; i++) {
    const char = segment[i]!;
    // A "]" right after the opening stands for itself, as in every shell.
    const first = /^\[[!^]?/.exec(segment.slice(i))?.[0].length ?? 0;
    const end = char === "[" ? segment.indexOf("]", i + first + 1) : -1;
    if (char === "*") source += ".*";
    else if (char === "?") source += ".";
    else if (end > 0) {
      source += characterClass(segment.slice(i + 1, end));
      i = end;
    } else source += escape(char);
  }
  return new RegExp(`^${source}$`, "su");
}

function characterClass(content: string): string {
  const isNegated = /^[!^]/.test(content);
  const chars = [...isNegated ? content.slice(1) : content];
  let set = "";
  for (let i = 0; i < chars.length; i++) {
    const from = chars[i]!;
    const isRange = chars[i + 1] === "-" && i + 2 < chars.length;
    const to = isRange ? chars[i += 2]! : from;
    // A range that runs backwards has no characters.
    if (from.codePointAt(0)! > to.codePointAt(0)!) continue;
    set += `${escape(from)}-${escape(to)}`;
  }
  return `[${isNegated ? "^" : ""}${set}]`;
}

function escape(char: string): string {
  return /[\\^$.*+?()[\]{}|/-]/.test(char)
    ? `\\u{${char.codePointAt(0)!.toString(16)}}`
    : char;
}
