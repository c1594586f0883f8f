/**
 * A Merkle tree that grows
 * ({@link https://www.rfc-editor.org/rfc/rfc6962#section-2.1 | RFC 6962}).
 *
 * @module
 */

import type { Bytes } from "../attest/bytes.ts";
import { hashLeaf, hashNode } from "../attest/merkle.ts";

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
   * @returns Its hash
   */
  async append(entry: Bytes): Promise<Bytes> {
    const leaf = await hashLeaf(entry);
    this.#levels[0]!.push(leaf);
    for (let n = 0; this.#levels[n]!.length % 2 === 0; n++) {
      const [left, right] = this.#levels[n]!.slice(-2);
      (this.#levels[n + 1] ??= []).push(await hashNode(left!, right!));
    }
    return leaf;
  }

  /**
   * The root of the whole tree.
   *
   * @returns Its hash
   */
  root(): Promise<Bytes> {
    return this.#hash(0, this.size);
  }

  /**
   * The neighbours on the way from a leaf to the root.
   *
   * @param index The leaf's index
   * @returns Their hashes, from the leaf upwards
   */
  path(index: number): Promise<Bytes[]> {
    return this.#path(index, 0, this.size);
  }

  /** The RFC's own definition: split at the largest power of two below. */
  async #path(index: number, start: number, end: number): Promise<Bytes[]> {
    if (end - start === 1) return [];
    const middle = start + splitOf(end - start);
    return index < middle
      ? [
        ...await this.#path(index, start, middle),
        await this.#hash(middle, end),
      ]
      : [
        ...await this.#path(index, middle, end),
        await this.#hash(start, middle),
      ];
  }

  async #hash(start: number, end: number): Promise<Bytes> {
    const size = end - start;
    const n = Math.log2(size);
    if (Number.isInteger(n)) return this.#levels[n]![start / size]!;
    const middle = start + splitOf(size);
    return await hashNode(
      await this.#hash(start, middle),
      await this.#hash(middle, end),
    );
  }
}

/** The largest power of two below a size. */
function splitOf(size: number): number {
  return 2 ** Math.floor(Math.log2(size - 1));
}
