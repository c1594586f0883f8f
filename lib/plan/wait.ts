/**
 * Waiting until everyone can install what was published.
 *
 * @module
 */

import type { Registry } from "../config/registry.ts";
import type { Context } from "../context.ts";
import type { HashedDistribution } from "../dist/distribution.ts";
import { ReleasioError } from "../errors.ts";
import type { Finding } from "../findings.ts";
import { backoffDelay, READ_RETRIES, type RetryPolicy } from "../retry.ts";
import { compareWithListed } from "./compare_with_index.ts";
import { fetchProject, type IndexFile } from "./simple_api.ts";

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

/** Longer timers fire at once. */
const MAX_TIMER = 2 ** 31 - 1;

/** What one look at the index came to. */
interface Look {
  /** The files that it doesn't list. */
  readonly missing: readonly HashedDistribution[];
  /** The projects that it doesn't have. */
  readonly absent: readonly string[];
  /** Why it could not be asked for some, or `null`. */
  readonly trouble: ReleasioError | null;
}

/**
 * Asks the index, past its caches, until it lists every file with its digest.
 *
 * @param context The outside world
 * @param registry The index
 * @param files The files that were published
 * @param options How long
 * @throws {ReleasioError} `wait-timeout` when time is up, `file-conflict` when
 * the index lists a file with another digest
 */
export async function waitUntilListed(
  context: Context,
  registry: Registry,
  files: readonly HashedDistribution[],
  options: WaitOptions,
): Promise<void> {
  const deadline = context.now() + options.timeout;
  const timer = new AbortController();
  // A look that stalls must not outlast the wait.
  const timeout = setTimeout(
    () => timer.abort(),
    Math.min(options.timeout, MAX_TIMER),
  );
  const signal = AbortSignal.any([context.signal, timer.signal]);
  let look: Look = { missing: files, absent: [], trouble: null };
  try {
    for (let attempt = 1; look.missing.length > 0; attempt++) {
      const left = deadline - context.now();
      if (left <= 0) throw gaveUp(registry, look, options.timeout);
      look = await lookFor(look.missing, { context, registry, signal, left });
      if (look.missing.length === 0) return;
      // Half the wait is certain, half is chance.
      const random = 0.5 + context.random() / 2;
      await context.sleep(
        Math.min(backoffDelay(attempt, POLLS, random), left),
        context.signal,
      );
    }
  } finally {
    clearTimeout(timeout);
  }
}

interface LookOptions {
  readonly context: Context;
  readonly registry: Registry;
  /** Ends the look. */
  readonly signal: AbortSignal;
  /** Milliseconds that are left. */
  readonly left: number;
}

async function lookFor(
  files: readonly HashedDistribution[],
  options: LookOptions,
): Promise<Look> {
  const { registry } = options;
  const missing: HashedDistribution[] = [];
  const absent: string[] = [];
  let trouble: ReleasioError | null = null;
  for (const [project, its] of Map.groupBy(files, (file) => file.project)) {
    const answer = await list(project, options);
    if (answer instanceof ReleasioError) trouble = answer;
    if (answer === null) absent.push(project);
    const listed = answer instanceof ReleasioError ? [] : answer ?? [];
    for (const file of its) {
      const comparison = await compareWithListed(
        file,
        listed.find(({ filename }) => filename === file.filename),
      );
      if (comparison === "different") throw differs(registry, file);
      if (comparison === "absent") missing.push(file);
    }
  }
  return { missing, absent, trouble };
}

/** What an index lists, `null` for a project that it doesn't have. */
async function list(
  project: string,
  { context, registry, signal, left }: LookOptions,
): Promise<readonly IndexFile[] | null | ReleasioError> {
  let lookup;
  try {
    lookup = await fetchProject(context, registry, project, {
      // Asking again is what the polls do, but when the index asks for a wait.
      retries: { ...READ_RETRIES, attempts: 2, patience: left },
      signal,
    });
  } catch (error) {
    // The index may recover before time is up; an interruption does not.
    if (context.signal.aborted) throw error;
    if (error instanceof ReleasioError) return error;
    if (signal.aborted) {
      return new ReleasioError("timeout", `${registry.name} did not answer`);
    }
    throw error;
  }
  // The plan could read it, or did not look: it may pass.
  if (lookup.kind === "unreadable") {
    return new ReleasioError("server-error", lookup.reason);
  }
  return lookup.kind === "found" ? lookup.project.files : null;
}

/**
 * Throws where waiting is in vain, before the index is asked for anything.
 *
 * @param registry The index
 * @throws {ReleasioError} `usage` when the address of its Simple API is not known
 */
export function requireListing({ name, simpleUrl }: Registry): void {
  if (simpleUrl !== null) return;
  throw cannotWait(`The address of ${name}'s Simple API is not known`);
}

/**
 * Throws where the plan found that waiting is in vain, before anything is sent.
 *
 * @param findings What the plan found
 * @throws {ReleasioError} `usage` when the index can't be read
 */
export function requireReadable(findings: readonly Finding[]): void {
  const unreadable = findings.find(({ code }) => code === "index-unreadable");
  if (unreadable !== undefined) throw cannotWait(unreadable.message);
}

function cannotWait(reason: string): ReleasioError {
  return new ReleasioError("usage", `Cannot wait: ${reason}`, {
    hint:
      "Set `check_url` to the address that installers use, or leave out `--wait`.",
  });
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
  look: Look,
  timeout: number,
): ReleasioError {
  const { missing, trouble } = look;
  const names = missing.map(({ filename }) => filename);
  return new ReleasioError(
    "wait-timeout",
    `${registry.name} does not list ${few(names)} after ${timeout / 1000} s`,
    {
      hint: `The files are published${whyNot(registry, look)}`,
      details: { missing: names },
      ...(trouble === null ? {} : { cause: trouble }),
    },
  );
}

/** What the last look says about why it was in vain, and what to do. */
function whyNot({ simpleUrl }: Registry, { absent, trouble }: Look): string {
  if (trouble !== null) {
    return `; at last it could not be asked: ${trouble.message}. Run the command again to go on waiting.`;
  }
  if (absent.length > 0) {
    return `, but ${simpleUrl} has no project ${few(absent)}. ` +
      "If installers use another address, set `check_url` to it; else run the command again to go on waiting.";
  }
  return "; a cache may be behind. Run the command again to go on waiting.";
}

function few(names: readonly string[]): string {
  const more = names.length > 3 ? ` and ${names.length - 3} more` : "";
  return names.slice(0, 3).join(", ") + more;
}
