/**
 * PyPI's form for a trusted publisher, filled in from an identity token.
 *
 * @module
 */

import type { Registry } from "../config/registry.ts";
import { describePublisher, identifyProvider } from "../oidc/claims.ts";
import type { Claims } from "../oidc/provider.ts";

/** One field of the form. */
export interface FormField {
  /** Its label on PyPI. */
  readonly field: string;
  /** Its name in a link that fills the form in. */
  readonly parameter: string;
  /** What this job would need there; `null` leaves it empty. */
  readonly value: string | null;
  /** The claim that PyPI compares it with. */
  readonly claim: string;
}

/**
 * The form's fields as this token would match them.
 *
 * @param claims The token's claims
 * @returns The fields in the form's order; none for a provider that PyPI
 * does not know
 */
export function publisherForm(claims: Claims): FormField[] {
  const identity = describePublisher(claims);
  const field = (
    label: string,
    parameter: string,
    value: string | null | undefined,
    claim: string,
  ): FormField => ({ field: label, parameter, value: value ?? null, claim });
  switch (identifyProvider(claims)) {
    case "github": {
      const [owner, ...name] = identity.repository?.split("/") ?? [];
      return [
        field("Owner", "owner", owner, "repository"),
        field("Repository name", "repository", name.join("/"), "repository"),
        field(
          "Workflow name",
          "workflow_filename",
          identity.workflow,
          "job_workflow_ref",
        ),
        field(
          "Environment name",
          "environment",
          identity.environment,
          "environment",
        ),
      ];
    }
    case "gitlab":
      return [
        field("Namespace", "namespace", identity.namespace, "project_path"),
        field("Project name", "project", identity.project, "project_path"),
        field(
          "Top-level pipeline file path",
          "workflow_filepath",
          identity.workflow,
          "ci_config_ref_uri",
        ),
        field(
          "Environment name",
          "environment",
          identity.environment,
          "environment",
        ),
        ...(identity.issuer === "https://gitlab.com"
          ? []
          : [field("Issuer URL", "issuer_url", identity.issuer, "iss")]),
      ];
    case "google":
      return [
        field("Email", "email", identity.email, "email"),
        field("Subject", "sub", identity.sub, "sub"),
      ];
    case "activestate":
      return [
        field(
          "ActiveState organization",
          "organization",
          identity.organization,
          "organization",
        ),
        field(
          "ActiveState project name",
          "project",
          identity.project,
          "project",
        ),
        field("Actor username", "actor", identity.actor, "actor_id"),
      ];
    case null:
      return [];
  }
}

/**
 * The link that opens PyPI's form for a project with every field filled in.
 *
 * @param registry PyPI or TestPyPI
 * @param project The project, which must exist there
 * @param claims The token's claims
 * @returns The link, or `null` for another index or an unknown provider
 */
export function publisherFormUrl(
  registry: Registry,
  project: string,
  claims: Claims,
): string | null {
  const site = siteOf(registry);
  const provider = identifyProvider(claims);
  if (site === null || provider === null) return null;
  const url = new URL(
    `/manage/project/${encodeURIComponent(project)}/settings/publishing/`,
    site,
  );
  url.searchParams.set("provider", provider);
  for (const { parameter, value } of publisherForm(claims)) {
    if (value !== null) url.searchParams.set(parameter, value);
  }
  return url.href;
}

/**
 * The page where a pending publisher is added, for a project that does not
 * exist yet. It can't be filled in by a link.
 *
 * @param registry PyPI or TestPyPI
 * @returns The page, or `null` for another index
 */
export function pendingPublisherUrl(registry: Registry): string | null {
  const site = siteOf(registry);
  return site && `${site}/manage/account/publishing/`;
}

function siteOf(registry: Registry): string | null {
  switch (registry.kind) {
    case "pypi":
      return "https://pypi.org";
    case "testpypi":
      return "https://test.pypi.org";
    case "other":
      return null;
  }
}
