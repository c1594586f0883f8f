/**
 * Rules about who may ask for an identity token.
 *
 * @module
 */

import { addScope, addToJob, type Edit, removeScope } from "../edits.ts";
import type { GitHubPublishingJob } from "../publishing_job.ts";
import {
  type DoctorRule,
  githubJobs,
  isTrusted,
  type Problem,
  type Project,
} from "../rule.ts";
import {
  grantsIdToken,
  hasIdToken,
  type Workflow,
  type WorkflowJob,
} from "../workflow.ts";

const GRANT = "id-token: write";
/** Actions that need no permission but reading, so that a fix hurts none. */
const HARMLESS =
  /^(?:actions\/(?:checkout|setup-python|upload-artifact|download-artifact|cache|setup-node)|denoland\/setup-deno|astral-sh\/setup-uv|pypa\/(?:gh-action-pypi-publish|cibuildwheel)|releasio\/cli|hynek\/setup-cached-uv|hynek\/build-and-inspect-python-package)(?:\/|@)/i;

/** A publishing job that may not ask for an identity token. */
export const idTokenMissing: DoctorRule = {
  code: "id-token-missing",
  severity: "error",
  summary: "A job that publishes may not ask for an identity token.",
  hint:
    "Add `id-token: write` to the job's `permissions`. What a job says there replaces what the workflow says, so list what else it needs, such as `contents: read` for a checkout.",
  check: (project) =>
    githubJobs(project)
      .filter((each) => isTrusted(project, each) && !isCalledOnly(each.source))
      .filter(({ source, job }) => !hasIdToken(source, job))
      .map(({ file, source, job, line, id }) => ({
        file,
        line: job.permissions?.entry.line ?? line,
        message: `Job "${id}" publishes without \`${GRANT}\``,
        edits: grantIn(source, job),
      })),
};

/** Its caller grants the permissions; another rule tells it not to be called. */
function isCalledOnly({ triggers }: Workflow): boolean {
  return triggers.every(({ name }) => name === "workflow_call");
}

/** The edits that let a job ask for a token, where they can do no harm. */
function grantIn(workflow: Workflow, job: WorkflowJob): Edit[] | null {
  const { text } = workflow;
  if (job.node.isShared) return null;
  if (job.permissions !== null) return addScope(text, job.permissions, GRANT);
  return giveOwn(workflow, job);
}

/** Permissions of the job's own: what it had, and the identity token. */
function giveOwn(workflow: Workflow, job: WorkflowJob): Edit[] | null {
  const { text, permissions } = workflow;
  if (permissions?.all) return null;
  // Without any `permissions`, only GitHub's settings know what it had.
  if (permissions === null && !isHarmless(job)) return null;
  const scopes = permissions === null
    ? [["contents", "read"]]
    : [...permissions.scopes].filter(([name]) => name !== "id-token");
  const edit = addToJob(text, job.node, [
    "permissions:",
    ...scopes.map(([name, level]) => `  ${name}: ${level}`),
    `  ${GRANT}`,
  ]);
  return edit && [edit];
}

function isHarmless({ steps, calls }: WorkflowJob): boolean {
  return calls === null &&
    steps.every(({ uses, variables, commands }) =>
      (uses === null || HARMLESS.test(uses.text)) &&
      !Object.values(variables).some((value) =>
        /github\.token|GITHUB_TOKEN/.test(value)
      ) &&
      !commands.some(({ words }) => words[0] === "gh")
    );
}

/** An identity token for every job of a workflow. */
export const idTokenTooWide: DoctorRule = {
  code: "id-token-too-wide",
  severity: "warning",
  summary:
    "Jobs that do not publish may ask for an identity token too, and so may whatever they run.",
  hint:
    "Move `id-token: write` from the workflow's `permissions` to those of the job that publishes: a build that is tampered with could publish otherwise.",
  check: (project) =>
    project.workflows.flatMap((workflow) => {
      const jobs = githubJobs(project).filter(({ source }) =>
        source === workflow
      );
      return jobs.length === 0
        ? []
        : [...tooWide(workflow, jobs), ...jobs.flatMap(writeAll)];
    }),
};

