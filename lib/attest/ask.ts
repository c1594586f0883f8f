/**
 * How Sigstore's services are asked: patiently, with bounds.
 *
 * @module
 */

import type { Context } from "../context.ts";
import { ReleasioError } from "../errors.ts";
import { type HttpRequest, type HttpResponse, send } from "../http.ts";
import { isTransientStatus, PATIENCE, type RetryPolicy } from "../retry.ts";
import { unavailable } from "./services.ts";

const TIMEOUT = 30_000;
const MAX_BYTES = 256 * 1024;
const RETRIES: RetryPolicy = {
  attempts: 6,
  baseDelay: 1000,
  maxDelay: 20_000,
  patience: PATIENCE,
};

/**
 * Sends a request that may be repeated.
 *
 * @param context The outside world
 * @param request The request
 * @returns The answer, one that won't pass by itself
 * @throws {ReleasioError} `sigstore-unavailable` without one
 */
export async function ask(
  context: Context,
  request: HttpRequest,
): Promise<HttpResponse> {
  const { host } = new URL(request.url);
  let response: HttpResponse;
  try {
    response = await send(context, request, {
      timeout: TIMEOUT,
      retries: RETRIES,
      maxBytes: MAX_BYTES,
    });
  } catch (error) {
    const isTrouble = error instanceof ReleasioError &&
      ["network", "timeout", "server-error"].includes(error.code);
    if (!isTrouble) throw error;
    const { message, cause } = error;
    throw unavailable(message.replace(/^[A-Z](?=[a-z])/, lower), { cause });
  }
  const { status } = response;
  if (isTransientStatus(status) || status >= 500) {
    throw unavailable(`${host} answered ${status}`, { details: { status } });
  }
  return response;
}

function lower(letter: string): string {
  return letter.toLowerCase();
}

/**
 * A context whose patience ends: no waiting that goes beyond a time.
 *
 * @param context The outside world
 * @param budget Milliseconds from now
 * @returns The same, but that `sleep` rejects with `sigstore-unavailable`
 * rather than wait until after that
 */
export function withBudget(context: Context, budget: number): Context {
  const deadline = context.now() + budget;
  return {
    ...context,
    sleep(ms, signal) {
      if (context.now() + ms <= deadline) return context.sleep(ms, signal);
      return Promise.reject(
        unavailable(`Sigstore did not recover within ${budget / 1000} s`),
      );
    },
  };
}
