/**
 * What PyPI checks about the fields of an upload, in its order and its words.
 * What it checks about metadata is for a judge.
 *
 * @module
 */

import { normalizeName } from "../dist/filename.ts";
import { normalizeVersion } from "../dist/version.ts";
import { Refusal } from "./refusal.ts";
import type { UploadForm } from "./upload_form.ts";

const HEX_DIGEST_REGEXP = /^[0-9a-f]{64}$/i;

/** What kind of file an upload is, in the form's words. */
export type Filetype = "sdist" | "bdist_wheel";

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
 * @returns What kind of file it is
 * @throws {Refusal} In PyPI's words
 */
export function checkFields(form: UploadForm): Filetype {
  if (field(form, "protocol_version", "1") !== "1") {
    refuse("Unknown protocol version.");
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
  return filetype;
}

function checkPythonVersion(
  filetype: Filetype,
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

/**
 * The project and version that a form names, once its metadata was judged.
 *
 * @param form The form
 * @returns Name and version
 * @throws {Refusal} For what an index can't file, whatever its judge says
 */
export function readIdentity(
  form: UploadForm,
): { readonly name: string; readonly version: string } {
  const name = field(form, "name");
  if (normalizeName(name).replaceAll("-", "") === "") {
    refuse("'name' is a required field");
  }
  const text = field(form, "version");
  const version = normalizeVersion(text);
  return version === null
    ? refuse(`'${text}' is invalid for 'version'`)
    : { name, version };
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
