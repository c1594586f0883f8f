/**
 * Rules about what a distribution needs and provides.
 *
 * @module
 */

import { isValidSpecifier } from "../../dist/version.ts";
import { pythonRepr } from "../../python_repr.ts";
import {
  headerOf,
  type MetadataView,
  valueOf,
  valuesOf,
} from "../metadata_view.ts";
import { type MetadataRule, type Problem, problemIn, shown } from "../rule.ts";
import {
  formatDirectReference,
  parseRequirement,
  type Requirement,
  RequirementError,
} from "../requirement.ts";
import { isProjectName } from "./identity.ts";

const DEPENDENCY_SPECIFIERS =
  "https://packaging.python.org/en/latest/specifications/dependency-specifiers/";
const DIRECT_REFERENCES =
  "https://packaging.python.org/en/latest/specifications/version-specifiers/#direct-references";

const requiresPythonInvalid: MetadataRule = {
  code: "requires-python-invalid",
  severity: "error",
  stage: "packaging",
  summary: "Requires-Python is no set of version specifiers",
  source:
    "https://packaging.python.org/en/latest/specifications/version-specifiers/",
  hint: "Write it such as >=3.10.",
  *check(view) {
    const field = valueOf(view, "requires-python");
    if (!field || isValidSpecifier(field.value)) return;
    yield problemIn(
      field,
      `Requires-Python ${shown(field.value)} is no set of version specifiers`,
      { pypi: `${pythonRepr(field.value)} is invalid for 'requires-python'` },
    );
  },
};

const requirementInvalid: MetadataRule = {
  code: "requirement-invalid",
  severity: "error",
  stage: "packaging",
  summary: "a Requires-Dist is no dependency specifier (PEP 508)",
  source: DEPENDENCY_SPECIFIERS,
  hint: 'Write it such as: demo[extra]>=1.0; python_version < "3.12".',
  *check(view) {
    for (const field of valuesOf(view, "requires-dist")) {
      const { error } = tryParse(field.value);
      if (error === null) continue;
      yield problemIn(
        field,
        `Requires-Dist ${shown(field.value)} can't be read: ${
          lowerFirst(error.reason)
        }`,
        { pypi: `${pythonRepr(field.value)} is invalid for 'requires-dist'` },
      );
    }
  },
};

const requirementDirect: MetadataRule = {
  code: "requirement-direct",
  severity: "error",
  stage: "pypi",
  summary: "a Requires-Dist is a direct reference to a URL",
  source: DIRECT_REFERENCES,
  hint: "Depend on a project of the index by its name and version.",
  *check(view) {
    for (const field of valuesOf(view, "requires-dist")) {
      const { requirement } = tryParse(field.value);
      if (!requirement?.url) continue;
      yield problemIn(
        field,
        `Requires-Dist ${shown(field.value)} refers to a URL`,
        {
          pypi: `Can't have direct dependency: ${
            formatDirectReference(requirement)
          }`,
        },
      );
    }
  },
};

const otherInvalid: MetadataRule = {
  code: "provides-or-obsoletes-invalid",
  severity: "error",
  stage: "pypi",
  summary:
    "a Provides-Dist or Obsoletes-Dist is no dependency specifier (PEP 508)",
  source: DEPENDENCY_SPECIFIERS,
  hint: "Write it such as: demo (==1.0).",
  *check(view) {
    yield* checkOthers(
      view,
      ({ field, error }) =>
        error === null ? null : problemIn(
          field,
          `${headerOf(field.name)} ${shown(field.value)} can't be read: ${
            lowerFirst(error.reason)
          }`,
          { pypi: `${pythonRepr(field.value)} is invalid: ${error.message}` },
        ),
    );
  },
};

const otherDirect: MetadataRule = {
  code: "provides-or-obsoletes-direct",
  severity: "error",
  stage: "pypi",
  summary: "a Provides-Dist or Obsoletes-Dist is a direct reference to a URL",
  source: DIRECT_REFERENCES,
  hint: "Name a project of the index.",
  *check(view) {
    yield* checkOthers(
      view,
      ({ field, requirement }) =>
        requirement?.url
          ? problemIn(
            field,
            `${headerOf(field.name)} ${shown(field.value)} refers to a URL`,
            {
              pypi: `Can't have direct dependency: ${pythonRepr(field.value)}`,
            },
          )
          : null,
    );
  },
};

interface Parsed {
  readonly requirement: Requirement | null;
  readonly error: RequirementError | null;
}

function* checkOthers(
  view: MetadataView,
  judge: (
    parsed: Parsed & { field: ReturnType<typeof valuesOf>[number] },
  ) => Problem | null,
): Iterable<Problem> {
  for (const name of ["provides-dist", "obsoletes-dist"]) {
    for (const field of valuesOf(view, name)) {
      const problem = judge({ field, ...tryParse(field.value) });
      if (problem) yield problem;
    }
  }
}

function tryParse(text: string): Parsed {
  try {
    return { requirement: parseRequirement(text), error: null };
  } catch (error) {
    if (!(error instanceof RequirementError)) throw error;
    return { requirement: null, error };
  }
}

function lowerFirst(text: string): string {
  return text[0]!.toLowerCase() + text.slice(1);
}

const extraInvalid: MetadataRule = {
  code: "extra-name-invalid",
  severity: "error",
  stage: "packaging",
  summary: "a Provides-Extra is no name, as projects have them",
  source:
    "https://packaging.python.org/en/latest/specifications/core-metadata/#provides-extra-multiple-use",
  hint: "Name extras with letters, digits, and dashes inside.",
  *check(view) {
    for (const field of valuesOf(view, "provides-extra")) {
      if (isProjectName(field.value)) continue;
      yield problemIn(
        field,
        `No extra can have the name ${shown(field.value)}`,
        {
          pypi: `${pythonRepr(field.value)} is invalid for 'provides-extra'`,
        },
      );
    }
  },
};

/** Rules about what a distribution needs and provides. */
export const DEPENDENCY_RULES: readonly MetadataRule[] = [
  requiresPythonInvalid,
  requirementInvalid,
  requirementDirect,
  otherInvalid,
  otherDirect,
  extraInvalid,
];
