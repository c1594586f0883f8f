/**
 * SHA-256 in one streaming pass.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { Distribution, HashedDistribution } from "./distribution.ts";
import { namingFile } from "./unreadable.ts";

/**
 * Hashes a blob in constant memory.
 *
 * @param blob What to hash
 * @param onProgress Called with the bytes read so far, after each chunk
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
  onProgress?: (bytes: number) => void,
): Promise<string> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of blob.stream()) {
    hash.update(chunk);
    bytes += chunk.length;
    onProgress?.(bytes);
  }
  return hash.digest("hex");
}

/**
 * Hashes distributions one after the other, each in one pass.
 *
 * @param distributions What to hash
 * @param onProgress Called with the distribution at work and its bytes so far
 * @returns The same, with their digests, in the same order
 * @throws {ReleasioError} `distribution-unreadable` if one can't be read
 */
export async function hashDistributions(
  distributions: readonly Distribution[],
  onProgress?: (distribution: Distribution, bytes: number) => void,
): Promise<HashedDistribution[]> {
  const hashed: HashedDistribution[] = [];
  for (const distribution of distributions) {
    const { kind, filename, blob } = distribution;
    const digest = await namingFile(
      kind,
      filename,
      () => sha256(blob, (bytes) => onProgress?.(distribution, bytes)),
    );
    hashed.push({ ...distribution, sha256: digest });
  }
  return hashed;
}
