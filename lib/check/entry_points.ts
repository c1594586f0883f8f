/**
 * `entry_points.txt`: an INI file, as PyPI reads it with Python's
 * `configparser`.
 *
 * @see {@link https://packaging.python.org/en/latest/specifications/entry-points/#file-format | Entry points}
 *
 * @module
 */

const SCRIPT_SECTIONS = ["console_scripts", "gui_scripts"];
const DEFAULT_SECTION = "DEFAULT";
const SCRIPT_NAME = /^[\p{L}\p{N}_.-]+$/u;

/** What is wrong with an `entry_points.txt`. */
export interface EntryPointProblem {
  /** 1-based line. */
  readonly line: number;
  /** A clause without capital and period. */
  readonly reason: string;
}

/**
 * Judges an `entry_points.txt`.
 *
 * @param content The file
 * @returns Why PyPI refuses it, or `null`
 */
export function findEntryPointProblem(
  content: Uint8Array,
): EntryPointProblem | null {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(content);
  } catch {
    return { line: 1, reason: "it is not UTF-8" };
  }
  return new EntryPointReader(text).run();
}

class EntryPointReader {
  readonly #lines: readonly string[];
  readonly #sections = new Map<string, Set<string>>();
  #section: string | null = null;
  /** How far the current option is indented; `null` if there is none. */
  #optionIndent: number | null = null;

  constructor(text: string) {
    this.#lines = text.split("\n");
  }

  run(): EntryPointProblem | null {
    for (const [index, line] of this.#lines.entries()) {
      const reason = this.#readLine(line);
      if (reason !== null) return { line: index + 1, reason };
    }
    // What stands in [DEFAULT] counts in every other section.
    const inherits = SCRIPT_SECTIONS.some((name) => this.#sections.has(name));
    const bad = inherits
      ? [...this.#sections.get(DEFAULT_SECTION) ?? []]
        .find((name) => !SCRIPT_NAME.test(name))
      : undefined;
    return bad === undefined ? null : { line: 1, reason: badScriptName(bad) };
  }

  #readLine(line: string): string | null {
    const value = /^\s*[#;]/.test(line) ? "" : line.trim();
    // Blank lines and comments may stand within a value.
    if (value === "") return null;
    const indent = line.length - line.trimStart().length;
    if (
      this.#section !== null && this.#optionIndent !== null &&
      indent > this.#optionIndent
    ) return null;
    const header = /^\[(.+)\]/s.exec(value);
    if (header) return this.#openSection(header[1]!);
    if (this.#section === null) return "an entry stands before any [section]";
    return this.#addOption(value, indent);
  }

  #openSection(name: string): string | null {
    this.#optionIndent = null;
    this.#section = name;
    if (!this.#sections.has(name)) this.#sections.set(name, new Set());
    else if (name !== DEFAULT_SECTION) {
      return `section [${name}] is there twice`;
    }
    return null;
  }

  #addOption(value: string, indent: number): string | null {
    const equals = value.indexOf("=");
    const name = value.slice(0, Math.max(equals, 0)).trim();
    if (name === "") return `"${value.slice(0, 80)}" is no "name = value"`;
    this.#optionIndent = indent;
    const section = this.#section!;
    const names = this.#sections.get(section)!;
    if (names.has(name)) return `"${name}" is there twice in [${section}]`;
    names.add(name);
    return SCRIPT_SECTIONS.includes(section) && !SCRIPT_NAME.test(name)
      ? badScriptName(name)
      : null;
  }
}

function badScriptName(name: string): string {
  return `"${name.slice(0, 80)}" can't be the name of a script`;
}
