/**
 * What to tell when no trusted publisher matched.
 *
 * @module
 */

import type { Registry } from "../config/registry.ts";
import { ReleasioError } from "../errors.ts";
import { identifyProvider } from "../oidc/claims.ts";
import type { Claims } from "../oidc/provider.ts";
import { pendingFormUrl } from "../trust/form.ts";
import { findCulprits } from "./culprits.ts";
import { publisherForm, publisherFormUrl } from "./publisher_form.ts";

/** The claims that PyPI compares, or that help to compare, by provider. */
const COMPARED: Readonly<Record<string, readonly string[]>> = {
  github: [
    "iss",
    "repository",
    "repository_owner",
    "repository_owner_id",
    "job_workflow_ref",
    "workflow_ref",
    "environment",
    "event_name",
    "ref",
    "sha",
  ],
  gitlab: [
    "iss",
    "sub",
    "project_path",
    "ci_config_ref_uri",
    "environment",
    "ref_path",
    "sha",
  ],
  google: ["iss", "email", "email_verified", "sub"],
  activestate: ["iss", "sub", "organization", "project", "actor_id", "builder"],
  unknown: ["iss", "sub", "aud"],
};

/** What an explanation builds on. */
export interface Situation {
  /** The index that refused. */
  readonly registry: Registry;
  /** The claims of the token that was sent. */
  readonly claims: Claims;
  /** The projects to publish; may be empty. */
  readonly projects: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Explains PyPI's `invalid-publisher`.
 *
 * @param reason What PyPI gave as the reason, without tokens
 * @param situation What was tried
 * @returns `publisher-not-found` with the form's fields as `rows`, the
 * claims, the culprits and the links in its details; or
 * `oidc-pull-request-target`
 */
export function explainPublisher(
  reason: string,
  situation: Situation,
): ReleasioError {
  const { registry, claims, projects } = situation;
  const culprits = findCulprits(reason, claims, registry);
  const forms = projects.flatMap((project) => {
    const url = publisherFormUrl(registry, project, claims);
    return url === null ? [] : [{ project, url }];
  });
  const pending = pendingFormUrl(registry);
  const details = {
    reason,
    rows: publisherForm(claims).map(({ field, value, claim }) => ({
      field,
      value,
      claim,
    })),
    claims: comparedClaims(claims),
    culprits,
    forms,
    pendingForm: pending,
  };
  if (/via 'pull_request_target'/.test(reason)) {
    return new ReleasioError(
      "oidc-pull-request-target",
      `${registry.name} takes no token from a \`pull_request_target\` event`,
      {
        hint:
          "Publish from a workflow that starts on a tag, a release or `workflow_dispatch`.",
        details,
      },
    );
  }
  const hint = [
    `Publisher not found on ${registry.name} for the values of this job.`,
    culprits[0] && `Look here first: ${culprits[0].message}`,
    forms[0]
      ? `For a project that exists, compare or add the publisher: ${
        forms[0].url
      }`
      : pending && `Compare with the publisher in the project's settings.`,
    pending &&
    `For one that does not exist yet, add a pending publisher with these values: ${pending}`,
  ];
  return new ReleasioError(
    "publisher-not-found",
    "No matching trusted publisher found",
    { hint: hint.filter(Boolean).join(" "), details },
  );
}

function comparedClaims(claims: Claims): Claims {
  const names = COMPARED[identifyProvider(claims) ?? "unknown"]!;
  return Object.fromEntries(
    names.filter((name) => Object.hasOwn(claims, name))
      .map((name) => [name, claims[name]]),
  );
}
