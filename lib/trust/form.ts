/**
 * The forms that trusted publishers are registered with, on PyPI and
 * TestPyPI.
 *
 * @module
 */

import { GITLAB_COM, PUBLISHER_FORMS } from "../config/publisher_forms.ts";
import type { Registry } from "../config/registry.ts";
import type { Publisher } from "../config/settings.ts";

/** One field of the form, filled in. */
export interface PublisherFormField {
  /** Its label on PyPI. */
  readonly label: string;
  /** Its name in a link that fills the form in. */
  readonly parameter: string;
  /** What to write there; `null` leaves it empty. */
  readonly value: string | null;
}

/** Why the form would not take a publisher. */
export interface PublisherProblem {
  /** The publisher's field, as in the configuration. */
  readonly field: string;
  /** What is wrong, in one line: sentence case, no final period. */
  readonly message: string;
  /** What to write. */
  readonly hint: string;
}

/**
 * What to write into the form's fields.
 *
 * @param publisher The publisher
 * @returns The fields in the form's order
 */
export function formFields(publisher: Publisher): PublisherFormField[] {
  switch (publisher.provider) {
    case "github":
      return [
        formField("Owner", "owner", publisher.owner),
        formField("Repository name", "repository", publisher.repository),
        formField("Workflow name", "workflow_filename", publisher.workflow),
        formField("Environment name", "environment", publisher.environment),
      ];
    case "gitlab":
      return [
        formField("Namespace", "namespace", publisher.namespace),
        formField("Project name", "project", publisher.project),
        formField(
          "Top-level pipeline file path",
          "workflow_filepath",
          publisher.workflow,
        ),
        formField("Environment name", "environment", publisher.environment),
        // Only organizations with an issuer of their own see this field.
        ...(publisher.issuer === GITLAB_COM
          ? []
          : [formField("Issuer URL", "issuer_url", publisher.issuer)]),
      ];
    case "google":
      return [
        formField("Email", "email", publisher.email),
        formField("Subject", "sub", publisher.sub),
      ];
    case "activestate":
      return [
        formField(
          "ActiveState organization",
          "organization",
          publisher.organization,
        ),
        formField("ActiveState project name", "project", publisher.project),
        formField("Actor username", "actor", publisher.actor),
      ];
  }
}

function formField(
  label: string,
  parameter: string,
  value: string | null,
): PublisherFormField {
  return { label, parameter, value };
}

/**
 * The link that opens the form of an existing project with every field filled
 * in. The form of a pending publisher takes no such link: see
 * {@linkcode pendingFormUrl}.
 *
 * @example Link to the form
 * ```ts
 * import { prefilledFormUrl } from "@releasio/cli/trust";
 * import { assertEquals } from "@std/assert";
 *
 * const url = prefilledFormUrl({
 *   name: "PyPI",
 *   kind: "pypi",
 *   uploadUrl: "https://upload.pypi.org/legacy/",
 *   simpleUrl: "https://pypi.org/simple/",
 * }, "demo", {
 *   provider: "google",
 *   email: "release@demo.iam.gserviceaccount.com",
 *   sub: null,
 * });
 * assertEquals(
 *   url,
 *   "https://pypi.org/manage/project/demo/settings/publishing/" +
 *     "?provider=google&email=release%40demo.iam.gserviceaccount.com",
 * );
 * ```
 *
 * @param registry The index
 * @param project The project's name
 * @param publisher The publisher
 * @returns The link, or `null` for an index other than PyPI and TestPyPI
 */
export function prefilledFormUrl(
  registry: Registry,
  project: string,
  publisher: Publisher,
): string | null {
  const site = siteOf(registry);
  if (site === null) return null;
  const url = new URL(
    `/manage/project/${encodeURIComponent(project)}/settings/publishing/`,
    site,
  );
  url.searchParams.set("provider", publisher.provider);
  for (const { parameter, value } of formFields(publisher)) {
    if (value) url.searchParams.set(parameter, value);
  }
  return url.href;
}

/**
 * The page where a pending publisher is added, for a project that does not
 * exist yet.
 *
 * @param registry The index
 * @returns The page, or `null` for an index other than PyPI and TestPyPI
 */
export function pendingFormUrl(registry: Registry): string | null {
  const site = siteOf(registry);
  return site && `${site}/manage/account/publishing/`;
}

function siteOf({ kind }: Registry): string | null {
  return kind === "pypi"
    ? "https://pypi.org"
    : kind === "testpypi"
    ? "https://test.pypi.org"
    : null;
}

/**
 * Why the form would not take a publisher.
 *
 * @param publisher The publisher
 * @returns The problems, in the order of its fields; none for a good one
 */
export function validatePublisher(publisher: Publisher): PublisherProblem[] {
  const values: Readonly<Record<string, string | null>> = { ...publisher };
  return Object.entries(PUBLISHER_FORMS[publisher.provider]).flatMap(
    ([field, rule]) => {
      const value = (values[field] ?? "").trim();
      if (value === "") {
        return rule.isRequired
          ? [{
            field,
            message: `The ${field} is missing`,
            hint: "The index requires it.",
          }]
          : [];
      }
      const problem = rule.problem(value);
      return problem === null ? [] : [{
        field,
        message: `"${value}" ${problem.reason}`,
        hint: problem.hint,
      }];
    },
  );
}
