/**
 * Reads a command line as cliffy does, over `parseArgs` of `node:util`.
 *
 * @module
 */

import { parseArgs } from "node:util";
import type { Command } from "./command.ts";
import type { Loose, OptionDeclaration } from "./declaration.ts";
import { nearest } from "./nearest.ts";
import { ValidationError } from "./validation_error.ts";
import { readValue, splitArguments, typeOf } from "./values.ts";

/** What a command line says. */
export interface CommandLine {
  /** The command that it names. */
  readonly command: Command;
  /** What is to be shown instead of running the command. */
  readonly shows: "help" | "version" | null;
  /** The options by their camel-case names. */
  readonly options: Record<string, unknown>;
  /** The arguments. */
  readonly args: unknown[];
}

/** An option, its flags taken apart. */
interface Option extends OptionDeclaration {
  /** Without dashes: `no-check`. */
  readonly long: string;
  readonly short: string | undefined;
  readonly isBoolean: boolean;
}

type Token = NonNullable<ReturnType<typeof parseArgs>["tokens"]>[number];

/**
 * Reads a command line.
 *
 * @throws {ValidationError} If it is wrong.
 */
export function readCommandLine(
  command: Command,
  args: readonly string[],
  before: Record<string, unknown> = {},
): CommandLine {
  const { children, parent, version } = command.declared;
  const options = command.allOptions().map(takeApart);
  const own = tokenize(options, args, { isRoot: parent === undefined });
  // Options of the root count only before the name of a command below.
  const name = children.size === 0
    ? undefined
    : own.find(({ kind }) => kind === "positional");
  const tokens = own.filter(({ index }) => index < (name?.index ?? Infinity));
  const isGiven = (wanted: string) =>
    tokens.some((token) => token.kind === "option" && token.name === wanted);
  const line = { command, options: {}, args: [] };
  if (isGiven("help")) return { ...line, shows: "help" };
  if (version !== undefined && isGiven("version")) {
    return { ...line, shows: "version" };
  }
  const given = { ...before, ...readOptions(options, tokens) };
  if (name?.kind === "positional") {
    const child = findChild(command, name.value);
    return readCommandLine(child, args.slice(name.index + 1), given);
  }
  checkOptions(options, given);
  return {
    command,
    shows: null,
    options: { ...defaultsOf(options), ...given },
    args: readArguments(command, tokens),
  };
}

function takeApart(declaration: OptionDeclaration): Option {
  const { flags } = declaration;
  return {
    ...declaration,
    long: /--([\w-]+)/.exec(flags)![1]!,
    short: /(?:^|[ ,])-(\w)\b/.exec(flags)?.[1],
    isBoolean: !/[<[]/.test(flags),
  };
}

function tokenize(
  options: readonly Option[],
  args: readonly string[],
  { isRoot }: { readonly isRoot: boolean },
): Token[] {
  const declared: Loose = { help: { type: "boolean", short: "h" } };
  if (isRoot) declared.version = { type: "boolean", short: "V" };
  for (const { long, short, isBoolean } of options) {
    declared[long] = { type: isBoolean ? "boolean" : "string" };
    if (short !== undefined) declared[long].short = short;
  }
  const { tokens } = parseArgs({
    args: [...args],
    options: declared,
    strict: false,
    tokens: true,
  });
  return tokens;
}

function findChild(command: Command, name: string): Command {
  const { children } = command.declared;
  for (const [key, child] of children) {
    if (key === name || child.declared.aliases.includes(name)) return child;
  }
  const near = nearest(name, children.keys());
  throw new ValidationError(
    `Unknown command "${name}".${hint("command", near)}`,
  );
}

function readOptions(
  options: readonly Option[],
  tokens: readonly Token[],
): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const option = options.find(({ long }) => long === token.name);
    if (option === undefined) {
      const near = nearest(token.name, options.map(({ long }) => long));
      throw new ValidationError(
        `Unknown option "${token.rawName}".${
          hint("option", near && `--${near}`)
        }`,
      );
    }
    const key = keyOf(option);
    const value = readOption(option, token.value);
    if (option.collect) {
      given[key] = [...(given[key] as unknown[] | undefined ?? []), value];
    } else if (Object.hasOwn(given, key)) {
      throw new ValidationError(
        `Option "--${option.long}" can only occur once, but was found several times.`,
      );
    } else given[key] = value;
  }
  return given;
}

function readOption(
  { long, flags, isBoolean, value }: Option,
  text: string | undefined,
): unknown {
  if (isBoolean) {
    if (text === undefined) return !long.startsWith("no-");
    throw new ValidationError(`Option "--${long}" doesn't take a value.`);
  }
  if (text === undefined || text === "") {
    throw new ValidationError(`Missing value for option "--${long}".`);
  }
  const read = readValue(text, typeOf(flags), `Option "--${long}"`);
  return value ? value(read) : read;
}

function checkOptions(
  options: readonly Option[],
  given: Readonly<Record<string, unknown>>,
): void {
  for (const option of options) {
    if (!Object.hasOwn(given, keyOf(option))) {
      if (!option.required) continue;
      throw new ValidationError(`Missing required option "--${option.long}".`);
    }
    for (const other of option.conflicts ?? []) {
      if (!Object.hasOwn(given, camelCase(other))) continue;
      throw new ValidationError(
        `Option "--${option.long}" conflicts with option "--${other}".`,
      );
    }
  }
}

function defaultsOf(options: readonly Option[]): Record<string, unknown> {
  const defaults: Record<string, unknown> = {};
  for (const option of options) {
    if (option.default !== undefined) defaults[keyOf(option)] = option.default;
    else if (option.long.startsWith("no-")) defaults[keyOf(option)] = true;
  }
  return defaults;
}

function readArguments(command: Command, tokens: readonly Token[]): unknown[] {
  const expected = splitArguments(command.declared.arguments);
  const texts = tokens.flatMap((token) =>
    token.kind === "positional" ? [token.value] : []
  );
  const missing = expected[texts.length];
  if (missing?.startsWith("<")) {
    const name = missing.match(/[\w-]+/)![0];
    throw new ValidationError(`Missing argument(s): ${name}`);
  }
  const last = expected.at(-1);
  if (texts.length > expected.length && !last?.includes("...")) {
    throw new ValidationError(
      last === undefined
        ? `No arguments allowed for command "${command.getPath()}".`
        : `Too many arguments: ${texts.slice(expected.length).join(" ")}`,
    );
  }
  return texts.map((text, index) => {
    const definition = expected[index] ?? last!;
    return readValue(text, typeOf(definition), `Argument "${definition}"`);
  });
}

function keyOf({ long }: Option): string {
  return camelCase(long.replace(/^no-/, ""));
}

function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());
}

function hint(kind: string, near: string | undefined): string {
  return near === undefined ? "" : ` Did you mean ${kind} "${near}"?`;
}
