/**
 * What commander says about a wrong command line, in cliffy's words.
 *
 * @module
 */

import type { Command as Commander, CommanderError } from "commander";
import { ValidationError } from "./validation_error.ts";

/** The error that cliffy would throw for what `error` says. */
export function toValidationError(
  error: CommanderError,
  built: Commander,
): ValidationError {
  return new ValidationError(sentence(error, built));
}

function sentence(error: CommanderError, built: Commander): string {
  const [first, second] = Array.from(
    error.message.matchAll(/'([^']*)'/g),
    (match) => match[1]?.split(/[ ,]+/).find(isLongFlag) ?? match[1],
  );
  const near = /Did you mean (?:one of )?([^,?]+)/.exec(error.message)?.[1];
  switch (error.code) {
    case "commander.unknownOption":
      return `Unknown option "${first}".${hint("option", near)}`;
    case "commander.unknownCommand":
      return `Unknown command "${first}".${hint("command", near)}`;
    case "commander.missingArgument":
      return `Missing argument(s): ${first}`;
    case "commander.optionMissingArgument":
      return `Missing value for option "${first}".`;
    case "commander.missingMandatoryOptionValue":
      return `Missing required option "${first}".`;
    case "commander.conflictingOption":
      return `Option "${first}" conflicts with option "${second}".`;
    case "commander.excessArguments": {
      const expected = built.registeredArguments.length;
      return expected === 0
        ? `No arguments allowed for command "${pathOf(built)}".`
        : `Too many arguments: ${built.args.slice(expected).join(" ")}`;
    }
    default:
      return error.message;
  }
}

function isLongFlag(text: string): boolean {
  return text.startsWith("--");
}

function hint(kind: string, near: string | undefined): string {
  return near === undefined ? "" : ` Did you mean ${kind} "${near}"?`;
}

function pathOf(built: Commander): string {
  return built.parent
    ? `${pathOf(built.parent)} ${built.name()}`
    : built.name();
}
