/**
 * Rules about classifiers.
 *
 * @module
 */

import { pythonRepr } from "../../python_repr.ts";
import { CLASSIFIERS, DATE, DEPRECATED } from "../data/classifiers.ts";
import { decodeFrontCoded } from "../front_coding.ts";
import { type MetadataView, valuesOf } from "../metadata_view.ts";
import { nearest } from "../../nearest.ts";
import { type MetadataRule, problemIn, shown } from "../rule.ts";

const CLASSIFIER_LIST = "https://pypi.org/classifiers/";
const PRIVATE = "Private ::";

const replacements = new Map(
  DEPRECATED.map(([old, ...instead]) => [old, instead]),
);
let known: ReadonlySet<string> | undefined;

const classifierPrivate: MetadataRule = {
  code: "classifier-private",
  severity: "error",
  stage: "pypi",
  summary:
    "a classifier starts with `Private ::`, which keeps a project off PyPI",
  source: CLASSIFIER_LIST,
  hint: "Take the classifier out to publish on PyPI.",
  *check(view) {
    for (const field of distinct(view)) {
      if (!field.value.startsWith(PRIVATE)) continue;
      yield problemIn(
        field,
        `Classifier ${shown(field.value)} forbids publishing`,
        {
          pypi: `${pythonRepr(field.value)} is not a valid classifier.`,
        },
      );
    }
  },
};

const classifierUnknown: MetadataRule = {
  code: "classifier-unknown",
  severity: "warning",
  stage: "pypi",
  summary:
    `a classifier is not in our list of ${DATE}: PyPI refuses it, unless its own list is newer and has it`,
  source: CLASSIFIER_LIST,
  hint: `Compare it with ${CLASSIFIER_LIST}; our list is of ${DATE}.`,
  *check(view) {
    known ??= new Set(decodeFrontCoded(CLASSIFIERS));
    for (const field of distinct(view)) {
      const { value } = field;
      if (known.has(value) || replacements.has(value)) continue;
      if (value.startsWith(PRIVATE)) continue;
      const guess = nearest(value, known);
      yield problemIn(field, `Classifier ${shown(value)} is not known`, {
        pypi: `${pythonRepr(value)} is not a valid classifier.`,
        ...(guess === null ? {} : {
          hint:
            `Did you mean "${guess}"? Our list is of ${DATE}; PyPI refuses what is not in its own.`,
        }),
      });
    }
  },
};

const classifierDeprecated: MetadataRule = {
  code: "classifier-deprecated",
  severity: "error",
  stage: "pypi",
  summary: "a classifier is deprecated",
  source: CLASSIFIER_LIST,
  hint: "Take the classifier out.",
  *check(view) {
    for (const field of distinct(view)) {
      const instead = replacements.get(field.value);
      if (!instead) continue;
      const name = pythonRepr(field.value);
      yield problemIn(field, `Classifier ${shown(field.value)} is deprecated`, {
        pypi: `The classifier ${name} has been deprecated` +
          (instead.length === 0
            ? "."
            : `, use one of [${instead.map(pythonRepr).join(", ")}] instead.`),
        ...(instead.length === 0
          ? {}
          : { hint: `Use "${instead.join('" or "')}".` }),
      });
    }
  },
};

function distinct(view: MetadataView) {
  const fields = new Map(
    valuesOf(view, "classifier").map((field) => [field.value, field]),
  );
  return [...fields.values()].sort((a, b) => a.value < b.value ? -1 : 1);
}

/** Rules about classifiers. */
export const CLASSIFIER_RULES: readonly MetadataRule[] = [
  classifierPrivate,
  classifierUnknown,
  classifierDeprecated,
];
