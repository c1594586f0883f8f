/**
 * What the rules want to know about a ZIP file, read once.
 *
 * @module
 */

import { constants, gunzipSync } from "node:zlib";
import { ReleasioError } from "../errors.ts";
import { isZeroBlock, parseHeader } from "../dist/tar_header.ts";
import { readZipEntries, readZipEntry, type ZipEntry } from "../dist/zip.ts";
import { CommonPath } from "./common_path.ts";
import {
  type CodeEncryption,
  findEncryption,
  isScanned,
  MAX_SCANNED_BYTES,
} from "./encrypted_code.ts";
import { ReadAheadBlob } from "./read_ahead.ts";
import { findZipFault, type ZipFault } from "./zip_records.ts";

/** What is known about a ZIP file. */
export interface ZipFacts {
  /** What it is called. */
  readonly filename: string;
  /** Bytes. */
  readonly size: number;
  /** Whether it can be read as a tar file, too. */
  readonly isTar: boolean;
  /** Why its directory can't be read, or `null`. */
  readonly unreadable: string | null;
  /** Its members by name; of two with one name, the last. */
  readonly entries: ReadonlyMap<string, ZipEntry>;
  /** Bytes of all its members when read, as it claims. */
  readonly contentSize: number;
  /** The folder that all members lie in; empty if there is none. */
  readonly topFolder: string;
  /** The first fault of its records. */
  readonly fault: ZipFault | null;
  /** Members that PyPI reads and can't: the name and why. */
  readonly damaged: ReadonlyMap<string, string>;
  /** The first member with encrypted code. */
  readonly encrypted:
    | { readonly tool: CodeEncryption; readonly member: string }
    | null;
  /** Content of the members that were asked for. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
}

/** Members with text for the rules are not read beyond this. */
const MAX_TEXT_BYTES = 32 * 1024 * 1024;

/**
 * Reads what the rules want to know about a ZIP file.
 *
 * @param filename What it is called
 * @param blob The file
 * @param wanted Members whose content is wanted, if they are there
 * @returns The facts; a file that can't be read is one of them
 */
export async function readZipFacts(
  filename: string,
  blob: Blob,
  wanted: readonly string[],
): Promise<ZipFacts> {
  const facts = {
    filename,
    size: blob.size,
    isTar: await isAlsoTar(blob),
    unreadable: null as string | null,
    contentSize: 0,
    topFolder: "",
    fault: null as ZipFault | null,
    encrypted: null as ZipFacts["encrypted"],
  };
  const damaged = new Map<string, string>();
  const contents = new Map<string, Uint8Array>();
  let list: ZipEntry[] = [];
  try {
    list = await readZipEntries(blob);
  } catch (error) {
    facts.unreadable = reasonOf(error);
  }
  const entries = new Map(list.map((entry) => [entry.name, entry]));
  if (facts.unreadable === null) {
    const topFolder = new CommonPath();
    for (const entry of list) {
      facts.contentSize += entry.size;
      topFolder.add(entry.name);
    }
    facts.topFolder = topFolder.value;
    facts.fault = await findZipFault(blob, list);
    const source = new ReadAheadBlob(blob);
    const read = async (entry: ZipEntry, limit: number) => {
      try {
        return await readZipEntry(source, entry, limit);
      } catch (error) {
        damaged.set(entry.name, reasonOf(error));
        return null;
      }
    };
    for (const name of wanted) {
      const entry = entries.get(name);
      const content = entry && await read(entry, MAX_TEXT_BYTES);
      if (content) contents.set(name, content);
    }
    const code = list.filter(isCode).sort((a, b) => a.offset - b.offset);
    for (const entry of code) {
      const content = await read(entry, MAX_SCANNED_BYTES);
      const tool = content && findEncryption(content);
      if (tool) facts.encrypted ??= { tool, member: entry.name };
    }
  }
  return { ...facts, entries, damaged, contents };
}

function isCode(entry: ZipEntry): boolean {
  return isScanned(entry.name) && entry.size <= MAX_SCANNED_BYTES;
}

/**
 * Why reading an archive failed.
 *
 * @param error What was thrown
 * @returns A clause without capital and period
 * @throws {unknown} What is no failure of reading an archive
 */
export function reasonOf(error: unknown): string {
  if (
    error instanceof ReleasioError && error.code === "distribution-unreadable"
  ) return String(error.details.reason ?? error.message);
  throw error;
}

const BLOCK_BYTES = 512;

async function isAlsoTar(blob: Blob): Promise<boolean> {
  const head = new Uint8Array(
    await blob.slice(0, 16 * BLOCK_BYTES).arrayBuffer(),
  );
  return startsAsTar(head) || startsAsTar(gunzipStart(head));
}

function startsAsTar(bytes: Uint8Array): boolean {
  const block = bytes.subarray(0, BLOCK_BYTES);
  return block.length === BLOCK_BYTES &&
    (isZeroBlock(block) || parseHeader(block) !== null);
}

function gunzipStart(head: Uint8Array): Uint8Array {
  if (head[0] !== 0x1f || head[1] !== 0x8b) return new Uint8Array();
  try {
    // What is there unpacks as far as it goes.
    return gunzipSync(head, {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: 64 * 1024 * 1024,
    });
  } catch {
    return new Uint8Array();
  }
}
