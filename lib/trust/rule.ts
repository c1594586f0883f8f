/**
 * What a rule of `doctor` is.
 *
 * @module
 */

import type { Publisher } from "../config/settings.ts";
import type { Severity } from "../findings.ts";
import type { CiFiles } from "./ci_files.ts";
import type { Edit } from "./edits.ts";
import type { GitHubPublishingJob, PublishingJob } from "./publishing_job.ts";

/** A repository's name. */
export interface Repository {
  /** User, organization or group path. */
  readonly owner: string;
  /** Name without its owner. */
  readonly repository: string;
}

/** Everything that the rules look at. */
export interface Project extends CiFiles {
  /** The jobs that publish. */
  readonly jobs: readonly PublishingJob[];
  /** Registered publishers by upload URL, as the settings have them. */
  readonly publishers: ReadonlyMap<string, Publisher>;
  /** The file that the settings are in, or `null`. */
  readonly configFile: string | null;
  /** The repository, or `null` where it is not known. */
  readonly repository: Repository | null;
}

/** What a rule found. */
export interface Problem {
  /** The file, from the repository's root, or `null`. */
  readonly file: string | null;
  /** 1-based line. */
  readonly line?: number | undefined;
  /** What is wrong: one line, sentence case, no final period. */
  readonly message: string;
  /** Weighs less than the rule does by itself. */
  readonly severity?: Severity;
  /** What to do, where that is more exact than the rule's hint. */
  readonly hint?: string;
  /** What sets it right without risk. */
  readonly edits?: readonly Edit[] | null;
}

/** One thing that `doctor` looks for. */
export interface DoctorRule {
  /** Stable, kebab-case name. */
  readonly code: string;
  /** What its findings weigh. */
  readonly severity: Severity;
  /** What is wrong then, in one sentence. */
  readonly summary: string;
  /** What to do about it. */
  readonly hint: string;
  /** Looks for it. */
  readonly check: (project: Project) => readonly Problem[];
}

/**
 * The jobs of GitHub Actions that publish.
 *
 * @param project The project
 * @returns The jobs
 */
export function githubJobs(project: Project): GitHubPublishingJob[] {
  return project.jobs.filter((job) => job.ci === "github");
}

/**
 * Whether a job is to publish with an identity: to PyPI or TestPyPI, or to an
 * index that a publisher is configured for, and with no stored token.
 *
 * @param project The project
 * @param job The job
 * @returns Whether any of its steps does
 */
export function isTrusted(project: Project, job: PublishingJob): boolean {
  return job.publishes.some(({ registry, token, canTrust }) =>
    canTrust && token === null &&
    (registry === null || registry.kind !== "other" ||
      project.publishers.has(registry.uploadUrl))
  );
}

/**
 * Whether a job publishes to PyPI or TestPyPI, as far as is known.
 *
 * @param job The job
 * @returns `false` when each of its steps goes elsewhere
 */
export function isForPyPI(job: PublishingJob): boolean {
  return job.publishes.some(({ registry }) => registry?.kind !== "other");
}

/**
 * The publishers that a job must match, with their index's name.
 *
 * @param project The project
 * @param job The job
 * @returns Those that are configured, one an index
 */
export function configuredPublishers(
  project: Project,
  job: PublishingJob,
): { readonly name: string; readonly publisher: Publisher }[] {
  const registries = new Map(
    job.publishes.flatMap(({ registry }) =>
      registry === null ? [] : [[registry.uploadUrl, registry] as const]
    ),
  );
  return [...registries.values()].flatMap(({ name, uploadUrl }) => {
    const publisher = project.publishers.get(uploadUrl);
    return publisher?.provider === job.ci ? [{ name, publisher }] : [];
  });
}
