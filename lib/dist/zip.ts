/**
 * ZIP files, read at random: a member of a huge wheel costs as little as one
 * of a small one.
 *
 * Reads what Python's `zipfile` reads, since that is what PyPI and pip use.
 * What PyPI refuses beyond that is for the checks to find.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { crc32, inflateRawSync } from "node:zlib";
import { readRange, unreadable } from "./unreadable.ts";

/** One member, as the central directory lists it. */
export interface ZipEntry {
  /** Its name: UTF-8 where flag bit 11 says so, else code page 437. */
  readonly name: string;
  /** The bytes of its name. */
  readonly rawName: Uint8Array;
  /** Compression method: 0 stored, 8 deflated. */
  readonly method: number;
  /** General-purpose flags. */
  readonly flags: number;
  /** CRC-32 of its content. */
  readonly crc32: number;
  /** Bytes in the archive. */
  readonly compressedSize: number;
  /** Bytes of content, as the archive claims. */
  readonly size: number;
  /** Offset of its local header in the file. */
  readonly offset: number;
}

/** A central directory larger than this is not read. */
const MAX_DIRECTORY_BYTES = 32 * 1024 * 1024;
/** Deflate never makes content longer by more than this. */
const MAX_OVERHEAD_BYTES = 64 * 1024;

const END_BYTES = 22;
const END64_BYTES = 56;
const LOCATOR_BYTES = 20;
const MAX_COMMENT_BYTES = 0xffff;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;

const SIGNATURE = {
  local: 0x04034b50,
  entry: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator: 0x07064b50,
} as const;

const ENCRYPTED_FLAG = 0x1;
const UTF8_FLAG = 0x800;
const ZIP64_EXTRA = 0x0001;

/**
 * Reads the central directory of a ZIP file.
 *
 * @param blob The file
 * @returns Its members in the order of the directory
 * @throws {ReleasioError} `distribution-unreadable` if it is no ZIP file, or
 * is damaged
 *
 * @see {@link https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT | APPNOTE}
 */
export async function readZipEntries(blob: Blob): Promise<ZipEntry[]> {
  const { start, size, shift } = await findDirectory(blob);
  if (size > MAX_DIRECTORY_BYTES) {
    throw unreadable("its central directory is too large");
  }
  const bytes = Buffer.from(
    (await readRange(blob, start, start + size)).buffer,
  );
  const entries: ZipEntry[] = [];
  let at = 0;
  while (at < size) {
    if (
      at + ENTRY_BYTES > size || bytes.readUInt32LE(at) !== SIGNATURE.entry
    ) {
      throw unreadable("its central directory is damaged");
    }
    const nameEnd = at + ENTRY_BYTES + bytes.readUInt16LE(at + 28);
    const extraEnd = nameEnd + bytes.readUInt16LE(at + 30);
    const next = extraEnd + bytes.readUInt16LE(at + 32);
    if (next > size) throw unreadable("its central directory is damaged");
    entries.push(readEntry(bytes, at, nameEnd, extraEnd, shift));
    at = next;
  }
  return entries;
}

/** Where the central directory is, and how far the offsets in it are off. */
interface Directory {
  readonly start: number;
  readonly size: number;
  readonly shift: number;
}

async function findDirectory(blob: Blob): Promise<Directory> {
  const tailStart = Math.max(
    0,
    blob.size - MAX_COMMENT_BYTES - END_BYTES - LOCATOR_BYTES - END64_BYTES,
  );
  const tail = Buffer.from(
    (await readRange(blob, tailStart, blob.size)).buffer,
  );
  const end = findEnd(tail);
  if (end < 0) throw unreadable("it is no ZIP file, or its end is missing");

  const end64 = end - LOCATOR_BYTES - END64_BYTES;
  const isZip64 = end64 >= 0 &&
    tail.readUInt32LE(end - LOCATOR_BYTES) === SIGNATURE.locator &&
    tail.readUInt32LE(end64) === SIGNATURE.end64;
  const size = isZip64
    ? Number(tail.readBigUInt64LE(end64 + 40))
    : tail.readUInt32LE(end + 12);
  const offset = isZip64
    ? Number(tail.readBigUInt64LE(end64 + 48))
    : tail.readUInt32LE(end + 16);
  // The directory ends where the end records start. Bytes in front of the
  // first record shift all offsets; Python's zipfile takes that in its stride.
  const start = tailStart + (isZip64 ? end64 : end) - size;
  if (start < 0) throw unreadable("its central directory is damaged");
  return { start, size, shift: start - offset };
}

