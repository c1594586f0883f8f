/**
 * The records of a ZIP file, walked from the first byte to the last as PyPI
 * does, to make sure that readers who start at the central directory and
 * readers who stream see the same members.
 *
 * Members' content is jumped over: a huge wheel costs little more than its
 * headers.
 *
 * @see {@link https://docs.pypi.org/archives | PyPI's rules for archives}
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { ZipEntry } from "../dist/zip.ts";

/** The first thing that PyPI objects to. */
export interface ZipFault {
  /** PyPI's words, such as `Trailing data`. */
  readonly reason: ZipFaultReason;
  /** The member that it is about, if it is about one. */
  readonly member: string | null;
}

/** PyPI's words for what can be wrong with a ZIP file's records. */
export type ZipFaultReason =
  | "Unknown record signature"
  | "ZIP contains a data descriptor"
  | "Mis-matched data size"
  | "Mis-matched file size"
  | "Filename not in central directory"
  | "Filename not unicode"
  | "Missing filename in local headers"
  | "Duplicate filename in local headers"
  | "Duplicate filename in central directory"
  | "Invalid character in filename"
  | "Filename not valid UTF-8"
  | "Invalid duplicate extra in local file"
  | "Comment in central directory"
  | "Mismatched central directory records"
  | "Mismatched central directory offset"
  | "Mismatched central directory size"
  | "ZIP64 extensible data not allowed"
  | "Malformed zip file"
  | "Mis-matched local headers and central directory"
  | "Trailing data";

const SIGNATURE = {
  local: 0x04034b50,
  central: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator: 0x07064b50,
} as const;

const DESCRIPTOR_FLAG = 0x8;
const ZIP64_EXTRA = 0x0001;
const UNICODE_PATH_EXTRA = 0x7075;
const STORED = 0;
const NOT_HERE = 0xffffffff;
/** What an end record of ZIP64 has without extensible data. */
const END64_SIZE = 44;

/** Stops the walk; never leaves this module. */
class Fault extends Error {
  readonly reason: ZipFaultReason;
  member: string | null = null;
  constructor(reason: ZipFaultReason) {
    super(reason);
    this.reason = reason;
  }
}

/** What an end record says about the central directory. */
interface Ending {
  readonly records: number;
  readonly size: number;
  readonly offset: number;
}

/**
 * Walks through all records of a ZIP file.
 *
 * @param blob The file
 * @param entries Its members, as its central directory lists them
 * @returns The first fault, or `null`
 */
export async function findZipFault(
  blob: Blob,
  entries: readonly ZipEntry[],
): Promise<ZipFault | null> {
  try {
    await new RecordWalk(blob, entries).run();
    return null;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { reason: error.reason, member: error.member };
  }
}

class RecordWalk {
  readonly #reader: ForwardReader;
  readonly #size: number;
  readonly #listed: ReadonlyMap<string, ZipEntry>;
  readonly #local = new Set<string>();
  readonly #central = new Set<string>();
  #directoryOffset: number | null = null;
  #directorySize = 0;
  #directoryRecords = 0;
  #ending64: Ending | null = null;
  #hasLocator = false;

  constructor(blob: Blob, entries: readonly ZipEntry[]) {
    this.#reader = new ForwardReader(blob);
    this.#size = blob.size;
    this.#listed = new Map(entries.map((entry) => [entry.name, entry]));
  }

  async run(): Promise<void> {
    for (;;) {
      const at = this.#reader.position;
      const signature = (await this.#reader.read(4)).readUInt32LE();
      if (signature === SIGNATURE.local) await this.#readLocal();
      else if (signature === SIGNATURE.central) await this.#readCentral(at);
      else if (signature === SIGNATURE.end64) await this.#readEnd64();
      else if (signature === SIGNATURE.locator) {
        await this.#reader.read(16);
        this.#hasLocator = true;
      } else if (signature === SIGNATURE.end) {
        await this.#readEnd(at);
        break;
      } else throw new Fault("Unknown record signature");
    }
    if (this.#central.size !== this.#local.size) {
      throw new Fault("Mis-matched local headers and central directory");
    }
    if (this.#reader.position !== this.#size) throw new Fault("Trailing data");
  }

  async #readLocal(): Promise<void> {
    const header = await this.#reader.read(26);
    const rawName = await this.#reader.read(header.readUInt16LE(22));
    const extra = await this.#reader.read(header.readUInt16LE(24));
    const name = rawName.toString("latin1");
    try {
      refuseControlCharacters(rawName);
      const sizes = readLocalSizes(header, extra);
      if (header.readUInt16LE(2) & DESCRIPTOR_FLAG) {
        throw new Fault("ZIP contains a data descriptor");
      }
      this.#compareWithDirectory(rawName, sizes);
      this.#reader.skip(sizes.compressed);
      if (this.#local.has(name)) {
        throw new Fault("Duplicate filename in local headers");
      }
    } catch (error) {
      if (error instanceof Fault) error.member ??= rawName.toString();
      throw error;
    }
    this.#local.add(name);
  }

  #compareWithDirectory(rawName: Buffer, sizes: LocalSizes): void {
    const entry = this.#listed.get(
      decodeUtf8(rawName, "Filename not unicode"),
    );
    if (!entry) throw new Fault("Filename not in central directory");
    if (entry.compressedSize !== sizes.compressed) {
      throw new Fault("Mis-matched data size");
    }
    if (entry.size !== sizes.content) throw new Fault("Mis-matched file size");
  }

  async #readCentral(at: number): Promise<void> {
    this.#directoryOffset ??= at;
    this.#directoryRecords++;
    const header = await this.#reader.read(42);
    if (header.readUInt16LE(28) !== 0) {
      throw new Fault("Comment in central directory");
    }
    const rawName = await this.#reader.read(header.readUInt16LE(24));
    const extra = await this.#reader.read(header.readUInt16LE(26));
    const name = rawName.toString("latin1");
    try {
      refuseControlCharacters(rawName);
      this.#directorySize += 46 + rawName.length + extra.length;
      if (this.#central.has(name)) {
        throw new Fault("Duplicate filename in central directory");
      }
      if (!this.#local.has(name)) {
        throw new Fault("Missing filename in local headers");
      }
    } catch (error) {
      if (error instanceof Fault) error.member ??= rawName.toString();
      throw error;
    }
    this.#central.add(name);
  }

  async #readEnd64(): Promise<void> {
    const record = await this.#reader.read(52);
    const records = Number(record.readBigUInt64LE(28));
    if (Number(record.readBigUInt64LE(20)) !== records) {
      throw new Fault("Malformed zip file");
    }
    if (Number(record.readBigUInt64LE(0)) !== END64_SIZE) {
      throw new Fault("ZIP64 extensible data not allowed");
    }
    this.#ending64 = {
      records,
      size: Number(record.readBigUInt64LE(36)),
      offset: Number(record.readBigUInt64LE(44)),
    };
  }

  async #readEnd(at: number): Promise<void> {
    if (this.#ending64 !== null && !this.#hasLocator) {
      throw new Fault("Malformed zip file");
    }
    const record = await this.#reader.read(18);
    const records = record.readUInt16LE(6);
    const isOnOneDisk = record.readUInt16LE(0) === record.readUInt16LE(2);
    if (record.readUInt16LE(4) !== records || !isOnOneDisk) {
      throw new Fault("Malformed zip file");
    }
    this.#reader.skip(record.readUInt16LE(16));
    const ending = this.#ending64 ?? {
      records,
      size: record.readUInt32LE(8),
      offset: record.readUInt32LE(12),
    };
    if (ending.records !== this.#directoryRecords) {
      throw new Fault("Mismatched central directory records");
    }
    if (ending.offset !== (this.#directoryOffset ?? at)) {
      throw new Fault("Mismatched central directory offset");
    }
    if (ending.size !== this.#directorySize) {
      throw new Fault("Mismatched central directory size");
    }
  }
}

