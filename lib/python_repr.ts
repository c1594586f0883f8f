/**
 * Values as Python prints them: PyPI's messages quote them so.
 *
 * @module
 */

const ESCAPES: Readonly<Record<string, string>> = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\\": "\\\\",
};

/**
 * A string as Python's `repr()` writes it.
 *
 * @param text The string
 * @returns The quoted string
 */
export function pythonRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  // deno-lint-ignore no-control-regex
  const body = text.replace(/[\u0000-\u001f\u007f-\u00a0\u00ad\\]/g, (char) => {
    return ESCAPES[char] ??
      `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
  }).replaceAll(quote, quote === "'" ? "\\'" : quote);
  return `${quote}${body}${quote}`;
}

/**
 * A list of strings as Python's `repr()` writes it, sorted.
 *
 * @param texts The strings
 * @returns The list
 */
export function pythonReprList(texts: Iterable<string>): string {
  return `[${[...texts].sort().map(pythonRepr).join(", ")}]`;
}
