/**
 * Rules about dynamic fields and import names.
 *
 * @module
 */

import type { MetadataField } from "../../dist/core_metadata.ts";
import { METADATA_FIELDS } from "../../dist/metadata_fields.ts";
import { pythonRepr } from "../../python_repr.ts";
import { headerOf, type MetadataView, valuesOf } from "../metadata_view.ts";
import { type MetadataRule, problemIn, shown } from "../rule.ts";

const NEVER_DYNAMIC = ["name", "version", "metadata-version"];
const PEP_643 = "https://peps.python.org/pep-0643/";
const PEP_794 = "https://peps.python.org/pep-0794/";

const dynamicForbidden: MetadataRule = {
  code: "dynamic-forbidden",
  severity: "error",
  stage: "packaging",
  summary: "Dynamic names Name, Version or Metadata-Version",
  source: PEP_643,
  hint: "These fields are always static.",
  *check(view) {
    for (const field of valuesOf(view, "dynamic")) {
      const name = field.value.toLowerCase();
      if (!NEVER_DYNAMIC.includes(name)) continue;
      yield problemIn(field, `Dynamic can't name ${headerOf(name)}`, {
        pypi: `${pythonRepr(name)} is not allowed as a dynamic field`,
      });
    }
  },
};

const dynamicUnknown: MetadataRule = {
  code: "dynamic-unknown",
  severity: "error",
  stage: "packaging",
  summary: "Dynamic names a field that does not exist",
  source: PEP_643,
  hint: "Name a field of core metadata, such as Requires-Dist.",
  *check(view) {
    for (const field of valuesOf(view, "dynamic")) {
      const name = field.value.toLowerCase();
      if (METADATA_FIELDS.has(name)) continue;
      yield problemIn(
        field,
        `Dynamic names an unknown field ${shown(field.value)}`,
        {
          pypi: `${pythonRepr(name)} is not a valid dynamic field`,
        },
      );
    }
  },
};

const dynamicItself: MetadataRule = {
  code: "dynamic-itself",
  severity: "error",
  stage: "pypi",
  summary: "Dynamic names Dynamic",
  source: PEP_643,
  hint: "Take it out.",
  *check(view) {
    for (const field of valuesOf(view, "dynamic")) {
      if (field.value.toLowerCase() !== "dynamic") continue;
      yield problemIn(field, "Dynamic can't name itself", {
        pypi: "Dynamic field 'dynamic' is not a valid dynamic field.",
      });
    }
  },
};

const KEYWORDS = new Set(
  ("False None True and as assert async await break class continue def del " +
    "elif else except finally for from global if import in is lambda " +
    "nonlocal not or pass raise return try while with yield").split(" "),
);

const importNameInvalid: MetadataRule = {
  code: "import-name-invalid",
  severity: "error",
  stage: "packaging",
  summary: "a part of an Import-Name or Import-Namespace is no identifier",
  source: PEP_794,
  hint: "Write names as they stand in an import statement, such as demo.core.",
  *check(view) {
    for (const { field, name } of importNames(view)) {
      const part = name.split(".").find((part) => !isIdentifier(part));
      if (part === undefined) continue;
      yield problemIn(
        field,
        `${headerOf(field.name)} ${shown(field.value)} can't be imported: ${
          shown(part)
        } is no identifier`,
        {
          pypi: `${pythonRepr(name)} is invalid for ${
            pythonRepr(field.name)
          }; ${pythonRepr(part)} is not a valid identifier`,
        },
      );
    }
  },
};

const importNameKeyword: MetadataRule = {
  code: "import-name-keyword",
  severity: "error",
  stage: "packaging",
  summary:
    "a part of an Import-Name or Import-Namespace is a keyword of Python",
  source: PEP_794,
  hint: "Rename the module.",
  *check(view) {
    for (const { field, name } of importNames(view)) {
      const part = name.split(".").find((part) => KEYWORDS.has(part));
      if (part === undefined) continue;
      yield problemIn(
        field,
        `${headerOf(field.name)} ${
          shown(field.value)
        } can't be imported: ${part} is a keyword`,
        {
          pypi: `${pythonRepr(name)} is invalid for ${
            pythonRepr(field.name)
          }; ${pythonRepr(part)} is a keyword`,
        },
      );
    }
  },
};

const importNameOption: MetadataRule = {
  code: "import-name-option",
  severity: "error",
  stage: "packaging",
  summary:
    "an Import-Name or Import-Namespace has an option other than `private`",
  source: PEP_794,
  hint: 'After the name may stand "; private", nothing else.',
  *check(view) {
    for (const { field, option } of importNames(view)) {
      if (option === null || option.trimStart() === "private") continue;
      yield problemIn(
        field,
        `${headerOf(field.name)} ${shown(field.value)} has an unknown option`,
        {
          pypi: `${pythonRepr(field.value)} is invalid for ${
            pythonRepr(field.name)
          }; the only valid option is 'private'`,
        },
      );
    }
  },
};

function* importNames(view: MetadataView): Iterable<{
  field: MetadataField;
  name: string;
  option: string | null;
}> {
  for (const fieldName of ["import-name", "import-namespace"]) {
    for (const field of valuesOf(view, fieldName)) {
      const semicolon = field.value.indexOf(";");
      yield semicolon < 0
        ? { field, name: field.value.trimEnd(), option: null }
        : {
          field,
          name: field.value.slice(0, semicolon).trimEnd(),
          option: field.value.slice(semicolon + 1),
        };
    }
  }
}

function isIdentifier(text: string): boolean {
  return /^[\p{XID_Start}_]\p{XID_Continue}*$/u.test(text.normalize("NFKC"));
}

/** Rules about dynamic fields and import names. */
export const DYNAMIC_AND_IMPORT_RULES: readonly MetadataRule[] = [
  dynamicForbidden,
  dynamicUnknown,
  dynamicItself,
  importNameInvalid,
  importNameKeyword,
  importNameOption,
];
