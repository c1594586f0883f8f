/**
 * A Merkle tree that grows
 * ({@link https://www.rfc-editor.org/rfc/rfc6962#section-2.1 | RFC 6962}).
 *
 * It hashes without waiting, so that no two entries get one index.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { Bytes } from "../attest/bytes.ts";

/** A tree of leaves in order. */
export class MerkleTree {
  /**
   * The hashes of complete subtrees: those of two to the power `n` leaves in
   * `#levels[n]`, from left to right.
   */
  readonly #levels: Bytes[][] = [[]];

  /** How many leaves it has. */
  get size(): number {
    return this.#levels[0]!.length;
  }

  /**
   * Adds a leaf at the end.
   *
   * @param entry What is in it
   * @returns Its index
   */
  append(entry: Bytes): number {
    const index = this.size;
    this.#levels[0]!.push(hash(0, entry));
    for (let n = 0; this.#levels[n]!.length % 2 === 0; n++) {
      const [left, right] = this.#levels[n]!.slice(-2);
      (this.#levels[n + 1] ??= []).push(hash(1, left!, right!));
    }
    return index;
  }

  /**
   * The root of the whole tree.
   *
   * @returns Its hash
   */
  root(): Bytes {
    return this.#hash(0, this.size);
  }

  /**
   * The neighbours on the way from a leaf to the root.
   *
   * @param index The leaf's index
   * @returns Their hashes, from the leaf upwards
   */
  path(index: number): Bytes[] {
    return this.#path(index, 0, this.size);
  }

  /** The RFC's own definition: split at the largest power of two below. */
  #path(index: number, start: number, end: number): Bytes[] {
    if (end - start === 1) return [];
    const middle = start + splitOf(end - start);
    return index < middle
      ? [...this.#path(index, start, middle), this.#hash(middle, end)]
      : [...this.#path(index, middle, end), this.#hash(start, middle)];
  }

  #hash(start: number, end: number): Bytes {
    const size = end - start;
    const n = Math.log2(size);
    if (Number.isInteger(n)) return this.#levels[n]![start / size]!;
    const middle = start + splitOf(size);
    return hash(1, this.#hash(start, middle), this.#hash(middle, end));
  }
}

/** The largest power of two below a size. */
function splitOf(size: number): number {
  return 2 ** Math.floor(Math.log2(size - 1));
}

function hash(prefix: 0 | 1, ...parts: readonly Bytes[]): Bytes {
  const digest = createHash("sha256").update(new Uint8Array([prefix]));
  for (const part of parts) digest.update(part);
  return new Uint8Array(digest.digest());
}
