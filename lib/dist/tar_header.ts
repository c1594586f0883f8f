/**
 * The headers of tar files.
 *
 * @module
 */

import { unreadable } from "./unreadable.ts";

/** One header block. */
export interface Header {
  /** The name, with the ustar prefix in front. */
  readonly name: string;
  /** Bytes of content after the header. */
  readonly size: number;
  /** The type flag, one character. */
  readonly flag: string;
}

const CHECKSUM = { start: 148, end: 156 } as const;

/**
 * Whether a block has zeros alone, as at the end of a tar file.
 *
 * @param block Its bytes
 * @returns `true` if it marks the end
 */
export function isZeroBlock(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}

/**
 * Parses one header block of 512 bytes.
 *
 * @param block Its bytes
 * @returns Its fields; `null` if it is no tar header
 */
export function parseHeader(block: Uint8Array): Header | null {
  const sum = parseNumber(block.subarray(CHECKSUM.start, CHECKSUM.end));
  if (sum === null || !checksums(block).includes(sum)) return null;
  const size = parseNumber(block.subarray(124, 136));
  if (size === null || size < 0 || !Number.isSafeInteger(size)) return null;
  const flag = String.fromCharCode(block[156]!);
  const name = parseText(block.subarray(0, 100));
  const prefix = parseText(block.subarray(345, 500));
  // GNU's own types keep other things in the place of the prefix.
  const hasPrefix = prefix !== "" && !"LKS".includes(flag);
  return { name: hasPrefix ? `${prefix}/${name}` : name, size, flag };
}

// Some old writers summed signed bytes.
function checksums(block: Uint8Array): [number, number] {
  let unsigned = 0;
  let signed = 0;
  for (let i = 0; i < block.length; i++) {
    const byte = i >= CHECKSUM.start && i < CHECKSUM.end ? 0x20 : block[i]!;
    unsigned += byte;
    signed += byte < 128 ? byte : byte - 256;
  }
  return [unsigned, signed];
}

function parseNumber(field: Uint8Array): number | null {
  if (field[0] === 0x80) {
    return field.subarray(1).reduce((total, byte) => total * 256 + byte, 0);
  }
  const text = parseText(field).trim();
  return /^[0-7]*$/.test(text) ? Number.parseInt(text || "0", 8) : null;
}

function parseText(field: Uint8Array): string {
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

/**
 * Parses the records of a pax header, each `<length> <key>=<value>\n`.
 *
 * @param data Its content
 * @returns The records; a later one wins
 * @throws {ReleasioError} `distribution-unreadable` if it is damaged
 */
export function parsePax(data: Uint8Array): Map<string, string> {
  const records = new Map<string, string>();
  let at = 0;
  while (at < data.length && data[at] !== 0) {
    const blank = data.indexOf(0x20, at);
    const digits = blank < 0 || blank - at > 9
      ? ""
      : parseText(data.subarray(at, blank));
    const end = at + (/^\d+$/.test(digits) ? Number(digits) : 0);
    const equals = data.indexOf(0x3d, blank);
    if (
      end > data.length || equals < 0 || equals >= end ||
      data[end - 1] !== 0x0a
    ) throw unreadable("a pax header is damaged");
    const decoder = new TextDecoder();
    records.set(
      decoder.decode(data.subarray(blank + 1, equals)),
      decoder.decode(data.subarray(equals + 1, end - 1)),
    );
    at = end;
  }
  return records;
}
