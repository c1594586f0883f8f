/**
 * Dependency specifiers, as
 * {@link https://packaging.python.org/en/latest/specifications/dependency-specifiers/ | PEP 508}
 * has them and as PyPI's `packaging` reads them.
 *
 * @module
 */

import { isValidSpecifier } from "../dist/version.ts";

/** A dependency specifier that can be read. */
export interface Requirement {
  /** The project's name, as spelled. */
  readonly name: string;
  /** Extras, as spelled. */
  readonly extras: readonly string[];
  /** Version specifiers, such as `>=1,<2`; empty if there are none. */
  readonly specifier: string;
  /** The URL of a direct reference, or `null`. */
  readonly url: string | null;
  /** The environment marker in `packaging`'s spelling, or `null`. */
  readonly marker: string | null;
}

/** Why text is no dependency specifier. */
export class RequirementError extends Error {
  /** What was expected where, such as `Expected comma between extra names`. */
  readonly reason: string;

  /**
   * Creates an error.
   *
   * @param reason What was expected
   * @param source The whole text
   * @param start Where the trouble begins
   * @param end Where it was noticed
   */
  constructor(reason: string, source: string, start: number, end: number) {
    // As Python's packaging prints it, with a marker below the text.
    const marker = " ".repeat(start) + "~".repeat(end - start) + "^";
    super(`${reason}\n    ${source}\n    ${marker}`);
    this.reason = reason;
  }
}

/** A part of a marker: by itself, and as a term of a longer one. */
interface Expression {
  readonly bare: string;
  readonly text: string;
}

/** Deeper nesting than any real marker has is refused, not recursed into. */
const MAX_DEPTH = 100;

const NAME = /[a-zA-Z0-9](?:[a-zA-Z0-9._-]*[a-zA-Z0-9_])?(?![a-zA-Z0-9_])/y;
const BLANKS = /[ \t]+/y;
const URL_TEXT = /[^ \t]+/y;
const QUOTED = /'[^']*'|"[^"]*"/y;
const COMPARISON = /===|==|~=|!=|<=|>=|<|>/y;
const BOOLEAN = /(?:or|and)\b/y;
const IN = /in\b/y;
const NOT = /not\b/y;
const VARIABLE = new RegExp(
  [
    "python_version|python_full_version|python_implementation",
    "os[._]name|sys[._]platform|platform_release|platform_system",
    "platform[._](?:version|machine|python_implementation)",
    "implementation_name|implementation_version|extras?|dependency_groups",
  ].map((names) => `(?:${names})\\b`).join("|"),
  "y",
);

const RELEASE = String.raw`\s*v?(?:\d+!)?\d+(?:\.\d+)*`;
const PRE = String.raw`(?:[-_.]?(?:alpha|beta|preview|pre|a|b|c|rc)[-_.]?\d*)?`;
const POST = String.raw`(?:-\d+|[-_.]?(?:post|rev|r)[-_.]?\d*)?`;
const DEV = String.raw`(?:[-_.]?dev[-_.]?\d*)?`;
const LOCAL = String.raw`(?:\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?`;
const SPECIFIER = new RegExp(
  [
    String.raw`===\s*[^\s;)]*`,
    String.raw`[=!]=${RELEASE}(?:\.\*|${PRE}${POST}${DEV}${LOCAL})`,
    String.raw`~=\s*v?(?:\d+!)?\d+(?:\.\d+)+${PRE}${POST}${DEV}`,
    `(?:<=|>=|<|>)${RELEASE}${PRE}${POST}${DEV}`,
  ].join("|"),
  "iy",
);

/**
 * Parses a dependency specifier.
 *
 * @param text Such as `requests[socks]>=2; python_version < "3.12"`
 * @returns Its parts
 * @throws {RequirementError} If it can't be read
 */
export function parseRequirement(text: string): Requirement {
  return new RequirementReader(text).read();
}

