/**
 * Whether an index has a file of ours.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { Registry } from "../config/registry.ts";
import type { Context } from "../context.ts";
import type { HashedDistribution } from "../dist/distribution.ts";
import { piecesOf } from "../dist/pieces.ts";
import {
  fetchProject,
  type FetchProjectOptions,
  type IndexFile,
} from "./simple_api.ts";

/**
 * `same`: it has these bytes under this name; `different`: it has others;
 * `absent`: it has no file of this name; `unknown`: it doesn't tell.
 */
export type Comparison = "same" | "different" | "absent" | "unknown";

/** Digests that an index may give instead of SHA-256, the best first. */
const OTHER_DIGESTS = ["sha512", "sha384", "sha1", "md5"];

/**
 * Compares a file with what an index lists under its name.
 *
 * @param distribution The file
 * @param listed What the index lists, if anything
 * @returns The comparison; `unknown` when the index gives no digest
 */
export async function compareWithListed(
  distribution: HashedDistribution,
  listed: IndexFile | undefined,
): Promise<Comparison> {
  if (listed === undefined) return "absent";
  const { hashes } = listed;
  if (hashes.sha256 !== undefined) {
    return hashes.sha256 === distribution.sha256 ? "same" : "different";
  }
  // Older indexes know only other digests; whoever could forge those could
  // also put other files there.
  const algorithm = OTHER_DIGESTS.find((name) => hashes[name] !== undefined);
  if (algorithm === undefined) return "unknown";
  const hash = createHash(algorithm);
  for await (const piece of piecesOf(distribution.blob)) hash.update(piece);
  return hash.digest("hex") === hashes[algorithm] ? "same" : "different";
}

/**
 * Asks an index for one file.
 *
 * @param context The outside world
 * @param registry The index
 * @param distribution The file
 * @param options Patience
 * @returns The comparison; `unknown` also when the index can't be read
 * @throws {ReleasioError} `network`, `timeout`, or `server-error`
 */
export async function compareWithIndex(
  context: Context,
  registry: Registry,
  distribution: HashedDistribution,
  options: FetchProjectOptions = {},
): Promise<Comparison> {
  const lookup = await fetchProject(
    context,
    registry,
    distribution.project,
    options,
  );
  if (lookup.kind === "absent") return "absent";
  if (lookup.kind === "unreadable") return "unknown";
  return await compareWithListed(
    distribution,
    lookup.project.files.find(({ filename }) =>
      filename === distribution.filename
    ),
  );
}
