/**
 * What PyPI checks about the file of an upload, in its order and its words.
 * What it checks about the inside of archives is for a judge.
 *
 * @module
 */

import { compareVersions } from "../dist/version.ts";
import { field, type Filetype } from "./field_rules.ts";
import { Refusal } from "./refusal.ts";
import {
  allFiles,
  type SandboxProject,
  type SandboxRelease,
  type SandboxState,
} from "./state.ts";
import type { UploadedContent, UploadForm } from "./upload_form.ts";

const CLOSES_AFTER_MS = 14 * 24 * 60 * 60 * 1000;

/** The limits of a sandbox, in bytes. */
export interface UploadLimits {
  /** The largest file. */
  readonly maxFileSize: number;
  /** The most that the files of a project take together. */
  readonly maxProjectSize: number;
}

/**
 * Checks the file's name, size and digests.
 *
 * @param form The form
 * @param content The file
 * @param project The project that it is for
 * @param limits The sandbox's limits
 * @throws {Refusal} In PyPI's words
 */
export function checkContent(
  form: UploadForm,
  content: UploadedContent,
  project: SandboxProject,
  limits: UploadLimits,
): void {
  checkFilenameText(content.filename, field(form, "filetype"));
  // A part without a type is text to PyPI's framework.
  if (content.type === "" || content.type?.startsWith("image/")) {
    refuse("Invalid distribution file.");
  }
  if (content.size > limits.maxFileSize) {
    refuse(
      `File too large. Limit for project '${project.name}' is ${
        megabytes(limits.maxFileSize)
      } MB. See https://pypi.org/help/#file-size-limit for more information.`,
    );
  }
  const total = project.files.reduce((sum, { size }) => sum + size, 0);
  if (total + content.size > limits.maxProjectSize) {
    refuse(
      `Project size too large. Limit for project '${project.name}' total size is ${
        megabytes(limits.maxProjectSize) / 1024
      } GB. See https://pypi.org/help/#project-size-limit`,
    );
  }
  const digests = [
    ["md5_digest", content.md5],
    ["sha256_digest", content.sha256],
    ["blake2_256_digest", content.blake2b],
  ] as const;
  for (const [name, actual] of digests) {
    const given = field(form, name).toLowerCase();
    if (given !== "" && actual !== null && given !== actual) {
      refuse(
        "The digest supplied does not match a digest calculated from the uploaded file.",
      );
    }
  }
}

function checkFilenameText(filename: string, filetype: string): void {
  // deno-lint-ignore no-control-regex -- those are what is looked for
  if (/[\x00-\x1f\x7f]/.test(filename)) {
    refuse(
      "Cannot upload a file with non-printable characters (ordinals 0-31) or the DEL character (ordinal 127) in the name.",
    );
  }
  if (/[/\\]/.test(filename)) {
    refuse("Cannot upload a file with '/' or '\\' in the name.");
  }
  const allowed = filetype === "sdist" ? [".tar.gz", ".zip"] : [".whl"];
  if (!allowed.some((extension) => filename.endsWith(extension))) {
    refuse(
      "Invalid file extension: Use .tar.gz, .whl or .zip extension. See https://www.python.org/dev/peps/pep-0527 and https://peps.python.org/pep-0715/ for more information.",
    );
  }
}

/**
 * Whether the very same file is there already.
 *
 * @param state The index
 * @param content The file
 * @returns `true` if it is
 * @throws {Refusal} If its name is taken by other bytes, or its bytes are
 * there under another name, in PyPI's words
 */
export function isDuplicate(
  state: SandboxState,
  content: UploadedContent,
): boolean {
  const known = allFiles(state).find((file) =>
    file.filename === content.filename || file.sha256 === content.sha256
  );
  if (known === undefined) return false;
  const isSame = known.filename === content.filename &&
    known.sha256 === content.sha256;
  if (isSame) return true;
  return refuse(
    `File already exists ('${content.filename}', with blake2_256 hash '${content.blake2b}'). See https://pypi.org/help/#file-name-reuse for more information.`,
  );
}

/**
 * Checks whether a release still takes a file: deleted names, the 14 days,
 * the one sdist.
 *
 * @param state The index
 * @param project The project
 * @param release The release, if it exists
 * @param filetype What kind of file it is
 * @param content The file
 * @param now Milliseconds since the epoch
 * @throws {Refusal} In PyPI's words
 */
export function checkRelease(
  state: SandboxState,
  project: SandboxProject,
  release: SandboxRelease | undefined,
  filetype: Filetype,
  content: UploadedContent,
  now: number,
): void {
  if (state.deletedFilenames.has(content.filename)) {
    refuse(
      "This filename was previously used by a file that has since been deleted. Use a different version. See https://pypi.org/help/#file-name-reuse for more information.",
    );
  }
  if (release === undefined) return;
  if (now - release.createdAt > CLOSES_AFTER_MS) {
    refuse(
      "Uploading new files to releases older than 14 days is not allowed.",
    );
  }
  const hasSdist = project.files.some((file) =>
    file.filetype === "sdist" &&
    compareVersions(file.version, release.version) === 0
  );
  if (filetype === "sdist" && hasSdist) {
    refuse("Only one sdist may be uploaded per release.");
  }
}

function megabytes(bytes: number): number {
  return Math.floor(bytes / 1024 / 1024);
}

function refuse(message: string): never {
  throw new Refusal(400, message);
}
