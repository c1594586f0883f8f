/**
 * What the stages of a publish share.
 *
 * @module
 */

import type { Context } from "./context.ts";
import { ReleasioError } from "./errors.ts";
import type { EventSink } from "./events.ts";
import type { Finding } from "./findings.ts";
import type { PublishOptions } from "./publish.ts";

/** What the stages share. */
export interface Run {
  /** The outside world. */
  readonly context: Context;
  /** What to publish, and where to. */
  readonly options: PublishOptions;
  /** Receives what happens. It does not throw. */
  readonly emit: EventSink;
  /** Everything that was found so far. */
  readonly findings: Finding[];
  /** Everything that failed so far. */
  readonly failures: ReleasioError[];
}

/**
 * Runs a stage. A failure that has a code belongs in the report; any other is
 * a bug.
 *
 * @param run The run
 * @param stage The stage
 * @returns What the stage returns, or `null` when it failed
 */
export async function orFail<T>(
  run: Run,
  stage: () => Promise<T>,
): Promise<T | null> {
  try {
    return await stage();
  } catch (error) {
    if (!(error instanceof ReleasioError)) throw error;
    run.failures.push(error);
    return null;
  }
}

/**
 * Adds to what was found, and tells it.
 *
 * @param run The run
 * @param findings What was found
 */
export function addFindings(run: Run, findings: readonly Finding[]): void {
  run.findings.push(...findings);
  for (const finding of findings) run.emit({ type: "finding", finding });
}
