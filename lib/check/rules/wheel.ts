/**
 * Rules about what a wheel holds.
 *
 * @module
 */

import type { ZipFacts } from "../zip_facts.ts";
import { findEntryPointProblem } from "../entry_points.ts";
import { parseRecord } from "../record_file.ts";
import { type Rule, shown } from "../rule.ts";

const WHEEL_FORMAT =
  "https://packaging.python.org/en/latest/specifications/binary-distribution-format/";
const RECORD =
  "https://packaging.python.org/en/latest/specifications/recording-installed-packages/#the-record-file";
const REBUILD = "Build it again with an up-to-date build tool.";
const RENAMED =
  "Name and version of the .dist-info folder must be spelled as in the file name. Build it again; don't rename wheels.";

/** What the rules want to know about a wheel. */
export interface WheelSubject extends ZipFacts {
  /** Where its metadata must lie, by its file name. */
  readonly distInfo: string;
  /** Paths that the metadata names as license files. */
  readonly licenseFiles: readonly string[];
}

/**
 * Where a wheel's metadata must lie.
 *
 * @param filename The wheel's name
 * @returns Such as `demo-1.0.dist-info`; `null` if the name has no such parts
 */
export function distInfoOf(filename: string): string | null {
  const [name, version, ...more] = filename.split("-");
  return more.length > 0 ? `${name}-${version}.dist-info` : null;
}

const wheelMissing: Rule<WheelSubject> = {
  code: "wheel-file-missing",
  severity: "error",
  summary:
    "a wheel has no WHEEL in the .dist-info folder that its file name asks for",
  source: WHEEL_FORMAT,
  hint: RENAMED,
  *check({ entries, distInfo }) {
    const path = `${distInfo}/WHEEL`;
    if (entries.has(path)) return;
    yield {
      message: `The wheel has no ${shown(path)}`,
      pypi: `Invalid distribution file. WHEEL not found at ${path}`,
    };
  },
};

const licenseMissing: Rule<WheelSubject> = {
  code: "wheel-license-file-missing",
  severity: "error",
  summary: "a License-File is not in the wheel, below `.dist-info/licenses/`",
  source: "https://peps.python.org/pep-0639/#add-license-file-field",
  hint: REBUILD,
  *check({ entries, distInfo, licenseFiles, filename }) {
    for (const file of licenseFiles) {
      const path = `${distInfo}/licenses/${file}`;
      if (entries.has(path)) continue;
      yield {
        message: `License-File ${shown(file)} is not in the wheel`,
        pypi:
          `License-File ${file} does not exist in distribution file ${filename} at ${path}`,
      };
    }
  },
};

const recordMissing: Rule<WheelSubject> = {
  code: "wheel-record-missing",
  severity: "error",
  summary:
    "a wheel has no RECORD, or it is not CSV in UTF-8 without blank lines",
  source: RECORD,
  hint: REBUILD,
  *check({ entries, contents, distInfo, filename }) {
    const path = `${distInfo}/RECORD`;
    const content = contents.get(path);
    if (content ? parseRecord(content) !== null : entries.has(path)) return;
    yield {
      message: content
        ? `The wheel's ${shown(path)} can't be read`
        : `The wheel has no ${shown(path)}`,
      pypi:
        `Wheel '${filename}' does not contain the required RECORD file: ${path}`,
    };
  },
};

/** How many paths a message names. */
const MAX_PATHS = 3;

const recordMismatch: Rule<WheelSubject> = {
  code: "wheel-record-mismatch",
  severity: "warning",
  summary:
    "a wheel's RECORD lists other files than the wheel has: PyPI takes it, and sends its owners an e-mail",
  source: RECORD,
  hint: REBUILD,
  *check({ entries, contents, distInfo }) {
    const content = contents.get(`${distInfo}/RECORD`);
    const listed = content && parseRecord(content);
    if (!listed) return;
    const exempt = [`${distInfo}/RECORD.jws`, `${distInfo}/RECORD.p7s`];
    const present = new Set(
      [...entries.keys()].filter((path) =>
        !/[/\\]$/.test(path) && !exempt.includes(path)
      ),
    );
    const unlisted = [...present].filter((path) => !listed.has(path));
    const absent = [...listed].filter((path) => !present.has(path));
    if (unlisted.length > 0) {
      yield { message: `RECORD does not list ${someOf(unlisted)}` };
    }
    if (absent.length > 0) {
      yield { message: `RECORD lists what is not there: ${someOf(absent)}` };
    }
  },
};

function someOf(paths: readonly string[]): string {
  const named = paths.slice(0, MAX_PATHS).map(shown).join(", ");
  const more = paths.length - MAX_PATHS;
  return more > 0 ? `${named} and ${more} more` : named;
}

const entryPointsInvalid: Rule<WheelSubject> = {
  code: "wheel-entry-points-invalid",
  severity: "error",
  summary:
    "a wheel's entry_points.txt is no INI file in UTF-8, or the name of a script is not letters, digits, `_`, `.` and `-`",
  source:
    "https://packaging.python.org/en/latest/specifications/entry-points/#file-format",
  hint: "Correct the project's scripts and entry points, and build again.",
  *check({ contents, distInfo, filename }) {
    const content = contents.get(`${distInfo}/entry_points.txt`);
    const problem = content && findEntryPointProblem(content);
    if (!problem) return;
    yield {
      message:
        `entry_points.txt is not taken: ${problem.reason} (line ${problem.line})`,
      pypi:
        `Wheel '${filename}' has invalid entry points defined in the entry_points.txt file`,
    };
  },
};

const metadataMissing: Rule<WheelSubject> = {
  code: "wheel-metadata-missing",
  severity: "error",
  summary:
    "a wheel has no METADATA in the .dist-info folder that its file name asks for",
  source: WHEEL_FORMAT,
  hint: RENAMED,
  *check({ entries, distInfo, filename }) {
    const path = `${distInfo}/METADATA`;
    if (entries.has(path)) return;
    yield {
      message: `The wheel has no ${shown(path)}`,
      pypi:
        `Wheel '${filename}' does not contain the required METADATA file: ${path}`,
    };
  },
};

/** The rule that PyPI applies when it opens a wheel. */
export const WHEEL_FILE_RULES: readonly Rule<WheelSubject>[] = [wheelMissing];

/** Rules about what a wheel holds, in PyPI's order. */
export const WHEEL_RULES: readonly Rule<WheelSubject>[] = [
  licenseMissing,
  recordMissing,
  recordMismatch,
  entryPointsInvalid,
  metadataMissing,
];
