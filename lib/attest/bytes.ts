/**
 * Small things about bytes.
 *
 * @module
 */

/** Bytes in memory of their own, as web standards take them. */
export type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Joins bytes.
 *
 * @param parts The parts
 * @returns One array
 */
export function concat(...parts: readonly Uint8Array[]): Bytes {
  const joined = new Uint8Array(
    parts.reduce((length, part) => length + part.length, 0),
  );
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/**
 * Whether two arrays hold the same bytes.
 *
 * @param a One
 * @param b The other
 * @returns `true` if they do
 */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/**
 * A number as big-endian bytes.
 *
 * @param value A safe integer, 0 or more
 * @param size How many bytes
 * @returns The bytes
 */
export function bigEndian(value: number, size: number): Bytes {
  const bytes = new Uint8Array(size);
  for (let i = size - 1, rest = value; i >= 0; i--) {
    bytes[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return bytes;
}

/**
 * Text as UTF-8.
 *
 * @param text The text
 * @returns Its bytes
 */
export function utf8(text: string): Bytes {
  return new TextEncoder().encode(text);
}

/**
 * SHA-256 of bytes.
 *
 * @param parts What to hash, joined
 * @returns 32 bytes
 */
export async function hash256(...parts: readonly Uint8Array[]): Promise<Bytes> {
  return new Uint8Array(
    await crypto.subtle.digest("SHA-256", concat(...parts)),
  );
}

/**
 * Decodes standard base64 with its padding; blanks and line breaks don't
 * matter, as they don't to PyPI.
 *
 * @param text The text
 * @returns The bytes, or `null` if it is something else, base64url say
 */
export function decodeBase64(text: string): Bytes | null {
  try {
    return Uint8Array.fromBase64(text, { lastChunkHandling: "strict" });
  } catch {
    return null;
  }
}
