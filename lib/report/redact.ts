/**
 * The last net under every text and document: what looks like a token goes.
 *
 * Tokens never get this far by design. But a server may echo one, and text
 * from a server is printed.
 *
 * @module
 */

/** PyPI-like macaroons (their base64 begins with `AgE`) and JSON web tokens. */
const TOKEN_REGEXP = /pypi-AgE[\w-]{16,}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/g;

/**
 * Replaces what looks like an upload token or an identity token.
 *
 * @param text Any text
 * @returns The text, with `[redacted]` in place of tokens
 */
export function redactTokens(text: string): string {
  return text.replaceAll(TOKEN_REGEXP, "[redacted]");
}
