/**
 * The builder: it records what is said about a command and below it, for when
 * it parses or prints help.
 *
 * @module
 */

import {
  type Action,
  type Declaration,
  emptyDeclaration,
  type Loose,
  type OptionDeclaration,
  type OptionOptions,
} from "./declaration.ts";
import { helpOf } from "./help.ts";
import { type CommandLine, readCommandLine } from "./read_command_line.ts";
import { ValidationError } from "./validation_error.ts";

/** What {@linkcode Command.parse} answers. */
export interface CommandResult {
  /** The options by their camel-case names. */
  options: Loose;
  /** The arguments. */
  args: Loose[];
  /** The command that ran. */
  cmd: Command;
  /** What stood after `--`. */
  literal: string[];
}

/** One command of the tree. */
export class Command {
  /** What is recorded about this command; not part of the real package. */
  readonly declared: Declaration = emptyDeclaration();
  #selected: Command = this;
  #literal: string[] = [];

  /** Sets the name. */
  name(name: string): this {
    return this.#declare({ name });
  }

  /** Sets the version, for `--version`. */
  version(version: string): this {
    return this.#declare({ version });
  }

  /** Sets the description. */
  description(description: string | (() => string)): this {
    return this.#declare({ description });
  }

  /** Sets the usage line, less the command's name. */
  usage(usage: string): this {
    return this.#declare({ usage });
  }

  /** Declares the arguments: `<file:string> [rest...:string]`. */
  arguments(definition: string): this {
    return this.#declare({ arguments: definition });
  }

  /** Sets what the command does. */
  action(action: Action): this {
    return this.#declare({ action });
  }

  /** Leaves the command out of help. */
  hidden(): this {
    return this.#declare({ hidden: true });
  }

  /** Keeps global options of the commands above away. */
  noGlobals(): this {
    return this.#declare({ noGlobals: true });
  }

  /** Sets how help looks. This one's help has no colour to turn off. */
  help(_options: { readonly colors?: boolean }): this {
    return this;
  }

  /** Throws a {@linkcode ValidationError} where it would exit otherwise. */
  throwErrors(): this {
    return this.#declare({ throwErrors: true });
  }

  /** Like {@linkcode Command.throwErrors}, and returns after help too. */
  noExit(): this {
    return this.#declare({ throwErrors: true, noExit: true });
  }

  /** Adds a line to what `--version` prints. */
  meta(name: string, value: string): this {
    this.#selected.declared.meta.push(`${name} ${value}`);
    return this;
  }

  /** Adds another name. */
  alias(alias: string): this {
    this.#selected.declared.aliases.push(alias);
    return this;
  }

  /** Adds an example to the help. */
  example(name: string, text: string): this {
    this.#selected.declared.examples.push(`${name}: ${text}`);
    return this;
  }

  /** Declares an option of this command. */
  option(
    flags: string,
    description: string,
    options: OptionOptions = {},
  ): this {
    this.#selected.declared.options.push({ ...options, flags, description });
    return this;
  }

  /** Declares an option of this command and of all below it. */
  globalOption(
    flags: string,
    description: string,
    options: OptionOptions = {},
  ): this {
    this.#selected.declared.globalOptions
      .push({ ...options, flags, description });
    return this;
  }

  /** Adds a command below and selects it until {@linkcode Command.reset}. */
  command(name: string, commandOrDescription: Command | string = ""): this {
    const child = commandOrDescription instanceof Command
      ? commandOrDescription.reset()
      : new Command().description(commandOrDescription);
    child.declared.name = name;
    child.declared.parent = this;
    this.declared.children.set(name, child);
    this.#selected = child;
    return this;
  }

  /** Selects this command again. */
  reset(): this {
    this.#selected = this;
    return this;
  }

  /** The name. */
  getName(): string {
    return this.declared.name;
  }

  /** The names from the root to here. */
  getPath(): string {
    const { name, parent } = this.declared;
    return parent ? `${parent.getPath()} ${name}` : name;
  }

  /** The root of the tree. */
  getMainCommand(): Command {
    return this.declared.parent?.getMainCommand() ?? this;
  }

  /** The commands below, less hidden ones. */
  getCommands(): Command[] {
    return [...this.declared.children.values()]
      .filter((child) => !child.declared.hidden);
  }

  /** What stood after `--` on the command line. */
  getLiteralArgs(): string[] {
    return this.#literal;
  }

  /** The options of this command, inherited ones first. */
  allOptions(): OptionDeclaration[] {
    const { noGlobals, parent, globalOptions, options } = this.declared;
    const inherited = noGlobals ? [] : parent?.inheritable() ?? [];
    return [...inherited, ...globalOptions, ...options];
  }

  /** The global options of this command and those above. */
  inheritable(): OptionDeclaration[] {
    const { parent, globalOptions } = this.declared;
    return [...parent?.inheritable() ?? [], ...globalOptions];
  }

  /** The help text. */
  getHelp(): string {
    return helpOf(this);
  }

  /** Prints the help text. */
  showHelp(): void {
    // deno-lint-ignore no-console -- the real package prints this way
    console.log(this.getHelp());
  }

  /** Parses a command line and runs the command that it names. */
  async parse(args: string[] = Deno.args): Promise<CommandResult> {
    const end = args.indexOf("--");
    const literal = end < 0 ? [] : args.slice(end + 1);
    const line = this.#read(end < 0 ? args : args.slice(0, end));
    const { command, shows, options } = line;
    if (shows !== null) {
      if (shows === "help") command.showHelp();
      else this.#showVersion(args.includes("--version"));
      if (!this.declared.noExit) Deno.exit(0);
    } else {
      command.#literal = literal;
      await command.declared.action?.call(command, options, ...line.args);
    }
    return { options, args: line.args, cmd: command, literal };
  }

  #read(args: readonly string[]): CommandLine {
    try {
      return readCommandLine(this, args);
    } catch (error) {
      if (this.declared.throwErrors || !(error instanceof ValidationError)) {
        throw error;
      }
      // deno-lint-ignore no-console -- the real package prints this way
      console.error(`error: ${error.message}`);
      Deno.exit(error.exitCode);
    }
  }

  #showVersion(long: boolean): void {
    const { name, version, meta } = this.declared;
    // deno-lint-ignore no-console -- the real package prints this way
    console.log(long ? [`${name} ${version}`, ...meta].join("\n") : version);
  }

  #declare(part: Partial<Declaration>): this {
    Object.assign(this.#selected.declared, part);
    return this;
  }
}
