/**
 * The kinds of values that settings have, each read from a file's data and
 * from a variable's or a flag's text.
 *
 * @module
 */

import { parseRegistry, parseSimpleUrl, type Registry } from "./registry.ts";

/** One kind of value. */
export interface Kind<T> {
  /** What is expected, for an error and for the reference. */
  readonly expected: string;
  /**
   * Reads a value as TOML has it; `undefined` where it is of another kind.
   *
   * @throws {ReleasioError} for a value of the right type that can't be used
   */
  readonly fromData: (value: unknown) => T | undefined;
  /**
   * Reads the text of a variable or a flag, which is never empty.
   *
   * @throws {ReleasioError} for a value of the right type that can't be used
   */
  readonly fromText: (text: string) => T | undefined;
}

const TRUE_WORDS = ["true", "1", "yes", "on"];
const FALSE_WORDS = ["false", "0", "no", "off"];

function boolFromText(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (TRUE_WORDS.includes(word)) return true;
  return FALSE_WORDS.includes(word) ? false : undefined;
}

/** Yes or no. */
export const BOOL: Kind<boolean> = {
  expected: "`true` or `false`",
  fromData: (value) => typeof value === "boolean" ? value : undefined,
  fromText: boolFromText,
};

/** A path. */
export const PATH: Kind<string> = {
  expected: "a path",
  fromData: pathFrom,
  fromText: pathFrom,
};

function pathFrom(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" && !value.includes("\0")
    ? value
    : undefined;
}

/** A registry, as {@linkcode parseRegistry} reads it. */
export const REGISTRY: Kind<Registry> = {
  expected: "`pypi`, `testpypi` or a URL",
  fromData: (value) =>
    typeof value === "string" ? parseRegistry(value) : undefined,
  fromText: parseRegistry,
};

/** The URL of a Simple API, as {@linkcode parseSimpleUrl} reads it. */
export const SIMPLE_URL: Kind<string> = {
  expected: "a URL",
  fromData: (value) =>
    typeof value === "string" ? parseSimpleUrl(value) : undefined,
  fromText: parseSimpleUrl,
};

/**
 * One of some words.
 *
 * @param words The words
 * @returns The kind
 */
export function choice<const T extends string>(words: readonly T[]): Kind<T> {
  const find = (text: unknown) => words.find((word) => word === text);
  return {
    expected: orList(words),
    fromData: find,
    fromText: (text) => find(text.toLowerCase()),
  };
}

/**
 * One of some words, two of which `true` and `false` stand for.
 *
 * @param words The words
 * @param yes What `true` means
 * @param no What `false` means
 * @returns The kind
 */
export function choiceOrBool<const T extends string>(
  words: readonly T[],
  yes: NoInfer<T>,
  no: NoInfer<T>,
): Kind<T> {
  const word = choice(words);
  return {
    expected: orList([...words, "true", "false"]),
    fromData: (value) =>
      value === true ? yes : value === false ? no : word.fromData(value),
    fromText: (text) => {
      const found = word.fromText(text);
      if (found !== undefined) return found;
      const answer = boolFromText(text);
      return answer === undefined ? undefined : answer ? yes : no;
    },
  };
}

/**
 * A whole number in a range.
 *
 * @param min The smallest, inclusive
 * @param max The largest, inclusive
 * @returns The kind
 */
export function integer(min: number, max: number): Kind<number> {
  const inRange = (value: unknown) =>
    typeof value === "number" && Number.isInteger(value) && value >= min &&
      value <= max
      ? value
      : undefined;
  return {
    expected: `a whole number from ${min} to ${max}`,
    fromData: inRange,
    fromText: (text) => /^\d+$/.test(text) ? inRange(Number(text)) : undefined,
  };
}

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** A number of bytes, such as `"100 MiB"` or `104857600`. */
export const SIZE: Kind<number> = {
  expected: 'a size, such as `"100 MiB"` or a number of bytes',
  fromData: (value) =>
    typeof value === "number"
      ? bytesFrom(value, 1)
      : typeof value === "string"
      ? sizeFromText(value)
      : undefined,
  fromText: sizeFromText,
};

function sizeFromText(text: string): number | undefined {
  const [, amount, unit] =
    /^(\d{1,15}(?:\.\d{1,6})?) ?([kmgt]?i?b)?$/i.exec(text.trim()) ?? [];
  const factor = UNITS[unit?.toLowerCase() ?? ""];
  return amount === undefined || factor === undefined
    ? undefined
    : bytesFrom(Number(amount), factor);
}

function bytesFrom(amount: number, factor: number): number | undefined {
  const bytes = Math.floor(amount * factor);
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined;
}

function orList(words: readonly string[]): string {
  const quoted = words.map((word) => `\`${word}\``);
  return `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
}
