/**
 * What the rules want to know about a compressed tar file, read once and in
 * constant memory.
 *
 * @module
 */

import { readTarGz, type TarMember } from "../dist/tar.ts";
import { CommonPath } from "./common_path.ts";
import {
  type CodeEncryption,
  findEncryption,
  isScanned,
  MAX_SCANNED_BYTES,
} from "./encrypted_code.ts";
import { reasonOf } from "./zip_facts.ts";

/** What is known about a compressed tar file. */
export interface TarFacts {
  /** What it is called. */
  readonly filename: string;
  /** Whether it can be read as a ZIP file, too. */
  readonly isZip: boolean;
  /** Whether a first member could be read. */
  readonly isTar: boolean;
  /** Why it can't be read to its end, or `null`. */
  readonly unreadable: string | null;
  /** Whether a damaged header ends it early, which Python passes over. */
  readonly endsEarly: boolean;
  /** The folder that all members lie in; empty if there is none. */
  readonly topFolder: string;
  /** Whether absolute and relative names are mixed, on which PyPI breaks. */
  readonly mixesAbsolute: boolean;
  /** The first member with holes. */
  readonly sparse: string | null;
  /** The first member with encrypted code. */
  readonly encrypted:
    | { readonly tool: CodeEncryption; readonly member: string }
    | null;
  /** Which of the wanted paths are there, below the top folder. */
  readonly found: ReadonlySet<string>;
}

/**
 * Reads what the rules want to know about a compressed tar file.
 *
 * @param filename What it is called
 * @param blob The file
 * @param wanted Paths below the top folder to look for
 * @returns The facts; a file that can't be read is one of them
 */
export async function readTarFacts(
  filename: string,
  blob: Blob,
  wanted: readonly string[],
): Promise<TarFacts> {
  const survey = new Survey(wanted);
  let unreadable: string | null = null;
  let endsEarly = false;
  try {
    for await (const member of readTarGz(blob)) {
      survey.count++;
      await survey.add(member);
    }
  } catch (error) {
    const reason = reasonOf(error);
    endsEarly = survey.count > 0 && DAMAGED_HEADER.has(reason);
    unreadable = endsEarly ? null : reason;
  }
  return {
    filename,
    isZip: await isAlsoZip(blob),
    isTar: survey.count > 0 || unreadable === null,
    unreadable,
    endsEarly,
    ...survey.result(),
  };
}

// After the first member, Python takes a header that it can't read for the end.
const DAMAGED_HEADER = new Set([
  "a tar header is damaged",
  "it is no tar file",
]);

class Survey {
  readonly #wanted: readonly string[];
  readonly #common = new CommonPath();
  /** Folders that each wanted path was seen in, as far as they come into question. */
  readonly #seen = new Map<string, Set<string>>();
  #first: string | null = null;
  #hasAbsolute = false;
  #hasRelative = false;
  #sparse: string | null = null;
  #encrypted: TarFacts["encrypted"] = null;
  count = 0;

  constructor(wanted: readonly string[]) {
    this.#wanted = [...new Set(wanted)];
  }

  async add(member: TarMember): Promise<void> {
    const { name } = member;
    this.#common.add(name);
    if (this.#first === null) {
      const first = new CommonPath();
      first.add(name);
      this.#first = first.value;
    }
    if (name.startsWith("/")) this.#hasAbsolute = true;
    else this.#hasRelative = true;
    if (member.isSparse) this.#sparse ??= name;
    for (const path of this.#wanted) this.#look(name, path);
    if (
      member.type === "file" && isScanned(name) &&
      member.size <= MAX_SCANNED_BYTES && this.#encrypted === null
    ) {
      const tool = findEncryption(await member.read(MAX_SCANNED_BYTES));
      if (tool) this.#encrypted = { tool, member: name };
    }
  }

  // Which folder is the top one shows only at the end. It is a part of the
  // first member's path, so that few folders come into question.
  #look(name: string, path: string): void {
    if (!name.endsWith(`/${path}`)) return;
    const folder = name.slice(0, -path.length - 1);
    if (!`${this.#first}/`.startsWith(`${folder}/`)) return;
    const folders = this.#seen.get(path);
    if (folders) folders.add(folder);
    else this.#seen.set(path, new Set([folder]));
  }

  result() {
    const topFolder = this.#common.value;
    return {
      topFolder,
      mixesAbsolute: this.#hasAbsolute && this.#hasRelative,
      sparse: this.#sparse,
      encrypted: this.#encrypted,
      found: new Set(
        this.#wanted.filter((path) => this.#seen.get(path)?.has(topFolder)),
      ),
    };
  }
}

const END_BYTES = 22;
const MAX_COMMENT_BYTES = 0xffff;
const END_SIGNATURE = [0x50, 0x4b, 0x05, 0x06];
const ENTRY_SIGNATURE = 0x02014b50;

// As Python's zipfile.is_zipfile: an end record, and an entry of a central
// directory where it says that there is one.
async function isAlsoZip(blob: Blob): Promise<boolean> {
  const start = Math.max(0, blob.size - END_BYTES - MAX_COMMENT_BYTES);
  const tail = new Uint8Array(await blob.slice(start).arrayBuffer());
  const at = lastEndRecord(tail);
  if (at < 0) return false;
  const record = new DataView(tail.buffer, at, END_BYTES);
  const size = record.getUint32(12, true);
  const offset = record.getUint32(16, true);
  if (record.getUint16(10, true) === 0 && size === 0 && offset === 0) {
    return true;
  }
  const directory = start + at - size;
  if (directory < 0 || size < 46) return false;
  const entry = await blob.slice(directory, directory + 4).arrayBuffer();
  return new DataView(entry).getUint32(0, true) === ENTRY_SIGNATURE;
}

function lastEndRecord(tail: Uint8Array): number {
  for (let at = tail.length - END_BYTES; at >= 0; at--) {
    if (END_SIGNATURE.every((byte, index) => tail[at + index] === byte)) {
      return at;
    }
  }
  return -1;
}
