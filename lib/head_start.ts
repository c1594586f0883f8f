/**
 * What a publish asks of an index while it still reads its files.
 *
 * @module
 */

import type { Registry } from "./config/registry.ts";
import type { Settings } from "./config/settings.ts";
import type { Context } from "./context.ts";
import type { DistributionFile } from "./dist/distribution.ts";
import { normalizeName, parseFilename } from "./dist/filename.ts";
import { send } from "./http.ts";
import { fetchAudience } from "./mint/audience.ts";
import { detectProvider } from "./oidc/detect_provider.ts";
import { type Lookups, startLookups } from "./plan/look_up.ts";

/** Questions that are on their way. */
export interface HeadStart {
  /** What the index has of the projects. */
  readonly lookups: Lookups;
  /** The index's audience, or `null` where nobody makes identity tokens. */
  readonly audience: Promise<string | null>;
  /** Ends what is still on its way: nobody waits for it any more. */
  readonly stop: () => void;
}

/** Options for {@linkcode takeHeadStart}. */
export interface HeadStartOptions {
  /** The resolved settings. */
  readonly settings: Settings;
  /** Whether nothing is to be sent. */
  readonly dryRun: boolean;
}

/** A connection that takes longer is none to wait for. */
const CONNECT_TIMEOUT = 10_000;

/**
 * Asks an index for what depends on nothing but the names of the files, and
 * opens the connections that the uploads will need.
 *
 * @param context The outside world
 * @param registry The index
 * @param files The files
 * @param options What will be needed
 * @returns The questions; one that is never awaited may fail unheard
 */
export function takeHeadStart(
  context: Context,
  registry: Registry,
  files: readonly DistributionFile[],
  { settings, dryRun }: HeadStartOptions,
): HeadStart {
  const controller = new AbortController();
  const signal = AbortSignal.any([context.signal, controller.signal]);
  const abortable = { ...context, signal };
  const lookups = settings.checkExistingVersion
    ? startLookups(abortable, registry, projectsOf(files))
    : new Map();
  const audience = dryRun || settings.trustedPublishing === "never"
    ? Promise.resolve(null)
    : askAudience(abortable, registry);
  audience.catch(() => {});
  if (!dryRun) {
    // The first file goes up alone, on the connection of the first question.
    const others = Math.min(settings.jobs, files.length) - 1;
    for (let number = 0; number < others; number++) {
      openConnection(abortable, registry).catch(() => {});
    }
  }
  return { lookups, audience, stop: () => controller.abort() };
}

function projectsOf(files: readonly DistributionFile[]): string[] {
  return files.flatMap(({ filename }) => {
    const name = parseFilename(filename);
    return name.kind === "invalid" ? [] : [normalizeName(name.name)];
  });
}

async function askAudience(
  context: Context,
  registry: Registry,
): Promise<string | null> {
  const provider = await detectProvider(context);
  return provider === null ? null : await fetchAudience(context, registry);
}

/** A request that does nothing leaves a connection that the next one takes. */
async function openConnection(
  context: Context,
  { uploadUrl }: Registry,
): Promise<void> {
  await send(context, { url: new URL("/", uploadUrl).href, method: "HEAD" }, {
    timeout: CONNECT_TIMEOUT,
  });
}
