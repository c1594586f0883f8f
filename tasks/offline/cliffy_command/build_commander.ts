/**
 * Makes a tree of commander commands that behaves like cliffy's.
 *
 * @module
 */

import { Command as Commander, Option } from "commander";
import type { Command } from "./command.ts";
import type { Loose, OptionDeclaration } from "./declaration.ts";
import { toValidationError } from "./to_validation_error.ts";
import { ValidationError } from "./validation_error.ts";
import { readValue, splitArguments, typeOf, withoutTypes } from "./values.ts";

/** What the tree calls back. */
export interface Handlers {
  /** Runs the command that was named. */
  run: (command: Command, options: Loose, args: Loose[]) => Promise<void>;
  /** `--help` was given. */
  help: (command: Command) => void;
  /** `--version` was given. */
  version: () => void;
}

/** A command that has others below was called without one of them. */
export class NoSubcommand extends Error {
  constructor(readonly command: Command, readonly options: Loose) {
    super();
  }
}

/**
 * The commander command for `command`, with those below: whole ones only for
 * the names in `args`, if given, since building all takes a while.
 */
export function buildCommander(
  command: Command,
  handlers: Handlers,
  args?: readonly string[],
): Commander {
  const { declared } = command;
  const { description } = declared;
  const built = new Commander(declared.name)
    .description(typeof description === "string" ? description : description())
    .configureOutput({ writeErr: () => {}, writeOut: () => {} })
    .helpOption(false)
    .helpCommand(false)
    // Options of the root count only before the name of a command below.
    .enablePositionalOptions()
    .allowExcessArguments(false)
    .aliases(declared.aliases)
    .exitOverride((error) => {
      if (error.code === "commander.help") {
        throw new NoSubcommand(command, optionsOf(built));
      }
      throw toValidationError(error, built);
    });
  if (declared.usage !== undefined) built.usage(declared.usage);
  if (declared.examples.length > 0) {
    built.addHelpText(
      "after",
      `\nExamples:\n  ${declared.examples.join("\n  ")}`,
    );
  }

  built.option("-h, --help", "Show this help.")
    .on("option:help", () => handlers.help(command));
  if (declared.version !== undefined && !declared.parent) {
    built.option("-V, --version", "Show the version number.")
      .on("option:version", handlers.version);
  }
  for (const option of command.allOptions()) addOption(built, option);
  for (const definition of splitArguments(declared.arguments)) {
    addArgument(built, definition);
  }
  for (const child of declared.children.values()) {
    const { name, aliases, hidden } = child.declared;
    const isMeant = args === undefined ||
      [name, ...aliases].some((word) => args.includes(word));
    built.addCommand(
      isMeant
        ? buildCommander(child, handlers, args)
        : new Commander(name).aliases(aliases),
      { hidden },
    );
  }
  // Without an action commander looks for the name of a command below.
  if (declared.children.size === 0) {
    built.action(() => handlers.run(command, optionsOf(built), given(built)));
  }
  return built;
}

function addOption(built: Commander, declaration: OptionDeclaration): void {
  const { flags, description, value, collect } = declaration;
  const option = new Option(withoutTypes(flags), description);
  if (declaration.default !== undefined) option.default(declaration.default);
  option.hideHelp(declaration.hidden === true)
    .makeOptionMandatory(declaration.required === true)
    .conflicts((declaration.conflicts ?? []).map(camelCase));
  if (!option.isBoolean()) {
    const label = `Option "${option.long}"`;
    const type = typeOf(flags);
    let collected: unknown[] = [];
    option.argParser((text) => {
      if (text === "") {
        throw new ValidationError(`Missing value for option "${option.long}".`);
      }
      const read = readValue(text, type, label);
      const mapped = value ? value(read) : read;
      if (!collect) return mapped;
      collected = [...collected, mapped];
      return collected;
    });
  }
  built.addOption(option);

  let occurrences = 0;
  built.on(`option:${option.name()}`, () => {
    occurrences++;
    if (collect || occurrences === 1) return;
    throw new ValidationError(
      `Option "${option.long}" can only occur once, but was found several times.`,
    );
  });
}

function addArgument(built: Commander, definition: string): void {
  const type = typeOf(definition);
  const variadic = definition.includes("...");
  built.argument(withoutTypes(definition), "", (text, previous: Loose) => {
    const read = readValue(text, type, `Argument "${definition}"`);
    return variadic ? [...(previous ?? []), read] : read;
  });
}

/** The options from the root to `built`; what was given wins over defaults. */
function optionsOf(built: Commander): Record<string, unknown> {
  const path: Commander[] = [];
  for (let at: Commander | null = built; at; at = at.parent) path.unshift(at);
  const defaults: Record<string, unknown> = {};
  const given: Record<string, unknown> = {};
  for (const part of path) {
    for (const [name, value] of Object.entries(part.opts())) {
      const isDefault = part.getOptionValueSource(name) === "default";
      (isDefault ? defaults : given)[name] = value;
    }
  }
  return { ...defaults, ...given };
}

function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());
}

/** The arguments in one list, less optional ones that were not given. */
function given(built: Commander): unknown[] {
  return built.processedArgs.flat().filter((value) => value !== undefined);
}
