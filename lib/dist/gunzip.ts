/**
 * Gzip as a stream of bytes.
 *
 * @module
 */

import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { unreadable } from "./unreadable.ts";

const CHUNK_BYTES = 256 * 1024;

/**
 * Decompresses a gzip file.
 *
 * `DecompressionStream` would refuse several gzip members in a row and zeros
 * at the end, both of which Python reads.
 *
 * @param blob The file
 * @returns Its content in chunks; breaking off closes the file
 */
export async function* gunzip(
  blob: Blob,
): AsyncGenerator<Uint8Array, void, undefined> {
  const source = Readable.fromWeb(
    blob.stream() as unknown as Parameters<typeof Readable.fromWeb>[0],
  );
  const closed = new Promise((resolve) => source.once("close", resolve));
  // Errors arrive at the reader of the last stream: nothing to do with them.
  const unpacked = pipeline(
    source,
    createGunzip({ chunkSize: CHUNK_BYTES }),
    () => {},
  );
  try {
    yield* unpacked;
  } finally {
    // The file is closed when this returns, not some time later.
    unpacked.destroy();
    await closed;
  }
}

/** Cuts a stream of chunks into pieces of the wanted size. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #limit: number;
  #chunk: Uint8Array = new Uint8Array();
  #done = false;

  /**
   * Reads a stream.
   *
   * @param chunks The stream
   * @param limit How many bytes it may have
   */
  constructor(chunks: AsyncIterable<Uint8Array>, limit: number) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#limit = limit;
  }

  /**
   * Reads the next bytes.
   *
   * @param length How many
   * @returns As many, or fewer at the end of the stream
   * @throws {ReleasioError} `distribution-unreadable` if the stream is broken
   * or longer than allowed
   */
  async read(length: number): Promise<Uint8Array<ArrayBuffer>> {
    const parts: Uint8Array[] = [];
    let have = 0;
    while (have < length && await this.#fill()) {
      const part = this.#take(length - have);
      parts.push(part);
      have += part.length;
    }
    const bytes = new Uint8Array(have);
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  /**
   * Passes over the next bytes.
   *
   * @param length How many
   * @throws {ReleasioError} `distribution-unreadable` if the stream is broken,
   * ends before them or is longer than allowed
   */
  async skip(length: number): Promise<void> {
    let left = length;
    while (left > 0) {
      if (!await this.#fill()) throw unreadable("unexpected end of file");
      left -= this.#take(left).length;
    }
  }

  /** Stops reading; the stream is closed. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  #take(length: number): Uint8Array {
    const part = this.#chunk.subarray(0, length);
    this.#chunk = this.#chunk.subarray(length);
    return part;
  }

  async #fill(): Promise<boolean> {
    while (this.#chunk.length === 0 && !this.#done) {
      const { value, done } = await this.#next();
      this.#done = done === true;
      if (done) break;
      this.#limit -= value.length;
      if (this.#limit < 0) throw unreadable("it unpacks to far too much");
      this.#chunk = value;
    }
    return this.#chunk.length > 0;
  }

  async #next(): Promise<IteratorResult<Uint8Array>> {
    try {
      return await this.#chunks.next();
    } catch (error) {
      this.#done = true;
      const reason = error instanceof Error ? error.message : String(error);
      throw unreadable(`its gzip stream is broken (${reason})`, error);
    }
  }
}
