/**
 * How PyPI holds GitHub Actions tokens against GitHub publishers
 * ({@link https://github.com/pypi/warehouse/blob/main/warehouse/oidc/models/github.py | source}).
 *
 * @module
 */

import type { Claims } from "../oidc/provider.ts";
import {
  caseNote,
  claimString,
  claimText,
  compareClaim,
  type Comparison,
  equalsIgnoringCase,
  type ProviderRules,
} from "./comparison.ts";
import { pythonRepr, pythonReprList } from "../python_repr.ts";
import type { RegisteredGitHubPublisher } from "./registered_publisher.ts";

// The first run without a slash that ends like a workflow, before an "@".
const WORKFLOW_REGEXP = /[^/]+\.(?:yml|yaml)(?=@)/;

/**
 * The file name of the workflow that a `job_workflow_ref` names.
 *
 * @param ref Such as `octo/demo/.github/workflows/release.yml@refs/heads/main`
 * @returns Such as `release.yml`, or `null`
 */
export function workflowFilename(ref: string): string | null {
  return WORKFLOW_REGEXP.exec(ref)?.[0] ?? null;
}

function compareOwner(
  publisher: RegisteredGitHubPublisher,
  claims: Claims,
): Comparison {
  // The form asks GitHub for the owner's spelling, so that what was typed
  // into it can't be wrong in case; what the index keeps can.
  return compareClaim(claims, "repository_owner", publisher.owner, {
    // The search takes the owner out of `repository`.
    step: "check",
    ...(publisher.ownerId === undefined
      ? { equals: equalsIgnoringCase }
      : caseNote(claims, "repository_owner", publisher.owner)),
  });
}

function compareOwnerId(
  publisher: RegisteredGitHubPublisher,
  claims: Claims,
): Comparison[] {
  if (publisher.ownerId === undefined) return [];
  return [compareClaim(claims, "repository_owner_id", publisher.ownerId, {
    step: "lookup",
    note:
      "Another account has this name now; remove the publisher and register it again",
  })];
}

function compareRepository(
  publisher: RegisteredGitHubPublisher,
  claims: Claims,
): Comparison {
  const expected = `${
    ownerAsClaimed(publisher, claims)
  }/${publisher.repository}`;
  return compareClaim(claims, "repository", expected, {
    step: "lookup",
    ...caseNote(
      claims,
      "repository",
      expected,
      "A renamed or moved repository needs a publisher of its own",
    ),
  });
}

/** The registered owner, in GitHub's spelling where the form leaves it open. */
function ownerAsClaimed(
  publisher: RegisteredGitHubPublisher,
  claims: Claims,
): string {
  const [owner = ""] = claimString(claims, "repository").split("/", 1);
  const isSame = publisher.ownerId === undefined &&
    equalsIgnoringCase(owner, publisher.owner);
  return isSame ? owner : publisher.owner;
}

function compareWorkflow(
  publisher: RegisteredGitHubPublisher,
  claims: Claims,
): Comparison {
  const actual = claimString(claims, "job_workflow_ref");
  const filename = workflowFilename(actual);
  const matches = filename === publisher.workflow;
  return {
    field: "workflow",
    expected: publisher.workflow,
    actual: filename,
    matches,
    note: matches ? null : workflowNote(publisher, claims),
    step: "lookup",
    reason: "",
  };
}

function workflowNote(
  publisher: RegisteredGitHubPublisher,
  claims: Claims,
): string {
  const caller = workflowFilename(claimString(claims, "workflow_ref"));
  return caller === publisher.workflow
    ? `${caller} called this file as a reusable workflow, and the index looks at the called file; publish from ${caller} itself`
    : "Register the file that the publishing job is written in";
}

function compareWorkflowRef(
  publisher: RegisteredGitHubPublisher,
  claims: Claims,
): Comparison {
  const actual = claimString(claims, "job_workflow_ref");
  const owner = ownerAsClaimed(publisher, claims);
  const path =
    `${owner}/${publisher.repository}/.github/workflows/${publisher.workflow}`;
  const refs = ["ref", "sha"].map((name) => claimString(claims, name))
    .filter((ref) => ref !== "");
  const expected = [...new Set(refs.map((ref) => `${path}@${ref}`))];
  const matches = expected.includes(actual);
  return {
    field: "job_workflow_ref",
    expected: expected[0] ?? `${path}@<ref>`,
    actual: claimText(claims, "job_workflow_ref"),
    matches,
    note: matches
      ? null
      : "A reusable workflow of another repository, or at another ref, is never accepted",
    step: "check",
    reason: actual === ""
      ? "The job_workflow_ref claim is empty"
      : refs.length === 0
      ? "The ref and sha claims are empty"
      : "The job_workflow_ref claim does not match, expecting one of " +
        `${pythonReprList(expected)}, got ${pythonRepr(actual)}`,
  };
}

function compareEvent(claims: Claims): Comparison {
  const actual = claimText(claims, "event_name");
  const matches = actual !== null && actual !== "pull_request_target";
  return {
    field: "event_name",
    expected: null,
    actual,
    matches,
    note: matches
      ? null
      : "A workflow that `pull_request_target` started may not publish",
    step: "check",
    reason:
      "Publishing from a workflow invoked via 'pull_request_target' is not supported.",
  };
}

function compareEnvironment(
  publisher: RegisteredGitHubPublisher,
  claims: Claims,
): Comparison {
  const actual = claimString(claims, "environment");
  const { environment } = publisher;
  const matches = environment === null ||
    (actual !== "" && equalsIgnoringCase(actual, environment));
  return {
    field: "environment",
    expected: environment,
    actual: claimText(claims, "environment"),
    matches,
    note: matches
      ? null
      : actual === ""
      ? `The job names no environment; give it \`environment: ${environment}\``
      : "The job names another environment than the publisher",
    step: "choice",
    reason: "Check failed for optional claim 'environment'",
  };
}

/** PyPI's rules for GitHub Actions. */
export const GITHUB_RULES: ProviderRules<RegisteredGitHubPublisher> = {
  required: [
    "repository",
    "repository_owner",
    "repository_owner_id",
    "job_workflow_ref",
    "jti",
    "event_name",
    "ref",
    "sha",
  ],
  unsearchable: (claims) =>
    workflowFilename(claimString(claims, "job_workflow_ref")) === null
      ? "Could not job extract workflow filename from OIDC claims"
      : null,
  compare: (publisher, claims) => [
    compareRepository(publisher, claims),
    ...compareOwnerId(publisher, claims),
    compareWorkflow(publisher, claims),
    compareEnvironment(publisher, claims),
    compareOwner(publisher, claims),
    compareWorkflowRef(publisher, claims),
    compareEvent(claims),
  ],
  isSpecific: (publisher) => publisher.environment !== null,
};
