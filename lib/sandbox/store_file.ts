/**
 * Where an accepted upload becomes a file on the index.
 *
 * @module
 */

import { MAX_METADATA_BYTES } from "../dist/core_metadata.ts";
import { readZipEntries, readZipEntry } from "../dist/zip.ts";
import { ReleasioError } from "../errors.ts";
import type { Uploader } from "./authenticate.ts";
import { field, type Filetype } from "./field_rules.ts";
import { saveState } from "./persistence.ts";
import type { SandboxProject, SandboxState } from "./state.ts";
import type { Storage } from "./storage.ts";
import type { UploadedContent, UploadForm } from "./upload_form.ts";

/** An upload, with what its form says and whose it is. */
export interface AttributedUpload {
  /** The project's name, as sent. */
  readonly name: string;
  /** The version, normalized. */
  readonly version: string;
  /** What kind of file it is. */
  readonly filetype: Filetype;
  /** The form. */
  readonly form: UploadForm;
  /** The file. */
  readonly content: UploadedContent;
  /** The project. */
  readonly project: SandboxProject;
  /** Who uploads. */
  readonly uploader: Uploader;
}

/** An upload that nothing speaks against. */
export interface AcceptedUpload extends AttributedUpload {
  /** A wheel's METADATA, or `null`. */
  readonly metadata: string | null;
  /** Whether it is the first file of its release. */
  readonly isNewRelease: boolean;
}

/**
 * Puts a file on the index.
 *
 * @param desk The index, its storage and its clock
 * @param upload The upload
 */
export async function storeFile(
  { state, storage, now }: {
    readonly state: SandboxState;
    readonly storage: Storage;
    readonly now: () => number;
  },
  upload: AcceptedUpload,
): Promise<void> {
  const { version, form, content, project } = upload;
  const digest = content.blake2b ?? content.sha256;
  const path = [
    digest.slice(0, 2),
    digest.slice(2, 4),
    digest.slice(4),
    content.filename,
  ].join("/");
  await content.draft.keep(path);
  if (upload.isNewRelease) {
    const fields = Object.fromEntries(form.fields);
    project.releases.push({ version, createdAt: now(), fields });
  }
  project.name = upload.name;
  project.serial = ++state.serial;
  project.files.push({
    filename: content.filename,
    project: project.normalized,
    version,
    filetype: upload.filetype,
    size: content.size,
    sha256: content.sha256,
    md5: content.md5,
    blake2b: content.blake2b,
    path,
    uploadedAt: now(),
    requiresPython: field(form, "requires_python") || null,
    metadata: upload.metadata,
    attestations: field(form, "attestations") || null,
    publisher: upload.uploader.publisher,
  });
  await saveState(state, storage);
}

/**
 * A wheel's METADATA as it is, for the index to serve beside the wheel.
 *
 * @param blob The file, or `null` if its bytes are not kept
 * @param filename Its name
 * @returns The text, or `null` for an sdist and an unreadable wheel
 */
export async function readMetadata(
  blob: Blob | null,
  filename: string,
): Promise<string | null> {
  if (blob === null || !filename.endsWith(".whl")) return null;
  const [name, version] = filename.split("-");
  try {
    const entries = await readZipEntries(blob);
    const entry = entries.find((entry) =>
      entry.name === `${name}-${version}.dist-info/METADATA`
    );
    if (entry === undefined) return null;
    const bytes = await readZipEntry(blob, entry, MAX_METADATA_BYTES);
    return new TextDecoder().decode(bytes);
  } catch (error) {
    // Whether a broken archive is refused is for the judge to say.
    if (error instanceof ReleasioError) return null;
    throw error;
  }
}
