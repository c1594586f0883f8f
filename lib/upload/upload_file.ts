/**
 * One file's way to the index: as many requests as it takes, and no more.
 *
 * @module
 */

import type { Registry } from "../config/registry.ts";
import type { Context } from "../context.ts";
import type { HashedDistribution } from "../dist/distribution.ts";
import { ReleasioError } from "../errors.ts";
import type { PublishEvent } from "../events.ts";
import type { BasicCredentials, Credentials } from "../mint/credentials.ts";
import { isLasting } from "../network_error.ts";
import {
  compareWithIndex,
  type Comparison,
} from "../plan/compare_with_index.ts";
import {
  nextDelay,
  PATIENCE,
  requestedDelay,
  type RetryPolicy,
} from "../retry.ts";
import { explainRefusal, type UploadAnswer } from "./explain_refusal.ts";
import type { Pace } from "./pace.ts";
import { postDistribution } from "./post_distribution.ts";
import type { RefusalScope } from "./refusals.ts";
import type { UploadLimits } from "./upload_watch.ts";

/** What every file of a run shares. */
export interface UploadRun {
  /** The outside world. */
  readonly context: Context;
  /** The index. */
  readonly registry: Registry;
  /** What to authenticate with. */
  readonly credentials: Credentials;
  /** Attestations by file name, each the text of a JSON object. */
  readonly attestations: ReadonlyMap<string, readonly string[]>;
  /** Whether a name that is there with other bytes is passed over. */
  readonly skipExisting: boolean;
  /** Stops everything. */
  readonly signal: AbortSignal;
  /** Retries and waits that all files share. */
  readonly pace: Pace;
  /** Receives events. It must not throw. */
  readonly emit: (event: PublishEvent) => void;
  /** Time limits. */
  readonly limits: UploadLimits;
}

/** What became of one file. */
export interface FileResult {
  /** `existing`: the index had it already. */
  readonly status: "uploaded" | "existing" | "skipped" | "failed";
  /** Requests made. */
  readonly attempts: number;
  /** Why it failed, or `null`. */
  readonly error: ReleasioError | null;
  /** What a failure stops beside the file. */
  readonly scope: RefusalScope;
}

/** Tries of one file, and the waits between them. */
const UPLOAD_RETRIES: RetryPolicy = {
  attempts: 6,
  baseDelay: 1000,
  maxDelay: 30_000,
  patience: PATIENCE,
};

/** Looks after a failed try, which must not take long. */
const LOOK_RETRIES: RetryPolicy = {
  attempts: 2,
  baseDelay: 500,
  maxDelay: 5000,
  patience: 5000,
};

/** Nothing is lost if it takes longer, but time: the file is sent again. */
const LOOK_TIMEOUT = 10_000;

/** Bytes between two events: pieces are smaller, and many. */
const PROGRESS_STEP = 256 * 1024;

/** Looks for a file that the index has and doesn't list. */
const STALE_LOOKS = 3;

/** What one try came to. */
type Attempt =
  | { readonly kind: "done"; readonly result: Omit<FileResult, "attempts"> }
  | {
    readonly kind: "again";
    /** What to report if there is no other try. */
    readonly error: ReleasioError;
    /** How long the index asks to wait, if it does. */
    readonly asked: number | undefined;
    /** Whether everyone should slow down. */
    readonly isOverload: boolean;
    /** Whether the file may have arrived all the same. */
    readonly isAmbiguous: boolean;
  };

/**
 * Uploads one file. Passing failures are tried again; before that, the index
 * is asked whether the file has arrived all the same.
 *
 * @param run What every file shares
 * @param distribution The file
 * @returns What became of it
 */
export async function uploadFile(
  run: UploadRun,
  distribution: HashedDistribution,
): Promise<FileResult> {
  for (let attempts = 1;; attempts++) {
    try {
      await run.pace.wait(run.signal);
      const attempt = await tryOnce(run, distribution, attempts);
      if (attempt.kind === "done") return { attempts, ...attempt.result };
      const stop = await pauseOrStop(run, distribution, attempt, attempts);
      if (attempt.isAmbiguous && await look(run, distribution) === "same") {
        return { attempts, ...success("uploaded") };
      }
      if (stop !== null) return { attempts, ...failure(attempt.error, stop) };
    } catch (error) {
      return { attempts, ...failure(toError(error, run), "run") };
    }
  }
}

/** Waits for the next try, or says what else ends since there is none. */
async function pauseOrStop(
  run: UploadRun,
  distribution: HashedDistribution,
  { error, asked, isOverload }: Attempt & { kind: "again" },
  attempts: number,
): Promise<RefusalScope | null> {
  const { context, pace, signal } = run;
  const delay = nextDelay(attempts, UPLOAD_RETRIES, {
    random: context.random(),
    asked,
  });
  // An index that asks for so long a wait will ask every file for it.
  if (delay === null || pace.noteFailure()) return "run";
  if (isOverload) pace.slowDown(delay);
  if (attempts >= UPLOAD_RETRIES.attempts || !pace.takeRetry()) return "file";
  run.emit({
    type: "upload-retry",
    registry: run.registry.uploadUrl,
    file: distribution.filename,
    attempt: attempts,
    delay,
    reason: error.message,
  });
  await context.sleep(delay, signal);
  return null;
}

function success(
  status: "uploaded" | "existing" | "skipped",
): Omit<FileResult, "attempts"> {
  return { status, error: null, scope: "file" };
}

function failure(
  error: ReleasioError,
  scope: RefusalScope = "file",
): Omit<FileResult, "attempts"> {
  return { status: "failed", error, scope };
}

