/**
 * The story of a publish: its stages in order, told once.
 *
 * @module
 */

import { attestFiles } from "./attest/attest_files.ts";
import { compareProvenance } from "./attest/provenance.ts";
import type { SigstoreServices } from "./attest/services.ts";
import {
  findAuthentication,
  type Identified,
  identify,
  openCredentials,
} from "./authenticate.ts";
import { runChecks } from "./check/run_checks.ts";
import { tagOfRun } from "./check/tag.ts";
import type { Registry } from "./config/registry.ts";
import type { Settings } from "./config/settings.ts";
import type { Context } from "./context.ts";
import { sha256 } from "./dist/digest.ts";
import type {
  Distribution,
  DistributionFile,
  HashedDistribution,
} from "./dist/distribution.ts";
import { findDistributions } from "./dist/find_distributions.ts";
import { readDistribution } from "./dist/read_distribution.ts";
import { exitCodeOf, ReleasioError } from "./errors.ts";
import type { EventSink } from "./events.ts";
import type { Finding } from "./findings.ts";
import { type Plan, planUploads } from "./plan/plan_uploads.ts";
import { waitUntilListed } from "./plan/wait.ts";
import { toErrorReport } from "./report/error_report.ts";
import {
  plannedFile,
  untouchedFile,
  withOutcomes,
} from "./report/file_reports.ts";
import type { PublishReport, RunReport } from "./report/report.ts";
import { uploadFiles } from "./upload/upload_files.ts";

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

/** What there is to publish. */
interface Gathered {
  readonly files: readonly HashedDistribution[];
  /** Attestations that lie next to the files. */
  readonly readyMade: readonly DistributionFile[];
}

/** Attestations by file name, each the text of a JSON object. */
type Attestations = ReadonlyMap<string, readonly string[]>;

