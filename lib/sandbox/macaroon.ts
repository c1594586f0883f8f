/**
 * Tokens that look like PyPI's: macaroons, whose location tells the site
 * that they are for.
 *
 * @module
 */

const LOCATION = 1;
const IDENTIFIER = 2;
const SIGNATURE = 6;
const END_OF_SECTION = 0;

/**
 * Makes a token in PyPI's form: `pypi-` and a macaroon in its second binary
 * format ({@link https://github.com/rescrv/libmacaroons/blob/master/doc/format.txt | format}).
 *
 * Its signature is random: the sandbox knows its tokens by heart.
 *
 * @param location The site that it is for, such as `pypi.org`
 * @param caveats What limits it
 * @returns The token
 */
export function createMacaroon(
  location: string,
  caveats: readonly (readonly unknown[])[],
): string {
  const signature = crypto.getRandomValues(new Uint8Array(32));
  const bytes = [
    2, // the format's version
    ...field(LOCATION, location),
    ...field(IDENTIFIER, crypto.randomUUID()),
    END_OF_SECTION,
    ...caveats.flatMap((caveat) => [
      ...field(IDENTIFIER, JSON.stringify(caveat)),
      END_OF_SECTION,
    ]),
    END_OF_SECTION,
    SIGNATURE,
    ...varint(signature.length),
    ...signature,
  ];
  const text = Uint8Array.from(bytes)
    .toBase64({ alphabet: "base64url", omitPadding: true });
  return `pypi-${text}`;
}

function field(type: number, value: string): number[] {
  const bytes = new TextEncoder().encode(value);
  return [type, ...varint(bytes.length), ...bytes];
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [value & 0x7f | 0x80, ...varint(value >>> 7)];
}
