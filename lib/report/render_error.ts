/**
 * An error, as a person wants to meet it.
 *
 * @module
 */

import { plain } from "./plain.ts";
import type { ErrorReport } from "./report.ts";
import { createStyle, type Layout } from "./style.ts";
import { cell, definitions, table } from "./table.ts";
import { hang, wrap } from "./width.ts";

const DOCS =
  "https://github.com/releasio/cli/blob/main/docs/troubleshooting.md";
/** Errors that say all there is to say. */
const WITHOUT_DOCS: ReadonlySet<string> = new Set([
  "usage",
  "interrupted",
  "terminated",
]);
const MAX_CAUSES = 8;
const MAX_STACK_LINES = 12;
const MAX_ROWS = 40;
const INDENT = "  ";

/** How an error is rendered. */
export interface ErrorLayout extends Layout {
  /** Whether to show the causes. @default {false} */
  readonly verbose?: boolean;
}

/**
 * Renders an error: `Error: <message>`, the facts where they help, what to do
 * about it, where to read more, and with `verbose` what caused it.
 *
 * Of its details it shows `rows`, an array of records with the same keys, as
 * a table, or else `claims`, a record.
 *
 * @param error The error; a `ReleasioError` is one
 * @param layout Colour, columns and verbosity
 * @returns Text without a final line feed
 */
export function renderError(error: ErrorReport, layout: ErrorLayout): string {
  const { columns = 80, verbose = false } = layout;
  const { bold, dim, red } = createStyle(layout.colour);
  const blocks: string[][] = [
    [`${bold(red("Error:"))} ${plain(error.message)}`],
  ];
  const inner = { ...layout, columns: columns - INDENT.length };
  blocks.push(renderDetails(error.details ?? {}, inner).map(indent));
  if (error.hint !== null) {
    blocks.push(wrap(plain(error.hint, 2000), columns, INDENT));
  }
  if (verbose) blocks.push(renderCauses(error, columns));
  if (!WITHOUT_DOCS.has(error.code)) {
    blocks.push([dim(`${INDENT}${troubleshootingUrl(error.code)}`)]);
  }
  return blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join("\n"))
    .join("\n\n");
}

/**
 * Where the documentation explains an error.
 *
 * @param code The error's code
 * @returns The address of its heading
 */
export function troubleshootingUrl(code: string): string {
  return `${DOCS}#${encodeURIComponent(plain(code, 60))}`;
}

function indent(line: string): string {
  return line && INDENT + line;
}

function renderDetails(
  details: Readonly<Record<string, unknown>>,
  layout: Layout,
): string[] {
  const { rows, claims } = details;
  if (Array.isArray(rows) && rows.length > 0 && rows.every(isRecord)) {
    const keys = Object.keys(rows[0]!)
      .filter((key) => rows.some((row) => (row[key] ?? null) !== null));
    const cells = rows.slice(0, MAX_ROWS)
      .map((row) => keys.map((key) => cell(row[key])));
    return table(keys.map((key) => plain(key, 40)), cells, layout);
  }
  if (isRecord(claims)) {
    const entries = Object.entries(claims).slice(0, MAX_ROWS)
      .map(([name, value]) => [plain(name, 40), cell(value)] as const);
    return definitions(entries, layout.columns ?? 80);
  }
  return [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function renderCauses(error: ErrorReport, columns: number): string[] {
  const lines: string[] = [];
  let cause = error.cause;
  for (let depth = 0; cause !== undefined && depth < MAX_CAUSES; depth++) {
    const text = cause instanceof Error
      ? `${cause.name}: ${cause.message}`
      : String(cause);
    lines.push(...hang(`${INDENT}Cause: `, plain(text), columns));
    // Where our own code went wrong is what a bug report needs.
    if (error.code === "unexpected" && cause instanceof Error) {
      const stack = (cause.stack ?? "").split("\n")
        .filter((line) => line.startsWith("    at "))
        .slice(0, MAX_STACK_LINES);
      lines.push(...stack.map((line) => `${INDENT}${INDENT}${plain(line)}`));
    }
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return lines;
}
