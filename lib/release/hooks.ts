/**
 * Hooks: shell commands of the user's own, told about the release.
 *
 * @module
 */

import type { Context } from "../context.ts";
import type { ErrorCode } from "../errors.ts";
import { runChild } from "./children.ts";

/** What a hook is told. */
export interface HookValues {
  /** The version; empty as long as it is not known. */
  readonly version: string;
  /** The tag; empty as long as it is not known. */
  readonly tag: string;
  /** The package's folder, absolute. */
  readonly projectPath: string;
}

const VARIABLES = {
  version: "RELEASIO_VERSION",
  tag: "RELEASIO_TAG",
  project_path: "RELEASIO_PROJECT_PATH",
} as const;

const PLACEHOLDER = /^\{(version|tag|project_path)\}/;

/** Means nothing to a shell, wherever in a command it stands. */
const HARMLESS = /^[\w./:@%+=,-]+$/;

/**
 * The variables that tell a hook about the release.
 *
 * @param values The values
 * @returns `RELEASIO_VERSION`, `RELEASIO_TAG` and `RELEASIO_PROJECT_PATH`
 */
export function hookVariables(values: HookValues): Record<string, string> {
  return {
    [VARIABLES.version]: values.version,
    [VARIABLES.tag]: values.tag,
    [VARIABLES.project_path]: values.projectPath,
  };
}

/**
 * Fills in `{version}`, `{tag}` and `{project_path}`.
 *
 * A harmless value stands there as it is. Any other comes in as a quoted
 * variable, since a shell never reads a variable's value as code: even where
 * a quote is mistaken for another, words may break apart, but nothing runs.
 *
 * @param command The command, as it is configured
 * @param values The values
 * @returns The command for `sh -c`, with {@linkcode hookVariables} set
 */
export function expandHook(command: string, values: HookValues): string {
  const texts = {
    version: values.version,
    tag: values.tag,
    project_path: values.projectPath,
  };
  let quote: "" | "'" | '"' = "";
  let expanded = "";
  for (let at = 0; at < command.length;) {
    const name = PLACEHOLDER.exec(command.slice(at))?.[1] as
      | keyof typeof texts
      | undefined;
    if (name !== undefined) {
      expanded += HARMLESS.test(texts[name])
        ? texts[name]
        : inQuotes(`\${${VARIABLES[name]}}`, quote);
      at += name.length + 2;
      continue;
    }
    const char = command[at]!;
    const length = char === "\\" && quote !== "'" ? 2 : 1;
    if (length === 1 && (char === "'" || char === '"')) {
      if (quote === "") quote = char;
      else if (quote === char) quote = "";
    }
    expanded += command.slice(at, at + length);
    at += length;
  }
  return expanded;
}

/** A variable inside of double quotes, whatever quotes it comes into. */
function inQuotes(variable: string, quote: "" | "'" | '"'): string {
  if (quote === '"') return variable;
  return quote === "'" ? `'"${variable}"'` : `"${variable}"`;
}

/** How a hook runs. */
export interface HookOptions {
  /** What it is told. */
  readonly values: HookValues;
  /** Variables beside those, such as `SOURCE_DATE_EPOCH`. */
  readonly variables?: Readonly<Record<string, string>>;
  /** The setting that it is from, such as `hooks.build`. */
  readonly name: string;
  /** What a failure is called. */
  readonly code: ErrorCode;
  /** Receives its output as it comes. */
  readonly onOutput?: (text: string) => void;
}

/**
 * Runs a hook in the package's folder.
 *
 * On Windows too it is run by `sh`, which comes with Git: cmd.exe has no way
 * to quote that holds.
 *
 * @param context The outside world
 * @param command The command, as it is configured
 * @param options What it is told
 * @throws {ReleasioError} The options' code, if it fails
 */
export async function runHook(
  context: Context,
  command: string,
  options: HookOptions,
): Promise<void> {
  const { values, variables, name, code, onOutput } = options;
  await runChild(context, {
    command: ["sh", "-c", expandHook(command, values)],
    cwd: values.projectPath,
    variables: { ...variables, ...hookVariables(values) },
    ...(onOutput === undefined ? {} : { onOutput }),
  }, {
    code,
    what: `run ${name}`,
    missing: "Hooks need `sh`. On Windows it comes with Git.",
  });
}
