/**
 * CIs whose identity tokens PyPI does not take, and what to do there.
 *
 * @module
 */

import type { Context } from "../context.ts";
import { ReleasioError } from "../errors.ts";

/** A CI that PyPI has no trusted publishing for. */
export interface UnsupportedCi {
  /** For people. */
  readonly label: string;
  /** The variable that tells it. */
  readonly variable: string;
  /** The value that the variable must have; by default any. */
  readonly value?: string;
}

/** Jenkins last: its variable is the one that agents of others inherit. */
const UNSUPPORTED: readonly UnsupportedCi[] = [
  { label: "Buildkite", variable: "BUILDKITE" },
  { label: "CircleCI", variable: "CIRCLECI" },
  { label: "Azure Pipelines", variable: "TF_BUILD" },
  { label: "Bitbucket Pipelines", variable: "BITBUCKET_BUILD_NUMBER" },
  { label: "Semaphore", variable: "SEMAPHORE" },
  { label: "Travis CI", variable: "TRAVIS" },
  { label: "AppVeyor", variable: "APPVEYOR" },
  { label: "Cirrus CI", variable: "CIRRUS_CI" },
  { label: "Codeship", variable: "CI_NAME", value: "codeship" },
  { label: "AWS CodeBuild", variable: "CODEBUILD_BUILD_ARN" },
  { label: "TeamCity", variable: "TEAMCITY_VERSION" },
  { label: "Bamboo", variable: "bamboo_planKey" },
  { label: "Drone", variable: "DRONE" },
  { label: "Woodpecker", variable: "CI", value: "woodpecker" },
  { label: "Jenkins", variable: "JENKINS_URL" },
];

/**
 * Recognizes a CI that PyPI has no trusted publishing for.
 *
 * @param context The outside world
 * @returns The CI, or `null`
 */
export function unsupportedCi(context: Context): UnsupportedCi | null {
  return UNSUPPORTED.find(({ variable, value }) => {
    const found = context.env(variable);
    return value === undefined ? Boolean(found) : found === value;
  }) ?? null;
}

/**
 * What to tell when there is no identity provider: which CI this is and what
 * PyPI takes instead.
 *
 * @param context The outside world
 * @returns `oidc-provider-unsupported` in a CI that PyPI does not know, else
 * `oidc-unavailable`
 */
export function explainNoIdentity(context: Context): ReleasioError {
  const ci = unsupportedCi(context);
  if (ci === null) {
    return new ReleasioError(
      "oidc-unavailable",
      "Cannot use trusted publishing: this is no CI that gives identity tokens",
      {
        hint:
          "Run this in GitHub Actions, GitLab CI/CD or Google Cloud, hand in a token as `RELEASIO_OIDC_TOKEN`, or set `RELEASIO_PYPI_TOKEN` to an API token. `releasio rehearse` tries a release out here.",
      },
    );
  }
  return new ReleasioError(
    "oidc-provider-unsupported",
    `PyPI takes no identity tokens of ${ci.label}`,
    {
      hint:
        `PyPI trusts GitHub Actions, GitLab CI/CD, Google Cloud and ActiveState. Publish from one of these (a workflow that only publishes is enough), or set \`RELEASIO_PYPI_TOKEN\` to an API token of the project. For an index that does trust ${ci.label}, hand its token in as \`RELEASIO_OIDC_TOKEN\`.`,
      details: { provider: ci.label, variable: ci.variable },
    },
  );
}
