/**
 * Findings: what a check noticed, as data.
 *
 * @module
 */

/** How much a finding weighs: an `error` stops the run. */
export type Severity = "error" | "warning" | "note";

/** One thing that a check noticed. */
export interface Finding {
  /** Stable, kebab-case name of the rule. */
  readonly code: string;
  /** `error` stops the run; `warning` and `note` are printed. */
  readonly severity: Severity;
  /** The file that it is about, or `null` when it is about the run. */
  readonly file: string | null;
  /** 1-based line in the file, where one is known. */
  readonly line?: number;
  /** What is wrong, in one line. */
  readonly message: string;
  /** What to do about it, or `null`. */
  readonly hint: string | null;
}
