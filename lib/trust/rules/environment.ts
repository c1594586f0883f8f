/**
 * Rules about the environments of publishing jobs.
 *
 * @module
 */

import { PUBLISHER_FORMS } from "../../config/publisher_forms.ts";
import { setEnvironment } from "../edits.ts";
import type { PublishingJob } from "../publishing_job.ts";
import {
  configuredPublishers,
  type DoctorRule,
  isTrusted,
  type Problem,
  type Project,
} from "../rule.ts";
import { equalsIgnoringCase } from "../comparison.ts";

/** No environment, and none is asked for. */
export const environmentMissing: DoctorRule = {
  code: "environment-missing",
  severity: "warning",
  summary:
    "A job publishes without an environment, so that any job of its workflow can.",
  hint:
    "Give the job an environment, and register the publisher with it: in the repository's settings an environment can ask for a review, and be kept to some branches or tags.",
  check: (project) =>
    trustedJobs(project)
      .filter((each) =>
        each.environment === null && configuredNames(project, each).length === 0
      )
      .map((each) => ({
        file: each.file,
        line: each.line,
        message: `Job "${each.id}" publishes without an environment`,
        edits: edit(each, defaultName(each)),
      })),
};

/** Another environment than the publisher's. */
export const environmentDiffers: DoctorRule = {
  code: "environment-differs",
  severity: "error",
  summary:
    "A job's environment is not the one that the configured publisher names.",
  hint:
    "Give the job the publisher's environment, or change the settings if the publisher is registered with another one.",
  check: (project) =>
    trustedJobs(project).flatMap((each) =>
      configuredNames(project, each).flatMap(({ index, name }): Problem[] => {
        const { environment, id, file } = each;
        if (environment !== null && environment.name === null) return [];
        if (environment?.name && isSame(each, environment.name, name)) {
          return [];
        }
        return [{
          file,
          line: environment?.line ?? each.line,
          message: environment === null
            ? `Job "${id}" has no environment, and the publisher on ${index} names "${name}"`
            : `Job "${id}" has the environment "${environment.name}", and the publisher on ${index} names "${name}"`,
          edits: edit(each, name),
        }];
      })
    ),
};

/** An environment that can't be registered. */
export const environmentInvalid: DoctorRule = {
  code: "environment-invalid",
  severity: "error",
  summary: "A job's environment has a name that PyPI's form does not take.",
  hint:
    "Rename the environment: PyPI takes at most 255 characters, and no quotes, commas, semicolons, backslashes, backquotes or spaces at the ends.",
  check: (project) =>
    trustedJobs(project).flatMap((each) => {
      const name = each.environment?.name;
      if (!name) return [];
      const problem = name === name.trim()
        ? PUBLISHER_FORMS[each.ci].environment!.problem(name)
        : {};
      return problem === null ? [] : [{
        file: each.file,
        line: each.environment?.line,
        message: `PyPI takes no environment named ${JSON.stringify(name)}`,
      }];
    }),
};

/** A name that only the run will tell. */
export const environmentComputed: DoctorRule = {
  code: "environment-computed",
  severity: "note",
  summary: "The name of a job's environment is known only when it runs.",
  hint:
    "See that each name that it can have is registered: a publisher names one environment, or none for any.",
  check: (project) =>
    trustedJobs(project).flatMap(({ environment, file, id }) =>
      environment === null || environment.name !== null ? [] : [{
        file,
        line: environment.line,
        message: `The environment of job "${id}" is ${environment.text}`,
      }]
    ),
};

function trustedJobs(project: Project): PublishingJob[] {
  return project.jobs.filter((job) => isTrusted(project, job));
}

/** The environments that the configured publishers name. */
function configuredNames(
  project: Project,
  job: PublishingJob,
): { readonly index: string; readonly name: string }[] {
  return configuredPublishers(project, job).flatMap(({ name, publisher }) =>
    "environment" in publisher && publisher.environment !== null
      ? [{ index: name, name: publisher.environment }]
      : []
  );
}

/** GitHub's environments have no letter case, GitLab's do. */
function isSame(job: PublishingJob, actual: string, wanted: string): boolean {
  return job.ci === "github"
    ? equalsIgnoringCase(actual, wanted)
    : actual === wanted;
}

function defaultName({ publishes }: PublishingJob): string {
  return publishes.every(({ registry }) => registry?.kind === "testpypi")
    ? "testpypi"
    : "pypi";
}

function edit(each: PublishingJob, name: string) {
  const found = setEnvironment(each.source.text, each.job, name);
  return found && [found];
}
