/**
 * What the builder's methods record about a command.
 *
 * @module
 */

import type { Command } from "./command.ts";

// The real package infers these types from the flag strings.
// deno-lint-ignore no-explicit-any
export type Loose = any;

/** What a command does; `this` is the command. */
export type Action = (
  this: Command,
  options: Loose,
  ...args: Loose[]
) => unknown;

/** Options of an option. */
export interface OptionOptions {
  /** The value when the option is not given. */
  default?: unknown;
  /** Whether the option may be repeated; its value is a list then. */
  collect?: boolean;
  /** Maps or checks the value. */
  value?: (value: Loose) => unknown;
  /** Names of the options that can't stand beside this one. */
  conflicts?: string[];
  /** Whether help leaves the option out. */
  hidden?: boolean;
  /** Whether the option must be given. */
  required?: boolean;
}

/** An option with its flags. */
export interface OptionDeclaration extends OptionOptions {
  readonly flags: string;
  readonly description: string;
}

/** Everything said about one command. */
export interface Declaration {
  name: string;
  version?: string;
  description: string | (() => string);
  usage?: string;
  arguments: string;
  action?: Action;
  hidden: boolean;
  noGlobals: boolean;
  throwErrors: boolean;
  noExit: boolean;
  parent?: Command;
  readonly children: Map<string, Command>;
  readonly options: OptionDeclaration[];
  readonly globalOptions: OptionDeclaration[];
  readonly examples: string[];
  readonly meta: string[];
  readonly aliases: string[];
}

/** A command about which nothing is said yet. */
export function emptyDeclaration(): Declaration {
  return {
    name: "COMMAND",
    description: "",
    arguments: "",
    hidden: false,
    noGlobals: false,
    throwErrors: false,
    noExit: false,
    children: new Map(),
    options: [],
    globalOptions: [],
    examples: [],
    meta: [],
    aliases: [],
  };
}
