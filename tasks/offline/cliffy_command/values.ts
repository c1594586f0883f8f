/**
 * Flag strings and typed values, as cliffy writes them:
 * `-j, --jobs <n:integer>`, `<file:string> [rest...:string]`.
 *
 * @module
 */

import { ValidationError } from "./validation_error.ts";

/** `<n:integer>` as help shows it: `<n>`. */
export function withoutTypes(definition: string): string {
  return definition.replaceAll(/:\w+(?=[>\]])/g, "");
}

/** The type of the first value in `definition`: `integer` of `<n:integer>`. */
export function typeOf(definition: string): string {
  return /:(\w+)[>\]]/.exec(definition)?.[1] ?? "string";
}

/** The arguments of `<file:string> [rest...:string]`, one by one. */
export function splitArguments(definition: string): string[] {
  return definition.match(/<[^>]+>|\[[^\]]+\]/g) ?? [];
}

/**
 * Reads a value of a type.
 *
 * @throws {ValidationError} If `text` is not of that type.
 */
export function readValue(
  text: string,
  type: string,
  label: string,
): string | number {
  if (type === "string") return text;
  const value = text.trim() === "" ? NaN : Number(text);
  const fits = type === "integer" ? Number.isInteger(value) : !isNaN(value);
  if (fits) return value;
  throw new ValidationError(
    `${label} must be of type "${type}", but got "${text}".`,
  );
}
