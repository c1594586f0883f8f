/**
 * Every setting with its origin, as TOML.
 *
 * @module
 */

import type { Setting } from "../config/settings.ts";
import { plain } from "./plain.ts";
import { createStyle, type Layout } from "./style.ts";
import { padEnd, widest } from "./width.ts";

/** Longer settings do not push the comments of shorter ones to the right. */
const MAX_ALIGNED = 50;

/**
 * Renders settings as TOML that could be pasted into a file, each with a
 * comment that says where its value came from.
 *
 * @param settings The settings
 * @param layout Colour and columns
 * @returns Text without a final line feed
 */
export function renderSettings(
  settings: readonly Setting[],
  layout: Layout,
): string {
  const tables = Map.groupBy(settings, ({ key }) => splitKey(key).table);
  return [...tables]
    .map(([table, own]) => renderTable(table, own, layout).join("\n"))
    .join("\n\n");
}

function renderTable(
  table: string,
  settings: readonly Setting[],
  layout: Layout,
): string[] {
  const { columns = 80 } = layout;
  const { bold, dim } = createStyle(layout.colour);
  const rows = settings.map(({ key, value, origin }) => ({
    text: assignment(splitKey(key).name, value),
    comment: `# ${plain(origin.name, 200)}`,
    isDefault: origin.kind === "default",
  }));
  const column = Math.min(MAX_ALIGNED, widest(rows.map(({ text }) => text)));
  const lines = rows.flatMap(({ text, comment, isDefault }) => {
    const line = `${padEnd(text, column)}  ${comment}`;
    const shown = line.length > columns
      ? [comment, text]
      : [`${padEnd(text, column)}  ${dim(comment)}`];
    return isDefault ? shown.map(dim) : shown;
  });
  return table === "" ? lines : [bold(`[${plain(table, 300)}]`), ...lines];
}

/** The last part of a dotted key; dots in quotes are part of it. */
function splitKey(key: string): { table: string; name: string } {
  const name = /(?:"[^"]*"|[^."]*)$/.exec(key)?.[0] ?? key;
  return { table: key.slice(0, -name.length - 1), name };
}

/** TOML knows no null: what is not set is a comment. */
function assignment(name: string, value: unknown): string {
  return value === null || value === undefined
    ? `# ${plain(name, 200)} is not set`
    : `${plain(name, 200)} = ${tomlValue(value)}`;
}

function tomlValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(tomlValue).join(", ")}]`;
  if (typeof value === "object" && value !== null && !("toJSON" in value)) {
    const fields = Object.entries(value)
      .filter(([, field]) => field !== null && field !== undefined)
      .map(([name, field]) => `${plain(name, 100)} = ${tomlValue(field)}`);
    return `{ ${fields.join(", ")} }`;
  }
  // A JSON string is a TOML basic string.
  return plain(JSON.stringify(value));
}