/** What the stages share. */
interface Run {
  readonly context: Context;
  readonly options: PublishOptions;
  readonly emit: EventSink;
  readonly findings: Finding[];
  readonly failures: ReleasioError[];
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
  const runs: RunReport[] = [];
  if (options.settings.enabled) {
    const gathered = await orFail(run, () => gather(run));
    for (const registry of options.settings.registries) {
      // The next index only if the one before is complete.
      if (gathered === null || run.failures.length > 0) break;
      runs.push(await publishTo(run, registry, gathered));
    }
  } else {
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

/** A failure that has a code belongs in the report; any other is a bug. */
async function orFail<T>(
  run: Run,
  stage: () => Promise<T>,
): Promise<T | null> {
  try {
    return await stage();
  } catch (error) {
    if (!(error instanceof ReleasioError)) throw error;
    run.failures.push(error);
    return null;
  }
}

/** dist → check: every file found, read, checked and hashed. */
async function gather(run: Run): Promise<Gathered> {
  const { context, options } = run;
  const { settings, paths = [], tag, tagPrefix, expect } = options;
  const ciTag = tagOfRun(context.env);
  const found = await findDistributions(
    context,
    paths.length > 0 ? paths : [settings.dist],
  );
  for (const { path, reason } of found.ignored) {
    run.emit({ type: "note", message: `Left out ${path}: ${reason}` });
  }
  let distributions: readonly Distribution[];
  if (settings.validateBeforePublish) {
    const result = await runChecks(found.files, {
      maxFileSize: settings.maxFileSize,
      ...(tag === undefined ? {} : { tag }),
      ...(ciTag === null ? {} : { ciTag }),
      ...(tagPrefix === undefined ? {} : { tagPrefix }),
      ...(expect === undefined ? {} : { expect }),
    });
    addFindings(run, result.findings);
    const refusals = result.findings.filter(({ severity }) =>
      severity === "error"
    );
    if (refusals.length > 0) throw checksFailed(refusals);
    distributions = result.distributions;
  } else {
    distributions = await Promise.all(found.files.map(readDistribution));
  }
  run.emit({ type: "checked", files: distributions.length });
  const files = await Promise.all(
    distributions.map(async (distribution) => ({
      ...distribution,
      sha256: await sha256(distribution.blob),
    })),
  );
  return { files, readyMade: found.attestations };
}

function addFindings(run: Run, findings: readonly Finding[]): void {
  run.findings.push(...findings);
  for (const finding of findings) run.emit({ type: "finding", finding });
}

function checksFailed(refusals: readonly Finding[]): ReleasioError {
  const problems = refusals.length === 1
    ? "1 problem"
    : `${refusals.length} problems`;
  return new ReleasioError(
    "checks-failed",
    `The index would refuse this release: ${problems}`,
    { hint: "Nothing was sent. Fix what is listed above and build again." },
  );
}

/** plan → oidc → attest → mint → upload, for one index. */
async function publishTo(
  run: Run,
  registry: Registry,
  { files, readyMade }: Gathered,
): Promise<RunReport> {
  run.emit({ type: "registry", registry: registry.uploadUrl });
  let report: RunReport = {
    registry: registry.uploadUrl,
    auth: null,
    publisher: null,
    files: files.map((file) => untouchedFile(registry, file)),
  };
  const plan = await orFail(run, () => makePlan(run, registry, files));
  if (plan === null) return report;
  report = {
    ...report,
    files: plan.files.map((file) => plannedFile(registry, file)),
  };
  const conflicts = plan.files.flatMap(({ error }) => error ?? []);
  run.failures.push(...conflicts);
  const hasWork = plan.files.some(({ status }) => status === "planned");
  let attestations: Attestations = new Map();
  if (hasWork && conflicts.length === 0) {
    ({ report, attestations } = await sendPlanned(run, registry, {
      plan,
      readyMade,
      report,
    }));
  }
  if (run.options.dryRun) return report;
  if (run.failures.length === 0) {
    await orFail(run, () => waitFor(run, registry, plan, attestations));
  }
  return {
    ...report,
    files: report.files.map((file) =>
      file.status === "planned" ? { ...file, status: "not-attempted" } : file
    ),
  };
}

async function makePlan(
  run: Run,
  registry: Registry,
  files: readonly HashedDistribution[],
): Promise<Plan> {
  const { settings } = run.options;
  const plan = await planUploads(run.context, registry, files, {
    checkExisting: settings.checkExistingVersion,
    skipExisting: settings.skipExisting,
    maxProjectSize: settings.maxProjectSize,
  });
  addFindings(run, plan.findings);
  run.emit({
    type: "plan",
    registry: registry.uploadUrl,
    files: plan.files.map(({ distribution, status }) => ({
      file: distribution.filename,
      size: distribution.size,
      status,
    })),
  });
  return plan;
}

/** What is to be sent, and the report so far. */
interface Sending {
  readonly plan: Plan;
  readonly readyMade: readonly DistributionFile[];
  readonly report: RunReport;
}

/** What was sent. */
interface Sent {
  readonly report: RunReport;
  readonly attestations: Attestations;
}

/** oidc → attest → mint → upload: what the plan says goes up. */
async function sendPlanned(
  run: Run,
  registry: Registry,
  { plan, readyMade, report }: Sending,
): Promise<Sent> {
  const { context, options, emit } = run;
  const { settings } = options;
  const nothing = new Map();
  const authentication = await findOrWarn(run, registry);
  report = { ...report, auth: authentication?.kind ?? null };
  if (authentication === null || options.dryRun) {
    return { report, attestations: nothing };
  }
  const files = plan.files.filter(({ status }) => status === "planned")
    .map(({ distribution }) => distribution);
  const identified = await orFail(run, () =>
    identify(context, authentication, {
      registry,
      registered: settings.publishers.get(registry.uploadUrl),
      emit,
    }));
  if (identified === null) return { report, attestations: nothing };
  report = { ...report, publisher: identified.publisher };
  const ready = await orFail(run, async () => ({
    attestations: await attest(run, registry, { files, readyMade, identified }),
    credentials: await openCredentials(context, identified, {
      registry,
      projects: [...new Set(files.map(({ project }) => project))],
      emit,
    }),
  }));
  if (ready === null) return { report, attestations: nothing };
  const { attestations, credentials } = ready;
  const outcomes = await uploadFiles(context, files, {
    registry,
    credentials,
    jobs: settings.jobs,
    attestations,
    skipExisting: settings.skipExisting,
    onEvent: emit,
  }).finally(() => credentials.close());
  run.failures.push(...outcomes.flatMap(({ error }) => error ?? []));
  return {
    report: {
      ...report,
      files: withOutcomes(report.files, outcomes, attestations),
    },
    attestations,
  };
}

/** Signs all files before the first goes up: a sent one can't get it later. */
async function attest(
  run: Run,
  registry: Registry,
  { files, readyMade, identified }: {
    readonly files: readonly HashedDistribution[];
    readonly readyMade: readonly DistributionFile[];
    readonly identified: Identified;
  },
): Promise<Attestations> {
  const { settings, sigstore } = run.options;
  const { attestations, findings } = await attestFiles(run.context, {
    files,
    policy: settings.attestations,
    registry,
    identity: identified.kind === "api-token" ? null : {
      provider: identified.provider,
      claims: identified.identity.claims,
    },
    readyMade,
    ...(sigstore === undefined ? {} : { services: sigstore }),
    onEvent: run.emit,
  });
  addFindings(run, findings);
  return attestations;
}

/** A dry run only warns that there is nothing to authenticate with. */
async function findOrWarn(run: Run, registry: Registry) {
  const { context, options, emit } = run;
  const find = () =>
    findAuthentication(context, options.settings.trustedPublishing, {
      registry,
      emit,
    });
  if (!options.dryRun) return await orFail(run, find);
  try {
    return await find();
  } catch (error) {
    if (!(error instanceof ReleasioError)) throw error;
    const { code, message, hint } = error;
    addFindings(run, [
      { code, severity: "warning", file: null, message, hint },
    ]);
    return null;
  }
}

/** `--wait`: a release is done when the index lists it, provenance and all. */
async function waitFor(
  run: Run,
  registry: Registry,
  plan: Plan,
  attestations: Attestations,
): Promise<void> {
  const { waitTimeout = 0, settings } = run.options;
  if (waitTimeout === 0) return;
  const files = plan.files.filter(({ status }) => status !== "skipped")
    .map(({ distribution }) => distribution);
  run.emit({
    type: "note",
    message: `Waiting until ${registry.name} lists every file`,
  });
  const timeout = waitTimeout * 1000;
  await waitUntilListed(run.context, registry, files, { timeout });
  addFindings(
    run,
    await compareProvenance(run.context, files, {
      registry,
      attestations,
      policy: settings.attestations,
      timeout,
    }),
  );
}
