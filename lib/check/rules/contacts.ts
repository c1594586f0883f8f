/**
 * Rules about e-mail addresses and URLs.
 *
 * @module
 */

import { pythonRepr } from "../../python_repr.ts";
import { parseProjectUrl } from "../../dist/core_metadata.ts";
import { findEmailProblem } from "../email_address.ts";
import { headerOf, valueOf, valuesOf } from "../metadata_view.ts";
import { type MetadataRule, problemIn, shown } from "../rule.ts";
import { findUriProblem } from "../uri.ts";

const MAX_LABEL_LENGTH = 32;
const PROJECT_URL =
  "https://packaging.python.org/en/latest/specifications/core-metadata/#project-url-multiple-use";
const WRITE_PROJECT_URL =
  "Write it as a label and a URL, such as: Documentation, https://example.org/docs.";

const emailInvalid: MetadataRule = {
  code: "email-invalid",
  severity: "error",
  stage: "pypi",
  summary: "Author-email or Maintainer-email holds one address, and it is none",
  source:
    "https://packaging.python.org/en/latest/specifications/core-metadata/#author-email",
  hint:
    "Write it as name@example.org or Full Name <name@example.org>, or leave it out.",
  *check(view) {
    for (const name of ["author-email", "maintainer-email"]) {
      const field = valueOf(view, name);
      const problem = field && findEmailProblem(field.value);
      if (!field || !problem) continue;
      const { address, reason } = problem;
      yield problemIn(
        field,
        `${headerOf(name)} ${shown(address)} is no e-mail address: ${
          reason.replace(/\.$/, "")
        }`,
        {
          pypi: `${
            pythonRepr(address)
          } is not a valid email address: ${reason}`,
        },
      );
    }
  },
};

const urlInvalid: MetadataRule = {
  code: "url-invalid",
  severity: "error",
  stage: "pypi",
  summary: "Home-page or Download-URL is not a URL of http or https",
  source:
    "https://packaging.python.org/en/latest/specifications/core-metadata/#home-page",
  hint: "Write the whole URL, such as https://example.org/.",
  *check(view) {
    for (const name of ["home-page", "download-url"]) {
      const field = valueOf(view, name);
      const reason = field && findUriProblem(field.value);
      if (!field || !reason) continue;
      yield problemIn(
        field,
        `${headerOf(name)} ${shown(field.value)} is not taken: ${reason}`,
        { pypi: `${pythonRepr(field.value)} is not a valid url.` },
      );
    }
  },
};

const labelMissing: MetadataRule = {
  code: "project-url-label-missing",
  severity: "error",
  stage: "pypi",
  summary: "a Project-URL has no label",
  source: PROJECT_URL,
  hint: WRITE_PROJECT_URL,
  *check(view) {
    for (const field of valuesOf(view, "project-url")) {
      if (parseProjectUrl(field.value).label !== "") continue;
      yield problemIn(field, `Project-URL ${shown(field.value)} has no label`, {
        pypi: "Must have a label",
      });
    }
  },
};

const labelTooLong: MetadataRule = {
  code: "project-url-label-too-long",
  severity: "error",
  stage: "pypi",
  summary:
    `the label of a Project-URL has more than ${MAX_LABEL_LENGTH} characters`,
  source: PROJECT_URL,
  hint: "Shorten the label.",
  *check(view) {
    for (const field of valuesOf(view, "project-url")) {
      const { label } = parseProjectUrl(field.value);
      const length = [...label].length;
      if (length <= MAX_LABEL_LENGTH) continue;
      yield problemIn(
        field,
        `Project-URL label ${
          shown(label)
        } has ${length} characters, PyPI takes ${MAX_LABEL_LENGTH}`,
        {
          pypi: `${
            pythonRepr(label)
          } must be ${MAX_LABEL_LENGTH} characters or less.`,
        },
      );
    }
  },
};

const projectUrlMissing: MetadataRule = {
  code: "project-url-missing",
  severity: "error",
  stage: "pypi",
  summary: "a Project-URL has a label but no URL",
  source: PROJECT_URL,
  hint: WRITE_PROJECT_URL,
  *check(view) {
    for (const field of valuesOf(view, "project-url")) {
      const { label, url } = parseProjectUrl(field.value);
      if (!isUsable(label) || url !== "") continue;
      yield problemIn(field, `Project-URL ${shown(field.value)} has no URL`, {
        pypi: "Must have a URL",
      });
    }
  },
};

const projectUrlInvalid: MetadataRule = {
  code: "project-url-invalid",
  severity: "error",
  stage: "pypi",
  summary: "the URL of a Project-URL is not one of http or https",
  source: PROJECT_URL,
  hint: "Write the whole URL, such as https://example.org/docs.",
  *check(view) {
    for (const field of valuesOf(view, "project-url")) {
      const { label, url } = parseProjectUrl(field.value);
      const reason = isUsable(label) && url !== "" ? findUriProblem(url) : null;
      if (!reason) continue;
      yield problemIn(
        field,
        `Project-URL ${shown(label)} has ${
          shown(url)
        }, which is not taken: ${reason}`,
        { pypi: `${pythonRepr(url)} is not a valid url` },
      );
    }
  },
};

function isUsable(label: string): boolean {
  return label !== "" && [...label].length <= MAX_LABEL_LENGTH;
}

/** Rules about e-mail addresses and URLs. */
export const CONTACT_RULES: readonly MetadataRule[] = [
  emailInvalid,
  urlInvalid,
  labelMissing,
  labelTooLong,
  projectUrlMissing,
  projectUrlInvalid,
];
