/**
 * SHA-256 in one streaming pass.
 *
 * @module
 */

import type { Distribution, HashedDistribution } from "./distribution.ts";
import { piecesOf } from "./pieces.ts";
import { readEach } from "./read_each.ts";
import { namingFile } from "./unreadable.ts";

/**
 * Hashes a blob in constant memory.
 *
 * @param blob What to hash
 * @param signal Ends it, with its reason
 * @returns Its SHA-256, lower-case hex
 *
 * @example Hash bytes
 * ```ts
 * import { sha256 } from "@releasio/cli/dist";
 * import { assertMatch } from "@std/assert";
 *
 * assertMatch(await sha256(new Blob(["demo"])), /^2a97516c/);
 * ```
 */
export async function sha256(
  blob: Blob,
  signal?: AbortSignal,
): Promise<string> {
  // Loaded late: it takes as long as all that comes before the first hash.
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256");
  for await (const piece of piecesOf(blob)) {
    signal?.throwIfAborted();
    hash.update(piece);
  }
  return hash.digest("hex");
}

/** Digests of blobs, whose bytes don't change: one pass is enough for a run. */
const digests = new WeakMap<Blob, Promise<string>>();

/**
 * The digest of a blob, which is read the first time only.
 *
 * @param blob What to hash
 * @param signal Ends it, with its reason
 * @returns Its SHA-256, lower-case hex
 */
export function digestOf(blob: Blob, signal?: AbortSignal): Promise<string> {
  const known = digests.get(blob);
  if (known !== undefined) return known;
  const digest = sha256(blob, signal);
  digests.set(blob, digest);
  // What broke off says nothing about the next time.
  digest.catch(() => digests.delete(blob));
  return digest;
}

/**
 * Hashes distributions, a few at a time, each in one pass.
 *
 * @param distributions What to hash
 * @param signal Ends it, with its reason
 * @returns The same, with their digests, in the same order
 * @throws {ReleasioError} `distribution-unreadable` if one can't be read
 */
export async function hashDistributions(
  distributions: readonly Distribution[],
  signal?: AbortSignal,
): Promise<HashedDistribution[]> {
  return await readEach(distributions, async (distribution) => {
    const { kind, filename, blob } = distribution;
    const digest = await namingFile(
      kind,
      filename,
      () => digestOf(blob, signal),
    );
    return { ...distribution, sha256: digest };
  }, signal);
}
