/**
 * Rules about what every upload must have: metadata version, name, version.
 *
 * @module
 */

import {
  METADATA_FIELDS,
  METADATA_VERSIONS,
} from "../../dist/metadata_fields.ts";
import { hasLocalVersion, normalizeVersion } from "../../dist/version.ts";
import { pythonRepr } from "../../python_repr.ts";
import { normalizeName } from "../../dist/filename.ts";
import {
  headerOf,
  isNewerMetadata,
  metadataAge,
  type MetadataView,
  valueOf,
  valuesOf,
} from "../metadata_view.ts";
import { type MetadataRule, type Problem, problemIn, shown } from "../rule.ts";
import { DATE } from "../data/stdlib_modules.ts";
import { isStdlibModule } from "../stdlib.ts";

const CORE_METADATA =
  "https://packaging.python.org/en/latest/specifications/core-metadata/";
const REBUILD = "Build it again with an up-to-date build tool.";

/** What PyPI takes for a project's name. */
const PROJECT_NAME = /^(?:[a-z0-9]|[a-z0-9][a-z0-9._-]*[a-z0-9])$/i;

/**
 * Whether a project can have a name.
 *
 * @param name The name
 * @returns `false` if PyPI refuses it
 */
export function isProjectName(name: string): boolean {
  return PROJECT_NAME.test(name);
}

const fieldRepeated: MetadataRule = {
  code: "metadata-field-repeated",
  severity: "error",
  stage: "form",
  summary:
    "a field that may be given once is given more often, or two Project-URLs have one label",
  source: CORE_METADATA,
  hint: "Give the field once.",
  *check(view) {
    for (const [name, fields] of view) {
      const info = METADATA_FIELDS.get(name)!;
      const repeated = name === "project-url"
        ? findRepeatedLabel(view)
        : info.repeatable
        ? undefined
        : fields[1];
      if (!repeated) continue;
      yield problemIn(
        repeated,
        name === "project-url"
          ? `Two Project-URLs have the label ${
            shown(repeated.value.split(",")[0]!.trim())
          }`
          : `${info.header} is given ${fields.length} times`,
        { pypi: `${pythonRepr(info.formKey)} has invalid data` },
      );
    }
  },
};

function findRepeatedLabel(view: MetadataView) {
  const labels = new Set<string>();
  return valuesOf(view, "project-url").find(({ value }) => {
    const label = value.split(",")[0]!.trim();
    if (labels.has(label)) return true;
    labels.add(label);
    return false;
  });
}

const metadataVersionInvalid: MetadataRule = {
  code: "metadata-version-invalid",
  severity: "error",
  stage: "packaging",
  summary: "Metadata-Version is absent, or none that PyPI ever took",
  source: CORE_METADATA,
  hint: REBUILD,
  *check(view) {
    const field = valueOf(view, "metadata-version");
    if (!field) {
      if (valuesOf(view, "metadata-version").length === 0) {
        yield absent(
          "metadata-version",
          "None is not a valid metadata version",
        );
      }
    } else if (
      !METADATA_VERSIONS.includes(field.value) && !isNewerMetadata(field.value)
    ) {
      yield problemIn(
        field,
        `There is no metadata version ${shown(field.value)}`,
        {
          pypi: `${pythonRepr(field.value)} is not a valid metadata version`,
        },
      );
    }
  },
};

const metadataVersionNewer: MetadataRule = {
  code: "metadata-version-newer",
  severity: "warning",
  stage: "packaging",
  summary: `Metadata-Version is newer than ${
    METADATA_VERSIONS.at(-1)
  }, the newest that is known here`,
  source: CORE_METADATA,
  hint: "It is sent as it is; the index decides.",
  *check(view) {
    const field = valueOf(view, "metadata-version");
    if (!field || !isNewerMetadata(field.value)) return;
    yield problemIn(
      field,
      `Metadata version ${field.value} is newer than ${
        METADATA_VERSIONS.at(-1)
      }, the newest that is checked here`,
      { pypi: `${pythonRepr(field.value)} is not a valid metadata version` },
    );
  },
};

