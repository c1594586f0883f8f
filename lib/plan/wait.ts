/**
 * Waiting until everyone can install what was published.
 *
 * @module
 */

import type { Registry } from "../config/registry.ts";
import type { Context } from "../context.ts";
import type { HashedDistribution } from "../dist/distribution.ts";
import { ReleasioError } from "../errors.ts";
import { backoffDelay, READ_RETRIES, type RetryPolicy } from "../retry.ts";
import { compareWithListed } from "./compare_with_index.ts";
import { fetchProject } from "./simple_api.ts";

/** Options for {@linkcode waitUntilListed}. */
export interface WaitOptions {
  /** Milliseconds until it gives up. */
  readonly timeout: number;
}

// Indexes list a file within seconds, unless a cache was not told.
const POLLS: RetryPolicy = {
  attempts: Infinity,
  baseDelay: 1000,
  maxDelay: 15_000,
};

/**
 * Asks the index, past its caches, until it lists every file with its digest.
 *
 * @param context The outside world
 * @param registry The index
 * @param files The files that were published
 * @param options How long
 * @throws {ReleasioError} `wait-timeout` when time is up, `file-conflict` when
 * the index lists a file with another digest, `usage` when the index's Simple
 * API is not known or can't be read
 */
export async function waitUntilListed(
  context: Context,
  registry: Registry,
  files: readonly HashedDistribution[],
  options: WaitOptions,
): Promise<void> {
  const deadline = context.now() + options.timeout;
  let missing = files;
  for (let attempt = 1; missing.length > 0; attempt++) {
    const left = deadline - context.now();
    if (left <= 0) throw gaveUp(registry, missing, options.timeout);
    missing = await stillMissing(context, registry, missing, deadline);
    if (missing.length === 0) return;
    // Half the wait is certain, half is chance.
    const random = 0.5 + context.random() / 2;
    await context.sleep(
      Math.min(backoffDelay(attempt, POLLS, random), Math.max(left, 0)),
      context.signal,
    );
  }
}

async function stillMissing(
  context: Context,
  registry: Registry,
  files: readonly HashedDistribution[],
  deadline: number,
): Promise<HashedDistribution[]> {
  const missing: HashedDistribution[] = [];
  for (const [project, its] of Map.groupBy(files, (file) => file.project)) {
    // Asking again is what the polls do, but when the index asks for a wait.
    const listed = await list(context, registry, project, {
      ...READ_RETRIES,
      attempts: 2,
      patience: deadline - context.now(),
    });
    for (const file of its) {
      const comparison = await compareWithListed(
        file,
        listed.find(({ filename }) => filename === file.filename),
      );
      if (comparison === "different") throw differs(registry, file);
      if (comparison === "absent") missing.push(file);
    }
  }
  return missing;
}

async function list(
  context: Context,
  registry: Registry,
  project: string,
  retries: RetryPolicy,
) {
  let lookup;
  try {
    lookup = await fetchProject(context, registry, project, { retries });
  } catch (error) {
    // The index may recover before time is up; an interruption does not.
    if (context.signal.aborted || !(error instanceof ReleasioError)) {
      throw error;
    }
    return [];
  }
  if (lookup.kind === "unreadable") {
    throw new ReleasioError("usage", `Cannot wait: ${lookup.reason}`, {
      hint: "Set `check_url` to the address that installers use.",
    });
  }
  return lookup.kind === "found" ? lookup.project.files : [];
}

function differs(
  registry: Registry,
  { filename, sha256 }: HashedDistribution,
): ReleasioError {
  return new ReleasioError(
    "file-conflict",
    `${registry.name} lists "${filename}" with other bytes than those that were published`,
    { details: { sha256 } },
  );
}

function gaveUp(
  registry: Registry,
  missing: readonly HashedDistribution[],
  timeout: number,
): ReleasioError {
  const names = missing.map(({ filename }) => filename);
  const more = names.length > 3 ? ` and ${names.length - 3} more` : "";
  return new ReleasioError(
    "wait-timeout",
    `${registry.name} does not list ${names.slice(0, 3).join(", ")}${more} ` +
      `after ${timeout / 1000} s`,
    {
      hint:
        "The files are published; the listing comes from a cache. Run the command again to go on waiting.",
      details: { missing: names },
    },
  );
}
