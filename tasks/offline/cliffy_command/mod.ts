/**
 * Stand-in for `@cliffy/command`, over `parseArgs` of `node:util`: just the
 * part of the builder that the command line of this project uses.
 *
 * @module
 */

export { Command, type CommandResult } from "./command.ts";
export type { Action, OptionOptions } from "./declaration.ts";
export {
  ValidationError,
  type ValidationErrorOptions,
} from "./validation_error.ts";
