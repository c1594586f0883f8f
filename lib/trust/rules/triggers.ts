/**
 * Rules about what starts a publishing job.
 *
 * @module
 */

import type { GitHubPublishingJob } from "../publishing_job.ts";
import { reaches, type Scenario } from "../reach.ts";
import {
  type DoctorRule,
  githubJobs,
  isForPyPI,
  isTrusted,
  type Problem,
} from "../rule.ts";
import type { Trigger } from "../workflow.ts";
import { at, scalars, text } from "../yaml.ts";

/** Events that anyone with an account can cause. */
const OUTSIDERS = [
  "issue_comment",
  "issues",
  "discussion",
  "discussion_comment",
  "fork",
  "watch",
  "pull_request_review",
  "pull_request_review_comment",
];
const PULL_REF = "refs/pull/1/merge";

/** The event whose tokens PyPI refuses. */
export const pullRequestTarget: DoctorRule = {
  code: "trigger-pull-request-target",
  severity: "error",
  summary:
    "A job publishes on `pull_request_target`, whose tokens PyPI refuses, since a stranger's pull request starts it with the repository's rights.",
  hint:
    "Publish on a tag, a release or `workflow_dispatch`, in a workflow without `pull_request_target`.",
  check: eventRule(["pull_request_target"], PULL_REF),
};

/** Pull requests, those of forks included. */
export const pullRequest: DoctorRule = {
  code: "trigger-pull-request",
  severity: "error",
  summary:
    "A job publishes on pull requests: code that nobody has reviewed, and forks get no identity token.",
  hint:
    "Add `if: github.event_name != 'pull_request'` to the job, or publish in a workflow of its own that starts on a tag, a release or `workflow_dispatch`. It is a warning where only the run will tell what the job's condition comes to.",
  check: eventRule(["pull_request"], PULL_REF),
};

/** Anyone's comments. */
export const outsiders: DoctorRule = {
  code: "trigger-outsiders",
  severity: "error",
  summary: "A job publishes on an event that anyone can cause.",
  hint:
    "Publish on a tag, a release or `workflow_dispatch`; these need write access. It is a warning where only the run will tell what the job's condition comes to.",
  check: eventRule(OUTSIDERS, "refs/heads/main"),
};

/** Another workflow, perhaps one of a fork's pull request. */
export const workflowRun: DoctorRule = {
  code: "trigger-workflow-run",
  severity: "warning",
  summary:
    "A job publishes after another workflow, which a fork's pull request may have started, even under the default branch's name.",
  hint:
    "Call for a tag or a release instead, or check `github.event.workflow_run.event` and `head_repository` in the job's `if`.",
  check: (project) =>
    eventProblems(project, ["workflow_run"], "refs/heads/main")
      .filter(({ job }) =>
        !/workflow_run\.(?:event|head_repository)/.test(job.condition ?? "")
      )
      .map(({ problem }) => ({ ...problem, severity: "warning" })),
};

/** Every push to every branch. */
export const unfiltered: DoctorRule = {
  code: "trigger-unfiltered",
  severity: "warning",
  summary: "A job publishes on a push to any branch.",
  hint:
    'Keep it to tags: `on: push: tags: ["v*"]` on GitHub, `rules: - if: $CI_COMMIT_TAG` on GitLab; or to one branch.',
  check: (project) => [
    ...eventProblems(project, ["push"], "refs/heads/any-branch")
      .filter(({ trigger }) => isUnfiltered(trigger))
      .map(({ problem }): Problem => ({ ...problem, severity: "warning" })),
    ...project.jobs.flatMap((each) =>
      each.ci === "gitlab" && isForPyPI(each) && !each.job.isFiltered
        ? [{
          file: each.file,
          line: each.line,
          message: `Job "${each.id}" publishes on a push to any branch`,
        }]
        : []
    ),
  ],
};

