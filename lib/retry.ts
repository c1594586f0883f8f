/**
 * When to try again, and after how long.
 *
 * @module
 */

/** How often and how patiently to try again. */
export interface RetryPolicy {
  /** Tries in all, the first one included. */
  readonly attempts: number;
  /** Longest wait before the second try, in milliseconds; doubles each time. */
  readonly baseDelay: number;
  /** Longest wait of our own choice, in milliseconds. */
  readonly maxDelay: number;
  /**
   * Longest wait that a server may ask for, in milliseconds: for more, there
   * is no other try. By default it is not heard.
   */
  readonly patience?: number;
}

/** A longer wait is not a wait but another run. */
export const PATIENCE = 120_000;

/** Reads and other requests that may be repeated freely. */
export const READ_RETRIES: RetryPolicy = {
  attempts: 5,
  baseDelay: 500,
  maxDelay: 30_000,
  patience: PATIENCE,
};

/** Statuses that may pass if the same request is sent again later. */
const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([
  408,
  425,
  429,
  500,
  502,
  503,
  504,
]);

/**
 * Whether a status may pass if the same request is sent again later.
 *
 * @param status The HTTP status
 * @returns `true` for 408, 425, 429, 500, 502, 503 and 504
 */
export function isTransientStatus(status: number): boolean {
  return TRANSIENT_STATUSES.has(status);
}

/**
 * How long to wait before the next try: exponential, with full jitter.
 *
 * @param attempt How many tries have failed, from 1
 * @param policy The policy
 * @param random A number from 0 to 1
 * @returns Milliseconds
 */
export function backoffDelay(
  attempt: number,
  policy: RetryPolicy,
  random: number,
): number {
  const ceiling = Math.min(
    policy.maxDelay,
    policy.baseDelay * 2 ** (attempt - 1),
  );
  return Math.round(ceiling * random);
}

/**
 * How long to wait before the next try: as long as the server asks for, and
 * no shorter than without its wish, which may be a date of another clock.
 *
 * @param attempt How many tries have failed, from 1
 * @param policy The policy
 * @param chance A number from 0 to 1, and the server's wish in milliseconds
 * @returns Milliseconds, or `null` when the server asks for too long a wait
 */
export function nextDelay(
  attempt: number,
  policy: RetryPolicy,
  { random, asked = 0 }: {
    readonly random: number;
    readonly asked?: number | undefined;
  },
): number | null {
  const { patience } = policy;
  const backoff = backoffDelay(attempt, policy, random);
  if (patience === undefined) return backoff;
  return asked > patience ? null : Math.max(asked, backoff);
}

/**
 * How long the server asks to wait: `Retry-After` in either form, else until
 * the last of its exhausted `RateLimit`s is reset.
 *
 * Sources: {@link https://www.rfc-editor.org/rfc/rfc9110#name-retry-after | RFC 9110},
 * {@link https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ | RateLimit header fields}.
 *
 * @param headers The response's headers
 * @param now Milliseconds since the epoch
 * @returns Milliseconds, or `undefined` when the server does not say
 */
export function requestedDelay(
  headers: Headers,
  now: number,
): number | undefined {
  const retryAfter = headers.get("retry-after") ?? "";
  const seconds = requestedSeconds(retryAfter);
  if (seconds !== undefined) return seconds * 1000;
  const date = requestedDate(retryAfter);
  if (date !== undefined) return Math.max(0, date - now);
  // RateLimit: "one";r=0;t=900, "other";r=3;t=60 — r is what is left, t seconds
  // to reset.
  const resets = (headers.get("ratelimit") ?? "").split(",")
    .filter((limit) => /;\s*r=0\b/.test(limit))
    .flatMap((limit) => /;\s*t=(\d+)\b/.exec(limit)?.[1] ?? []);
  return resets.length === 0
    ? undefined
    : Math.max(...resets.map(toSeconds)) * 1000;
}

/** Thirty years are for ever, and still a date. */
function toSeconds(digits: string): number {
  return Math.min(Number(digits), 1e9);
}

/** A header that a proxy adds once more is joined with a comma. */
function requestedSeconds(text: string): number | undefined {
  const digits = /^\s*(\d+)\s*(?:,|$)/.exec(text)?.[1];
  return digits === undefined ? undefined : toSeconds(digits);
}

/**
 * A date in one of the three forms of
 * {@link https://www.rfc-editor.org/rfc/rfc9110#name-date-time-formats | RFC 9110},
 * all of which are in GMT, whether they say so or not. `Date.parse()` would
 * take much more for a date, and some for one of this machine's time zone.
 */
function requestedDate(text: string): number | undefined {
  const trimmed = text.trim();
  if (!/^[A-Z][a-z]+,? .*\d\d:\d\d:\d\d( \d{4}| GMT)$/.test(trimmed)) {
    return undefined;
  }
  const date = Date.parse(
    trimmed.endsWith("GMT") ? trimmed : `${trimmed} GMT`,
  );
  return Number.isNaN(date) ? undefined : date;
}
