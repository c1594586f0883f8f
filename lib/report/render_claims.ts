/**
 * An identity token's claims as a table.
 *
 * @module
 */

import type { ClaimsReport, ClaimUse } from "./claims_report.ts";
import { formatDuration, formatTime } from "./format.ts";
import { plain } from "./plain.ts";
import { createStyle, type Layout } from "./style.ts";
import { cell, definitions } from "./table.ts";
import { widest } from "./width.ts";

const MAX_CLAIMS = 100;

/** How claims are rendered. */
export interface ClaimsLayout extends Layout {
  /** Milliseconds since the epoch, for the token's age. */
  readonly now: number;
}

/**
 * Renders what an identity token says: what PyPI compares with the publisher,
 * what makes the token valid, what it ignores.
 *
 * @param report The claims
 * @param layout Colour, columns and time
 * @returns Text without a final line feed
 */
export function renderClaims(
  report: ClaimsReport,
  layout: ClaimsLayout,
): string {
  const { columns = 80 } = layout;
  const { bold, dim } = createStyle(layout.colour);
  const claims = report.claims.slice(0, MAX_CLAIMS)
    .map(({ name, value, use }) => ({ name: plain(name, 40), value, use }));
  const nameWidth = widest(claims.map(({ name }) => name));
  const section = (use: ClaimUse, title: string): string[] => {
    const entries = claims.filter((claim) => claim.use === use).map(
      ({ name, value }) => [name, claimCell(name, value, layout.now)] as const,
    );
    if (entries.length === 0) return [];
    const lines = definitions(entries, columns - 2, nameWidth)
      .map((line) => `  ${line}`);
    return [
      "",
      bold(title),
      ...(use === "ignored" ? lines.map(dim) : lines),
    ];
  };
  const more = report.claims.length - claims.length;
  const lines = [
    ...section("publisher", "PyPI compares these with the publisher"),
    ...section("token", "The token itself"),
    ...section("ignored", "PyPI ignores these"),
    ...(more > 0 ? [dim(`  and ${more} more`)] : []),
  ];
  return lines.slice(1).join("\n");
}

/** Times are seconds in a token; people want to know how long ago. */
function claimCell(name: string, value: unknown, now: number): string {
  if (!["iat", "nbf", "exp"].includes(name) || typeof value !== "number") {
    return cell(value);
  }
  const ms = value * 1000;
  const distance = formatDuration(Math.abs(ms - now));
  const when = ms > now ? `in ${distance}` : `${distance} ago`;
  return `${formatTime(ms)}, ${when}`;
}
