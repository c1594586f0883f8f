/**
 * How fast a run may go: one pace for all its workers.
 *
 * @module
 */

import type { Context } from "../context.ts";

/** Retries that a run may make, beside one for each of its files. */
const RETRIES_PER_RUN = 20;

/**
 * Tries in a row that may fail before a run gives up: those of eight files. The
 * largest come first, and may be all that something on the way does not take.
 */
const FAILURES_IN_A_ROW = 48;

/**
 * The pace of one run. An index that is overloaded or that limits its callers
 * means all of them: its wish makes every worker wait, and halves their
 * number until uploads succeed again.
 */
export class Pace {
  readonly #context: Context;
  readonly #jobs: number;
  #workers: number;
  #notBefore = 0;
  #retries: number;
  #failures = 0;

  /**
   * Starts at full pace.
   *
   * @param context The outside world
   * @param jobs Uploads at a time, at most
   * @param files How many files the run has
   */
  constructor(context: Context, jobs: number, files: number) {
    this.#context = context;
    this.#jobs = jobs;
    this.#workers = jobs;
    this.#retries = RETRIES_PER_RUN + files;
  }

  /** Uploads at a time, now. */
  get workers(): number {
    return this.#workers;
  }

  /**
   * Notes a try that failed and might pass later.
   *
   * @returns Whether so many have failed in a row that no other file would fare
   * better: the network or the index is away, and each try takes long to say so
   */
  noteFailure(): boolean {
    return ++this.#failures >= FAILURES_IN_A_ROW;
  }

  /**
   * Takes one retry out of the run's budget.
   *
   * @returns Whether there was one left
   */
  takeRetry(): boolean {
    return this.#retries-- > 0;
  }

  /**
   * Makes everyone wait.
   *
   * @param delay Milliseconds
   */
  slowDown(delay: number): void {
    this.#workers = Math.max(1, Math.floor(this.#workers / 2));
    this.#notBefore = Math.max(this.#notBefore, this.#context.now() + delay);
  }

  /** An upload succeeded: one more at a time, up to the limit. */
  speedUp(): void {
    this.#failures = 0;
    this.#workers = Math.min(this.#jobs, this.#workers + 1);
  }

  /**
   * Resolves when the next request may be sent.
   *
   * @param signal Rejects the wait with its reason
   */
  async wait(signal: AbortSignal): Promise<void> {
    for (;;) {
      const delay = this.#notBefore - this.#context.now();
      if (delay <= 0) return;
      await this.#context.sleep(delay, signal);
    }
  }
}
