/**
 * Archives made in memory, well-formed by default and malformed on request.
 */

import { crc32, deflateRawSync, gzipSync } from "node:zlib";
import { createHash } from "node:crypto";

type Bytes = Uint8Array<ArrayBuffer>;

/** What stands in a ZIP header; each field can be forged. */
export interface ZipHeader {
  /** Name as bytes, or text that is written as UTF-8. */
  readonly name?: string | Uint8Array;
  /** General-purpose flags. */
  readonly flags?: number;
  /** Compression method. */
  readonly method?: number;
  /** CRC-32 of the content. */
  readonly crc?: number;
  /** Bytes in the archive. */
  readonly compressedSize?: number;
  /** Bytes when read. */
  readonly size?: number;
  /** Extra field, as {@linkcode extraField} makes it. */
  readonly extra?: Uint8Array;
}

/** One member of a ZIP file. Fields of the header go to both headers. */
export interface ZipMember extends ZipHeader {
  /** Its name. */
  readonly name: string | Uint8Array;
  /** Its content; empty by default. */
  readonly data?: string | Uint8Array;
  /** Bytes to write in place of the compressed content. */
  readonly raw?: Uint8Array;
  /** Says something else in the local header only; `null`: no local record. */
  readonly local?: ZipHeader | null;
  /** Says something else in the central directory only; `null`: not listed. */
  readonly central?:
    | ZipHeader & { readonly offset?: number; readonly comment?: string }
    | null;
  /** Writes sizes after the content, as streaming writers do (flag bit 3). */
  readonly descriptor?: boolean;
  /** Writes sizes and offset in ZIP64 extra fields. */
  readonly zip64?: boolean;
  /** Bytes that belong to no record, before the local header. */
  readonly gap?: Uint8Array;
}

/** What stands around the members of a ZIP file. */
export interface ZipOptions {
  /** Bytes before the first record. */
  readonly prefix?: Uint8Array;
  /** Whether `prefix` moves the offsets that are written; `true` by default. */
  readonly prefixCounts?: boolean;
  /** Bytes between the last member and the central directory. */
  readonly gap?: Uint8Array;
  /** Comment of the archive. */
  readonly comment?: string;
  /** Bytes after the end record. */
  readonly suffix?: Uint8Array;
  /** Writes the ZIP64 end record and its locator. */
  readonly zip64?: boolean;
  /** Forges fields of the end record. */
  readonly end?: {
    readonly entries?: number;
    readonly directorySize?: number;
    readonly directoryOffset?: number;
    readonly disk?: number;
    readonly commentLength?: number;
  };
}

const UTF8_FLAG = 0x800;
const DESCRIPTOR_FLAG = 0x8;

/** Makes a ZIP file: deflated, well-formed unless a field says otherwise. */
export function buildZip(
  members: readonly ZipMember[],
  options: ZipOptions = {},
): Bytes {
  const parts: Uint8Array[] = [options.prefix ?? new Uint8Array()];
  const base = options.prefixCounts === false ? parts[0]!.length : 0;
  const position = () => lengthOf(parts) - base;
  const directory: Uint8Array[] = [];
  for (const member of members) {
    parts.push(member.gap ?? new Uint8Array());
    const offset = position();
    const { content, header } = prepare(member);
    if (member.local !== null) {
      parts.push(localRecord(member, header), content);
      if (member.descriptor) parts.push(descriptor(header));
    }
    if (member.central !== null) {
      directory.push(centralRecord(member, header, offset));
    }
  }
  parts.push(options.gap ?? new Uint8Array());
  const directoryOffset = position();
  parts.push(...directory);
  parts.push(
    endRecords(directory.length, lengthOf(directory), directoryOffset, options),
    options.suffix ?? new Uint8Array(),
  );
  return concat(parts);
}

