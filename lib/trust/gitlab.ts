/**
 * How PyPI holds GitLab CI/CD tokens against GitLab publishers
 * ({@link https://github.com/pypi/warehouse/blob/main/warehouse/oidc/models/gitlab.py | source}).
 *
 * @module
 */

import type { GitLabPublisher } from "../config/settings.ts";
import type { Claims } from "../oidc/provider.ts";
import {
  claimString,
  claimText,
  compareClaim,
  type Comparison,
  equalsIgnoringCase,
  type ProviderRules,
} from "./comparison.ts";
import { pythonRepr, pythonReprList } from "../python_repr.ts";

// Greedy, as PyPI's: a ref that itself holds ".yml@" spoils the path.
const WORKFLOW_REGEXP = /(?<=\/\/).+[^/]\.(?:yml|yaml)(?=@)/;

/**
 * The path of the pipeline file that a `ci_config_ref_uri` names.
 *
 * @param uri Such as `gitlab.com/octo/demo//.gitlab-ci.yml@refs/heads/main`
 * @returns Such as `.gitlab-ci.yml`, or `null`
 */
export function workflowFilepath(uri: string): string | null {
  return WORKFLOW_REGEXP.exec(uri)?.[0] ?? null;
}

function projectPath(publisher: GitLabPublisher): string {
  return `${publisher.namespace}/${publisher.project}`;
}

function compareIssuer(publisher: GitLabPublisher, claims: Claims): Comparison {
  return compareClaim(claims, "iss", publisher.issuer, {
    step: "lookup",
    note: "The token comes from another GitLab than the publisher names",
  });
}

function compareProject(
  publisher: GitLabPublisher,
  claims: Claims,
): Comparison {
  return compareClaim(claims, "project_path", projectPath(publisher), {
    step: "lookup",
    equals: equalsIgnoringCase,
    note: "A renamed or moved project needs a publisher of its own",
  });
}

function compareWorkflow(
  publisher: GitLabPublisher,
  claims: Claims,
): Comparison {
  const actual = workflowFilepath(claimString(claims, "ci_config_ref_uri"));
  const matches = actual === publisher.workflow;
  return {
    field: "workflow",
    expected: publisher.workflow,
    actual,
    matches,
    note: matches
      ? null
      : "Register the project's top-level pipeline file, by its path",
    step: "lookup",
    reason: "",
  };
}

function compareEnvironment(
  publisher: GitLabPublisher,
  claims: Claims,
): Comparison {
  const actual = claimString(claims, "environment");
  const { environment } = publisher;
  const matches = environment === null || actual === environment;
  return {
    field: "environment",
    expected: environment,
    actual: claimText(claims, "environment"),
    matches,
    note: matches
      ? null
      : actual === ""
      ? `The job names no environment; give it \`environment: ${environment}\``
      : "The job names another environment than the publisher; letter case counts",
    step: "choice",
    reason: "Check failed for optional claim 'environment'",
  };
}

function compareSubject(
  publisher: GitLabPublisher,
  claims: Claims,
): Comparison {
  return compareClaim(claims, "sub", `project_path:${projectPath(publisher)}`, {
    step: "check",
    // Whatever follows the second part depends on the job.
    equals: (actual, expected) => {
      const [kind = "", path = ""] = actual.split(":");
      return kind !== "" && path !== "" &&
        equalsIgnoringCase(`${kind}:${path}`, expected);
    },
  });
}

function compareConfigRef(
  publisher: GitLabPublisher,
  claims: Claims,
): Comparison {
  const actual = claimString(claims, "ci_config_ref_uri");
  const host = publisher.issuer.replace(/^https:\/\//, "");
  const path = `${host}/${projectPath(publisher)}//${publisher.workflow}`;
  const refs = ["ref_path", "sha"].map((name) => claimString(claims, name));
  const hasRefs = !refs.includes("");
  const expected = [...new Set(refs.map((ref) => `${path}@${ref}`))];
  const matches = hasRefs && expected.includes(actual);
  return {
    field: "ci_config_ref_uri",
    expected: hasRefs ? expected[0]! : `${path}@<ref_path>`,
    actual: claimText(claims, "ci_config_ref_uri"),
    matches,
    note: matches
      ? null
      : expected.some((uri) => equalsIgnoringCase(uri, actual))
      ? "Only letter case differs, and the index compares it: register namespace and project as GitLab spells them"
      : "The pipeline file must come from this project, at the commit that runs",
    step: "check",
    reason: actual === ""
      ? "The ci_config_ref_uri claim is empty"
      : !hasRefs
      ? "The ref_path and sha claims are empty"
      : "The ci_config_ref_uri claim does not match, expecting one of " +
        `${pythonReprList(expected)}, got ${pythonRepr(actual)}`,
  };
}

/** PyPI's rules for GitLab CI/CD. */
export const GITLAB_RULES: ProviderRules<GitLabPublisher> = {
  required: [
    "sub",
    "project_path",
    "ci_config_ref_uri",
    "jti",
    "ref_path",
    "sha",
  ],
  unsearchable: (claims) =>
    workflowFilepath(claimString(claims, "ci_config_ref_uri")) === null
      ? "Could not extract workflow filename from OIDC claims"
      : null,
  compare: (publisher, claims) => [
    compareIssuer(publisher, claims),
    compareProject(publisher, claims),
    compareWorkflow(publisher, claims),
    compareEnvironment(publisher, claims),
    compareSubject(publisher, claims),
    compareConfigRef(publisher, claims),
  ],
  isSpecific: (publisher) => publisher.environment !== null,
};
