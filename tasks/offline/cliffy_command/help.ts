/**
 * The help of a command.
 *
 * @module
 */

import type { Command } from "./command.ts";
import { splitArguments, withoutTypes } from "./values.ts";

/** A line of a list: what it is about, and what there is to say about it. */
type Entry = readonly [term: string, text: string];

/** The help text of a command. */
export function helpOf(command: Command): string {
  const { declared } = command;
  const { description, usage, examples, children } = declared;
  const options: Entry[] = [["-h, --help", "Show this help."]];
  if (declared.version !== undefined && declared.parent === undefined) {
    options.push(["-V, --version", "Show the version number."]);
  }
  for (const { flags, description, hidden } of command.allOptions()) {
    if (!hidden) options.push([withoutTypes(flags), description]);
  }
  const commands = [...children.values()]
    .filter(({ declared }) => !declared.hidden)
    .map(({ declared }): Entry => [
      [
        [declared.name, ...declared.aliases].join("|"),
        ...splitArguments(declared.arguments).map(withoutTypes),
      ].join(" "),
      textOf(declared.description),
    ]);
  const operands = splitArguments(declared.arguments).map(withoutTypes);
  const words = usage ??
    ["[options]", ...children.size > 0 ? ["[command]"] : [], ...operands]
      .join(" ");
  return [
    `\nUsage: ${command.getPath()} ${words}\n`,
    `${textOf(description)}\n`,
    listOf("Options", options),
    ...commands.length > 0 ? [listOf("Commands", commands)] : [],
    ...examples.length > 0 ? [`Examples:\n  ${examples.join("\n  ")}\n`] : [],
  ].join("\n");
}

function textOf(description: string | (() => string)): string {
  return typeof description === "string" ? description : description();
}

function listOf(title: string, entries: readonly Entry[]): string {
  const width = Math.max(...entries.map(([term]) => term.length));
  const lines = entries.map(([term, text]) =>
    `  ${term.padEnd(width)}  ${text}`.trimEnd()
  );
  return `${title}:\n${lines.join("\n")}\n`;
}