function findEnd(tail: Buffer): number {
  const last = tail.length - END_BYTES;
  if (last < 0) return -1;
  // Without a comment it is the last record, whatever looks like one before.
  if (
    tail.readUInt32LE(last) === SIGNATURE.end &&
    tail.readUInt16LE(last + 20) === 0
  ) return last;
  return tail.lastIndexOf("PK\x05\x06", last, "latin1");
}

function readEntry(
  bytes: Buffer,
  at: number,
  nameEnd: number,
  extraEnd: number,
  shift: number,
): ZipEntry {
  const flags = bytes.readUInt16LE(at + 8);
  const rawName = new Uint8Array(bytes.subarray(at + ENTRY_BYTES, nameEnd));
  const [size, compressedSize, offset] = readSizes(
    [
      bytes.readUInt32LE(at + 24),
      bytes.readUInt32LE(at + 20),
      bytes.readUInt32LE(at + 42),
    ],
    bytes.subarray(nameEnd, extraEnd),
  );
  return {
    name: decodeName(rawName, flags),
    rawName,
    method: bytes.readUInt16LE(at + 10),
    flags,
    crc32: bytes.readUInt32LE(at + 16),
    compressedSize,
    size,
    offset: offset + shift,
  };
}

// A value that doesn't fit stands in the ZIP64 extra field, in this order.
function readSizes(
  values: [number, number, number],
  extra: Buffer,
): [number, number, number] {
  for (let at = 0; at + 4 <= extra.length;) {
    const end = at + 4 + extra.readUInt16LE(at + 2);
    if (end > extra.length) throw unreadable("an extra field is damaged");
    if (extra.readUInt16LE(at) === ZIP64_EXTRA) {
      let from = at + 4;
      return values.map((value) => {
        if (value !== 0xffffffff) return value;
        if (from + 8 > end) throw unreadable("a ZIP64 extra field is damaged");
        from += 8;
        return Number(extra.readBigUInt64LE(from - 8));
      }) as [number, number, number];
    }
    at = end;
  }
  return values;
}

function decodeName(bytes: Uint8Array, flags: number): string {
  if (flags & UTF8_FLAG) return new TextDecoder().decode(bytes);
  let name = "";
  for (const byte of bytes) {
    name += byte < 128 ? String.fromCharCode(byte) : CODE_PAGE_437[byte - 128];
  }
  return name;
}

const CODE_PAGE_437 = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»" +
  "░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀" +
  "αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

/**
 * Reads the content of one member.
 *
 * @param blob The file
 * @param entry One of {@linkcode readZipEntries}
 * @param maxBytes How much content to take at most, whatever the archive claims
 * @returns The whole content, its CRC checked
 * @throws {ReleasioError} `distribution-unreadable` if it is larger, damaged,
 * encrypted, or compressed by a method other than stored and deflated
 */
export async function readZipEntry(
  blob: Blob,
  entry: ZipEntry,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const name = JSON.stringify(entry.name.slice(0, 200));
  if (entry.flags & ENCRYPTED_FLAG) throw unreadable(`${name} is encrypted`);
  if (entry.method !== 0 && entry.method !== 8) {
    throw unreadable(`${name} is compressed by method ${entry.method}`);
  }
  if (
    entry.size > maxBytes ||
    entry.compressedSize > maxBytes + MAX_OVERHEAD_BYTES
  ) {
    throw unreadable(`${name} is larger than ${maxBytes} bytes`);
  }
  const nameEnd = entry.offset + LOCAL_BYTES + entry.rawName.length;
  const header = Buffer.from(
    (await readRange(blob, entry.offset, nameEnd)).buffer,
  );
  if (
    header.readUInt32LE(0) !== SIGNATURE.local ||
    header.readUInt16LE(26) !== entry.rawName.length ||
    !header.subarray(LOCAL_BYTES).equals(entry.rawName)
  ) throw unreadable(`there is no ${name} where the directory says`);
  const start = nameEnd + header.readUInt16LE(28);
  const raw = await readRange(blob, start, start + entry.compressedSize);
  const content = entry.method === 0 ? raw : inflate(raw, entry.size, name);
  if (content.length !== entry.size || crc32(content) !== entry.crc32) {
    throw unreadable(`${name} is damaged`);
  }
  return content;
}

function inflate(
  raw: Uint8Array,
  size: number,
  name: string,
): Uint8Array<ArrayBuffer> {
  try {
    // One byte more than claimed tells a bomb from honest content.
    return new Uint8Array(inflateRawSync(raw, { maxOutputLength: size + 1 }));
  } catch (error) {
    throw unreadable(`${name} is damaged`, error);
  }
}