/** A workflow that others call. */
export const reusableWorkflow: DoctorRule = {
  code: "reusable-workflow",
  severity: "error",
  summary:
    "A job publishes inside a reusable workflow. PyPI looks at the called file, and only in the publisher's own repository; attestations name the calling one, so the two never agree.",
  hint:
    "Move the publishing job into the workflow that is started, and let the reusable one build: hand the files over as an artifact. It is a warning where the workflow is started in other ways as well.",
  check: (project) => [
    ...onceEach(githubJobs(project).filter((job) => isTrusted(project, job)))
      .flatMap(({ source, file, id }): Problem[] => {
        const call = source.triggers.find(({ name }) =>
          name === "workflow_call"
        );
        return call === undefined ? [] : [{
          file,
          line: call.line,
          message: `Job "${id}" publishes when another workflow calls this one`,
          ...(source.triggers.length > 1 ? { severity: "warning" } : {}),
        }];
      }),
    ...project.workflows.flatMap(({ path, jobs }) =>
      jobs.flatMap(({ id, calls }): Problem[] =>
        calls !== null && !calls.text.startsWith("./") &&
          /pypi|publish/i.test(calls.text)
          ? [{
            file: path,
            line: calls.line,
            severity: "warning",
            message:
              `Job "${id}" calls a workflow of another repository that may publish`,
            hint:
              "PyPI matches no publisher there: move the publishing job here, or see that the called workflow uses a stored token on purpose.",
          }]
          : []
      )
    ),
  ],
};

/** PyPA's action inside another one. */
export const compositeAction: DoctorRule = {
  code: "composite-action",
  severity: "warning",
  summary: "`pypa/gh-action-pypi-publish` is used inside a composite action.",
  hint:
    "Its authors do not support that. Use it in the job itself, or `releasio publish`, which works anywhere.",
  check: (project) =>
    githubJobs(project).flatMap(({ file, publishes }) =>
      publishes
        .filter(({ tool, within }) => within !== null && /^pypa\//.test(tool))
        .map(({ line, within }) => ({
          file,
          line,
          message: `${within} publishes with pypa/gh-action-pypi-publish`,
        }))
    ),
};

interface EventProblem {
  readonly job: GitHubPublishingJob["job"];
  readonly trigger: Trigger;
  readonly problem: Problem;
}

function eventRule(
  events: readonly string[],
  ref: string,
): DoctorRule["check"] {
  return (project) =>
    eventProblems(project, events, ref).map(({ problem }) => problem);
}

/** Publishing jobs that an event reaches, or may reach. */
function eventProblems(
  project: Parameters<DoctorRule["check"]>[0],
  events: readonly string[],
  ref: string,
): EventProblem[] {
  return githubJobs(project).filter(isForPyPI).flatMap((each) =>
    each.source.triggers.filter(({ name }) => events.includes(name))
      .flatMap((trigger): EventProblem[] => {
        const scenario: Scenario = { event: trigger.name, ref };
        const results = each.publishes.map(({ condition }) =>
          reaches(each.source, each.job, condition, scenario)
        );
        if (results.every((result) => result === false)) return [];
        const isCertain = results.includes(true);
        return [{
          job: each.job,
          trigger,
          problem: {
            file: each.file,
            line: trigger.line,
            message: `Job "${each.id}" ${
              isCertain ? "publishes" : "may publish"
            } on \`${trigger.name}\``,
            ...(isCertain ? {} : { severity: "warning" as const }),
          },
        }];
      })
  );
}

/** Whether a push to just any branch starts the workflow. */
function isUnfiltered({ filters }: Trigger): boolean {
  const branches = scalars(at(filters, "branches")).map((each) =>
    text(each) ?? ""
  );
  if (branches.length > 0) {
    return branches.some((pattern) => /^\*{1,2}$/.test(pattern));
  }
  const hasTags = at(filters, "tags") !== undefined ||
    at(filters, "tags-ignore") !== undefined;
  return !hasTags || at(filters, "branches-ignore") !== undefined;
}

/** The first publishing job of each workflow. */
function onceEach(jobs: readonly GitHubPublishingJob[]): GitHubPublishingJob[] {
  return [...new Map(jobs.toReversed().map((job) => [job.file, job])).values()]
    .reverse();
}
