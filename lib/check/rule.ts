/**
 * What a rule is: one reason for which an index refuses a file, or one
 * probable mistake.
 *
 * @module
 */

import type { MetadataField } from "../dist/core_metadata.ts";
import type { Finding, Severity } from "../findings.ts";
import type { MetadataView } from "./metadata_view.ts";

/** What is known about a rule before it meets a file. */
export interface RuleInfo {
  /** Stable, kebab-case name, which findings carry. */
  readonly code: string;
  /** What a problem that it finds weighs. */
  readonly severity: Severity;
  /** When it strikes, in one clause. */
  readonly summary: string;
  /** Where it comes from: a PEP, a specification, PyPI's documentation or code. */
  readonly source: string;
  /** What to do about it, or `null` where each problem says so itself. */
  readonly hint: string | null;
}

/** One thing that a rule found. */
export interface Problem {
  /** What is wrong, in one line: sentence case, no final period. */
  readonly message: string;
  /** A better hint than the rule's own. */
  readonly hint?: string;
  /** 1-based line of the metadata. */
  readonly line?: number;
  /** The metadata field that it is about, in lower case. */
  readonly field?: string;
  /**
   * PyPI's words for it; absent where PyPI has nothing to say. Rules about
   * metadata leave out the closing link, which PyPI puts after all of them.
   */
  readonly pypi?: string;
}

/** How a rule about metadata fits into PyPI's order. */
export interface MetadataRule extends Rule<MetadataView> {
  /**
   * When PyPI applies it: to the form, with `packaging`'s own rules, with
   * those that it adds, or when it renders the description. A problem of one
   * stage hides those of the next ones.
   */
  readonly stage: "form" | "packaging" | "pypi" | "rendering";
}

/** A rule: its description, and the function that applies it. */
export interface Rule<Subject> extends RuleInfo {
  /** Looks at a subject and yields what is wrong with it. */
  readonly check: (subject: Subject) => Iterable<Problem>;
}

/**
 * Makes a problem of one value in the metadata.
 *
 * @param field The value
 * @param message What is wrong, in one line
 * @param more PyPI's words, a better hint
 * @returns The problem
 */
export function problemIn(
  field: MetadataField,
  message: string,
  more: Pick<Problem, "pypi" | "hint"> = {},
): Problem {
  return {
    message,
    field: field.name,
    ...(field.line > 0 ? { line: field.line } : {}),
    ...more,
  };
}

/** How much of a value a message shows. */
const MAX_SHOWN = 80;

/**
 * A value in quotes for a message, shortened.
 *
 * @param value The value
 * @returns Such as `"text/html"`
 */
export function shown(value: string): string {
  const line = value.replaceAll(/\s+/g, " ");
  return line.length > MAX_SHOWN
    ? `"${line.slice(0, MAX_SHOWN)}…"`
    : `"${line}"`;
}

/**
 * Makes a finding of a problem.
 *
 * @param rule The rule that found it
 * @param file The file that it is about, or `null`
 * @param problem What it found
 * @returns The finding
 */
export function toFinding(
  rule: RuleInfo,
  file: string | null,
  problem: Problem,
): Finding {
  return {
    code: rule.code,
    severity: rule.severity,
    file,
    ...(problem.line === undefined ? {} : { line: problem.line }),
    message: problem.message,
    hint: problem.hint ?? rule.hint,
  };
}

/**
 * Applies rules to a subject, in order.
 *
 * @param rules The rules
 * @param subject What they look at
 * @param file The file that it belongs to, or `null`
 * @returns A finding for each problem
 */
export function applyRules<Subject>(
  rules: readonly Rule<Subject>[],
  subject: Subject,
  file: string | null,
): Finding[] {
  return rules.flatMap((rule) =>
    Array.from(
      rule.check(subject),
      (problem) => toFinding(rule, file, problem),
    )
  );
}
