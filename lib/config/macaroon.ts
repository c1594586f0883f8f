/**
 * PyPI's API tokens are macaroons, and a macaroon says who made it.
 *
 * @see {@link https://github.com/rescrv/libmacaroons/blob/master/doc/format.txt}
 * @module
 */

const PREFIX = "pypi-";
const VERSION = 2;
const FIELD_LOCATION = 1;

/**
 * The site that made an API token. Nothing is verified: only the site can.
 *
 * @param token The token
 * @returns Such as `pypi.org`, or `null` for a token that isn't a macaroon of
 * version 2 with the prefix `pypi-`
 */
export function macaroonLocation(token: string): string | null {
  if (!token.startsWith(PREFIX)) return null;
  const bytes = decodeBase64Url(token.slice(PREFIX.length));
  if (bytes?.[0] !== VERSION || bytes[1] !== FIELD_LOCATION) return null;
  // Lengths are varints; no host name needs a second byte.
  const length = bytes[2] ?? 0;
  const field = bytes.subarray(3, 3 + length);
  if (length === 0 || length > 127 || field.length < length) return null;
  return new TextDecoder().decode(field);
}

function decodeBase64Url(text: string): Uint8Array | null {
  // The location is at the start: the rest may be cut off at any character.
  const whole = text.replace(/[^A-Za-z0-9_-].*$/s, "");
  const length = whole.length - (whole.length % 4 === 1 ? 1 : 0);
  try {
    return Uint8Array.fromBase64(whole.slice(0, length), {
      alphabet: "base64url",
    });
  } catch {
    return null;
  }
}