function prepare(
  member: ZipMember,
): { content: Uint8Array; header: Required<ZipHeader> } {
  const data = toBytes(member.data ?? "");
  const method = member.method ?? 8;
  const content = member.raw ?? (method === 8 ? deflateRawSync(data) : data);
  const name = toBytes(member.name);
  const flags = (name.some((byte) => byte > 127) ? UTF8_FLAG : 0) |
    (member.descriptor ? DESCRIPTOR_FLAG : 0);
  return {
    content,
    header: {
      name,
      flags: member.flags ?? flags,
      method,
      crc: member.crc ?? crc32(data),
      compressedSize: member.compressedSize ?? content.length,
      size: member.size ?? data.length,
      extra: member.extra ?? new Uint8Array(),
    },
  };
}

function localRecord(member: ZipMember, base: Required<ZipHeader>): Uint8Array {
  const blank = member.descriptor ? { crc: 0, compressedSize: 0, size: 0 } : {};
  const header = { ...base, ...blank, ...member.local };
  const name = toBytes(header.name);
  const { sizes, extra } = sizesAndExtra(header, member.zip64, []);
  return concat([
    u32(0x04034b50),
    u16(member.zip64 ? 45 : 20),
    ...commonFields(header, sizes),
    u16(name.length),
    u16(extra.length),
    name,
    extra,
  ]);
}

function centralRecord(
  member: ZipMember,
  base: Required<ZipHeader>,
  at: number,
): Uint8Array {
  const header = { offset: at, comment: "", ...base, ...member.central };
  const name = toBytes(header.name);
  const comment = toBytes(header.comment);
  const { sizes, extra } = sizesAndExtra(header, member.zip64, [
    header.offset,
  ]);
  return concat([
    u32(0x02014b50),
    u16(0x0314),
    u16(member.zip64 ? 45 : 20),
    ...commonFields(header, sizes),
    u16(name.length),
    u16(extra.length),
    u16(comment.length),
    u16(0),
    u16(0),
    u32(0o100644 * 0x10000),
    u32(member.zip64 ? 0xffffffff : header.offset),
    name,
    extra,
    comment,
  ]);
}

function commonFields(
  header: Required<ZipHeader>,
  sizes: Uint8Array,
): Uint8Array[] {
  // 1980-01-01, the first day that a ZIP file knows.
  return [
    u16(header.flags),
    u16(header.method),
    u16(0),
    u16(0x21),
    u32(header.crc),
    sizes,
  ];
}

function sizesAndExtra(
  header: Required<ZipHeader>,
  zip64: boolean | undefined,
  more: readonly number[],
): { sizes: Uint8Array; extra: Uint8Array } {
  const { size, compressedSize } = header;
  if (!zip64) {
    return {
      sizes: concat([u32(compressedSize), u32(size)]),
      extra: header.extra,
    };
  }
  const values = [size, compressedSize, ...more].map(u64);
  return {
    sizes: concat([u32(0xffffffff), u32(0xffffffff)]),
    extra: concat([extraField(0x0001, concat(values)), header.extra]),
  };
}

function descriptor({ crc, compressedSize, size }: Required<ZipHeader>) {
  return concat([u32(0x08074b50), u32(crc), u32(compressedSize), u32(size)]);
}

function endRecords(
  count: number,
  size: number,
  offset: number,
  options: ZipOptions,
): Bytes {
  const end = options.end ?? {};
  const entries = end.entries ?? count;
  const directorySize = end.directorySize ?? size;
  const directoryOffset = end.directoryOffset ?? offset;
  const comment = toBytes(options.comment ?? "");
  const parts: Uint8Array[] = [];
  if (options.zip64) {
    parts.push(
      u32(0x06064b50),
      u64(44),
      u16(45),
      u16(45),
      u32(0),
      u32(0),
      u64(entries),
      u64(entries),
      u64(directorySize),
      u64(directoryOffset),
      u32(0x07064b50),
      u32(0),
      u64(offset + size),
      u32(1),
    );
  }
  const capped = (value: number, cap: number) => options.zip64 ? cap : value;
  parts.push(
    u32(0x06054b50),
    u16(end.disk ?? 0),
    u16(end.disk ?? 0),
    u16(capped(entries, 0xffff)),
    u16(capped(entries, 0xffff)),
    u32(capped(directorySize, 0xffffffff)),
    u32(capped(directoryOffset, 0xffffffff)),
    u16(end.commentLength ?? comment.length),
    comment,
  );
  return concat(parts);
}

