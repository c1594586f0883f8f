/**
 * Small tables of untrusted values.
 *
 * @module
 */

import { plain } from "./plain.ts";
import { createStyle, type Layout } from "./style.ts";
import { hang, padEnd, widest } from "./width.ts";

const GAP = "  ";

/**
 * A value in a cell: text as it is, but quoted where its ends matter.
 *
 * @param value Any JSON value
 * @returns One line, safe to print
 */
export function cell(value: unknown): string {
  if (value === null || value === undefined) return "(none)";
  if (typeof value !== "string") return plain(JSON.stringify(value) ?? "");
  return plain(value === "" || value !== value.trim() ? `"${value}"` : value);
}

/**
 * Lays out rows in columns; where they are too wide, each row as a block with
 * its first cell as the heading.
 *
 * @param header The columns' names
 * @param rows The cells, safe to print
 * @param layout Colour and columns
 * @returns Lines without indent
 */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  layout: Layout,
): string[] {
  const { columns = 80 } = layout;
  const { dim } = createStyle(layout.colour);
  const widths = header.map((name, i) =>
    widest([name, ...rows.map((row) => row[i] ?? "")])
  );
  const line = (cells: readonly string[]) =>
    cells.map((text, i) => padEnd(text, widths[i]!)).join(GAP).trimEnd();
  const total = widths.reduce((sum, width) => sum + width + GAP.length, 0);
  if (total - GAP.length <= columns) {
    return [dim(line(header)), ...rows.map(line)];
  }
  const labels = header.slice(1);
  const labelWidth = widest(labels);
  return rows.flatMap(([heading = "", ...cells]) => [
    heading,
    ...cells.flatMap((text, i) =>
      hang(`${GAP}${padEnd(labels[i]!, labelWidth)}${GAP}`, text, columns)
    ),
  ]);
}

/**
 * Lays out names and values, long values wrapped beside their names.
 *
 * @param entries The names and values, safe to print
 * @param columns The width
 * @param nameWidth The width of the names' column, where it is shared
 * @returns Lines without indent
 */
export function definitions(
  entries: readonly (readonly [name: string, value: string])[],
  columns: number,
  nameWidth = widest(entries.map(([name]) => name)),
): string[] {
  return entries.flatMap(([name, value]) =>
    hang(padEnd(name, nameWidth) + GAP, value, columns)
  );
}
