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

const PARAMETER = /;\s*([^\s;=]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]*))\s*/g;

/**
 * Parses a content type, as
 * {@link https://www.rfc-editor.org/rfc/rfc2045#section-5.1 | RFC 2045} has it.
 *
 * @param value Such as `text/markdown; charset=UTF-8; variant=GFM`
 * @returns Its parts
 */
export function parseContentType(value: string): ContentType {
  const semicolon = value.indexOf(";");
  const type = semicolon < 0 ? value : value.slice(0, semicolon);
  const parameters = new Map<string, string>();
  if (semicolon >= 0) {
    for (const match of value.slice(semicolon).matchAll(PARAMETER)) {
      const [, name, quoted, bare] = match;
      parameters.set(
        name!.toLowerCase(),
        quoted?.replaceAll(/\\(.)/g, "$1") ?? bare!,
      );
    }
  }
  return { type: type.trim().toLowerCase(), parameters };
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