/** One extra field of a ZIP header. */
export function extraField(id: number, data: Uint8Array): Bytes {
  return concat([u16(id), u16(data.length), data]);
}

/** One member of a tar file. */
export interface TarMember {
  /** Its name; longer than 100 bytes only with `pax` or `longName`. */
  readonly name: string | Uint8Array;
  /** Its content; empty by default. */
  readonly data?: string | Uint8Array;
  /** Type flag: `0` a file, `5` a directory, `2` a link; by default a file. */
  readonly type?: string;
  /** The size that the header claims. */
  readonly size?: number;
  /** Writes the size in base 256, as GNU tar does for huge files. */
  readonly base256?: boolean;
  /** Target of a link. */
  readonly link?: string;
  /** The ustar prefix, which stands before the name with a slash. */
  readonly prefix?: string;
  /** `ustar` (the default), `gnu`, or `v7`, which has no magic. */
  readonly format?: "ustar" | "gnu" | "v7";
  /** Forges the checksum. */
  readonly checksum?: number;
  /** Writes these records in a pax header before it. */
  readonly pax?: Readonly<Record<string, string>>;
  /** Writes the whole name in a GNU long-name member before it. */
  readonly longName?: boolean;
  /** Bytes over its 512-byte header, such as `[[offset, bytes]]`. */
  readonly patch?: readonly (readonly [number, Uint8Array])[];
}

/** Makes a tar file, with the two empty blocks at its end unless told not to. */
export function buildTar(
  members: readonly TarMember[],
  options: { readonly end?: boolean } = {},
): Bytes {
  const parts: Uint8Array[] = [];
  for (const member of members) {
    if (member.pax) {
      parts.push(tarRecord({
        name: "PaxHeaders/x",
        type: "x",
        data: concat(
          Object.entries(member.pax).map(([key, value]) =>
            paxRecord(key, value)
          ),
        ),
      }));
    }
    if (member.longName) {
      parts.push(tarRecord({
        name: "././@LongLink",
        type: "L",
        data: concat([toBytes(member.name), new Uint8Array(1)]),
        format: "gnu",
      }));
    }
    parts.push(tarRecord(member));
  }
  if (options.end !== false) parts.push(new Uint8Array(1024));
  return concat(parts);
}

/** Makes a gzip'ed tar file. */
export function buildTarGz(
  members: readonly TarMember[],
  options: { readonly end?: boolean } = {},
): Bytes {
  return gzip(buildTar(members, options));
}

/** Compresses bytes as one gzip member. */
export function gzip(data: Uint8Array): Bytes {
  return new Uint8Array(gzipSync(data));
}

/** One record of a pax header, with its own length in front. */
export function paxRecord(key: string, value: string): Bytes {
  const rest = toBytes(` ${key}=${value}\n`);
  let length = rest.length;
  while (`${length}`.length + rest.length !== length) {
    length = `${length}`.length + rest.length;
  }
  return concat([toBytes(`${length}`), rest]);
}

