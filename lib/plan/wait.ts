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
import { fetchProject, type IndexFile, SET_CHECK_URL } from "./simple_api.ts";

/** Options for {@linkcode waitUntilListed}. */
export interface WaitOptions {
  /** Milliseconds until it gives up. */
  readonly timeout: number;
  /**
   * The names of the files that this run uploaded: where an index replaces
   * files, an old page gives other digests for them.
   */
  readonly uploaded: ReadonlySet<string>;
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
  /** The files that it doesn't list as they were published. */
  readonly missing: readonly HashedDistribution[];
  /** One of them that it lists with another digest, or `null`. */
  readonly different: HashedDistribution | null;
  /** The files that it lists without a digest. */
  readonly unknown: readonly HashedDistribution[];
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
 * @param options How long, and what may change
 * @returns A warning where the index gives no digest
 * @throws {ReleasioError} `wait-timeout` when time is up, `file-conflict` when
 * the index lists a file with another digest: at once for one that was there
 * before, when time is up for one that was uploaded
 */
export async function waitUntilListed(
  context: Context,
  registry: Registry,
  files: readonly HashedDistribution[],
  options: WaitOptions,
): Promise<Finding[]> {
  const { timeout, uploaded } = options;
  const deadline = context.now() + timeout;
  const timer = new AbortController();
  // A look that stalls must not outlast the wait.
  const alarm = setTimeout(() => timer.abort(), Math.min(timeout, MAX_TIMER));
  const signal = AbortSignal.any([context.signal, timer.signal]);
  const unknown: HashedDistribution[] = [];
  let look: Look = {
    missing: files,
    different: null,
    unknown: [],
    absent: [],
    trouble: null,
  };
  try {
    for (let attempt = 1; look.missing.length > 0; attempt++) {
      const left = deadline - context.now();
      if (left <= 0) throw gaveUp(registry, look, timeout);
      look = await lookFor(look.missing, {
        context,
        registry,
        uploaded,
        signal,
        left,
      });
      unknown.push(...look.unknown);
      if (look.missing.length === 0) break;
      // Half the wait is certain, half is chance.
      const random = 0.5 + context.random() / 2;
      await context.sleep(
        Math.min(backoffDelay(attempt, POLLS, random), left),
        context.signal,
      );
    }
  } finally {
    clearTimeout(alarm);
  }
  return unknown.length === 0 ? [] : [withoutDigest(registry, unknown)];
}

interface LookOptions {
  readonly context: Context;
  readonly registry: Registry;
  /** The names of the files whose digest may still change. */
  readonly uploaded: ReadonlySet<string>;
  /** Ends the look. */
  readonly signal: AbortSignal;
  /** Milliseconds that are left. */
  readonly left: number;
}

async function lookFor(
  files: readonly HashedDistribution[],
  options: LookOptions,
): Promise<Look> {
  const { registry, uploaded } = options;
  const missing: HashedDistribution[] = [];
  const unknown: HashedDistribution[] = [];
  const absent: string[] = [];
  let different: HashedDistribution | null = null;
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
      if (comparison === "different") {
        if (!uploaded.has(file.filename)) throw differs(registry, file);
        different = file;
      }
      if (comparison === "unknown") unknown.push(file);
      else if (comparison !== "same") missing.push(file);
    }
  }
  return { missing, different, unknown, absent, trouble };
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
  if (unreadable === undefined) return;
  throw cannotWait(unreadable.message, unreadable.hint);
}

function cannotWait(reason: string, fix: string | null = null) {
  return new ReleasioError("usage", `Cannot wait: ${reason}`, {
    hint: `${fix ?? SET_CHECK_URL} Or leave out \`--wait\`.`,
  });
}

function withoutDigest(
  { name }: Registry,
  files: readonly HashedDistribution[],
): Finding {
  const names = files.map(({ filename }) => filename);
  return {
    code: "digest-missing",
    severity: "warning",
    file: null,
    message: `${name} lists ${
      few(names)
    } without a digest: whether with the bytes that were published is not known`,
    hint: "Download a file from the index to compare it with yours.",
  };
}

function differs(
  registry: Registry,
  { filename, sha256 }: HashedDistribution,
): ReleasioError {
  return new ReleasioError(
    "file-conflict",
    `${registry.name} lists "${filename}" with other bytes than those that were published`,
    {
      hint:
        "A cache may still have an older file of this name: look at the index again later. If it stays so, the file was replaced; publish a new version.",
      details: { sha256 },
    },
  );
}

function gaveUp(
  registry: Registry,
  look: Look,
  timeout: number,
): ReleasioError {
  const { missing, different, trouble } = look;
  if (different !== null) return differs(registry, different);
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
