/**
 * The end of an upload token.
 *
 * @module
 */

import type { Registry } from "../config/registry.ts";
import type { Context } from "../context.ts";
import { send } from "../http.ts";
import type { RetryPolicy } from "../retry.ts";
import type { Secret } from "../secret.ts";
import { endpoint } from "./endpoint.ts";

const TIMEOUT = 5_000;
/** One try may hang: then there is time for another. */
const TRY_TIMEOUT = 2_000;
const RETRIES: RetryPolicy = { attempts: 4, baseDelay: 200, maxDelay: 1_000 };
const MAX_BYTES = 64 * 1024;

/**
 * Burns an upload token, so that it is worth nothing from now on. It has five
 * seconds of its own, since the run may have been interrupted, and never
 * rejects: a token that stays ends by itself.
 *
 * Source: {@link https://github.com/pypi/warehouse/pull/20197 | PyPI's endpoint}.
 *
 * @param context The outside world
 * @param registry The index that minted it
 * @param token The token
 * @returns Whether the index says that it is burnt; an index need not be able to
 */
export async function burnToken(
  context: Context,
  registry: Registry,
  token: Secret,
): Promise<boolean> {
  const timer = new AbortController();
  const timeout = setTimeout(() => timer.abort(), TIMEOUT);
  try {
    const { status } = await send(context, {
      url: endpoint(registry, "burn-token"),
      method: "POST",
      headers: {
        accept: "application/json",
        "content-type": "application/json",
      },
      body: JSON.stringify({ token: token.reveal() }),
    }, {
      timeout: TRY_TIMEOUT,
      retries: RETRIES,
      maxBytes: MAX_BYTES,
      signal: timer.signal,
    });
    return status === 202;
  } catch {
    return false;
  } finally {
    clearTimeout(timeout);
  }
}
