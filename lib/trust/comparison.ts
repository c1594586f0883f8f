/**
 * One claim held against one registered value.
 *
 * @module
 */

import type { Claims } from "../oidc/provider.ts";

/** One claim held against one registered value. */
export interface FieldMatch {
  /** The claim's name. */
  readonly field: string;
  /** What the index wants, or `null` when any value will do. */
  readonly expected: string | null;
  /** What the token says, or `null` when it says nothing. */
  readonly actual: string | null;
  /** Whether the index is satisfied. */
  readonly matches: boolean;
  /** What to know about this comparison, for people; `null` if nothing. */
  readonly note: string | null;
}

/** A {@linkcode FieldMatch}, with what the index does about it. */
export interface Comparison extends FieldMatch {
  /**
   * `lookup`: part of the search for publishers. `choice`: tells one of
   * several from another. `check`: looked at once a publisher is chosen.
   */
  readonly step: "lookup" | "choice" | "check";
  /** PyPI's words when a `check` fails. */
  readonly reason: string;
}

/** How one provider's tokens are held against its publishers. */
export interface ProviderRules<P> {
  /** Claims without which nothing is compared, in the order of messages. */
  readonly required: readonly string[];
  /** Why the claims can't be searched with, in PyPI's words, or `null`. */
  readonly unsearchable: (claims: Claims) => string | null;
  /** Every comparison, the checks in PyPI's order. */
  readonly compare: (publisher: P, claims: Claims) => readonly Comparison[];
  /** Whether a publisher asks for more than another of the same search. */
  readonly isSpecific: (publisher: P) => boolean;
}

/**
 * A claim as text.
 *
 * @param claims The claims
 * @param name The claim's name
 * @returns The text, JSON for what is no string, `null` when it is absent
 */
export function claimText(claims: Claims, name: string): string | null {
  const value = claims[name];
  if (value === undefined || value === null) return null;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * A claim that counts only as a non-empty string.
 *
 * @param claims The claims
 * @param name The claim's name
 * @returns The string, empty for everything else
 */
export function claimString(claims: Claims, name: string): string {
  const value = claims[name];
  return typeof value === "string" ? value : "";
}

/**
 * A comparison by equality.
 *
 * @param claims The claims
 * @param field The claim's name
 * @param expected The registered value
 * @param options The step, a note for a mismatch, and a comparison to use
 * instead of equality
 * @returns The comparison
 */
export function compareClaim(
  claims: Claims,
  field: string,
  expected: string,
  options: {
    readonly step: Comparison["step"];
    readonly note?: string;
    readonly equals?: (actual: string, expected: string) => boolean;
  },
): Comparison {
  const equals = options.equals ?? ((actual, wanted) => actual === wanted);
  const actual = claims[field];
  const matches = typeof actual === "string" && equals(actual, expected);
  return {
    field,
    expected,
    actual: claimText(claims, field),
    matches,
    note: matches ? null : options.note ?? null,
    step: options.step,
    reason: `Check failed for required claim '${field}'`,
  };
}

/**
 * Equality without letter case.
 *
 * @param a One text
 * @param b Another
 * @returns Whether they are equal but for case
 */
export function equalsIgnoringCase(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/**
 * A note for two texts that differ in letter case alone.
 *
 * @param claims The claims
 * @param field The claim's name
 * @param expected The registered value
 * @param otherwise The note for any other difference
 * @returns The note
 */
export function caseNote(
  claims: Claims,
  field: string,
  expected: string,
  otherwise?: string,
): { readonly note?: string } {
  const actual = claimString(claims, field);
  const note = equalsIgnoringCase(actual, expected)
    ? "Only letter case differs, and the index compares it"
    : otherwise;
  return note === undefined ? {} : { note };
}
