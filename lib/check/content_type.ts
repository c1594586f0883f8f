/**
 * The value of `Description-Content-Type`.
 *
 * @module
 */

/** A media type and its parameters. */
export interface ContentType {
  /** Such as `text/markdown`, in lower case. */
  readonly type: string;
  /** Values by their parameter's name in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** The media types that PyPI renders. */
export const DESCRIPTION_TYPES: readonly string[] = [
  "text/markdown",
  "text/plain",
  "text/x-rst",
];

const PARAMETER =
  /;\s*([^\s;="]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;="]+))\s*(?=;|$)/g;

/**
 * Parses a content type, as Python's `email` package does: what is none counts
 * as `text/plain`, and of two parameters with one name the first counts.
 * Malformed parameters are passed over.
 *
 * @param value Such as `text/markdown; charset=UTF-8; variant=GFM`
 * @returns Its parts
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc2045#section-5.1 | RFC 2045}
 */
export function parseContentType(value: string): ContentType {
  const semicolon = value.indexOf(";");
  const before = semicolon < 0 ? value : value.slice(0, semicolon);
  const type = before.trim().toLowerCase();
  const parameters = new Map<string, string>();
  if (semicolon >= 0) {
    for (const match of value.slice(semicolon).matchAll(PARAMETER)) {
      const name = match[1]!.toLowerCase();
      const text = match[2]?.replaceAll(/\\(.)/g, "$1") ?? match[3]!;
      if (!parameters.has(name)) parameters.set(name, text);
    }
  }
  return {
    type: /^[^/]*\/[^/]*$/.test(type) ? type : "text/plain",
    parameters,
  };
}

/**
 * Whether PyPI renders descriptions of a type.
 *
 * @param value The value of `Description-Content-Type`
 * @returns `false` if it refuses it
 */
export function isDescriptionType(value: string): boolean {
  const { type } = parseContentType(value);
  // A value that only counts as plain text does not say so itself.
  return DESCRIPTION_TYPES.includes(type) &&
    value.toLowerCase().includes(type);
}

/**
 * Whether PyPI takes a description for reStructuredText: by its content type,
 * or because it has none.
 *
 * @param contentType The value of `Description-Content-Type`, if there is one
 * @returns `false` for Markdown and plain text
 */
export function isRst(contentType: string | undefined): boolean {
  return contentType === undefined ||
    parseContentType(contentType).type === "text/x-rst";
}
