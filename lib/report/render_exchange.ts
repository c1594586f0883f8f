/**
 * What a trial exchange of the identity came to.
 *
 * @module
 */

import type { Registry } from "../config/registry.ts";
import type { PublisherIdentity } from "../events.ts";
import type { FieldMatch } from "../trust/comparison.ts";
import { comparisonRows } from "../trust/require_match.ts";
import { plain } from "./plain.ts";
import { createStyle, type Layout } from "./style.ts";
import { cell, table } from "./table.ts";

/** What a trial exchange of the identity came to. */
export interface Exchange {
  /** The index. */
  readonly registry: Registry;
  /** The audience that it asked for. */
  readonly audience: string;
  /** Who the job is. */
  readonly publisher: PublisherIdentity;
  /** Each claim beside the configured publisher; empty without one. */
  readonly fields: readonly FieldMatch[];
  /** When the upload token would have ended, in milliseconds since the epoch. */
  readonly expires: number;
  /** Whether the index confirmed that the token is worth nothing any more. */
  readonly isBurnt: boolean;
}

/**
 * Renders a trial exchange: the claims beside the publisher, and its end.
 *
 * @param exchange What it came to
 * @param layout Colour and columns
 * @returns Text without a final line feed
 */
export function renderExchange(exchange: Exchange, layout: Layout): string {
  const { registry, audience, fields, isBurnt } = exchange;
  const { columns = 80 } = layout;
  const { bold, green } = createStyle(layout.colour);
  const rows = comparisonRows(fields);
  const keys = ["claim", "result", "publisher", "this job"] as const;
  return [
    bold(`Exchange with ${plain(registry.name)}, audience ${plain(audience)}`),
    ...(rows.length === 0 ? [] : table(
      keys,
      rows.map((row) => keys.map((key) => cell(row[key]))),
      { ...layout, columns: columns - 2 },
    ).map((line) => `  ${line}`)),
    `  ${green("It works:")} ${plain(registry.name)} gave an upload token, ${
      isBurnt ? "which was burnt at once" : "which ends by itself"
    }`,
  ].join("\n");
}