/** What was thrown, as an error to report. */
function toError(error: unknown, { signal }: UploadRun): ReleasioError {
  if (error instanceof ReleasioError) return error;
  if (signal.aborted) {
    return new ReleasioError("interrupted", "The run was interrupted");
  }
  return new ReleasioError("unexpected", "Something unexpected went wrong", {
    cause: error,
  });
}

async function tryOnce(
  run: UploadRun,
  distribution: HashedDistribution,
  attempt: number,
): Promise<Attempt> {
  const { context, registry, credentials } = run;
  const { filename, size } = distribution;
  run.emit({
    type: "upload-start",
    registry: registry.uploadUrl,
    file: filename,
    size,
    attempt,
  });
  let used = await credentials.current();
  for (let renewed = false;; renewed = true) {
    let answer: UploadAnswer;
    try {
      answer = await post(run, distribution, used);
    } catch (error) {
      return afterNoAnswer(run, error);
    }
    if (answer.status >= 200 && answer.status < 300) {
      return { kind: "done", result: success("uploaded") };
    }
    const refusal = explainRefusal(answer, {
      registry,
      distribution,
      auth: credentials.kind,
      now: context.now(),
    });
    if (refusal.isDuplicate) {
      const result = await afterDuplicate(
        run,
        distribution,
        refusal.error,
        attempt,
      );
      return { kind: "done", result };
    }
    if (
      refusal.isExpired && !renewed && await credentials.renew(used.password)
    ) {
      used = await credentials.current();
      continue;
    }
    if (!refusal.isPassing) {
      // Whatever it was that stood between, the file may have passed it.
      const isAmbiguous = answer.status >= 500;
      if (isAmbiguous && await look(run, distribution) === "same") {
        return { kind: "done", result: success("uploaded") };
      }
      return { kind: "done", result: failure(refusal.error, refusal.scope) };
    }
    return {
      kind: "again",
      error: refusal.error,
      asked: requestedDelay(answer.headers, context.now()),
      isOverload: answer.status === 429 || answer.status === 503,
      isAmbiguous: answer.status !== 429,
    };
  }
}

function post(
  run: UploadRun,
  distribution: HashedDistribution,
  credentials: BasicCredentials,
): Promise<UploadAnswer> {
  const { registry, signal, limits } = run;
  const { filename, size } = distribution;
  let told = 0;
  return postDistribution(run.context, distribution, {
    registry,
    credentials,
    attestations: run.attestations.get(filename) ?? [],
    signal,
    limits,
    onProgress: (sent) => {
      // After a redirect, all is sent once more.
      const isNews = sent === size || sent < told ||
        sent - told >= PROGRESS_STEP;
      if (!isNews) return;
      told = sent;
      run.emit({
        type: "upload-progress",
        registry: registry.uploadUrl,
        file: filename,
        sent,
        size,
      });
    },
  });
}

function afterNoAnswer({ signal }: UploadRun, error: unknown): Attempt {
  signal.throwIfAborted();
  if (!(error instanceof ReleasioError)) throw error;
  const isPassing = error.code === "network" || error.code === "timeout";
  if (isPassing && !isLasting(error)) {
    return {
      kind: "again",
      error,
      asked: undefined,
      isOverload: false,
      isAmbiguous: true,
    };
  }
  return { kind: "done", result: failure(error) };
}

/**
 * The index says that it has the name. Its listing tells whether that is this
 * very file, perhaps since an earlier try arrived without our being told.
 */
async function afterDuplicate(
  run: UploadRun,
  distribution: HashedDistribution,
  error: ReleasioError,
  attempt: number,
): Promise<Omit<FileResult, "attempts">> {
  let there = await look(run, distribution);
  // A listing that doesn't have the name yet is behind.
  for (let tries = 1; there === "absent" && tries < STALE_LOOKS; tries++) {
    await run.context.sleep(1000 * tries, run.signal);
    there = await look(run, distribution);
  }
  if (there === "same") return success(attempt > 1 ? "uploaded" : "existing");
  const isUnlisted = there === "absent";
  // What PyPI doesn't list it doesn't have: to skip it would leave the release
  // without it. Elsewhere the listing may be hidden, or another index's.
  const isMissing = isUnlisted && run.registry.kind !== "other";
  if (run.skipExisting && !isMissing) return success("skipped");
  if (isUnlisted) return failure(withHint(error, unlistedHint(run.registry)));
  const mayBeOurs = there === "unknown" && attempt > 1;
  return failure(mayBeOurs ? withHint(error, UNKNOWN_DUPLICATE) : error);
}

function withHint(
  { code, message, details }: ReleasioError,
  hint: string,
): ReleasioError {
  return new ReleasioError(code, message, { hint, details });
}

const UNKNOWN_DUPLICATE =
  "An earlier try of this run may have put it there, and the index can't be asked. Set `check_url` to where it lists its files, or pass `--skip-existing` to leave the file that is there.";

/** PyPI calls it a duplicate too when it has the bytes under another name. */
function unlistedHint({ kind }: Registry): string {
  return kind === "other"
    ? "The index has a file of this name and doesn't list it. Its listing is elsewhere: set `check_url`. Or it is behind: run the command again. `--skip-existing` leaves the file that is there."
    : "The index lists no file of this name. It has the same bytes under another name: don't copy or rename built files. Or its listing is behind: run the command again. Or it is elsewhere: set `check_url`.";
}

/** What the index says; `unknown` when it can't be asked. */
async function look(
  { context, registry, signal }: UploadRun,
  distribution: HashedDistribution,
): Promise<Comparison> {
  try {
    return await compareWithIndex(context, registry, distribution, {
      retries: LOOK_RETRIES,
      timeout: LOOK_TIMEOUT,
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ReleasioError)) throw error;
    return "unknown";
  }
}
