/**
 * The settings that `init` writes, as TOML.
 *
 * @module
 */

import { GITLAB_COM } from "../config/publisher_forms.ts";
import type { Publisher } from "../config/settings.ts";

/** Publishers by the index's name, `pypi` or `testpypi`. */
export type NamedPublishers = readonly (readonly [
  index: "pypi" | "testpypi",
  publisher: Publisher,
])[];

/**
 * The tables of the publishers.
 *
 * @param publishers The publishers
 * @param prefix What comes before `publish`: empty, or `tool.releasio.`
 * @returns TOML
 */
export function publisherTables(
  publishers: NamedPublishers,
  prefix: "" | "tool.releasio.",
): string {
  return publishers.map(([index, publisher]) => {
    const { provider, ...fields } = publisher;
    const name = index === "pypi" ? "publisher" : `publishers.${index}`;
    return [
      `[${prefix}publish.${name}]`,
      ...(provider === "github" ? [] : [`provider = "${provider}"`]),
      ...Object.entries(fields)
        .filter(([key, value]) =>
          value !== null && !(key === "issuer" && value === GITLAB_COM)
        )
        .map(([key, value]) => `${key} = ${JSON.stringify(value)}`),
      "",
    ].join("\n");
  }).join("\n");
}

/**
 * Puts the publishers' tables into a TOML file, in place of those that are
 * there. Everything else stays as it is, comments and layout included.
 *
 * @param source The file's text
 * @param publishers The publishers
 * @param prefix What comes before `publish`
 * @returns The new text
 */
export function withPublisherTables(
  source: string,
  publishers: NamedPublishers,
  prefix: "" | "tool.releasio.",
): string {
  const newline = source.includes("\r\n") ? "\r\n" : "\n";
  const kept = withoutTables(source.split(/\r?\n/), prefix)
    .join(newline).trimEnd();
  const tables = publisherTables(publishers, prefix).replaceAll("\n", newline);
  return kept === "" ? tables : `${kept}${newline}${newline}${tables}`;
}

/** Leaves out the tables that are written anew, up to the next header. */
function withoutTables(
  lines: readonly string[],
  prefix: string,
): readonly string[] {
  const own = ["publisher", "publishers.pypi", "publishers.testpypi"]
    .map((name) => `${prefix}publish.${name}`);
  let isOwn = false;
  return lines.filter((line) => {
    const header = /^\s*\[+\s*([^\]]+?)\s*\]/.exec(line)?.[1];
    if (header !== undefined) {
      isOwn = own.includes(header.replaceAll(/["'\s]/g, ""));
    }
    return !isOwn;
  });
}
