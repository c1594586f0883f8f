/**
 * Rules about the summary and the description.
 *
 * @module
 */

import { pythonRepr } from "../../python_repr.ts";
import {
  DESCRIPTION_TYPES,
  isDescriptionType,
  parseContentType,
} from "../content_type.ts";
import { valueOf } from "../metadata_view.ts";
import { type MetadataRule, problemIn, shown } from "../rule.ts";

const HELP =
  "See https://pypi.org/help/#description-content-type for more information.";
const MAX_SUMMARY_LENGTH = 512;
const CONTENT_TYPE =
  "https://packaging.python.org/en/latest/specifications/core-metadata/#description-content-type";

const summaryMultiline: MetadataRule = {
  code: "summary-multiline",
  severity: "error",
  stage: "packaging",
  summary: "Summary has a line break",
  source:
    "https://packaging.python.org/en/latest/specifications/core-metadata/#summary",
  hint: "Write the summary in one line; the long text is the description.",
  *check(view) {
    const field = valueOf(view, "summary");
    if (!field?.value.includes("\n")) return;
    yield problemIn(field, "The summary has more than one line", {
      pypi: "'summary' must be a single line",
    });
  },
};

const summaryTooLong: MetadataRule = {
  code: "summary-too-long",
  severity: "error",
  stage: "pypi",
  summary: `Summary has more than ${MAX_SUMMARY_LENGTH} characters`,
  source: "PyPI",
  hint: "Shorten it; the long text is the description.",
  *check(view) {
    const field = valueOf(view, "summary");
    const length = [...(field?.value ?? "")].length;
    if (!field || length <= MAX_SUMMARY_LENGTH) return;
    yield problemIn(
      field,
      `The summary has ${length} characters, PyPI takes ${MAX_SUMMARY_LENGTH}`,
      {
        pypi:
          `'summary' field must be ${MAX_SUMMARY_LENGTH} characters or less.`,
      },
    );
  },
};

const contentTypeUnknown: MetadataRule = {
  code: "description-content-type-unknown",
  severity: "error",
  stage: "packaging",
  summary: `Description-Content-Type is none of ${
    DESCRIPTION_TYPES.join(", ")
  }`,
  source: CONTENT_TYPE,
  hint: "Use text/markdown, text/x-rst or text/plain.",
  *check(view) {
    const field = valueOf(view, "description-content-type");
    if (!field || isDescriptionType(field.value)) return;
    const types = DESCRIPTION_TYPES.map(pythonRepr).join(", ");
    yield problemIn(
      field,
      `PyPI renders no description of type ${shown(field.value)}`,
      {
        pypi: `'description-content-type' must be one of [${types}], not ${
          pythonRepr(field.value)
        }`,
      },
    );
  },
};

const charsetUnknown: MetadataRule = {
  code: "description-charset-unknown",
  severity: "error",
  stage: "packaging",
  summary:
    "Description-Content-Type has a charset other than `UTF-8`, which is case-sensitive",
  source: CONTENT_TYPE,
  hint: "Leave out the charset, or write it as UTF-8.",
  *check(view) {
    const field = valueOf(view, "description-content-type");
    if (!field) return;
    const { parameters } = parseContentType(field.value);
    const charset = parameters.get("charset") ?? "UTF-8";
    if (!isDescriptionType(field.value) || charset === "UTF-8") return;
    yield problemIn(
      field,
      `The description's charset is ${shown(charset)}, PyPI takes only "UTF-8"`,
      {
        pypi:
          `'description-content-type' can only specify the UTF-8 charset, not ${
            pythonRepr(charset)
          }`,
      },
    );
  },
};

const MARKDOWN_VARIANTS = ["GFM", "CommonMark"];

const variantUnknown: MetadataRule = {
  code: "description-variant-unknown",
  severity: "error",
  stage: "packaging",
  summary:
    "Description-Content-Type is Markdown in a variant other than `GFM` and `CommonMark`, which are case-sensitive",
  source: CONTENT_TYPE,
  hint: "Leave out the variant, or write it as GFM or CommonMark.",
  *check(view) {
    const field = valueOf(view, "description-content-type");
    if (!field) return;
    const { type, parameters } = parseContentType(field.value);
    const variant = parameters.get("variant") ?? "GFM";
    if (type !== "text/markdown" || MARKDOWN_VARIANTS.includes(variant)) return;
    yield problemIn(field, `There is no Markdown variant ${shown(variant)}`, {
      pypi:
        `valid Markdown variants for 'description-content-type' are ['GFM', 'CommonMark'], not ${
          pythonRepr(variant)
        }`,
    });
  },
};

const descriptionBlank: MetadataRule = {
  code: "description-blank",
  severity: "error",
  stage: "rendering",
  summary:
    "the description is there, but holds nothing but blanks, and is not plain text",
  source: "https://pypi.org/help/#description-content-type",
  hint: "Write a description, or leave it out.",
  *check(view) {
    const field = valueOf(view, "description");
    const type = valueOf(view, "description-content-type")?.value;
    if (!field || field.value.trim() !== "") return;
    if (type !== undefined && parseContentType(type).type === "text/plain") {
      return;
    }
    const how = type === undefined
      ? "in the default format of reStructuredText"
      : `for '${type}'`;
    yield problemIn(field, "The description renders to nothing", {
      pypi: `The description failed to render ${how}. ${HELP}`,
    });
  },
};

/** Rules about the summary and the description. */
export const DESCRIPTION_RULES: readonly MetadataRule[] = [
  summaryMultiline,
  summaryTooLong,
  contentTypeUnknown,
  charsetUnknown,
  variantUnknown,
  descriptionBlank,
];
