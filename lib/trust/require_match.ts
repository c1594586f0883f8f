/**
 * The check before an index is asked: is this job the publisher that the
 * settings say is registered there?
 *
 * @module
 */

import type { Registry } from "../config/registry.ts";
import type { Publisher } from "../config/settings.ts";
import { ReleasioError } from "../errors.ts";
import type { Claims } from "../oidc/provider.ts";
import type { FieldMatch } from "./comparison.ts";
import { matchPublisher } from "./match.ts";

/** What is the same on both sides needs no more room. */
const MAX_SAME = 32;

/**
 * Sees that a job's claims match the publisher that the settings name, since
 * an index that refuses them doesn't say which one is wrong.
 *
 * @param registry The index that the publisher is registered on
 * @param publisher The publisher of the settings
 * @param claims The claims of the job's token
 * @throws {ReleasioError} `publisher-mismatch`, with every comparison as
 * `rows` in its details
 */
export function requireMatch(
  registry: Registry,
  publisher: Publisher,
  claims: Claims,
): void {
  const { matches, fields } = matchPublisher(publisher, claims);
  if (matches) return;
  const wrong = fields.filter((field) => !field.matches);
  const names = wrong.map(({ field }) => `\`${field}\``).join(", ");
  const notes = wrong.flatMap(({ note }) => note === null ? [] : `${note}.`);
  throw new ReleasioError(
    "publisher-mismatch",
    `This job is not the publisher that is configured for ${registry.name}: ${names} ${
      wrong.length === 1 ? "differs" : "differ"
    }`,
    {
      hint: [
        ...notes,
        "Change the workflow, or the publisher in the settings if it is registered otherwise. Nothing was sent.",
      ].join(" "),
      details: {
        rows: comparisonRows(fields),
      },
    },
  );
}

/** One comparison, for a table. */
export type ComparisonRow = Readonly<
  Record<"claim" | "result" | "publisher" | "this job", string | null>
>;

/**
 * Comparisons as the rows of a table: what differs comes first, and what is
 * the same is shortened.
 *
 * @param fields The comparisons
 * @returns The rows
 */
export function comparisonRows(fields: readonly FieldMatch[]): ComparisonRow[] {
  return fields
    .toSorted((a, b) => Number(a.matches) - Number(b.matches))
    .map(({ field, expected, actual, matches }) => ({
      claim: field,
      result: matches ? "matches" : "differs",
      publisher: expected === null ? "(any)" : shorten(expected, matches),
      "this job": matches && expected !== null
        ? "the same"
        : actual && shorten(actual, matches),
    }));
}

function shorten(text: string, isSame: boolean): string {
  return isSame && text.length > MAX_SAME
    ? `…${text.slice(1 - MAX_SAME)}`
    : text;
}
