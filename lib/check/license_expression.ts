/**
 * License expressions, as
 * {@link https://peps.python.org/pep-0639/#term-license-expression | PEP 639}
 * has them and as PyPI's `packaging` reads them.
 *
 * @module
 */

import { EXCEPTIONS, LICENSES } from "./data/spdx.ts";
import { decodeFrontCoded } from "./front_coding.ts";
import { nearest } from "../nearest.ts";

/** Python nests no deeper, and so neither does the server. */
const MAX_DEPTH = 200;

/** What is wrong with a license expression. */
export interface LicenseProblem {
  /** A clause without capital and period. */
  readonly reason: string;
  /** The known identifier nearest to one that is unknown, or `null`. */
  readonly nearest: string | null;
}

/** Identifiers by their lower-case form: case does not matter. */
interface Identifiers {
  readonly licenses: ReadonlyMap<string, string>;
  readonly exceptions: ReadonlyMap<string, string>;
}

let identifiers: Identifiers | undefined;

function knownIdentifiers(): Identifiers {
  return identifiers ??= {
    licenses: byLowerCase(LICENSES),
    exceptions: byLowerCase(EXCEPTIONS),
  };
}

function byLowerCase(text: string): ReadonlyMap<string, string> {
  return new Map(decodeFrontCoded(text).map((id) => [id.toLowerCase(), id]));
}

/**
 * Judges a license expression.
 *
 * As lenient as the server: `WITH` is taken wherever `AND` is.
 *
 * @param expression Such as `MIT OR (Apache-2.0 AND BSD-3-Clause)`
 * @returns What is wrong with it, or `null`
 */
export function findLicenseProblem(expression: string): LicenseProblem | null {
  const tokens = expression.replaceAll(/[()]/g, " $& ").split(/\s+/)
    .filter(Boolean);
  return findSyntaxProblem(tokens) ?? findUnknown(tokens);
}

const OPERATORS = new Set(["and", "or", "with"]);

function findSyntaxProblem(tokens: readonly string[]): LicenseProblem | null {
  let depth = 0;
  // Between terms stand operators: what is due decides what may come.
  let termDue = true;
  for (const token of tokens) {
    const word = token.toLowerCase();
    const fits = OPERATORS.has(word) || word === ")" ? !termDue : termDue;
    if (!fits) return syntax(`"${token}" is not expected there`);
    if (word === "(") depth++;
    else if (word === ")") depth--;
    else termDue = OPERATORS.has(word);
    if (depth < 0) return syntax('a ")" closes nothing');
    if (depth > MAX_DEPTH) return syntax("it is nested too deeply");
  }
  if (depth > 0) return syntax('a "(" is not closed');
  return termDue ? syntax("it ends where a license is expected") : null;
}

function syntax(reason: string): LicenseProblem {
  return { reason, nearest: null };
}

function findUnknown(tokens: readonly string[]): LicenseProblem | null {
  const { licenses, exceptions } = knownIdentifiers();
  let before = "";
  for (const token of tokens) {
    const word = token.toLowerCase();
    if (before === "with") {
      if (!isPunctuation(word) && !exceptions.has(word)) {
        return unknown("license exception", token, exceptions);
      }
    } else if (!isPunctuation(word)) {
      const id = word.replace(/\+$/, "");
      if (id.startsWith("licenseref-")) {
        if (!/^[a-z0-9.-]*$/.test(word)) {
          return syntax(
            `"${token}" may have only letters, digits, "." and "-"`,
          );
        }
      } else if (!licenses.has(id)) return unknown("license", token, licenses);
    }
    before = word;
  }
  return null;
}

function isPunctuation(word: string): boolean {
  return OPERATORS.has(word) || word === "(" || word === ")";
}

function unknown(
  what: string,
  token: string,
  known: ReadonlyMap<string, string>,
): LicenseProblem {
  return {
    reason: `"${token}" is no known ${what}`,
    nearest: nearest(token, known.values()),
  };
}