const nameInvalid: MetadataRule = {
  code: "name-invalid",
  severity: "error",
  stage: "form",
  summary:
    "Name is absent, or not letters, digits, `.`, `_` and `-` that start and end with a letter or digit",
  source:
    "https://packaging.python.org/en/latest/specifications/name-normalization/",
  hint:
    "Choose a name of letters, digits, and single dots, dashes or underscores inside.",
  *check(view) {
    const field = valueOf(view, "name");
    if (!field) {
      if (valuesOf(view, "name").length > 0) return;
      yield absent("name", nameError("", "This field is required."));
    } else if (!isProjectName(field.value)) {
      yield problemIn(
        field,
        `No project can have the name ${shown(field.value)}`,
        {
          pypi: nameError(
            field.value,
            "Start and end with a letter or numeral containing only ASCII numeric and '.', '_' and '-'.",
          ),
        },
      );
    }
  },
};

function nameError(name: string, error: string): string {
  const short = name.length > 60
    ? `${name.slice(0, 30)}...${name.slice(-30)}`
    : name;
  return `${pythonRepr(short)} is an invalid value for Name. Error: ${error}`;
}

const nameOfStdlib: MetadataRule = {
  code: "name-of-standard-library",
  severity: "warning",
  stage: "pypi",
  summary:
    `Name is a module of Python's standard library (list of ${DATE}): PyPI creates no such project, but a few exist`,
  source: "https://pypi.org/help/#project-name",
  hint: "If the project is not on the index yet, choose another name.",
  *check(view) {
    const field = valueOf(view, "name");
    if (!field) return;
    if (!isStdlibModule(normalizeName(field.value))) return;
    yield problemIn(
      field,
      `${shown(field.value)} is a module of Python's standard library`,
    );
  },
};

const versionInvalid: MetadataRule = {
  code: "version-invalid",
  severity: "error",
  stage: "packaging",
  summary: "Version is absent, or no version as PEP 440 has them",
  source:
    "https://packaging.python.org/en/latest/specifications/version-specifiers/#public-version-identifiers",
  hint:
    "Write it as numbers and dots, with an optional a, b, rc, .post or .dev part, such as 1.2.0rc1.",
  *check(view) {
    const field = valueOf(view, "version");
    if (!field) {
      if (valuesOf(view, "version").length > 0) return;
      yield absent("version", "'version' is a required field");
    } else if (normalizeVersion(field.value) === null) {
      yield problemIn(field, `${shown(field.value)} is no version`, {
        pypi: `${pythonRepr(field.value)} is invalid for 'version'`,
      });
    }
  },
};

const versionLocal: MetadataRule = {
  code: "version-local",
  severity: "error",
  stage: "pypi",
  summary: "Version has a local part, such as `+cpu`",
  source:
    "https://packaging.python.org/en/latest/specifications/version-specifiers/#local-version-identifiers",
  hint:
    "Leave out what follows the plus. setuptools-scm adds it off a tag: build from the tag, or set local_scheme to no-local-version.",
  *check(view) {
    const field = valueOf(view, "version");
    const version = field && normalizeVersion(field.value);
    if (!field || !version || !hasLocalVersion(version)) return;
    yield problemIn(field, `Version ${version} has a local part`, {
      pypi: `The use of local versions in '${version}' is not allowed.`,
    });
  },
};

const fieldTooNew: MetadataRule = {
  code: "metadata-field-too-new",
  severity: "error",
  stage: "packaging",
  summary: "a field is newer than the metadata version that is declared",
  source: CORE_METADATA,
  hint: REBUILD,
  *check(view) {
    const version = valueOf(view, "metadata-version")?.value ?? "";
    if (!METADATA_VERSIONS.includes(version)) return;
    for (const [name, [field]] of view) {
      const { since } = METADATA_FIELDS.get(name)!;
      if (metadataAge(since) <= metadataAge(version)) continue;
      yield problemIn(
        field!,
        `${
          headerOf(name)
        } came with metadata version ${since}, but the metadata says ${version}`,
        {
          pypi:
            `${name} introduced in metadata version ${since}, not ${version}`,
        },
      );
    }
  },
};

function absent(field: string, pypi: string): Problem {
  return { field, message: `The metadata has no ${headerOf(field)}`, pypi };
}

/** Rules about metadata version, name and version, and about all fields. */
export const IDENTITY_RULES: readonly MetadataRule[] = [
  metadataVersionInvalid,
  metadataVersionNewer,
  nameInvalid,
  versionInvalid,
  versionLocal,
  fieldRepeated,
  fieldTooNew,
  nameOfStdlib,
];
