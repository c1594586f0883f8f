/**
 * Who reads an index that not everyone may read: the user who uploads to it.
 *
 * @module
 */

import type { Reader, Registry } from "./config/registry.ts";
import type { Settings } from "./config/settings.ts";
import type { Context } from "./context.ts";

/** Options for {@linkcode withReader}. */
export interface ReaderOptions {
  /** The resolved settings. */
  readonly settings: Settings;
  /** Whether nothing is to be sent. */
  readonly dryRun: boolean;
}

/**
 * An index that is read as the user who uploads to it, where it asks for one.
 * A token is looked for once, when the index first asks.
 *
 * @param registry The index
 * @param context The outside world
 * @param options What the run may use
 * @returns The same index, with its reader
 */
export function withReader(
  registry: Registry,
  context: Context,
  options: ReaderOptions,
): Registry {
  let found: Promise<Reader> | undefined;
  const reader = () => found ??= findReader(registry, context, options);
  return { ...registry, reader };
}

async function findReader(
  registry: Registry,
  context: Context,
  { settings, dryRun }: ReaderOptions,
): Promise<Reader> {
  if (dryRun) return { kind: "nobody", reason: "A dry run sends none." };
  // Most indexes never ask, and their runs need not load this so early.
  const [{ findAuthentication }, { checkApiToken }] = await Promise.all([
    import("./authenticate.ts"),
    import("./config/credentials.ts"),
  ]);
  const authentication = await findAuthentication(
    context,
    settings.trustedPublishing,
    // It is told about where files are sent.
    { registry, emit: () => {} },
  );
  if (authentication.kind !== "api-token") {
    return {
      kind: "nobody",
      reason: "Trusted publishing has none to read with.",
    };
  }
  const { token } = authentication;
  checkApiToken(token, registry);
  return { kind: "user", username: token.username, password: token.password };
}