function tooWide(
  workflow: Workflow,
  publishing: readonly GitHubPublishingJob[],
): Problem[] {
  const { permissions, path } = workflow;
  if (permissions === null || !grantsIdToken(permissions)) return [];
  const others = workflow.jobs.filter((job) =>
    job.permissions === null && !publishing.some((each) => each.job === job)
  );
  if (others.length === 0 && workflow.jobs.length === 1) return [];
  const scope = permissions.entry.value.kind === "map"
    ? permissions.entry.value.entries.find(({ key }) => key === "id-token")
    : undefined;
  return [{
    file: path,
    line: scope?.line ?? permissions.entry.line,
    message: others.length === 0
      ? `\`${GRANT}\` is granted to the whole workflow`
      : `\`${GRANT}\` is granted to ${
        others.map(({ id }) => `"${id}"`).join(", ")
      } as well, which ${others.length === 1 ? "does" : "do"} not publish`,
    edits: narrow(workflow, publishing, others),
  }];
}

function narrow(
  workflow: Workflow,
  publishing: readonly GitHubPublishingJob[],
  others: readonly WorkflowJob[],
): Edit[] | null {
  const { permissions, text } = workflow;
  if (permissions === null || !others.every(isHarmless)) return null;
  const removal = removeScope(text, permissions, "id-token");
  const grants = publishing
    .filter(({ job }) => job.permissions === null)
    .map(({ job }) => job.node.isShared ? null : giveOwn(workflow, job));
  return removal === null || grants.includes(null)
    ? null
    : [removal, ...grants.flatMap((edits) => edits ?? [])];
}

function writeAll({ job, file, id }: GitHubPublishingJob): Problem[] {
  return job.permissions?.all === "write-all"
    ? [{
      file,
      line: job.permissions.entry.line,
      message: `Job "${id}" may write everything`,
      hint: "Grant `id-token: write` alone, and what else the job needs.",
    }]
    : [];
}

/** GitLab's counterpart: a job without its identity token. */
export const tokenNotDeclared: DoctorRule = {
  code: "id-token-not-declared",
  severity: "error",
  summary: "A GitLab job that publishes declares no identity token.",
  hint:
    "Declare it under `id_tokens`, by the name that follows from the index's audience: `PYPI_ID_TOKEN` with `aud: pypi`, `TESTPYPI_ID_TOKEN` with `aud: testpypi`.",
  check: (project) =>
    gitlabTokens(
      project,
      (job, wanted, line) =>
        job.tokens.some(({ name }) => name === wanted.name) ? null : {
          line,
          message: `Job "${job.id}" declares no ${wanted.name}`,
        },
    ),
};

/** A token that is made for somebody else. */
export const audienceWrong: DoctorRule = {
  code: "audience-wrong",
  severity: "error",
  summary: "A GitLab job's identity token is made for another audience.",
  hint:
    "Write the index's audience as plain text, not as a list: `aud: pypi` for PyPI, `aud: testpypi` for TestPyPI.",
  check: (project) =>
    gitlabTokens(project, (job, wanted) => {
      const token = job.tokens.find(({ name }) => name === wanted.name);
      return token === undefined ||
          token.audiences.length === 1 && token.audiences[0] === wanted.audience
        ? null
        : {
          line: token.line,
          message: `${wanted.name} of job "${job.id}" is made for ${
            token.audiences.join(", ") || "nobody"
          }, not ${wanted.audience}`,
        };
    }),
};

const GITLAB_TOKENS = {
  pypi: { name: "PYPI_ID_TOKEN", audience: "pypi" },
  testpypi: { name: "TESTPYPI_ID_TOKEN", audience: "testpypi" },
} as const;

function gitlabTokens(
  project: Project,
  check: (
    job: Extract<Project["jobs"][number], { ci: "gitlab" }>["job"],
    wanted: { readonly name: string; readonly audience: string },
    line: number,
  ) => Omit<Problem, "file"> | null,
): Problem[] {
  return project.jobs.flatMap((each) => {
    if (each.ci !== "gitlab" || !isTrusted(project, each)) return [];
    const kinds = new Set(
      each.publishes.flatMap(({ registry, token }) =>
        registry === null || registry.kind === "other" || token !== null
          ? []
          : [registry.kind]
      ),
    );
    return [...kinds].flatMap((kind) => {
      const problem = check(each.job, GITLAB_TOKENS[kind], each.line);
      return problem === null ? [] : [{ file: each.file, ...problem }];
    });
  });
}
