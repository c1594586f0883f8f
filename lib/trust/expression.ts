/**
 * GitHub's expressions, as far as they can be known before a run.
 *
 * @module
 */

/** A value that is known. */
export type Known = string | number | boolean | null | readonly Known[];

/** A value, or `undefined` where only the run will tell. */
export type Value = Known | undefined;

/** What is known of a context such as `github.ref`; `undefined` if nothing. */
export type Facts = (path: string) => Value;

const TOKEN =
  /\s*(?:('(?:[^']|'')*')|(-?\d+(?:\.\d+)?)|([A-Za-z_][\w-]*(?:\.(?:[A-Za-z_*][\w-]*))*)|(&&|\|\||[=!<>]=|[!<>()[\],.]))/y;
const MAX_LENGTH = 4000;
const UNREADABLE = Symbol("unreadable");

/**
 * Evaluates a condition. `&&` and `||` come to a result where one side alone
 * decides.
 *
 * Source: {@link https://docs.github.com/en/actions/reference/workflows-and-actions/expressions | GitHub's reference}.
 *
 * @param condition The text of an `if:`, with or without `${{ }}`
 * @param facts What is known
 * @returns Whether it holds; `undefined` where only the run will tell
 */
export function evaluateCondition(
  condition: string,
  facts: Facts,
): boolean | undefined {
  const text = /^\s*\$\{\{((?:(?!\}\})[^])*)\}\}\s*$/.exec(condition)?.[1] ??
    condition;
  const tokens = tokenize(text);
  if (tokens === null) return undefined;
  try {
    const value = parse(tokens, facts);
    return value === undefined ? undefined : isTruthy(value);
  } catch (error) {
    if (error === UNREADABLE) return undefined;
    throw error;
  }
}

function tokenize(text: string): string[] | null {
  if (text.length > MAX_LENGTH) return null;
  const tokens: string[] = [];
  let position = 0;
  const end = text.trimEnd().length;
  while (position < end) {
    TOKEN.lastIndex = position;
    const match = TOKEN.exec(text);
    if (match === null) return null;
    tokens.push(match[0].trimStart());
    position = TOKEN.lastIndex;
  }
  return tokens;
}

/** Precedence climbing, from `||` down to what stands alone. */
function parse(tokens: readonly string[], facts: Facts): Value {
  let next = 0;
  let depth = 0;
  const value = parseOr();
  if (next < tokens.length) throw UNREADABLE;
  return value;

  function take(...wanted: readonly string[]): string | undefined {
    const token = tokens[next];
    if (token === undefined || !wanted.includes(token)) return undefined;
    next++;
    return token;
  }

  function parseOr(): Value {
    if (++depth > 50) throw UNREADABLE;
    let left = parseAnd();
    while (take("||")) {
      const right = parseAnd();
      if (left === undefined) {
        left = right !== undefined && isTruthy(right) ? true : undefined;
      } else if (!isTruthy(left)) left = right;
    }
    depth--;
    return left;
  }

  function parseAnd(): Value {
    let left = parseComparison();
    while (take("&&")) {
      const right = parseComparison();
      if (left === undefined) {
        left = right !== undefined && !isTruthy(right) ? false : undefined;
      } else if (isTruthy(left)) left = right;
    }
    return left;
  }

  function parseComparison(): Value {
    let left = parseUnary();
    for (
      let operator = take("==", "!=", "<", ">", "<=", ">=");
      operator !== undefined;
      operator = take("==", "!=", "<", ">", "<=", ">=")
    ) {
      const right = parseUnary();
      left =
        left === undefined || right === undefined || !/[=!]=/.test(operator)
          ? undefined
          : isEqual(left, right) === (operator === "==");
    }
    return left;
  }

  function parseUnary(): Value {
    if (take("!")) {
      const value = parseUnary();
      return value === undefined ? undefined : !isTruthy(value);
    }
    return parsePrimary();
  }

  function parsePrimary(): Value {
    const token = tokens[next++];
    if (token === undefined) throw UNREADABLE;
    if (token === "(") {
      const value = parseOr();
      if (!take(")")) throw UNREADABLE;
      return value;
    }
    if (token.startsWith("'")) {
      return token.slice(1, -1).replaceAll("''", "'");
    }
    if (/^-?\d/.test(token)) return Number(token);
    if (!/^[A-Za-z_]/.test(token)) throw UNREADABLE;
    if (take("(")) return call(token.toLowerCase(), parseArguments());
    // What is picked out of a context by brackets is not looked into.
    let isIndexed = false;
    while (take("[")) {
      parseOr();
      if (!take("]")) throw UNREADABLE;
      isIndexed = true;
      if (take(".")) next++;
    }
    const constant = CONSTANTS.get(token.toLowerCase());
    if (constant !== undefined) return constant;
    return isIndexed ? undefined : facts(token.toLowerCase());
  }

  function parseArguments(): Value[] {
    const values: Value[] = [];
    if (take(")")) return values;
    do values.push(parseOr()); while (take(","));
    if (!take(")")) throw UNREADABLE;
    return values;
  }
}

const CONSTANTS: ReadonlyMap<string, Known> = new Map<string, Known>([
  ["true", true],
  ["false", false],
  ["null", null],
]);

function call(name: string, values: readonly Value[]): Value {
  const [first, second] = values;
  switch (name) {
    case "success":
    case "always":
      return true;
    case "failure":
    case "cancelled":
      return false;
  }
  if (typeof first === "string" && name === "fromjson") {
    try {
      return JSON.parse(first);
    } catch {
      return undefined;
    }
  }
  if (first === undefined || second === undefined) return undefined;
  if (name === "contains" && isList(first)) {
    return first.some((item) => isEqual(item, second));
  }
  const text = String(first ?? "").toLowerCase();
  const part = String(second ?? "").toLowerCase();
  switch (name) {
    case "contains":
      return text.includes(part);
    case "startswith":
      return text.startsWith(part);
    case "endswith":
      return text.endsWith(part);
    default:
      return undefined;
  }
}

function isList(value: Known): value is readonly Known[] {
  return Array.isArray(value);
}

function isTruthy(value: Known): boolean {
  return value !== null && value !== false && value !== 0 && value !== "";
}

/** Text is compared without case; what differs in kind, as numbers. */
function isEqual(a: Known, b: Known): boolean {
  if (typeof a === "string" && typeof b === "string") {
    return a.toLowerCase() === b.toLowerCase();
  }
  return typeof a === typeof b && a !== null && b !== null
    ? a === b
    : Number(a ?? 0) === Number(b ?? 0);
}
