/**
 * A context for tests: no network, no files, no clock but what a test gives.
 */

import type { Context } from "../../lib/context.ts";

/** A context whose every effect fails unless a test says otherwise. */
export function testContext(
  overrides: Partial<Omit<Context, "env">> & {
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Context & { readonly masked: string[]; readonly slept: number[] } {
  const { env = {}, ...rest } = overrides;
  const masked: string[] = [];
  const slept: number[] = [];
  let now = Date.UTC(2026, 0, 1);
  return {
    fetch: (request) => {
      throw new TypeError(`no network in this test: ${request.url}`);
    },
    now: () => now,
    // Sleeping only moves the clock, so that retries test in no time.
    sleep: (ms, signal) => {
      signal?.throwIfAborted();
      slept.push(ms);
      now += ms;
      return Promise.resolve();
    },
    random: () => 0.5,
    openFile: (path) => Promise.reject(notFound(path)),
    readDirectory: (path) => Promise.reject(notFound(path)),
    writeTextFile: (path) => Promise.reject(notFound(path)),
    writeFile: (path) => Promise.reject(notFound(path)),
    removeFile: (path) => Promise.reject(notFound(path)),
    run: ({ command }) => Promise.reject(notFound(command)),
    mask: (secret) => void masked.push(secret),
    signal: new AbortController().signal,
    ...rest,
    env: (name) => env[name],
    masked,
    slept,
  };
}

/** The error of a file that is not there. */
export function notFound(path: string): Error {
  const error = new Error(`No such file: ${path}`);
  error.name = "NotFound";
  return error;
}
