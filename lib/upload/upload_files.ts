/**
 * The uploads of one run: which file goes next, and what is left when
 * something fails.
 *
 * @module
 */

import type { Registry } from "../config/registry.ts";
import type { Context } from "../context.ts";
import type { HashedDistribution } from "../dist/distribution.ts";
import { ReleasioError } from "../errors.ts";
import type { EventSink, PublishEvent } from "../events.ts";
import type { Credentials } from "../mint/credentials.ts";
import { Pace } from "./pace.ts";
import { type FileResult, uploadFile, type UploadRun } from "./upload_file.ts";
import { UPLOAD_LIMITS, type UploadLimits } from "./upload_watch.ts";
import { UploadQueue } from "./upload_queue.ts";

/**
 * Milliseconds from the first upload that runs beside others to the next one.
 * Files that start together share the way and the index's attention, and all
 * end as late as the last one; those that start one after the other keep out of
 * each other's way from then on.
 */
const START_INTERVAL = 10;

/** Options for {@linkcode uploadFiles}. */
export interface UploadOptions {
  /** The index. */
  readonly registry: Registry;
  /** What to authenticate with. They are not closed here. */
  readonly credentials: Credentials;
  /** Uploads at a time. */
  readonly jobs: number;
  /** Attestations by file name, each the text of a JSON object. */
  readonly attestations?: ReadonlyMap<string, readonly string[]>;
  /** Receives what happens, as it happens. */
  readonly onEvent?: EventSink;
  /** Whether a name that is there with other bytes is passed over. */
  readonly skipExisting: boolean;
  /** Projects that the index doesn't have yet, as far as is known. */
  readonly newProjects?: readonly string[];
  /** Stops the run, as the context's own signal does. */
  readonly signal?: AbortSignal;
  /** Time limits of each upload. @default {UPLOAD_LIMITS} */
  readonly limits?: UploadLimits;
}

/** What became of one file. */
export interface UploadOutcome {
  /** The file. */
  readonly distribution: HashedDistribution;
  /** `existing`: the index had it already; `not-attempted`: nothing was sent. */
  readonly status:
    | "uploaded"
    | "existing"
    | "skipped"
    | "failed"
    | "not-attempted";
  /** Requests made. */
  readonly attempts: number;
  /** Why it failed or, after an interruption, was not tried; else `null`. */
  readonly error: ReleasioError | null;
}

/**
 * Uploads files to one index: the releases side by side, the first file of
 * each alone, then its other wheels, its sdists last. A failed file does not
 * stop the others unless they would meet the same refusal.
 *
 * @example Upload to an index and see what became of it
 * ```ts ignore
 * import { uploadFiles } from "@releasio/cli/upload";
 *
 * const outcomes = await uploadFiles(context, distributions, {
 *   registry,
 *   credentials,
 *   jobs: 4,
 *   skipExisting: false,
 * });
 * for (const { distribution, status } of outcomes) {
 *   console.log(distribution.filename, status);
 * }
 * ```
 *
 * @param context The outside world
 * @param files The files, in any order
 * @param options Where to, as whom, how many at a time
 * @returns What became of each file, in the order of `files`; a file's failure
 * is told there and not thrown
 */
export async function uploadFiles(
  context: Context,
  files: readonly HashedDistribution[],
  options: UploadOptions,
): Promise<readonly UploadOutcome[]> {
  const { onEvent } = options;
  const run: UploadRun = {
    context,
    registry: options.registry,
    credentials: options.credentials,
    attestations: options.attestations ?? new Map(),
    skipExisting: options.skipExisting,
    signal: AbortSignal.any([
      context.signal,
      ...(options.signal === undefined ? [] : [options.signal]),
    ]),
    pace: new Pace(context, options.jobs, files.length),
    emit: (event) => emitQuietly(onEvent, event),
    limits: options.limits ?? UPLOAD_LIMITS,
  };
  const results = new Map<HashedDistribution, FileResult>();
  const queue = new UploadQueue(files, options.newProjects);
  const running = new Set<Promise<void>>();
  let widest = 1;
  for (;;) {
    while (running.size < run.pace.workers && !run.signal.aborted) {
      const file = queue.next();
      if (file === undefined) break;
      const job: Promise<void> = uploadAndTell(run, file).then((result) => {
        results.set(file, result);
        queue.finished(file, result);
        if (result.error === null) run.pace.speedUp();
        running.delete(job);
      });
      running.add(job);
      if (running.size <= widest) continue;
      widest = running.size;
      await context.sleep(START_INTERVAL);
    }
    if (running.size === 0) break;
    await Promise.race(running);
  }
  const interruption = run.signal.aborted ? reasonOf(run.signal) : null;
  return files.map((distribution) => {
    const result = results.get(distribution);
    if (result === undefined) {
      const status = "not-attempted";
      return { distribution, status, attempts: 0, error: interruption };
    }
    const { status, attempts, error } = result;
    return { distribution, status, attempts, error };
  });
}

async function uploadAndTell(
  run: UploadRun,
  distribution: HashedDistribution,
): Promise<FileResult> {
  const start = run.context.now();
  const result = await uploadFile(run, distribution);
  const { status, attempts, error } = result;
  run.emit({
    type: "upload-end",
    registry: run.registry.uploadUrl,
    file: distribution.filename,
    size: distribution.size,
    status,
    attempts,
    duration: run.context.now() - start,
    error: error === null ? null : { code: error.code, message: error.message },
  });
  return result;
}

function emitQuietly(sink: EventSink | undefined, event: PublishEvent): void {
  try {
    sink?.(event);
  } catch {
    // A sink that throws must not break a half-finished release.
  }
}

function reasonOf(signal: AbortSignal): ReleasioError {
  return signal.reason instanceof ReleasioError
    ? signal.reason
    : new ReleasioError("interrupted", "The run was interrupted");
}
