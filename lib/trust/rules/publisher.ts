/**
 * Rules about what is registered on the index.
 *
 * @module
 */

import { PUBLISHER_FORMS } from "../../config/publisher_forms.ts";
import type { Publisher } from "../../config/settings.ts";
import type { PublishingJob } from "../publishing_job.ts";
import {
  configuredPublishers,
  type DoctorRule,
  isTrusted,
  type Problem,
  type Project,
} from "../rule.ts";

/** Another file than the publisher's. */
export const workflowDiffers: DoctorRule = {
  code: "workflow-differs",
  severity: "error",
  summary:
    "A job publishes from another file than the configured publisher names, such as a TestPyPI job under the file name of the other workflow.",
  hint:
    "Each index has publishers of its own, and each names one file: register this one, and set it in `[publish.publisher]` or `[publish.publishers.testpypi]`. It is a warning where another job publishes to that index from the right file.",
  check: (project) =>
    project.jobs.filter((each) => isTrusted(project, each)).flatMap((each) =>
      configuredPublishers(project, each).flatMap(({ name, publisher }) => {
        const wanted = workflowOf(publisher);
        if (wanted === null || wanted === each.workflow) return [];
        const isElsewhere = project.jobs.some((other) =>
          other.workflow === wanted &&
          configuredPublishers(project, other).some((found) =>
            found.publisher === publisher
          )
        );
        return [{
          file: each.file,
          line: each.line,
          message:
            `Job "${each.id}" publishes to ${name} from ${each.workflow}, and the publisher there names ${wanted}`,
          ...(isElsewhere ? { severity: "warning" as const } : {}),
        }];
      })
    ),
};

/** A file name that can't be registered. */
export const workflowInvalid: DoctorRule = {
  code: "workflow-invalid",
  severity: "error",
  summary: "A job publishes from a file whose name PyPI can't match.",
  hint:
    "Rename the file: letters, digits, dots, dashes and underscores, with `.yml` or `.yaml` at the end alone.",
  check: (project) =>
    project.jobs.filter((each) => isTrusted(project, each))
      .filter((each) => !isMatchable(each))
      .map(({ file, id, workflow }) => ({
        file,
        message: `PyPI can't match the file name ${
          JSON.stringify(workflow)
        } of job "${id}"`,
      })),
};

/** PyPI takes the first part that ends in `.yml` before an `@`. */
function isMatchable({ ci, workflow }: PublishingJob): boolean {
  const form = PUBLISHER_FORMS[ci];
  return workflow === workflow.trim() && !workflow.includes("@") &&
    form.workflow!.problem(workflow) === null;
}

/** Another repository than the publisher's. */
export const repositoryDiffers: DoctorRule = {
  code: "repository-differs",
  severity: "error",
  summary:
    "The configured publisher names another repository than this one, in letter case at least.",
  hint:
    "After a rename or a transfer, register the publisher anew, and change the settings. In the clone of a fork this is as it should be. GitHub's own spelling counts, capital letters included.",
  check: (project) =>
    [...new Set(project.publishers.values())].flatMap((publisher) => {
      const wanted = repositoryOf(publisher);
      const { repository: actual, configFile } = project;
      if (wanted === null || actual === null) return [];
      const name = `${actual.owner}/${actual.repository}`;
      return wanted === name ? [] : [{
        file: configFile,
        message: `The publisher names ${wanted}, and this is ${name}`,
      }];
    }),
};

/** No file of that name. */
export const workflowAbsent: DoctorRule = {
  code: "workflow-absent",
  severity: "error",
  summary: "The configured publisher names a workflow that is not there.",
  hint:
    "Write the name of the file that publishes, without its folder; or let `releasio init` write it.",
  check: (project) =>
    [...new Set(project.publishers.values())].flatMap(
      (publisher): Problem[] => {
        const wanted = workflowOf(publisher);
        if (wanted === null || hasFile(project, publisher, wanted)) return [];
        return [{
          file: project.configFile,
          message: `The publisher names ${wanted}, which is not there`,
        }];
      },
    ),
};

function hasFile(
  { workflows, pipeline, unreadable }: Project,
  { provider }: Publisher,
  wanted: string,
): boolean {
  // Another pipeline file can be set in GitLab's settings.
  if (provider === "gitlab") return pipeline === null || wanted !== "";
  return workflows.some(({ filename }) => filename === wanted) ||
    unreadable.some(({ path }) => path.endsWith(`/${wanted}`));
}

/** TestPyPI and PyPI from two files. */
export const severalFiles: DoctorRule = {
  code: "several-files",
  severity: "note",
  summary:
    "Jobs publish from several files, and each needs a publisher of its own.",
  hint:
    "Register a publisher for each file, on the index that it publishes to: one for the other file does not match.",
  check: (project) => {
    const jobs = project.jobs.filter((each) => isTrusted(project, each));
    const files = [...new Set(jobs.map(({ file }) => file))];
    return files.slice(1).map((file) => ({
      file,
      line: jobs.find((job) => job.file === file)!.line,
      message: `${files[0]} publishes too`,
    }));
  },
};

function workflowOf(publisher: Publisher): string | null {
  return "workflow" in publisher ? publisher.workflow : null;
}

function repositoryOf(publisher: Publisher): string | null {
  switch (publisher.provider) {
    case "github":
      return `${publisher.owner}/${publisher.repository}`;
    case "gitlab":
      return `${publisher.namespace}/${publisher.project}`;
    default:
      return null;
  }
}
