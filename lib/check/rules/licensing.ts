/**
 * Rules about licenses.
 *
 * @module
 */

import { pythonRepr } from "../../python_repr.ts";
import { DATE, SOURCE } from "../data/spdx.ts";
import { findLicenseProblem } from "../license_expression.ts";
import { type MetadataView, valueOf, valuesOf } from "../metadata_view.ts";
import { type MetadataRule, problemIn, shown } from "../rule.ts";

const PEP_639 = "https://peps.python.org/pep-0639/";

const licenseExpressionInvalid: MetadataRule = {
  code: "license-expression-invalid",
  severity: "error",
  stage: "packaging",
  summary:
    `License-Expression is no SPDX expression, or names what is not in the ${
      SOURCE.split(" (")[0]
    }`,
  source: `${PEP_639}#term-license-expression`,
  hint:
    "Use identifiers of https://spdx.org/licenses/, joined by AND, OR and WITH; LicenseRef-Name stands for any other license.",
  *check(view) {
    const field = valueOf(view, "license-expression");
    const problem = field && findLicenseProblem(field.value);
    if (!field || !problem) return;
    yield problemIn(
      field,
      `License-Expression ${shown(field.value)} is invalid: ${problem.reason}`,
      {
        pypi: `${pythonRepr(field.value)} is invalid for 'license-expression'`,
        ...(problem.nearest === null
          ? {}
          : { hint: `Did you mean ${problem.nearest}? (list of ${DATE})` }),
      },
    );
  },
};

const licenseFileInvalid: MetadataRule = {
  code: "license-file-path-invalid",
  severity: "error",
  stage: "packaging",
  summary:
    "a License-File is no clean relative path: `..`, `*`, absolute, backslashes, doubled slashes",
  source: `${PEP_639}#license-file-multiple-use`,
  hint:
    "The build back end writes these paths: name the files in license-files, relative to the project, without `..`.",
  *check(view) {
    for (const field of valuesOf(view, "license-file")) {
      const reason = findPathProblem(field.value);
      if (reason === null) continue;
      yield problemIn(
        field,
        `License-File ${shown(field.value)} is not taken: ${reason}`,
        {
          pypi: `${
            pythonRepr(field.value)
          } is invalid for 'license-file', ${reason}`,
        },
      );
    }
  },
};

/**
 * The license files that must be in the archive.
 *
 * @param view The metadata
 * @returns Their paths, as far as they can be paths
 */
export function licenseFilesOf(view: MetadataView): string[] {
  return valuesOf(view, "license-file").map(({ value }) => value)
    .filter((path) => findPathProblem(path) === null);
}

function findPathProblem(path: string): string | null {
  if (path.includes("..")) {
    return "parent directory indicators are not allowed";
  }
  if (path.includes("*")) return "paths must be resolved";
  if (/^\/|^[a-zA-Z]:[\\/]|^\\\\[^\\/]+[\\/]/.test(path)) {
    return "paths must be relative";
  }
  const rest = path.replace(/^[a-zA-Z]:/, "");
  const clean = path === "." ||
    (path !== "" && rest !== "." &&
      !/\\|\/\/|\/$|^\.\/|\/\.(?:\/|$)/.test(rest));
  return clean ? null : "paths must use '/' delimiter";
}

const licenseTwice: MetadataRule = {
  code: "license-and-license-expression",
  severity: "error",
  stage: "pypi",
  summary: "License and License-Expression are both given",
  source: `${PEP_639}#deprecate-license-field`,
  hint: "Leave out License: License-Expression replaces it.",
  *check(view) {
    const field = valueOf(view, "license");
    if (!field || !valueOf(view, "license-expression")) return;
    yield problemIn(field, "License and License-Expression are both given", {
      pypi:
        "License is deprecated when License-Expression is present. Only License-Expression should be present.",
    });
  },
};

/** Rules about licenses. */
export const LICENSE_RULES: readonly MetadataRule[] = [
  licenseExpressionInvalid,
  licenseFileInvalid,
  licenseTwice,
];
