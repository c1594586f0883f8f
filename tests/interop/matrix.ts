/**
 * What was tried with whom and what came of it: the tables of
 * `docs/compatibility.md`, which the tests themselves write.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { ROOT } from "../helpers/paths.ts";

const PAGE = `${ROOT}docs/compatibility.md`;

/** A table that fills while the tests of a module run. */
export interface Matrix {
  /** Notes what came of one row for one column. */
  readonly record: (row: string, column: string, result: string) => void;
  /**
   * Holds the page against the table, and writes it if it differs. A table
   * with a hole, of a run that was filtered, changes nothing.
   */
  readonly settle: () => Promise<void>;
}

/**
 * Starts a table.
 *
 * @param name Its name in the page's markers
 * @param corner The heading of its first column
 * @param rows Its rows, in order
 * @param columns Its columns, in order
 */
export function startMatrix(
  name: string,
  corner: string,
  rows: readonly string[],
  columns: readonly string[],
): Matrix {
  const cells = new Map<string, string>();
  const key = (row: string, column: string) => `${row}\n${column}`;
  return {
    record(row, column, result) {
      if (!rows.includes(row) || !columns.includes(column)) {
        throw new RangeError(`No cell for "${row}" and "${column}"`);
      }
      cells.set(key(row, column), result);
    },
    async settle() {
      if (cells.size < rows.length * columns.length) return;
      const table = drawTable([
        [corner, ...columns],
        ...rows.map((row) => [
          row,
          ...columns.map((column) => cells.get(key(row, column))!),
        ]),
      ]);
      await writeTable(name, table);
    },
  };
}

/** As `deno fmt` would write it. */
function drawTable(lines: readonly (readonly string[])[]): string {
  const widths = lines[0]!.map((_, at) =>
    Math.max(3, ...lines.map((line) => line[at]!.length))
  );
  const draw = (cells: readonly string[], filler = " ") =>
    `| ${
      cells.map((cell, at) => cell.padEnd(widths[at]!, filler)).join(" | ")
    } |`;
  const [head = [], ...rest] = lines;
  return [
    draw(head),
    draw(head.map(() => ""), "-"),
    ...rest.map((line) => draw(line)),
  ].join("\n");
}

async function writeTable(name: string, table: string): Promise<void> {
  const page = await Deno.readTextFile(PAGE);
  const [start, end] = [`<!-- ${name} -->`, `<!-- end ${name} -->`];
  const [head, rest] = page.split(start);
  const [before, tail] = rest?.split(end) ?? [];
  if (before === undefined || tail === undefined) {
    throw new Error(`No place for "${name}" in docs/compatibility.md`);
  }
  const after = `\n\n${table}\n\n`;
  await Deno.writeTextFile(PAGE, `${head}${start}${after}${end}${tail}`);
  assertEquals(
    after,
    before,
    "docs/compatibility.md was behind and has been rewritten: look at it, and commit it",
  );
}
