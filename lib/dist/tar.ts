/**
 * Compressed tar files, read as a stream in constant memory.
 *
 * Reads what Python's `tarfile` reads, since that is what PyPI and pip use:
 * ustar, GNU long names, pax headers, sizes in base 256.
 *
 * @module
 */

import { ByteReader, gunzip } from "./gunzip.ts";
import {
  type Header,
  isZeroBlock,
  parseHeader,
  parsePax,
} from "./tar_header.ts";
import { unreadable } from "./unreadable.ts";

/** One member of a tar file. */
export interface TarMember {
  /** Its whole name; a directory's without the slash at its end. */
  readonly name: string;
  /** What it is; `link` is a hard link, `other` a device and the like. */
  readonly type: "file" | "directory" | "link" | "symlink" | "other";
  /** Bytes of its content in the archive. */
  readonly size: number;
  /** Whether it has holes (GNU and pax sparse formats): PyPI takes none. */
  readonly isSparse: boolean;
  /**
   * Reads its content, once, and before the next member is asked for.
   *
   * @param maxBytes How much to take at most
   * @throws {ReleasioError} `distribution-unreadable` if it is larger
   */
  readonly read: (maxBytes: number) => Promise<Uint8Array<ArrayBuffer>>;
}

const BLOCK_BYTES = 512;
/** Long names and pax headers beyond this are no honest ones. */
const MAX_HEADER_BYTES = 1024 * 1024;
/** Headers that may stand before one member. */
const MAX_HEADERS = 64;
/** Unpacked content that is read whatever the size of the file. */
const MIN_LIMIT_BYTES = 512 * 1024 * 1024;
/** Unpacked content that is read for each byte of the file. */
const MAX_RATIO = 100;

/** What headers before a member say about it. */
interface Extended {
  /** GNU long name. */
  name: string | null;
  /** pax records, global ones included. */
  pax: ReadonlyMap<string, string>;
}

/**
 * Walks through a gzip-compressed tar file. It is read only as far as the
 * caller goes: `break` stops reading.
 *
 * @param blob The file
 * @returns Its members in file order
 * @throws {ReleasioError} `distribution-unreadable` if it is not gzip, not
 * tar, damaged, or unpacks to more than 512 MiB and a hundred times its size
 */
export async function* readTarGz(
  blob: Blob,
): AsyncGenerator<TarMember, void, undefined> {
  const limit = Math.max(MIN_LIMIT_BYTES, blob.size * MAX_RATIO);
  const reader = new ByteReader(gunzip(blob), limit);
  try {
    yield* readMembers(reader);
  } finally {
    await reader.close();
  }
}

async function* readMembers(
  reader: ByteReader,
): AsyncGenerator<TarMember, void, undefined> {
  let globals: ReadonlyMap<string, string> = new Map();
  let extended: Extended = { name: null, pax: globals };
  let headers = 0;
  let isFirst = true;
  while (true) {
    const block = await reader.read(BLOCK_BYTES);
    if (block.length === 0 && !isFirst) return;
    if (block.length < BLOCK_BYTES) {
      throw unreadable(
        isFirst ? "it is no tar file" : "unexpected end of file",
      );
    }
    if (isZeroBlock(block)) return;
    const header = parseHeader(block);
    if (header === null) {
      throw unreadable(
        isFirst ? "it is no tar file" : "a tar header is damaged",
      );
    }
    isFirst = false;
    if ("LKxXg".includes(header.flag)) {
      if (++headers > MAX_HEADERS) {
        throw unreadable("too many tar headers in a row");
      }
      const data = await readHeaderData(reader, header.size);
      if (header.flag === "L") extended.name = untilNul(data);
      if (header.flag === "g") {
        globals = new Map([...globals, ...parsePax(data)]);
        extended.pax = new Map([...globals, ...extended.pax]);
      }
      if (header.flag === "x" || header.flag === "X") {
        extended.pax = new Map([...extended.pax, ...parsePax(data)]);
      }
      continue;
    }
    if (header.flag === "S") await skipSparseMap(reader, block);
    yield* readMember(reader, header, extended);
    extended = { name: null, pax: globals };
    headers = 0;
  }
}

async function* readMember(
  reader: ByteReader,
  header: Header,
  { name, pax }: Extended,
): AsyncGenerator<TarMember, void, undefined> {
  const claimed = pax.get("size");
  if (claimed !== undefined && !/^\d{1,15}$/.test(claimed)) {
    throw unreadable("a pax header is damaged");
  }
  const size = hasContent(header.flag) ? Number(claimed ?? header.size) : 0;
  const whole = pax.get("GNU.sparse.name") ?? pax.get("path") ?? name ??
    header.name;
  const type = typeOf(header.flag, whole);
  let state: "waiting" | "reading" | "read" | "passed" = "waiting";
  yield {
    name: type === "directory" ? whole.replace(/\/+$/, "") : whole,
    type,
    size,
    isSparse: header.flag === "S" ||
      [...pax.keys()].some((key) => key.startsWith("GNU.sparse.")),
    read: async (maxBytes) => {
      if (state !== "waiting") {
        throw new TypeError("A tar member can be read once, and in its turn");
      }
      if (size > maxBytes) {
        const shown = JSON.stringify(whole.slice(0, 200));
        throw unreadable(`${shown} is larger than ${maxBytes} bytes`);
      }
      state = "reading";
      const content = await reader.read(size);
      if (content.length < size) throw unreadable("unexpected end of file");
      state = "read";
      return content;
    },
  };
  // A consumer may have called read() without waiting for it.
  if (state as string === "reading") {
    throw new TypeError("A tar member is still being read");
  }
  const rest = (state as string === "read" ? 0 : size) + padding(size);
  state = "passed";
  await reader.skip(rest);
}

async function readHeaderData(
  reader: ByteReader,
  size: number,
): Promise<Uint8Array> {
  if (size > MAX_HEADER_BYTES) throw unreadable("a tar header is too large");
  const data = await reader.read(size);
  if (data.length < size) throw unreadable("unexpected end of file");
  await reader.skip(padding(size));
  return data;
}

// Holes that don't fit into the header itself are listed in blocks after it,
// each of which says whether one more follows.
async function skipSparseMap(
  reader: ByteReader,
  header: Uint8Array,
): Promise<void> {
  let more = header[482];
  while (more) {
    const block = await reader.read(BLOCK_BYTES);
    if (block.length < BLOCK_BYTES) throw unreadable("unexpected end of file");
    more = block[504];
  }
}

function padding(size: number): number {
  return (BLOCK_BYTES - size % BLOCK_BYTES) % BLOCK_BYTES;
}

// Links, devices, directories and pipes have none, whatever their size says.
function hasContent(flag: string): boolean {
  return !"123456".includes(flag);
}

function typeOf(flag: string, name: string): TarMember["type"] {
  // Before ustar, a slash at the end made a directory.
  if (flag === "5" || (flag === "\0" && name.endsWith("/"))) return "directory";
  if ("0\x007S".includes(flag)) return "file";
  return flag === "1" ? "link" : flag === "2" ? "symlink" : "other";
}

function untilNul(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}
