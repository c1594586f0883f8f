/**
 * What PyPI checks about the fields of an upload, in its order and its words.
 * What it checks about metadata is for a judge.
 *
 * @module
 */

import { hasLocalVersion, normalizeVersion } from "../dist/version.ts";
import { Refusal } from "./refusal.ts";
import type { UploadForm } from "./upload_form.ts";

const NAME_REGEXP = /^(?:[A-Z0-9]|[A-Z0-9][A-Z0-9._-]*[A-Z0-9])$/i;
const HEX_DIGEST_REGEXP = /^[0-9a-f]{64}$/i;

/** What an upload says about itself, once its fields are in order. */
export interface UploadFacts {
  /** The project's name, as sent. */
  readonly name: string;
  /** The version, normalized. */
  readonly version: string;
  /** What kind of file it is. */
  readonly filetype: "sdist" | "bdist_wheel";
}

/**
 * Checks that files are where files belong: PyPI does so before all else.
 *
 * @param form The form
 * @throws {Refusal} In PyPI's words
 */
export function checkShape(form: UploadForm): void {
  const [misplaced] = form.misplacedFiles;
  if (misplaced !== undefined) refuse(`${misplaced}: Should not be a tuple.`);
}

/**
 * Checks the form's fields.
 *
 * @param form The form
 * @returns What it says
 * @throws {Refusal} In PyPI's words
 */
export function checkFields(form: UploadForm): UploadFacts {
  if (field(form, "protocol_version", "1") !== "1") {
    refuse("Unknown protocol version.");
  }
  const name = field(form, "name");
  if (name === "") {
    refuse(
      "'' is an invalid value for Name. Error: This field is required. See https://packaging.python.org/specifications/core-metadata for more information.",
    );
  }
  if (!NAME_REGEXP.test(name)) {
    refuse(
      `'${name}' is an invalid value for Name. Error: Start and end with a letter or numeral containing only ASCII numeric and '.', '_' and '-'. See https://packaging.python.org/specifications/core-metadata for more information.`,
    );
  }
  const filetype = field(form, "filetype");
  if (filetype === "") {
    refuse("Invalid value for filetype. Error: This field is required.");
  }
  if (filetype !== "sdist" && filetype !== "bdist_wheel") {
    refuse("Invalid value for filetype. Error: Use a known file type.");
  }
  checkPythonVersion(filetype, field(form, "pyversion"));
  checkDigestFields(form);
  return { name, version: checkVersion(field(form, "version")), filetype };
}

function checkPythonVersion(
  filetype: UploadFacts["filetype"],
  pyversion: string,
): void {
  if (filetype === "bdist_wheel" && pyversion === "") {
    refuse(
      "Invalid value for pyversion. Error: Python version is required for binary distribution uploads.",
    );
  }
  if (filetype === "sdist" && pyversion !== "" && pyversion !== "source") {
    refuse(
      "Invalid value for pyversion. Error: Use 'source' as Python version for an sdist.",
    );
  }
}

function checkDigestFields(form: UploadForm): void {
  const digests = [
    ["sha256_digest", "SHA256"],
    ["blake2_256_digest", "BLAKE2"],
  ] as const;
  for (const [name, label] of digests) {
    const value = field(form, name);
    if (value !== "" && !HEX_DIGEST_REGEXP.test(value)) {
      refuse(
        `Invalid value for ${name}. Error: Use a valid, hex-encoded, ${label} message digest.`,
      );
    }
  }
  const names = ["md5_digest", ...digests.map(([name]) => name)];
  if (names.every((name) => field(form, name) === "")) {
    refuse("Error: Include at least one message digest.");
  }
}

function checkVersion(text: string): string {
  if (text === "") refuse("'version' is a required field");
  const version = normalizeVersion(text);
  if (version === null) return refuse(`'${text}' is invalid for 'version'`);
  if (hasLocalVersion(version)) {
    refuse(`The use of local versions in '${version}' is not allowed.`);
  }
  return version;
}

/**
 * A field's only value; of several, the last.
 *
 * @param form The form
 * @param name The field's name
 * @param absent What to return without it
 * @returns The value, without surrounding blanks
 */
export function field(form: UploadForm, name: string, absent = ""): string {
  const value = form.fields.get(name)?.at(-1)?.trim();
  return value === undefined || value === "" ? absent : value;
}

function refuse(message: string): never {
  throw new Refusal(400, message);
}
