/**
 * oidc → attest → mint → upload: what the plan says goes up.
 *
 * @module
 */

import { attestFiles } from "./attest/attest_files.ts";
import {
  findAuthentication,
  type Identified,
  identify,
  openCredentials,
} from "./authenticate.ts";
import type { Registry } from "./config/registry.ts";
import type {
  DistributionFile,
  HashedDistribution,
} from "./dist/distribution.ts";
import { ReleasioError } from "./errors.ts";
import type { Finding } from "./findings.ts";
import type { HeadStart } from "./head_start.ts";
import type { Plan } from "./plan/plan_uploads.ts";
import { addFindings, orFail, type Run } from "./publish_run.ts";
import { withOutcomes } from "./report/file_reports.ts";
import type { RunReport } from "./report/report.ts";
import { uploadFiles, type UploadOutcome } from "./upload/upload_files.ts";

/** Attestations by file name, each the text of a JSON object. */
export type Attestations = ReadonlyMap<string, readonly string[]>;

/** What is to be sent, and the report so far. */
export interface Sending {
  /** What goes up. */
  readonly plan: Plan;
  /** Attestations that lie next to the files. */
  readonly readyMade: readonly DistributionFile[];
  /** What the index is being asked already. */
  readonly headStart: HeadStart | null;
  /** The report so far. */
  readonly report: RunReport;
}

/** What was sent. */
export interface Sent {
  /** The report, outcomes included. */
  readonly report: RunReport;
  /** What was sent with the files. */
  readonly attestations: Attestations;
}

/**
 * Authenticates, signs and uploads what the plan says goes up.
 *
 * @param run The run
 * @param registry The index
 * @param sending What is to be sent
 * @returns What was sent; what failed is noted in the run
 */
export async function sendPlanned(
  run: Run,
  registry: Registry,
  { plan, readyMade, headStart, report }: Sending,
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
      audience: headStart?.audience,
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
    newProjects: plan.newProjects,
    onEvent: emit,
  }).finally(() => credentials.close());
  run.failures.push(...outcomes.flatMap(({ error }) => error ?? []));
  addFindings(run, outcomes.flatMap((one) => skipped(one, registry)));
  return {
    report: {
      ...report,
      files: withOutcomes(report.files, outcomes, attestations),
    },
    attestations,
  };
}

/** What the plan could not see is told as the plan would have told it. */
function skipped(
  { distribution: { filename }, status }: UploadOutcome,
  { name }: Registry,
): Finding[] {
  return status !== "skipped" ? [] : [{
    code: "file-conflict",
    severity: "warning",
    file: filename,
    message: `${name} has a file "${filename}" that it will not replace`,
    hint: "It is skipped, as you asked.",
  }];
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
