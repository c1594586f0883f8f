/**
 * The jobs of a project that publish, whatever CI they are for.
 *
 * @module
 */

import type { Registry } from "../config/registry.ts";
import type { Pipeline, PipelineJob } from "./pipeline.ts";
import {
  isBuildAction,
  isBuildCommand,
  type Publishing,
  readPublishingAction,
  readPublishingCommand,
} from "./publishing_tools.ts";
import type { ShellCommand } from "./shell.ts";
import {
  type Environment,
  localPath,
  type Workflow,
  type WorkflowJob,
  type WorkflowStep,
} from "./workflow.ts";

/** A step that publishes. */
export interface PublishingStep extends Publishing {
  /** 1-based line. */
  readonly line: number;
  /** Its `if`. */
  readonly condition: string | null;
  /** The composite action that it is a part of, or `null`. */
  readonly within: string | null;
}

/** What GitHub's and GitLab's publishing jobs have in common. */
interface CommonJob {
  /** File that it is in, from the repository's root. */
  readonly file: string;
  /** What the form of a publisher calls that file. */
  readonly workflow: string;
  /** Its name. */
  readonly id: string;
  /** 1-based line. */
  readonly line: number;
  /** Its environment. */
  readonly environment: Environment | null;
  /** Its steps that publish; at least one. */
  readonly publishes: readonly PublishingStep[];
  /** The line where it builds distributions as well, or `null`. */
  readonly buildLine: number | null;
}

/** A job of GitHub Actions that publishes. */
export interface GitHubPublishingJob extends CommonJob {
  /** The CI. */
  readonly ci: "github";
  /** Its workflow. */
  readonly source: Workflow;
  /** The job. */
  readonly job: WorkflowJob;
}

/** A job of GitLab CI/CD that publishes. */
export interface GitLabPublishingJob extends CommonJob {
  /** The CI. */
  readonly ci: "gitlab";
  /** Its pipeline. */
  readonly source: Pipeline;
  /** The job. */
  readonly job: PipelineJob;
}

/** A job that publishes. */
export type PublishingJob = GitHubPublishingJob | GitLabPublishingJob;

/**
 * Finds the jobs that publish.
 *
 * @param sources The project's workflows and pipelines
 * @param fallback The index of our own tool, unless a job names another
 * @returns The jobs, in the files' order
 */
export function findPublishingJobs(
  sources: readonly (Workflow | Pipeline)[],
  fallback: Registry,
): PublishingJob[] {
  return sources.flatMap((source): PublishingJob[] =>
    "triggers" in source
      ? source.jobs.map((job) => githubJob(source, job, fallback))
      : source.jobs.map((job) => gitlabJob(source, job, fallback))
  ).filter(({ publishes }) => publishes.length > 0);
}

function githubJob(
  source: Workflow,
  job: WorkflowJob,
  fallback: Registry,
): GitHubPublishingJob {
  return {
    ci: "github",
    source,
    job,
    file: source.path,
    workflow: source.filename,
    id: job.id,
    line: job.line,
    environment: job.environment,
    publishes: job.steps.flatMap((step) => readStep(step, fallback)),
    buildLine: job.steps.map(buildLineOf).find((line) => line !== null) ?? null,
  };
}

function readStep(step: WorkflowStep, fallback: Registry): PublishingStep[] {
  const { uses, inputs, commands, variables, condition, within } = step;
  const place = { condition, within };
  const action = uses === null
    ? null
    : readPublishingAction(uses.text, inputs, fallback);
  return [
    ...(action === null ? [] : [{ ...action, line: uses!.line, ...place }]),
    ...readCommands(commands, variables, fallback)
      .map((found) => ({ ...found, ...place })),
  ];
}

function readCommands(
  commands: readonly ShellCommand[],
  variables: Readonly<Record<string, string>>,
  fallback: Registry,
) {
  return commands.flatMap((command) => {
    const found = readPublishingCommand(command, variables, fallback);
    return found === null ? [] : [{ ...found, line: command.line }];
  });
}

function buildLineOf({ uses, inputs, commands }: WorkflowStep): number | null {
  if (
    uses !== null && isBuildAction(uses.text) &&
    !/^(?:upload|publish)$/.test(inputs.command ?? "")
  ) return uses.line;
  return commands.find(isBuildCommand)?.line ?? null;
}

function gitlabJob(
  source: Pipeline,
  job: PipelineJob,
  fallback: Registry,
): GitLabPublishingJob {
  const publishes = readCommands(job.commands, job.variables, fallback)
    .map((found) => ({ ...found, condition: null, within: null }));
  return {
    ci: "gitlab",
    source,
    job,
    file: source.path,
    workflow: source.path,
    id: job.id,
    line: job.line,
    environment: job.environment,
    publishes,
    buildLine: job.commands.find(isBuildCommand)?.line ?? null,
  };
}

/**
 * The jobs of a workflow that a job waits for, all the way.
 *
 * @param workflow The workflow
 * @param job The job
 * @returns The jobs, itself first
 */
export function withNeeds(
  workflow: Workflow,
  job: WorkflowJob,
): readonly WorkflowJob[] {
  const found = new Set([job]);
  for (const each of found) {
    for (const other of workflow.jobs) {
      if (each.needs.includes(other.id)) found.add(other);
    }
  }
  return [...found];
}

/**
 * The repository's own actions that workflows use.
 *
 * @param workflow A workflow
 * @returns Their folders, such as `./.github/actions/publish`
 */
export function localActions(workflow: Workflow): string[] {
  return workflow.jobs.flatMap(({ steps }) =>
    steps.flatMap(({ uses }) =>
      uses?.text.startsWith("./") ? [localPath(uses.text)] : []
    )
  );
}