function tarRecord(member: TarMember): Uint8Array {
  const data = toBytes(member.data ?? "");
  const size = member.size ?? data.length;
  const header = new Uint8Array(512);
  const put = (offset: number, value: string | Uint8Array, length: number) =>
    header.set(toBytes(value).subarray(0, length), offset);
  const octal = (value: number, length: number) =>
    `${value.toString(8).padStart(length - 1, "0")}\0`;
  put(0, member.name, 100);
  put(100, octal(0o644, 8), 8);
  put(108, octal(0, 8), 8);
  put(116, octal(0, 8), 8);
  if (member.base256) {
    header[124] = 0x80;
    new DataView(header.buffer).setBigUint64(128, BigInt(size));
  } else {
    put(124, octal(size, 12), 12);
  }
  put(136, octal(0, 12), 12);
  put(156, member.type ?? "0", 1);
  put(157, member.link ?? "", 100);
  if (member.format === "gnu") put(257, "ustar  \0", 8);
  else if (member.format !== "v7") put(257, "ustar\x0000", 8);
  put(345, member.prefix ?? "", 155);
  for (const [offset, bytes] of member.patch ?? []) header.set(bytes, offset);
  header.fill(0x20, 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(148, `${(member.checksum ?? sum).toString(8).padStart(6, "0")}\0 `, 8);
  const padding = new Uint8Array((512 - data.length % 512) % 512);
  return concat([header, data, padding]);
}

/** What {@linkcode buildWheel} and {@linkcode buildSdist} put together. */
export interface DistributionSpec {
  /** Project name; `demo` by default. */
  readonly name?: string;
  /** Version; `1.0` by default. */
  readonly version?: string;
  /** Further header lines of the metadata, each with its line end. */
  readonly headers?: string;
  /** The description. */
  readonly description?: string;
  /** METADATA or PKG-INFO in place of the one that is put together. */
  readonly metadata?: string;
  /** Further files, by path (an sdist's below its top folder). */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
}

/** Makes a wheel that PyPI would take, unless the parts given say otherwise. */
export function buildWheel(spec: DistributionSpec = {}): Bytes {
  const name = (spec.name ?? "demo").replaceAll(/[-_.]+/g, "_").toLowerCase();
  const folder = `${name}-${spec.version ?? "1.0"}.dist-info`;
  const files: Record<string, string | Uint8Array> = {
    [`${name}/__init__.py`]: "",
    [`${folder}/METADATA`]: metadataOf(spec),
    [`${folder}/WHEEL`]:
      "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    ...spec.files,
  };
  const lines = Object.entries(files).map(([path, data]) => {
    const bytes = toBytes(data);
    const digest = createHash("sha256").update(bytes).digest("base64url");
    return `${path},sha256=${digest},${bytes.length}\n`;
  });
  files[`${folder}/RECORD`] ??= `${lines.join("")}${folder}/RECORD,,\n`;
  return buildZip(
    Object.entries(files).map(([path, data]) => ({ name: path, data })),
  );
}

/** Makes an sdist that PyPI would take, unless the parts given say otherwise. */
export function buildSdist(spec: DistributionSpec = {}): Bytes {
  const name = (spec.name ?? "demo").replaceAll(/[-_.]+/g, "_").toLowerCase();
  const folder = `${name}-${spec.version ?? "1.0"}`;
  const files: Record<string, string | Uint8Array> = {
    "pyproject.toml": "",
    "PKG-INFO": metadataOf(spec),
    ...spec.files,
  };
  return buildTarGz(
    Object.entries(files).map(([path, data]) => ({
      name: `${folder}/${path}`,
      data,
    })),
  );
}

function metadataOf(spec: DistributionSpec): string {
  return spec.metadata ??
    "Metadata-Version: 2.1\n" +
      `Name: ${spec.name ?? "demo"}\n` +
      `Version: ${spec.version ?? "1.0"}\n` +
      (spec.headers ?? "") +
      (spec.description === undefined ? "" : `\n${spec.description}`);
}

/** Joins byte arrays. */
export function concat(parts: readonly Uint8Array[]): Bytes {
  const bytes = new Uint8Array(lengthOf(parts));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((total, part) => total + part.length, 0);
}

function toBytes(data: string | Uint8Array): Uint8Array {
  return typeof data === "string" ? new TextEncoder().encode(data) : data;
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value & 255, value >> 8 & 255);
}

function u32(value: number): Uint8Array {
  return concat([u16(value), u16(Math.floor(value / 0x10000))]);
}

function u64(value: number): Uint8Array {
  return concat([u32(value), u32(Math.floor(value / 0x100000000))]);
}
