/**
 * One way to send a small request: a time limit, redirects inside the origin
 * only, a bounded answer, and patience where repeating is safe.
 *
 * Uploads have their own way (`upload/`), since their bodies are large and
 * their time limits follow the bytes.
 *
 * @module
 */

import type { Context } from "./context.ts";
import { ReleasioError } from "./errors.ts";
import { isLasting, networkError } from "./network_error.ts";
import {
  backoffDelay,
  isTransientStatus,
  nextDelay,
  requestedDelay,
  type RetryPolicy,
} from "./retry.ts";

const MAX_REDIRECTS = 5;
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** A request whose body, if any, is small enough to hold and to send again. */
export interface HttpRequest {
  /** Where to. */
  readonly url: string;
  /** `GET` by default. */
  readonly method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Body text. */
  readonly body?: string;
}

/** Options for {@linkcode send}. */
export interface SendOptions {
  /** Milliseconds for the whole exchange of one try. */
  readonly timeout: number;
  /** Set it only where repeating does no harm. */
  readonly retries?: RetryPolicy;
  /** Stops the request. @default {context.signal} */
  readonly signal?: AbortSignal;
  /** The longest answer that is read, in bytes. @default {67108864} */
  readonly maxBytes?: number;
}

/** An answer, read to its end. */
export interface HttpResponse {
  /** The status. */
  readonly status: number;
  /** The headers. */
  readonly headers: Headers;
  /** Where the answer came from, after redirects. */
  readonly url: string;
  /** The body as text. */
  readonly text: string;
}

/**
 * Sends a request and reads the answer. Any status is an answer, not an error.
 *
 * @param context The outside world
 * @param request What to send
 * @param options Time limit, retries, bounds
 * @returns The answer; after retries, the last one
 * @throws {ReleasioError} `network` or `timeout` when there was no answer,
 * `server-error` for one that is too long or redirects to another origin
 */
export async function send(
  context: Context,
  request: HttpRequest,
  options: SendOptions,
): Promise<HttpResponse> {
  const { retries } = options;
  for (let attempt = 1;; attempt++) {
    const isLast = retries === undefined || attempt >= retries.attempts;
    let delay: number | null = null;
    try {
      const response = await sendOnce(context, request, options);
      if (isLast || !isTransientStatus(response.status)) return response;
      delay = nextDelay(attempt, retries, {
        random: context.random(),
        asked: requestedDelay(response.headers, context.now()),
      });
      if (delay === null) return response;
    } catch (error) {
      const passing = error instanceof ReleasioError &&
        (error.code === "network" || error.code === "timeout") &&
        !isLasting(error);
      if (isLast || !passing) throw error;
    }
    delay ??= backoffDelay(attempt, retries, context.random());
    await context.sleep(delay, options.signal ?? context.signal);
  }
}

async function sendOnce(
  context: Context,
  request: HttpRequest,
  options: SendOptions,
): Promise<HttpResponse> {
  const outer = options.signal ?? context.signal;
  outer.throwIfAborted();
  const timer = new AbortController();
  const timeout = setTimeout(() => timer.abort(), options.timeout);
  try {
    const response = await follow(
      context,
      request,
      AbortSignal.any([outer, timer.signal]),
    );
    const text = await readBounded(
      response,
      options.maxBytes ?? MAX_BODY_BYTES,
    );
    return {
      status: response.status,
      headers: response.headers,
      url: response.url || request.url,
      text,
    };
  } catch (error) {
    // The caller's own reason says more than "aborted".
    outer.throwIfAborted();
    if (error instanceof ReleasioError) throw error;
    const { host } = new URL(request.url);
    if (timer.signal.aborted) {
      throw new ReleasioError(
        "timeout",
        `No answer from ${host} within ${options.timeout / 1000} s`,
        { hint: "Run the command again; see whether the service is up." },
      );
    }
    throw networkError(host, error);
  } finally {
    clearTimeout(timeout);
  }
}

async function follow(
  context: Context,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<Response> {
  let url = request.url;
  let method: string = request.method ?? "GET";
  let body = request.body;
  for (let redirects = 0;; redirects++) {
    const response = await context.fetch(
      new Request(url, {
        method,
        headers: { ...request.headers },
        ...(body === undefined ? {} : { body }),
        redirect: "manual",
        signal,
      }),
    );
    const location = response.headers.get("location");
    if (response.status < 300 || response.status > 399 || location === null) {
      return response;
    }
    await response.body?.cancel();
    const target = new URL(location, url);
    if (target.origin !== new URL(url).origin) {
      throw new ReleasioError(
        "server-error",
        `${new URL(url).host} redirects to another host, ${target.host}`,
        {
          hint: "Use the address that it redirects to, if you trust it.",
          details: { redirect: target.href },
        },
      );
    }
    if (redirects === MAX_REDIRECTS) {
      throw new ReleasioError(
        "server-error",
        `${target.host} redirects in circles`,
      );
    }
    // 307 and 308 keep the method; for the others a POST becomes a GET.
    if (response.status !== 307 && response.status !== 308) {
      method = "GET";
      body = undefined;
    }
    url = target.href;
  }
}

/**
 * Reads a response's body as text, up to a bound.
 *
 * @param response The response
 * @param maxBytes The bound
 * @returns The text; of an error's long page, the beginning
 * @throws {ReleasioError} `server-error` when there is more
 */
export async function readBounded(
  response: Response,
  maxBytes: number,
): Promise<string> {
  if (response.body === null) return "";
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const chunk of response.body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length <= maxBytes) continue;
    // The status tells what is wrong, however much is said about it.
    if (response.status >= 400) break;
    throw new ReleasioError(
      "server-error",
      `The answer of ${hostOf(response)} is longer than ${maxBytes} bytes`,
    );
  }
  return await new Blob(chunks).slice(0, maxBytes).text();
}

function hostOf(response: Response): string {
  return response.url === "" ? "the server" : new URL(response.url).host;
}

/**
 * Parses JSON that came from outside.
 *
 * @param text The text
 * @returns The value, or `undefined` when it is not JSON
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Whether a value is a JSON object, not an array or `null`.
 *
 * @param value Any value
 * @returns `true` for an object
 */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
