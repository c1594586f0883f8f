/**
 * The Distinguished Encoding Rules of ASN.1, as far as certificates and
 * signatures need them
 * ({@link https://www.itu.int/rec/T-REC-X.690 | X.690}).
 *
 * @module
 */

import { type Bytes, concat } from "./bytes.ts";

/** Tags of the types that certificates and signatures are made of. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** One element. */
export interface DerElement {
  /** Its tag, class and all. */
  readonly tag: number;
  /** What is inside. */
  readonly content: Bytes;
  /** The whole element, tag and length included. */
  readonly bytes: Bytes;
}

/**
 * Reads bytes that are one element.
 *
 * @param bytes The bytes
 * @param tag The tag that it must have; by default any
 * @returns The element
 * @throws {SyntaxError} If they are not
 */
export function readDer(bytes: Bytes, tag?: number): DerElement {
  const element = readElement(bytes, 0);
  if (element.bytes.length !== bytes.length) throw malformed("trailing bytes");
  if (tag !== undefined && element.tag !== tag) throw malformed("another type");
  return element;
}

/**
 * Reads what is inside an element.
 *
 * @param element A sequence, a set, or anything else that holds elements
 * @returns The elements
 * @throws {SyntaxError} If it holds something else
 */
export function readChildren({ content }: DerElement): DerElement[] {
  const children: DerElement[] = [];
  for (let at = 0; at < content.length;) {
    const child = readElement(content, at);
    children.push(child);
    at += child.bytes.length;
  }
  return children;
}

function readElement(bytes: Bytes, start: number): DerElement {
  const tag = bytes[start];
  const first = bytes[start + 1];
  if (tag === undefined || first === undefined) throw malformed("cut short");
  if ((tag & 0x1f) === 0x1f) throw malformed("a tag of several bytes");
  let length = first;
  let at = start + 2;
  if (first >= 0x80) {
    const size = first & 0x7f;
    if (size === 0 || size > 3) throw malformed("a length that is none");
    length = 0;
    for (const end = at + size; at < end; at++) {
      length = length * 256 + (bytes[at] ?? 0);
    }
    if (length < 0x80 || length < 256 ** (size - 1)) {
      throw malformed("a length that is not the shortest");
    }
  }
  const end = at + length;
  if (end > bytes.length) throw malformed("cut short");
  return {
    tag,
    content: bytes.slice(at, end),
    bytes: bytes.slice(start, end),
  };
}

/**
 * Encodes an element.
 *
 * @param tag Its tag
 * @param parts What is inside
 * @returns The element
 */
export function encodeDer(tag: number, ...parts: readonly Uint8Array[]): Bytes {
  const content = concat(...parts);
  return concat(
    new Uint8Array([tag, ...encodeLength(content.length)]),
    content,
  );
}

function encodeLength(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) {
    bytes.unshift(rest % 256);
  }
  return [0x80 | bytes.length, ...bytes];
}

/**
 * Encodes a number that is not negative: the fewest bytes, and a zero before
 * a first bit that would mean a minus.
 *
 * @param bytes The number, big-endian, of any length
 * @returns The element
 */
export function encodeUnsigned(bytes: Uint8Array): Bytes {
  const start = bytes.findIndex((byte) => byte !== 0);
  const digits = start === -1 ? new Uint8Array(1) : bytes.subarray(start);
  const isSignBit = digits[0]! >= 0x80;
  return encodeDer(
    TAG.integer,
    isSignBit ? new Uint8Array(1) : new Uint8Array(),
    digits,
  );
}

/**
 * Reads a number that is not negative.
 *
 * @param element The element
 * @param size How many bytes it fits into
 * @returns The number, big-endian, of that many bytes
 * @throws {SyntaxError} If it is something else or does not fit
 */
export function readUnsigned(element: DerElement, size: number): Bytes {
  const { tag, content } = element;
  if (tag !== TAG.integer || content.length === 0) throw malformed("no number");
  if (content[0]! >= 0x80) throw malformed("a number below zero");
  const isPadded = content.length > 1 && content[0] === 0;
  if (isPadded && content[1]! < 0x80) {
    throw malformed("a number that is not the shortest");
  }
  const digits = isPadded ? content.subarray(1) : content;
  if (digits.length > size) throw malformed("a number that is too large");
  const bytes = new Uint8Array(size);
  bytes.set(digits, size - digits.length);
  return bytes;
}

/**
 * Reads an object identifier.
 *
 * @param element The element
 * @returns Such as `1.3.6.1.4.1.57264.1.8`
 * @throws {SyntaxError} If it is none
 */
export function readOid({ tag, content }: DerElement): string {
  if (tag !== TAG.oid || content.length === 0 || content.at(-1)! >= 0x80) {
    throw malformed("no object identifier");
  }
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    if (arcs.length === 0) {
      const root = Math.min(Math.floor(arc / 40), 2);
      arcs.push(root, arc - root * 40);
    } else arcs.push(arc);
    arc = 0;
  }
  return arcs.join(".");
}

/**
 * Encodes an object identifier.
 *
 * @param oid Such as `2.5.29.17`
 * @returns The element
 */
export function encodeOid(oid: string): Bytes {
  const [root = 0, second = 0, ...arcs] = oid.split(".").map(Number);
  const bytes = [root * 40 + second, ...arcs].flatMap((arc) => {
    const digits = [arc % 128];
    for (let rest = Math.floor(arc / 128); rest > 0;) {
      digits.unshift(0x80 | rest % 128);
      rest = Math.floor(rest / 128);
    }
    return digits;
  });
  return encodeDer(TAG.oid, new Uint8Array(bytes));
}

function malformed(what: string): SyntaxError {
  return new SyntaxError(`Cannot read DER: ${what}`);
}
