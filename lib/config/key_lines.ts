/**
 * Where the keys of a TOML file are: the parser tells values, not places.
 *
 * @module
 */

/** A key of a TOML file, and the line that defines it. */
export interface KeyLine {
  /** The whole path of the key, its tables included. */
  readonly path: readonly string[];
  /** 1-based. */
  readonly line: number;
}

/** The places of a TOML file's tables and keys. */
export interface KeyLines {
  /**
   * The line of a key, or of the innermost table around it that has one: the
   * keys of an inline table are on the line of the table.
   */
  readonly lineOf: (path: readonly string[]) => number | null;
  /** Keys that were defined before, in a table or in an element of a list. */
  readonly repeated: readonly KeyLine[];
}

/**
 * Finds the lines that tables and keys are defined at.
 *
 * The text must have been parsed before: this reads just enough of it to tell
 * keys from values, and makes no effort on what is not TOML.
 *
 * @param text A TOML document
 * @returns Where its keys are
 */
export function findKeyLines(text: string): KeyLines {
  const lines = new Map<string, number>();
  const repeated: KeyLine[] = [];
  let table: string[] = [];
  for (const statement of statements(text)) {
    const { line, isHeader } = statement;
    const path = isHeader ? statement.path : [...table, ...statement.path];
    if (isHeader) table = path;
    const id = JSON.stringify(path);
    if (!lines.has(id)) lines.set(id, line);
    else if (!isHeader) repeated.push({ path, line });
  }
  return {
    lineOf(path) {
      for (let length = path.length; length > 0; length--) {
        const line = lines.get(JSON.stringify(path.slice(0, length)));
        if (line !== undefined) return line;
      }
      return null;
    },
    repeated,
  };
}

/**
 * A path as TOML writes it.
 *
 * @param path The keys, outermost first
 * @returns Such as `publish.jobs`; keys that need quotes have them
 */
export function dottedKey(path: readonly string[]): string {
  return path
    .map((key) => /^[\w-]+$/.test(key) ? key : JSON.stringify(key))
    .join(".");
}

const BLANK = /(?:[ \t\r\n]|#[^\n]*)+/y;
const HEADER = /\[\[?/y;
const KEY =
  /[ \t]*(?:"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'|([A-Za-z0-9_-]+))[ \t]*(\.?)/y;
// One step through a value: a string of any kind, a comment, a bracket, a line
// end, or a run of anything else.
const STEP =
  /"""(?:[^\\]|\\[^])*?"""+|'''[^]*?'''+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|#[^\n]*|[^"'#[\]{}\n]+|[^]/y;

function* statements(
  text: string,
): Generator<{ isHeader: boolean; path: string[]; line: number }> {
  let position = 0;
  let line = 1;

  function take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = position;
    const match = pattern.exec(text);
    if (match === null) return null;
    position = pattern.lastIndex;
    line += match[0].split("\n").length - 1;
    return match;
  }

  function takePath(): string[] {
    const path: string[] = [];
    for (let match = take(KEY); match !== null; match = take(KEY)) {
      const [, basic, literal, bare, dot] = match;
      path.push(basic === undefined ? literal ?? bare ?? "" : unescape(basic));
      if (dot === "") break;
    }
    return path;
  }

  // A header's closing brackets take the depth below zero: no harm.
  function skipToNextStatement(): void {
    let depth = 0;
    for (let match = take(STEP); match !== null; match = take(STEP)) {
      const [step] = match;
      if (step === "\n" && depth <= 0) return;
      if (step === "[" || step === "{") depth++;
      if (step === "]" || step === "}") depth--;
    }
  }

  while (true) {
    take(BLANK);
    if (position >= text.length) return;
    const isHeader = take(HEADER) !== null;
    const start = line;
    yield { isHeader, path: takePath(), line: start };
    skipToNextStatement();
  }
}

function unescape(key: string): string {
  try {
    return JSON.parse(`"${key}"`);
  } catch {
    return key; // An escape that JSON lacks, such as `\U0001F40D`.
  }
}
