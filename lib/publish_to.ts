/**
 * plan → oidc → attest → mint → upload → wait, for one index.
 *
 * @module
 */

import { compareProvenance } from "./attest/provenance.ts";
import type { Registry } from "./config/registry.ts";
import type {
  DistributionFile,
  HashedDistribution,
} from "./dist/distribution.ts";
import type { FileStatus } from "./events.ts";
import type { HeadStart } from "./head_start.ts";
import { type Plan, planUploads } from "./plan/plan_uploads.ts";
import {
  requireListing,
  requireReadable,
  waitUntilListed,
} from "./plan/wait.ts";
import { addFindings, orFail, type Run } from "./publish_run.ts";
import { plannedFile, untouchedFile } from "./report/file_reports.ts";
import { count } from "./report/format.ts";
import type { RunReport } from "./report/report.ts";
import { type Attestations, sendPlanned } from "./send_planned.ts";

/** What there is to publish. */
export interface Gathered {
  /** The files, checked. */
  readonly files: readonly HashedDistribution[];
  /** Attestations that lie next to the files. */
  readonly readyMade: readonly DistributionFile[];
  /** What the index is being asked already. */
  readonly headStart: HeadStart | null;
}

/**
 * Publishes to one index.
 *
 * @param run The run
 * @param registry The index
 * @param gathered What there is to publish
 * @returns What became of it; what failed is noted in the run
 */
export async function publishTo(
  run: Run,
  registry: Registry,
  { files, readyMade, headStart }: Gathered,
): Promise<RunReport> {
  run.emit({ type: "registry", registry: registry.uploadUrl });
  let report = untouchedRun(registry, files);
  const plan = await orFail(
    run,
    () => makePlan(run, registry, files, headStart),
  );
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
      headStart,
      report,
    }));
  }
  if (run.options.dryRun) return report;
  if (run.failures.length === 0) {
    await orFail(
      run,
      () => waitFor(run, registry, { plan, report, attestations }),
    );
  }
  return {
    ...report,
    files: report.files.map((file) =>
      file.status === "planned" ? { ...file, status: "not-attempted" } : file
    ),
  };
}

/**
 * The report of an index that nothing was sent to.
 *
 * @param registry The index
 * @param files What there was to publish
 * @returns Its report, every file `not-attempted`
 */
export function untouchedRun(
  registry: Registry,
  files: readonly HashedDistribution[],
): RunReport {
  return {
    registry: registry.uploadUrl,
    auth: null,
    publisher: null,
    files: files.map((file) => untouchedFile(registry, file)),
  };
}

async function makePlan(
  run: Run,
  registry: Registry,
  files: readonly HashedDistribution[],
  headStart: HeadStart | null,
): Promise<Plan> {
  const { settings, waitTimeout = 0 } = run.options;
  if (waitTimeout > 0) requireListing(registry);
  const plan = await planUploads(run.context, registry, files, {
    checkExisting: settings.checkExistingVersion,
    skipExisting: settings.skipExisting,
    maxProjectSize: settings.maxProjectSize,
    ...(headStart === null ? {} : { lookups: headStart.lookups }),
  });
  addFindings(run, plan.findings);
  if (waitTimeout > 0) requireReadable(plan.findings);
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

/** `--wait`: a release is done when the index lists it, provenance and all. */
async function waitFor(
  run: Run,
  registry: Registry,
  { plan, report, attestations }: {
    readonly plan: Plan;
    readonly report: RunReport;
    readonly attestations: Attestations;
  },
): Promise<void> {
  const { waitTimeout = 0, settings } = run.options;
  if (waitTimeout === 0) return;
  const skipped = namesOf(report, "skipped");
  const files = plan.files.map(({ distribution }) => distribution)
    .filter(({ filename }) => !skipped.has(filename));
  if (files.length === 0) return;
  run.emit({
    type: "note",
    message: `Waiting until ${registry.name} lists ${
      count(files.length, "file")
    } (up to ${waitTimeout} s)`,
  });
  const timeout = waitTimeout * 1000;
  addFindings(
    run,
    await waitUntilListed(run.context, registry, files, {
      timeout,
      uploaded: namesOf(report, "uploaded"),
    }),
  );
  run.emit({ type: "note", message: `${registry.name} lists every file` });
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

function namesOf(report: RunReport, wanted: FileStatus): Set<string> {
  return new Set(
    report.files.filter(({ status }) => status === wanted)
      .map(({ file }) => file),
  );
}