class RequirementReader {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Requirement {
    this.#take(BLANKS);
    const name = this.#take(NAME) ??
      this.#fail(
        "Expected package name at the start of dependency specifier",
      );
    this.#take(BLANKS);
    const extras = this.#readExtras();
    this.#take(BLANKS);
    const requirement = this.#takeChar("@")
      ? { name, extras, specifier: "", ...this.#readUrl() }
      : { name, extras, url: null, ...this.#readSpecifier() };
    if (this.#position < this.#text.length) {
      this.#fail("Expected end of dependency specifier");
    }
    return requirement;
  }

  #readExtras(): string[] {
    const start = this.#position;
    if (!this.#takeChar("[")) return [];
    this.#take(BLANKS);
    const extras: string[] = [];
    let extra = this.#take(NAME);
    while (extra !== null) {
      extras.push(extra);
      this.#take(BLANKS);
      if (this.#sees(NAME)) this.#fail("Expected comma between extra names");
      if (!this.#takeChar(",")) break;
      this.#take(BLANKS);
      extra = this.#take(NAME) ??
        this.#fail("Expected extra name after comma");
    }
    this.#take(BLANKS);
    if (!this.#takeChar("]")) {
      this.#fail(
        "Expected matching RIGHT_BRACKET for LEFT_BRACKET, after extras",
        start,
      );
    }
    return extras;
  }

  #readUrl(): { url: string; marker: string | null } {
    this.#take(BLANKS);
    const start = this.#position;
    const url = this.#take(URL_TEXT) ?? this.#fail("Expected URL after @");
    this.#take(BLANKS);
    if (this.#atEnd()) return { url, marker: null };
    const marker = this.#readMarker(
      start,
      "semicolon (after URL and whitespace)",
    );
    return { url, marker };
  }

  #readSpecifier(): { specifier: string; marker: string | null } {
    const start = this.#position;
    const enclosed = this.#takeChar("(");
    this.#take(BLANKS);
    const specifier = this.#readVersions();
    this.#take(BLANKS);
    if (enclosed && !this.#takeChar(")")) {
      this.#fail(
        "Expected matching RIGHT_PARENTHESIS for LEFT_PARENTHESIS, " +
          "after version specifier",
        start,
      );
    }
    this.#take(BLANKS);
    if (!isValidSpecifier(specifier)) {
      this.#fail("Invalid version specifier", start);
    }
    if (this.#atEnd()) return { specifier, marker: null };
    const marker = this.#readMarker(
      start,
      specifier === ""
        ? "semicolon (after name with no version specifier)"
        : "comma (within version specifier), " +
          "semicolon (after version specifier)",
    );
    return { specifier, marker };
  }

  #readVersions(): string {
    let versions = "";
    for (;;) {
      const start = this.#position;
      const version = this.#take(SPECIFIER);
      if (version === null) return versions;
      versions += version;
      if (this.#text.startsWith(".*", this.#position)) {
        this.#fail(
          ".* suffix can only be used with `==` or `!=` operators",
          start,
          this.#position + 1,
        );
      }
      if (/^\+[a-z0-9]/.test(this.#text.slice(this.#position))) {
        this.#fail(
          "Local version label can only be used with `==` or `!=` operators",
          start,
        );
      }
      this.#take(BLANKS);
      if (!this.#takeChar(",")) return versions;
      versions += ",";
      this.#take(BLANKS);
    }
  }

  #readMarker(start: number, expected: string): string {
    if (!this.#takeChar(";")) {
      this.#fail(`Expected ${expected} or end`, start);
    }
    const marker = this.#readExpression(0);
    this.#take(BLANKS);
    return marker.bare;
  }

  #readExpression(depth: number): Expression {
    const first = this.#readTerm(depth);
    let joined = first.text;
    let alone = true;
    for (;;) {
      const operator = this.#take(BOOLEAN);
      if (operator === null) break;
      joined += ` ${operator} ${this.#readTerm(depth).text}`;
      alone = false;
    }
    return alone
      ? { bare: first.bare, text: first.bare }
      : { bare: joined, text: `(${joined})` };
  }

  #readTerm(depth: number): Expression {
    this.#take(BLANKS);
    const start = this.#position;
    if (!this.#takeChar("(")) {
      const text = this.#readComparison();
      return { bare: text, text };
    }
    if (depth >= MAX_DEPTH) this.#fail("Too many nested parentheses");
    const expression = this.#readExpression(depth + 1);
    if (!this.#takeChar(")")) {
      this.#fail(
        "Expected matching RIGHT_PARENTHESIS for LEFT_PARENTHESIS, " +
          "after marker expression",
        start,
      );
    }
    this.#take(BLANKS);
    return expression;
  }

  #readComparison(): string {
    const left = this.#readOperand();
    const operator = this.#readOperator();
    const right = this.#readOperand();
    return `${left} ${operator} ${right}`;
  }

  #readOperand(): string {
    this.#take(BLANKS);
    const variable = this.#take(VARIABLE);
    const quoted = variable === null ? this.#take(QUOTED) : null;
    this.#take(BLANKS);
    if (variable !== null) {
      const name = variable.replaceAll(".", "_");
      return name === "python_implementation"
        ? "platform_python_implementation"
        : name;
    }
    if (quoted === null) {
      return this.#fail("Expected a marker variable or quoted string");
    }
    if (!isPythonString(quoted)) this.#fail("Expected a Python string");
    return `"${quoted.slice(1, -1)}"`;
  }

  #readOperator(): string {
    if (this.#take(IN) !== null) return "in";
    if (this.#take(NOT) !== null) {
      if (this.#take(BLANKS) === null) {
        this.#fail("Expected whitespace after 'not'");
      }
      if (this.#take(IN) === null) this.#fail("Expected 'in' after 'not'");
      return "not in";
    }
    return this.#take(COMPARISON) ??
      this.#fail(
        "Expected marker operator, one of " +
          "<=, <, !=, ==, >=, >, ~=, ===, in, not in",
      );
  }

  #sees(pattern: RegExp): boolean {
    pattern.lastIndex = this.#position;
    return pattern.test(this.#text);
  }

  #take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#position;
    const match = pattern.exec(this.#text);
    if (!match) return null;
    this.#position += match[0].length;
    return match[0];
  }

  #takeChar(char: string): boolean {
    if (this.#text[this.#position] !== char) return false;
    this.#position++;
    return true;
  }

  #atEnd(): boolean {
    return this.#position === this.#text.length;
  }

  #fail(
    reason: string,
    start = this.#position,
    end = this.#position,
  ): never {
    throw new RequirementError(reason, this.#text, start, end);
  }
}

// The server reads these as Python literals, and breaks on what is none.
function isPythonString(quoted: string): boolean {
  const body = quoted.slice(1, -1);
  return !/[\n\r]/.test(body) &&
    !/\\(?:$|x(?![0-9a-fA-F]{2})|u(?![0-9a-fA-F]{4})|U|N)/.test(
      body.replaceAll("\\\\", ""),
    );
}

/**
 * A requirement with a direct reference, as `packaging` prints it.
 *
 * @param requirement One that has a URL
 * @returns Such as `demo[extra] @ https://example.org/demo.zip`
 */
export function formatDirectReference(requirement: Requirement): string {
  const { name, extras, url, marker } = requirement;
  const list = extras.length === 0
    ? ""
    : `[${[...new Set(extras)].sort().join(",")}]`;
  return `${name}${list} @ ${url}${marker === null ? "" : ` ; ${marker}`}`;
}
