/**
 * Stand-in for `@std/http/etag`, over `fresh` and Web Crypto.
 *
 * @module
 */

import fresh from "fresh";

/** A strong entity tag for `entity`. */
export async function eTag(entity: string | Uint8Array): Promise<string> {
  const bytes = new Uint8Array(
    typeof entity === "string" ? new TextEncoder().encode(entity) : entity,
  );
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  const text = new Uint8Array(digest).toBase64({ omitPadding: true });
  return `"${bytes.length.toString(16)}-${text.slice(0, 27)}"`;
}

/**
 * Whether an `If-None-Match` header lets the request through, that is: whether
 * none of its tags is `etag`.
 */
export function ifNoneMatch(
  value: string | null,
  etag: string | undefined,
): boolean {
  if (!value || !etag) return true;
  return !fresh({ "if-none-match": value.trim() }, { etag });
}
