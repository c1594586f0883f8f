/**
 * The exchange of an identity token for an upload token.
 *
 * @module
 */

import { TOKEN_USERNAME } from "../config/credentials.ts";
import type { Registry } from "../config/registry.ts";
import type { Context } from "../context.ts";
import { ReleasioError } from "../errors.ts";
import { type HttpResponse, isRecord, parseJson, send } from "../http.ts";
import { isConnectError, isLasting } from "../network_error.ts";
import type { IdentityProvider, IdentityToken } from "../oidc/provider.ts";
import {
  isTransientStatus,
  nextDelay,
  READ_RETRIES,
  requestedDelay,
} from "../retry.ts";
import { Secret } from "../secret.ts";
import { endpoint } from "./endpoint.ts";
import { explainRefusal } from "./explain_refusal.ts";

const TIMEOUT = 30_000;
const MAX_BYTES = 64 * 1024;
/** What PyPI's tokens live, for an index or a clock that tells nonsense. */
const DEFAULT_LIFETIME = 900_000;
/** An interrupted run waits so long for the answer, to burn what it brings. */
const GRACE = 5_000;
/** It may be a renewal: files may be up. */
const RUN_AGAIN =
  "Run the job again later: what is on the index is recognised, and the rest is sent.";

/** An upload token, masked. */
export interface MintedToken {
  /** The token. */
  readonly token: Secret;
  /** When it ends, in milliseconds since the epoch, by this machine's clock. */
  readonly expires: number;
}

/** What to mint. */
export interface MintOptions {
  /** The index. */
  readonly registry: Registry;
  /** The audience that it asked for. */
  readonly audience: string;
  /** Who gives identity tokens. */
  readonly provider: IdentityProvider;
  /** An identity token that is there already and was sent nowhere yet. */
  readonly firstIdentity?: IdentityToken;
  /** The projects to publish, for a link to PyPI's form in a refusal. */
  readonly projects?: readonly string[];
}

/**
 * Mints an upload token. With a matching pending publisher this creates the
 * project, so it is nothing to try out.
 *
 * An index takes an identity token once. Hence, when an answer is lost, the
 * exchange is tried again with a fresh token, or not at all where the
 * provider has no other. A token that no connection was there for is as good
 * as before.
 *
 * When the run is interrupted, an exchange under way still gets five seconds
 * to end: burn what it returns.
 *
 * @param context The outside world
 * @param options Where, as whom
 * @returns The token, masked in the CI's log
 * @throws {ReleasioError} What {@linkcode explainRefusal} says, an `oidc-…`
 * code, or `network`, `timeout`, `server-error`
 */
export async function mintToken(
  context: Context,
  options: MintOptions,
): Promise<MintedToken> {
  const { audience, provider, firstIdentity } = options;
  let identity = firstIdentity !== undefined &&
      isUsable(firstIdentity, provider, context.now())
    ? firstIdentity
    : await provider.acquire(context, audience);
  for (let attempt = 1;; attempt++) {
    const result = await exchange(context, options, identity);
    if ("token" in result) return result;
    const { lost, isUnsent = false } = result;
    if (!isUnsent && !provider.renewable) throw outOfTokens(lost, provider);
    if (attempt === READ_RETRIES.attempts) throw lost;
    const delay = nextDelay(attempt, READ_RETRIES, {
      random: context.random(),
      asked: result.asked,
    });
    if (delay === null) throw lost;
    await context.sleep(delay, context.signal);
    if (isUnsent && isUsable(identity, provider, context.now())) continue;
    const fresh = await provider.acquire(context, audience);
    if (fresh.token.reveal() === identity.token.reveal()) {
      throw outOfTokens(lost, provider);
    }
    identity = fresh;
  }
}

/** GitHub's tokens last five minutes, and signing may have taken them. */
function isUsable(
  { claims }: IdentityToken,
  provider: IdentityProvider,
  now: number,
): boolean {
  const { exp } = claims;
  return !provider.renewable || typeof exp !== "number" ||
    exp * 1000 > now + TIMEOUT;
}

/** The index may or may not have used the identity token. */
interface Lost {
  readonly lost: ReleasioError;
  /** Whether the token was sent nowhere, so that it is good for another try. */
  readonly isUnsent?: boolean;
  /** Milliseconds that the index asks to wait. */
  readonly asked?: number | undefined;
}

async function exchange(
  context: Context,
  options: MintOptions,
  identity: IdentityToken,
): Promise<MintedToken | Lost> {
  const { registry } = options;
  context.signal.throwIfAborted();
  let response: HttpResponse;
  try {
    response = await withGrace(context.signal, (signal) =>
      send(context, {
        url: endpoint(registry, "mint-token"),
        method: "POST",
        headers: {
          accept: "application/json",
          "content-type": "application/json",
        },
        body: JSON.stringify({ token: identity.token.reveal() }),
      }, { timeout: TIMEOUT, maxBytes: MAX_BYTES, signal }));
  } catch (error) {
    if (isLost(error)) return { lost: error, isUnsent: isConnectError(error) };
    throw error;
  }
  const { status, headers } = response;
  if (status === 200) return receiveMinted(context, registry, response.text);
  if (isTransientStatus(status) || status >= 500) {
    const lost = new ReleasioError(
      "server-error",
      `Cannot mint a token: ${registry.name} answered ${status}`,
      {
        hint: RUN_AGAIN,
        details: { status },
      },
    );
    return { lost, asked: requestedDelay(headers, context.now()) };
  }
  throw explainRefusal(response, {
    registry,
    claims: identity.claims,
    projects: options.projects ?? [],
    now: context.now(),
  });
}

function isLost(error: unknown): error is ReleasioError {
  return error instanceof ReleasioError &&
    (error.code === "network" || error.code === "timeout") &&
    !isLasting(error);
}

function receiveMinted(
  context: Context,
  registry: Registry,
  text: string,
): MintedToken {
  const answer = parseJson(text);
  const { token, expires } = isRecord(answer) ? answer : {};
  // Nothing but plain characters: masking writes it into a log command.
  if (typeof token !== "string" || !/^[\x21-\x7e]+$/.test(token)) {
    throw new ReleasioError(
      "mint-refused",
      `Token request failed: ${registry.name} answered without a token`,
      { hint: "Is this an index that works as PyPI does?" },
    );
  }
  context.mask(token);
  context.mask(btoa(`${TOKEN_USERNAME}:${token}`));
  const now = context.now();
  const end = typeof expires === "number" ? expires * 1000 : 0;
  return {
    token: new Secret(token),
    expires: end > now ? end : now + DEFAULT_LIFETIME,
  };
}

function outOfTokens(
  lost: ReleasioError,
  provider: IdentityProvider,
): ReleasioError {
  return new ReleasioError(lost.code, lost.message, {
    hint:
      `The index may have used the identity token before its answer was lost, and there is no other (${provider.label}). ${RUN_AGAIN}`,
    details: lost.details,
    cause: lost.cause,
  });
}

/** Runs a task with a signal that aborts some seconds after another one. */
async function withGrace<T>(
  signal: AbortSignal,
  task: (late: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const start = () => {
    timer = setTimeout(() => late.abort(signal.reason), GRACE);
  };
  signal.addEventListener("abort", start, { once: true });
  try {
    return await task(late.signal);
  } finally {
    signal.removeEventListener("abort", start);
    clearTimeout(timer);
  }
}
