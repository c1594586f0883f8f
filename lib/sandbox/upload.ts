/**
 * The legacy upload API, as PyPI answers it
 * ({@link https://docs.pypi.org/api/upload/ | docs}).
 *
 * @module
 */

import type { TrustedRoot } from "../attest/trusted_root.ts";
import { normalizeName } from "../dist/filename.ts";
import { compareVersions } from "../dist/version.ts";
import type { RegisteredPublisher } from "../trust/registered_publisher.ts";
import {
  checkContent,
  checkRelease,
  isDuplicate,
  type UploadLimits,
} from "./content_rules.ts";
import { checkAttestations } from "./attestations.ts";
import { createProject } from "./create_project.ts";
import { checkFields, checkShape, field, readIdentity } from "./field_rules.ts";
import { Refusal, refusalResponse } from "./refusal.ts";
import type { SandboxProject, SandboxState } from "./state.ts";
import type { Storage } from "./storage.ts";
import {
  type AttributedUpload,
  readMetadata,
  storeFile,
} from "./store_file.ts";
import { authenticate, type Uploader } from "./authenticate.ts";
import {
  readUploadForm,
  type UploadedContent,
  type UploadForm,
} from "./upload_form.ts";

/** An upload, as a judge sees it. */
export interface JudgedUpload {
  /** The form's fields, each with every value that was sent. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
  /** The file's name. */
  readonly filename: string;
  /** The file's bytes, or `null` where the sandbox keeps none. */
  readonly blob: Blob | null;
  /** Bytes. */
  readonly size: number;
  /** SHA-256, lower-case hex. */
  readonly sha256: string;
  /** Who uploads: a publisher, or `null` for an API token. */
  readonly publisher: RegisteredPublisher | null;
}

/**
 * What else is checked about uploads. Each function returns PyPI's words for
 * a refusal, or `null`.
 */
export interface UploadJudge {
  /** Judges the metadata in the form, before the project is looked up. */
  readonly judgeMetadata?: (
    fields: ReadonlyMap<string, readonly string[]>,
  ) => string | null;
  /** Judges the file, after everything that the sandbox checks itself. */
  readonly judgeFile?: (upload: JudgedUpload) => Promise<string | null>;
}

/** What uploads work with. */
export interface UploadDesk {
  /** The index. */
  readonly state: SandboxState;
  /** Where files go. */
  readonly storage: Storage;
  /** The sandbox's limits. */
  readonly limits: UploadLimits;
  /** What else is checked. */
  readonly judge: UploadJudge;
  /** Whom to believe about attestations. */
  readonly trustedRoot: () => Promise<TrustedRoot>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Runs one task at a time, as a database does with its transactions. */
  readonly exclusively: (task: () => Promise<void>) => Promise<void>;
}

/**
 * Answers `POST /legacy/`.
 *
 * @param desk What uploads work with
 * @param request The request
 * @returns The answer, once the whole body was read
 */
export async function uploadResponse(
  desk: UploadDesk,
  request: Request,
): Promise<Response> {
  let form: UploadForm | undefined;
  try {
    const read = form = await readUploadForm(request, desk.storage);
    checkAction(request, read);
    await desk.exclusively(() => takeUpload(desk, request, read));
    return new Response(null, { status: 200 });
  } catch (error) {
    await form?.content?.draft.discard();
    if (error instanceof Refusal) return refusalResponse(request, error);
    throw error;
  }
}

function checkAction(request: Request, form: UploadForm): void {
  const action = new URL(request.url).searchParams.get(":action") ??
    field(form, ":action");
  if (["submit", "submit_pkg_info"].includes(action)) {
    throw new Refusal(
      410,
      "Project pre-registration is no longer required or supported, upload your files instead.",
    );
  }
  if (action === "doc_upload") {
    throw new Refusal(
      410,
      "Uploading documentation is no longer supported, we recommend using https://readthedocs.org/.",
    );
  }
  if (action !== "file_upload") throw new Refusal(405, "Method Not Allowed");
}

async function takeUpload(
  desk: UploadDesk,
  request: Request,
  form: UploadForm,
): Promise<void> {
  const { state, judge, now } = desk;
  checkShape(form);
  if (state.flags.readOnly) {
    throw new Refusal(
      403,
      "Read-only mode: Uploads are temporarily disabled.",
    );
  }
  if (state.flags.disallowUploads) {
    throw new Refusal(
      403,
      "New uploads are temporarily disabled. See https://pypi.org/help#admin-intervention for more information.",
    );
  }
  const uploader = authenticate(state, request.headers, now());
  const filetype = checkFields(form);
  refuseIf(judge.judgeMetadata?.(form.fields));
  const identity = readIdentity(form);
  const content = requireContent(form);
  const normalized = normalizeName(identity.name);
  const isNew = !state.projects.has(normalized);
  try {
    const project = findProject(state, identity.name, uploader);
    await fileUpload(desk, {
      ...identity,
      filetype,
      form,
      content,
      project,
      uploader,
    });
  } catch (error) {
    // As a database does when its transaction fails.
    if (isNew) state.projects.delete(normalized);
    throw error;
  }
}

async function fileUpload(
  desk: UploadDesk,
  upload: AttributedUpload,
): Promise<void> {
  const { state, judge, now } = desk;
  const { version, filetype, form, content, project, uploader } = upload;
  uploader.checkProject(project.normalized);
  checkContent(form, content, project, desk.limits);
  if (isDuplicate(state, content)) {
    await content.draft.discard();
    return;
  }
  const release = project.releases.find((release) =>
    compareVersions(release.version, version) === 0
  );
  checkRelease(state, project, release, filetype, content, now());
  const blob = await content.draft.read();
  refuseIf(
    await judge.judgeFile?.({
      fields: form.fields,
      filename: content.filename,
      blob,
      size: content.size,
      sha256: content.sha256,
      publisher: uploader.publisher,
    }),
  );
  await checkAttestations(field(form, "attestations"), {
    filename: content.filename,
    sha256: content.sha256,
    publisher: uploader.publisher,
    trustedRoot: desk.trustedRoot,
  });
  await storeFile(desk, {
    ...upload,
    version: release?.version ?? version,
    metadata: await readMetadata(blob, content.filename),
    isNewRelease: release === undefined,
  });
}

function requireContent(form: UploadForm): UploadedContent {
  if (form.content !== null) return form.content;
  // A value without a file name is text to PyPI's framework, and PyPI stumbles.
  if (form.fields.has("content")) {
    throw new Refusal(500, "Internal Server Error");
  }
  throw new Refusal(400, "Upload payload does not have a file.");
}

function findProject(
  state: SandboxState,
  name: string,
  uploader: Uploader,
): SandboxProject {
  const normalized = normalizeName(name);
  if (!state.projects.has(normalized)) {
    if (uploader.publisher !== null) {
      throw new Refusal(
        400,
        "Non-user identities cannot create new projects. This was probably caused by successfully using a pending publisher but specifying the project name incorrectly (either in the publisher or in your project's metadata). Please ensure that both match. See: https://docs.pypi.org/trusted-publishers/troubleshooting/",
      );
    }
    uploader.checkProject(normalized);
    createProject(state, name);
  }
  const project = state.projects.get(normalized)!;
  const isClosed = project.status === "archived" ||
    project.status === "quarantined" && uploader.publisher !== null;
  if (isClosed) {
    throw new Refusal(
      403,
      `The given token isn't allowed to upload to project '${project.name}'. See https://pypi.org/help/#project-name for more information.`,
    );
  }
  return project;
}

function refuseIf(message: string | null | undefined): void {
  if (typeof message === "string") throw new Refusal(400, message);
}
