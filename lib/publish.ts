/**
 * The story of a publish: its stages in order, told once.
 *
 * @module
 */

import type { SigstoreServices } from "./attest/services.ts";
import type { Settings } from "./config/settings.ts";
import type { Context } from "./context.ts";
import {
  findDistributions,
  type FoundDistributions,
} from "./dist/find_distributions.ts";
import { exitCodeOf } from "./errors.ts";
import type { EventSink } from "./events.ts";
import { takeHeadStart } from "./head_start.ts";
import { withReader } from "./index_reader.ts";
import { toErrorReport } from "./report/error_report.ts";
import { addFindings, orFail, type Run } from "./publish_run.ts";
import type { PublishReport, RunReport } from "./report/report.ts";

/** Options for {@linkcode publish}. */
export interface PublishOptions {
  /** The resolved settings. */
  readonly settings: Settings;
  /** Files, folders or globs. @default {[settings.dist]} */
  readonly paths?: readonly string[];
  /** Stop after the plan: no identity, no token, nothing sent. */
  readonly dryRun?: boolean;
  /** The tag whose version every file must have. */
  readonly tag?: string;
  /** What stands before the version in the project's tags. */
  readonly tagPrefix?: string;
  /** Globs that must each match a file. */
  readonly expect?: readonly string[];
  /** Seconds to wait until the index lists every file. @default {0} */
  readonly waitTimeout?: number;
  /**
   * Where to sign for indexes that believe another Sigstore instance than the
   * public-good one, such as a sandbox's.
   */
  readonly sigstore?: SigstoreServices;
  /** Receives what happens, as it happens. */
  readonly onEvent?: EventSink;
}

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
  const run: Run = {
    context,
    options,
    emit: undisturbed(options.onEvent),
    findings: [],
    failures: [],
  };
  let runs: readonly RunReport[] = [];
  if (options.settings.enabled) runs = await publishToEach(run);
  else {
    run.emit({
      type: "note",
      message: "Publishing is switched off: `publish.enabled` is false",
    });
  }
  const exitCode = exitCodeOf(run.failures.map(({ code }) => code));
  // The failure that the exit code stands for.
  const error = run.failures.find(({ code }) =>
    exitCodeOf([code]) === exitCode
  );
  return {
    ok: error === undefined,
    exitCode,
    dryRun: options.dryRun ?? false,
    findings: run.findings,
    error: error === undefined ? null : toErrorReport(error),
    runs,
  };
}

/** A sink that throws must not break a half-finished release. */
function undisturbed(sink: EventSink | undefined): EventSink {
  return (event) => {
    try {
      sink?.(event);
    } catch {
      // The release matters more than who watches it.
    }
  };
}

/** Publishes to each index in turn, the first one asked in advance. */
async function publishToEach(run: Run): Promise<readonly RunReport[]> {
  const { context, options: { settings, dryRun = false } } = run;
  const found = await orFail(run, () => find(run));
  const registries = settings.registries.map((registry) =>
    withReader(registry, context, { settings, dryRun })
  );
  const [first] = registries;
  if (found === null || first === undefined) return [];
  const headStart = takeHeadStart(context, first, found.files, {
    settings,
    dryRun,
  });
  try {
    const runs: RunReport[] = [];
    // The other stages are loaded while the network works.
    const [{ gather }, { publishTo, untouchedRun }] = await Promise.all([
      import("./gather.ts"),
      import("./publish_to.ts"),
    ]);
    const files = await orFail(run, () => gather(run, found.files));
    await noteStrays(run, found);
    for (const registry of registries) {
      if (files === null) break;
      // The next index only if the one before is complete.
      if (run.failures.length > 0) {
        runs.push(untouchedRun(registry, files));
        continue;
      }
      runs.push(
        await publishTo(run, registry, {
          files,
          readyMade: found.attestations,
          headStart: registry === first ? headStart : null,
        }),
      );
    }
    return runs;
  } finally {
    headStart.stop();
  }
}

async function find(run: Run): Promise<FoundDistributions> {
  const { context, options: { settings, paths = [] } } = run;
  const found = await findDistributions(
    context,
    paths.length > 0 ? paths : [settings.dist],
  );
  for (const { path, reason } of found.ignored) {
    run.emit({ type: "note", message: `Left out ${path}: ${reason}` });
  }
  return found;
}

/** Most runs bring no attestations, and need not load what is for them. */
async function noteStrays(
  run: Run,
  { files, attestations }: FoundDistributions,
): Promise<void> {
  if (attestations.length === 0) return;
  const { strayAttestations } = await import("./attest/ready_made.ts");
  addFindings(run, strayAttestations(files, attestations));
}
