/**
 * Everything that `doctor` looks for.
 *
 * @module
 */

import type { DoctorRule } from "./rule.ts";
import {
  environmentComputed,
  environmentDiffers,
  environmentInvalid,
  environmentMissing,
} from "./rules/environment.ts";
import {
  audienceWrong,
  idTokenMissing,
  idTokenTooWide,
  tokenNotDeclared,
} from "./rules/permissions.ts";
import {
  repositoryDiffers,
  severalFiles,
  workflowAbsent,
  workflowDiffers,
  workflowInvalid,
} from "./rules/publisher.ts";
import {
  actionUnpinned,
  buildAndPublish,
  releaseInOneJob,
  storedToken,
  toolNeedsToken,
} from "./rules/supply_chain.ts";
import {
  compositeAction,
  outsiders,
  pullRequest,
  pullRequestTarget,
  reusableWorkflow,
  unfiltered,
  workflowRun,
} from "./rules/triggers.ts";

const fileUnreadable: DoctorRule = {
  code: "file-unreadable",
  severity: "error",
  summary: "A workflow or pipeline file is not YAML.",
  hint: "Look at the line: a tab, an indent or a quote is wrong.",
  check: ({ unreadable }) =>
    unreadable.map(({ path, line }) => ({
      file: path,
      line,
      message: "Cannot read the file: it is not YAML",
    })),
};

const nothingPublishes: DoctorRule = {
  code: "nothing-publishes",
  severity: "warning",
  summary: "No job of the project publishes, as far as can be seen.",
  hint: "Let `releasio init` write a workflow that does.",
  check: ({ jobs, unreadable }) =>
    jobs.length > 0 || unreadable.length > 0 ? [] : [{
      file: null,
      message: "No workflow publishes",
    }],
};

/** Every rule of `doctor`, in the order of the documentation. */
export const DOCTOR_RULES: readonly DoctorRule[] = [
  idTokenMissing,
  idTokenTooWide,
  tokenNotDeclared,
  audienceWrong,
  environmentDiffers,
  environmentInvalid,
  environmentMissing,
  environmentComputed,
  workflowDiffers,
  workflowAbsent,
  workflowInvalid,
  repositoryDiffers,
  severalFiles,
  pullRequestTarget,
  pullRequest,
  outsiders,
  workflowRun,
  unfiltered,
  reusableWorkflow,
  compositeAction,
  storedToken,
  toolNeedsToken,
  actionUnpinned,
  buildAndPublish,
  releaseInOneJob,
  fileUnreadable,
  nothingPublishes,
];
