/**
 * What the uploads of one run on one index authenticate with.
 *
 * @module
 */

import { TOKEN_USERNAME } from "../config/credentials.ts";
import type { Context } from "../context.ts";
import type { EventSink } from "../events.ts";
import type { Secret } from "../secret.ts";
import { burnToken } from "./burn_token.ts";
import type { Credentials } from "./credentials.ts";
import { type MintedToken, type MintOptions, mintToken } from "./mint_token.ts";

/** An upload that starts this long before the end should still make it. */
const MARGIN = 300_000;

/** Options for {@linkcode openTrustedSession}. */
export interface SessionOptions extends MintOptions {
  /** Receives `minted` and `burned`. */
  readonly onEvent?: EventSink;
}

/** A minted token, and when to think of the next. */
interface Current extends MintedToken {
  renewAt: number;
}

/**
 * Opens a session with minted tokens: it mints the first, mints again, where
 * the provider allows, before a token ends or after the index refused one,
 * once for all callers, and burns them all when it is closed.
 *
 * Close it in a `finally`.
 *
 * @param context The outside world
 * @param options Where, as whom
 * @returns The session's credentials
 * @throws {ReleasioError} What {@linkcode mintToken} throws
 */
export async function openTrustedSession(
  context: Context,
  options: SessionOptions,
): Promise<Credentials> {
  const { registry, provider, onEvent } = options;
  const { firstIdentity: _spent, ...later } = options;
  const unburnt = new Set<Secret>();
  let current: Current;
  let renewal: Promise<void> | null = null;
  let closing: Promise<void> | null = null;

  async function mint(mintOptions: MintOptions): Promise<void> {
    const minted = await mintToken(context, mintOptions);
    // From here on it must be burnt, whatever happens.
    unburnt.add(minted.token);
    context.signal.throwIfAborted();
    const lifetime = minted.expires - context.now();
    current = {
      ...minted,
      renewAt: minted.expires - Math.min(MARGIN, lifetime / 3),
    };
    onEvent?.({
      type: "minted",
      registry: registry.uploadUrl,
      expires: minted.expires,
    });
  }

  function renewOnce(): Promise<void> {
    renewal ??= mint(later).finally(() => {
      renewal = null;
    });
    return renewal;
  }

  async function renewInTime(): Promise<void> {
    // Without another to be had, the index says when it has ended: its clock
    // counts, and this machine's may be wrong.
    if (!provider.renewable || context.now() < current.renewAt) return;
    const ending = current;
    const isOver = context.now() >= ending.expires;
    try {
      await renewOnce();
    } catch (error) {
      context.signal.throwIfAborted();
      if (isOver) throw error;
      // It is good for a while yet: the next attempt is when it has ended.
      ending.renewAt = ending.expires;
    }
  }

  async function burnAll(): Promise<void> {
    await renewal?.catch(() => {});
    await Promise.all([...unburnt].map(async (token) => {
      if (await burnToken(context, registry, token)) {
        onEvent?.({ type: "burned", registry: registry.uploadUrl });
      }
    }));
  }

  function close(): Promise<void> {
    return closing ??= burnAll();
  }

  try {
    await mint(options);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    kind: "trusted-publishing",
    current: async () => {
      if (closing !== null) {
        throw new TypeError("Cannot use a session that is closed");
      }
      await renewInTime();
      return { username: TOKEN_USERNAME, password: current.token };
    },
    renew: async (refused) => {
      if (closing !== null) return false;
      if (current.token.reveal() !== refused.reveal()) return true;
      if (!provider.renewable) return false;
      await renewOnce();
      return true;
    },
    close,
  };
}

/**
 * Credentials that stay: an API token.
 *
 * @param token The token
 * @param username Its user name; PyPI knows no other than the default
 * @returns Credentials that can't be renewed and need no burning
 *
 * @example Authenticate with an API token
 * ```ts
 * import { apiTokenCredentials, Secret } from "@releasio/cli/mint";
 * import { assertEquals } from "@std/assert";
 *
 * const credentials = apiTokenCredentials(new Secret("pypi-…"));
 * assertEquals((await credentials.current()).username, "__token__");
 * ```
 */
export function apiTokenCredentials(
  token: Secret,
  username: string = TOKEN_USERNAME,
): Credentials {
  return {
    kind: "api-token",
    current: () => Promise.resolve({ username, password: token }),
    renew: () => Promise.resolve(false),
    close: () => Promise.resolve(),
  };
}
