/**
 * The same rules as the server applies them: to the form of an upload, in
 * PyPI's order, the first problem in PyPI's words.
 *
 * @module
 */

import { METADATA_RULES } from "./metadata_rules.ts";
import { viewOfForm } from "./metadata_view.ts";
import type { MetadataRule, Problem, Rule } from "./rule.ts";
import { TAR_RULES, ZIP_RULES } from "./rules/archive.ts";
import {
  FILENAME_LENGTH_RULES,
  FILENAME_RULES,
  identityOf,
  SDIST_FILENAME_RULES,
  WHEEL_FILENAME_RULES,
} from "./rules/filename.ts";
import { licenseFilesOf } from "./rules/licensing.ts";
import {
  SDIST_LICENSE_RULES,
  SDIST_RULES,
  type SdistSubject,
} from "./rules/sdist.ts";
import { distInfoOf, WHEEL_FILE_RULES, WHEEL_RULES } from "./rules/wheel.ts";
import { ZIP_FRAMING_RULES } from "./rules/zip_framing.ts";
import { wantedOf } from "./check_file.ts";
import { readTarFacts } from "./tar_facts.ts";
import { readZipFacts } from "./zip_facts.ts";

/** The form of an upload: each field with every value that was sent. */
export type FormFields = ReadonlyMap<string, readonly string[]>;

/** An upload's form and file. */
export interface Upload {
  /** The form. */
  readonly fields: FormFields;
  /** What the file is called. */
  readonly filename: string;
  /** Its bytes; `null` if they are not at hand, and so not judged. */
  readonly blob: Blob | null;
}

const SEE_METADATA =
  "See https://packaging.python.org/specifications/core-metadata for more information.";
const SEE_LOCAL_VERSIONS =
  "See https://packaging.python.org/en/latest/specifications/version-specifiers/#local-version-identifiers for more information.";
/** What PyPI tells first, since it influences all the rest. */
const FIRST_FIELDS = ["metadata-version", "name", "version"];
const STAGES: readonly MetadataRule["stage"][] = [
  "form",
  "packaging",
  "pypi",
  "rendering",
];

/**
 * Judges the metadata in an upload's form as PyPI does.
 *
 * @param fields The form
 * @returns PyPI's words for the first problem, or `null`
 */
export function judgeMetadata(fields: FormFields): string | null {
  const view = viewOfForm(fields);
  for (const stage of STAGES) {
    const problems = METADATA_RULES.filter((rule) => rule.stage === stage)
      .flatMap((rule) => [...rule.check(view)])
      .filter(({ pypi }) => pypi !== undefined);
    const [first] = problems.sort((a, b) =>
      rankOf(a) - rankOf(b) || compareText(a.field!, b.field!)
    );
    if (!first) continue;
    if (stage === "rendering") return first.pypi!;
    const sentence = first.pypi!.endsWith(".") ? first.pypi : `${first.pypi}.`;
    const isLocal = problems.some(({ pypi }) =>
      pypi!.startsWith("The use of local versions")
    );
    return `${sentence} ${
      isLocal && first.field === "version" ? SEE_LOCAL_VERSIONS : SEE_METADATA
    }`;
  }
  return null;
}

function rankOf({ field }: Problem): number {
  const rank = FIRST_FIELDS.indexOf(field!);
  return rank < 0 ? FIRST_FIELDS.length : rank;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Judges an uploaded file as PyPI does: its name, the archive, what is in it.
 *
 * @param upload The upload
 * @returns PyPI's words for the first problem, or `null`
 */
export async function judgeFile(upload: Upload): Promise<string | null> {
  const { fields, filename, blob } = upload;
  const view = viewOfForm(fields);
  const name = { filename, identity: identityOf(view) };
  const unnamed = firstOf(FILENAME_RULES, name);
  if (unnamed !== null || blob === null) return unnamed;
  const licenseFiles = licenseFilesOf(view);
  if (filename.endsWith(".tar.gz")) {
    const wanted = ["PKG-INFO", ...licenseFiles];
    const facts = await readTarFacts(filename, blob, wanted);
    const subject = { ...facts, licenseFiles };
    return firstOf(TAR_RULES, facts) ?? firstOf(SDIST_RULES, subject) ??
      firstOf(SDIST_FILENAME_RULES, name) ??
      firstOf(SDIST_LICENSE_RULES, subject);
  }
  const distInfo = distInfoOf(filename);
  const isWheel = filename.endsWith(".whl");
  const facts = await readZipFacts(filename, blob, wantedOf(distInfo));
  const archive = firstOf(ZIP_RULES, facts);
  if (archive !== null) return archive;
  if (!isWheel) {
    const { topFolder } = facts;
    const found = facts.entries.has(`${topFolder}/PKG-INFO`)
      ? ["PKG-INFO"]
      : [];
    const subject: SdistSubject = {
      filename,
      topFolder,
      mixesAbsolute: false,
      found: new Set(found),
      licenseFiles,
    };
    return firstOf(SDIST_RULES, subject) ?? firstOf(ZIP_FRAMING_RULES, facts) ??
      firstOf(SDIST_FILENAME_RULES, name);
  }
  if (distInfo === null) return firstOf(WHEEL_FILENAME_RULES, name);
  const subject = { ...facts, distInfo, licenseFiles };
  return firstOf(WHEEL_FILE_RULES, subject) ??
    firstOf(ZIP_FRAMING_RULES, facts) ?? firstOf(WHEEL_FILENAME_RULES, name) ??
    firstOf(WHEEL_RULES, subject) ?? firstOf(FILENAME_LENGTH_RULES, name);
}

function firstOf<Subject>(
  rules: readonly Rule<Subject>[],
  subject: Subject,
): string | null {
  for (const rule of rules) {
    for (const { pypi } of rule.check(subject)) {
      if (pypi !== undefined) return pypi;
    }
  }
  return null;
}