/** What a local header says about its member's size. */
interface LocalSizes {
  compressed: number;
  content: number;
}

function readLocalSizes(header: Buffer, extra: Buffer): LocalSizes {
  const sizes: LocalSizes = {
    compressed: header.readUInt32LE(14),
    content: header.readUInt32LE(18),
  };
  const isStored = header.readUInt16LE(4) === STORED;
  const seen = new Set<number>();
  for (let at = 0; at < extra.length;) {
    if (at + 4 > extra.length) throw new Fault("Malformed zip file");
    const id = extra.readUInt16LE(at);
    const end = at + 4 + extra.readUInt16LE(at + 2);
    if (end > extra.length) throw new Fault("Malformed zip file");
    const data = extra.subarray(at + 4, end);
    if (id === ZIP64_EXTRA || id === UNICODE_PATH_EXTRA) {
      if (seen.has(id)) {
        throw new Fault("Invalid duplicate extra in local file");
      }
      seen.add(id);
    }
    if (id === ZIP64_EXTRA) readZip64Sizes(data, sizes, isStored);
    if (id === UNICODE_PATH_EXTRA) {
      // A version and a CRC stand before the name.
      const name = data.subarray(5);
      refuseControlCharacters(name);
      decodeUtf8(name, "Filename not valid UTF-8");
    }
    at = end;
  }
  return sizes;
}

function readZip64Sizes(
  data: Buffer,
  sizes: LocalSizes,
  isStored: boolean,
): void {
  const fits = [0, 8, 16, 24, 28].includes(data.length) &&
    (data.length !== 8 || isStored) &&
    (data.length !== 0 ||
      (sizes.compressed !== NOT_HERE && sizes.content !== NOT_HERE));
  if (!fits) throw new Fault("Malformed zip file");
  if (data.length === 0) return;
  const content = Number(data.readBigUInt64LE(0));
  if (sizes.content === NOT_HERE) sizes.content = content;
  // Stored content is as long in the archive as it is when read.
  sizes.compressed = data.length === 8
    ? content
    : Number(data.readBigUInt64LE(8));
}

function refuseControlCharacters(bytes: Uint8Array): void {
  if (bytes.some((byte) => byte < 0x20 || byte === 0x7f)) {
    throw new Fault("Invalid character in filename");
  }
}

function decodeUtf8(bytes: Uint8Array, otherwise: ZipFaultReason): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes);
  } catch {
    throw new Fault(otherwise);
  }
}

const WINDOW_BYTES = 32 * 1024;

/** Reads forward through a blob, in windows: headers lie close together. */
class ForwardReader {
  readonly #blob: Blob;
  #window = Buffer.alloc(0);
  #windowStart = 0;
  position = 0;

  constructor(blob: Blob) {
    this.#blob = blob;
  }

  skip(length: number): void {
    this.position += length;
  }

  async read(length: number): Promise<Buffer> {
    const start = this.position - this.#windowStart;
    if (start < 0 || start + length > this.#window.length) {
      const end = this.position + Math.max(length, WINDOW_BYTES);
      this.#window = Buffer.from(
        await this.#blob.slice(this.position, end).arrayBuffer(),
      );
      this.#windowStart = this.position;
    }
    const from = this.position - this.#windowStart;
    const bytes = this.#window.subarray(from, from + length);
    if (bytes.length < length) throw new Fault("Malformed zip file");
    this.position += length;
    return bytes;
  }
}
