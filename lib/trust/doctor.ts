/**
 * `doctor` as a pure function: what would stop trusted publishing here, and
 * which publishers to register.
 *
 * @module
 */

import { GITLAB_COM } from "../config/publisher_forms.ts";
import { PYPI, type Registry } from "../config/registry.ts";
import type { Publisher } from "../config/settings.ts";
import type { Finding } from "../findings.ts";
import type { CiFiles } from "./ci_files.ts";
import { DOCTOR_RULES } from "./doctor_rules.ts";
import { applyEdits, type Edit } from "./edits.ts";
import { findPublishingJobs, type PublishingJob } from "./publishing_job.ts";
import { isTrusted, type Project, type Repository } from "./rule.ts";

/** What {@linkcode diagnose} looks at. */
export interface DiagnoseOptions {
  /** The project's CI files. */
  readonly files: CiFiles;
  /** Registered publishers by upload URL, as the settings have them. */
  readonly publishers?: ReadonlyMap<string, Publisher>;
  /** The file that the settings are in. */
  readonly configFile?: string | null;
  /** The repository, where it is known. */
  readonly repository?: Repository | null;
  /** The index of our own tool, unless a job names another. @default {PYPI} */
  readonly registry?: Registry;
}

/** What {@linkcode diagnose} found. */
export interface Diagnosis {
  /** What is wrong, in the files' order. */
  readonly findings: readonly Finding[];
  /** What each publishing job needs to be registered as. */
  readonly publishers: readonly PublisherNeed[];
  /** The files that the safe fixes change, with their new text. */
  readonly fixes: readonly FixedFile[];
}

/** A publisher that a job needs. */
export interface PublisherNeed {
  /** The file that the job is in. */
  readonly file: string;
  /** The job's name. */
  readonly job: string;
  /** 1-based line of the job. */
  readonly line: number;
  /** The index, or `null` where only the run will tell. */
  readonly registry: Registry | null;
  /**
   * What to register; owner and repository are empty where they are not
   * known, and the environment is `null` where only the run will tell.
   */
  readonly publisher: Publisher;
}

/** A file with the safe fixes made. */
export interface FixedFile {
  /** Path from the repository's root. */
  readonly path: string;
  /** Its new text. */
  readonly text: string;
  /** How many findings that settles. */
  readonly count: number;
}

/**
 * Looks for what would stop trusted publishing.
 *
 * @example A job without the permission
 * ```ts
 * import { diagnose, readWorkflow } from "@releasio/cli/trust";
 * import { assertEquals } from "@std/assert";
 *
 * const workflow = readWorkflow(
 *   ".github/workflows/release.yml",
 *   `on: { push: { tags: ["v*"] } }
 * jobs:
 *   publish:
 *     runs-on: ubuntu-latest
 *     environment: pypi
 *     steps:
 *       - run: uv publish
 * `,
 * );
 * if ("errorLine" in workflow) throw new TypeError("no YAML");
 * const { findings } = diagnose({
 *   files: { workflows: [workflow], pipeline: null, unreadable: [] },
 * });
 * assertEquals(findings.map(({ code, line }) => [code, line]), [
 *   ["id-token-missing", 3],
 * ]);
 * ```
 *
 * @param options Files, settings and repository
 * @returns Findings, publishers to register, and safe fixes
 */
export function diagnose(options: DiagnoseOptions): Diagnosis {
  const { files, registry = PYPI } = options;
  const sources = [
    ...files.workflows,
    ...(files.pipeline === null ? [] : [files.pipeline]),
  ];
  const project: Project = {
    ...files,
    jobs: findPublishingJobs(sources, registry),
    publishers: options.publishers ?? new Map(),
    configFile: options.configFile ?? null,
    repository: options.repository ?? null,
  };
  const found = DOCTOR_RULES.flatMap((rule) =>
    rule.check(project).map((problem) => ({
      finding: {
        code: rule.code,
        severity: problem.severity ?? rule.severity,
        file: problem.file,
        ...(problem.line === undefined ? {} : { line: problem.line }),
        message: problem.message,
        hint: problem.hint ?? rule.hint,
      },
      edits: problem.edits ?? [],
    }))
  );
  return {
    findings: found.map(({ finding }) => finding).sort(byPlace),
    publishers: project.jobs.filter((job) => isTrusted(project, job))
      .flatMap((job) => needsOf(job, project.repository)),
    fixes: sources.flatMap(({ path, text }) => {
      const own = found.filter(({ finding, edits }) =>
        finding.file === path && edits.length > 0
      );
      const edits: Edit[] = own.flatMap((each) => [...each.edits]);
      return own.length === 0
        ? []
        : [{ path, text: applyEdits(text, edits), count: own.length }];
    }),
  };
}

function byPlace(a: Finding, b: Finding): number {
  return (a.file ?? "").localeCompare(b.file ?? "") ||
    (a.line ?? 0) - (b.line ?? 0);
}

/** One publisher for each index that the job publishes to. */
function needsOf(
  job: PublishingJob,
  repository: Repository | null,
): PublisherNeed[] {
  const registries = new Map(
    job.publishes
      .filter(({ registry, token, canTrust }) =>
        registry?.kind !== "other" && token === null && canTrust
      )
      .map(({ registry }) => [registry?.uploadUrl, registry]),
  );
  const { file, id, line } = job;
  const publisher = publisherOfJob(job, repository);
  return [...registries.values()]
    .map((registry) => ({ file, job: id, line, registry, publisher }));
}

function publisherOfJob(
  { ci, workflow, environment }: PublishingJob,
  repository: Repository | null,
): Publisher {
  const owner = repository?.owner ?? "";
  const name = repository?.repository ?? "";
  const common = { workflow, environment: environment?.name ?? null };
  return ci === "github"
    ? { provider: "github", owner, repository: name, ...common }
    : {
      provider: "gitlab",
      namespace: owner,
      project: name,
      issuer: GITLAB_COM,
      ...common,
    };
}
