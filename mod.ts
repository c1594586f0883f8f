/**
 * Publish Python packages to PyPI with trusted publishing.
 *
 * ```ts ignore
 * import { denoContext, publish } from "@releasio/cli";
 * import { resolveConfig } from "@releasio/cli/config";
 *
 * const context = denoContext();
 * const { settings } = await resolveConfig(context, {
 *   flags: { registry: "testpypi" },
 * });
 * const report = await publish(context, { settings });
 * if (!report.ok) throw new Error(report.error?.message);
 * ```
 *
 * As the main module, it is the command line:
 * `deno run jsr:@releasio/cli publish`.
 *
 * @module
 */

import type { Context } from "./lib/context.ts";
import type { PublishOptions } from "./lib/publish.ts";
import type { PublishReport } from "./lib/report/report.ts";

export type {
  ActiveStatePublisher,
  AttestationPolicy,
  BuildTool,
  GitHubPublisher,
  GitLabPublisher,
  GooglePublisher,
  Publisher,
  Settings,
  TrustedPublishing,
} from "./lib/config/settings.ts";
export type { Registry } from "./lib/config/registry.ts";
export type {
  ChildCommand,
  ChildResult,
  Context,
  DirectoryEntry,
} from "./lib/context.ts";
export { denoContext } from "./lib/deno_context.ts";
export {
  type ErrorCode,
  EXIT_CODES,
  ReleasioError,
  type ReleasioErrorOptions,
} from "./lib/errors.ts";
export type {
  AuthKind,
  EventSink,
  FileStatus,
  PublisherIdentity,
  PublishEvent,
} from "./lib/events.ts";
export type { Finding, Severity } from "./lib/findings.ts";
export type { PublishOptions } from "./lib/publish.ts";
export type {
  ErrorReport,
  FileReport,
  PublishReport,
  RunReport,
} from "./lib/report/report.ts";
export { Secret } from "./lib/secret.ts";

/**
 * Publishes distributions: finds and checks them, looks at what the index
 * has, authenticates, uploads what is missing, and tells what came of it.
 *
 * Running it again after any failure finishes the job.
 *
 * @param context The outside world, such as `denoContext()`
 * @param options What to publish, and where to
 * @returns The report; a failure that has a code is in it, not thrown
 */
export async function publish(
  context: Context,
  options: PublishOptions,
): Promise<PublishReport> {
  // Loaded when it is called: `--help` starts here too, and must not wait.
  const story = await import("./lib/publish.ts");
  return await story.publish(context, options);
}

// Imported dynamically, so that a program that imports the library never
// evaluates the command line.
if (import.meta.main) {
  const { main } = await import("./cli.ts");
  // At once: winding down takes the runtime as long as a round trip.
  Deno.exit(await main(Deno.args));
}
