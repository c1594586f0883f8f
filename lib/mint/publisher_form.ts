/**
 * PyPI's form for a trusted publisher, filled in from an identity token.
 *
 * @module
 */

import type { Registry } from "../config/registry.ts";
import type { Publisher } from "../config/settings.ts";
import { describePublisher, identifyProvider } from "../oidc/claims.ts";
import type { Claims } from "../oidc/provider.ts";
import { formFields, prefilledFormUrl } from "../trust/form.ts";

/** One field of the form, beside the claim that it must match. */
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

/** The claim behind each field whose name is another than the claim's. */
const CLAIMS: Readonly<
  Record<Publisher["provider"], Readonly<Record<string, string>>>
> = {
  github: { owner: "repository", workflow_filename: "job_workflow_ref" },
  gitlab: {
    namespace: "project_path",
    project: "project_path",
    workflow_filepath: "ci_config_ref_uri",
    issuer_url: "iss",
  },
  google: {},
  activestate: { actor: "actor_id" },
};

/**
 * The publisher that a token would match.
 *
 * @param claims The token's claims
 * @returns The publisher, what the token lacks empty; `null` for a provider
 * that PyPI does not know
 */
export function publisherOf(claims: Claims): Publisher | null {
  const identity = describePublisher(claims);
  const text = (field: string) => identity[field] ?? "";
  const environment = identity.environment ?? null;
  const provider = identifyProvider(claims);
  switch (provider) {
    case "github": {
      const [owner = "", ...name] = text("repository").split("/");
      const repository = name.join("/");
      const workflow = text("workflow");
      return { provider, owner, repository, workflow, environment };
    }
    case "gitlab":
      return {
        provider,
        namespace: text("namespace"),
        project: text("project"),
        workflow: text("workflow"),
        environment,
        issuer: text("issuer"),
      };
    case "google":
      return { provider, email: text("email"), sub: identity.sub ?? null };
    case "activestate":
      return {
        provider,
        organization: text("organization"),
        project: text("project"),
        actor: text("actor"),
      };
    case null:
      return null;
  }
}

/**
 * The form's fields as this token would match them.
 *
 * @param claims The token's claims
 * @returns The fields in the form's order; none for a provider that PyPI
 * does not know
 */
export function publisherForm(claims: Claims): FormField[] {
  const publisher = publisherOf(claims);
  if (publisher === null) return [];
  return formFields(publisher).map(({ label, parameter, value }) => ({
    field: label,
    parameter,
    value: value || null,
    claim: CLAIMS[publisher.provider][parameter] ?? parameter,
  }));
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
  const publisher = publisherOf(claims);
  return publisher && prefilledFormUrl(registry, project, publisher);
}
