/**
 * Merkle trees of transparency logs
 * ({@link https://www.rfc-editor.org/rfc/rfc6962#section-2.1 | RFC 6962}).
 *
 * @module
 */

import { type Bytes, hash256 } from "./bytes.ts";

/**
 * The hash of a leaf.
 *
 * @param entry The entry
 * @returns 32 bytes
 */
export function hashLeaf(entry: Bytes): Promise<Bytes> {
  return hash256(new Uint8Array([0]), entry);
}

/**
 * The hash of two subtrees.
 *
 * @param left The left one's hash
 * @param right The right one's hash
 * @returns 32 bytes
 */
export function hashNode(left: Bytes, right: Bytes): Promise<Bytes> {
  return hash256(new Uint8Array([1]), left, right);
}

/** Where a leaf is, and the way to the tree's root. */
export interface InclusionPath {
  /** The leaf's index, from 0. */
  readonly index: number;
  /** How many leaves the tree has. */
  readonly size: number;
  /** The hashes of the neighbours, from the leaf upwards. */
  readonly hashes: readonly Bytes[];
}

/**
 * The root that a leaf and its path lead to.
 *
 * @param leaf The leaf's hash
 * @param path The path
 * @returns The root's hash, or `null` if the path has a wrong length
 */
export async function rootOf(
  leaf: Bytes,
  { index, size, hashes }: InclusionPath,
): Promise<Bytes | null> {
  let hash = leaf;
  let used = 0;
  let at = index;
  let last = size - 1;
  // Upwards until the subtree is the whole tree.
  while (last > 0) {
    const isRight = at % 2 === 1;
    // The last one of an odd level has no neighbour and moves up as it is.
    if (isRight || at < last) {
      const neighbour = hashes[used++];
      if (neighbour === undefined) return null;
      hash = isRight
        ? await hashNode(neighbour, hash)
        : await hashNode(hash, neighbour);
    }
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return used === hashes.length ? hash : null;
}
