/**
 * What an upload says about a file: the fields of the form, and the form
 * itself.
 *
 * @module
 */

import type { CoreMetadata } from "../dist/core_metadata.ts";
import type { HashedDistribution } from "../dist/distribution.ts";
import {
  METADATA_FIELDS,
  predatesLicenseFile,
} from "../dist/metadata_fields.ts";

/** One text field of the form: its name and its value. */
export type UploadField = readonly [name: string, value: string];

/** A form that is ready to be sent. */
export interface UploadForm {
  /** Value of the `Content-Type` header. */
  readonly contentType: string;
  /** The whole form, its length known, its file read when it is sent. */
  readonly body: Blob;
}

/**
 * The text fields of the
 * {@link https://docs.pypi.org/api/upload/ | upload API} for a file, in the
 * order of sending: the protocol, the file's facts, then the core metadata in
 * the order of the file, repeated fields as repeated parts.
 *
 * The index judges these values, not the metadata inside the file, so all of
 * it is sent as it stands there, fields of newer metadata versions included.
 *
 * @param distribution The file
 * @param attestations Its attestations, each the text of a JSON object
 * @returns The fields
 */
export function uploadFields(
  distribution: HashedDistribution,
  attestations: readonly string[] = [],
): UploadField[] {
  const { name } = distribution;
  const fields: UploadField[] = [
    [":action", "file_upload"],
    ["protocol_version", "1"],
    ["filetype", name.kind === "wheel" ? "bdist_wheel" : "sdist"],
    ["pyversion", name.kind === "wheel" ? name.python.join(".") : "source"],
    ["sha256_digest", distribution.sha256],
    ...metadataFields(distribution.metadata),
  ];
  if (attestations.length > 0) {
    fields.push(["attestations", `[${attestations.join(",")}]`]);
  }
  return fields;
}

function metadataFields(metadata: CoreMetadata): UploadField[] {
  const fields: UploadField[] = [];
  const isOld = predatesLicenseFile(metadata.metadataVersion);
  for (const { name, value } of metadata.fields) {
    if (value === "" || name === "description") continue;
    if (name === "license-file" && isOld) continue;
    const key = METADATA_FIELDS.get(name)?.formKey ?? name.replaceAll("-", "_");
    fields.push([key, value]);
  }
  if (metadata.description !== null) {
    fields.push(["description", metadata.description]);
  }
  // GitLab's registry wants this one even if there is nothing to say.
  if (!fields.some(([key]) => key === "requires_python")) {
    fields.push(["requires_python", ""]);
  }
  return fields;
}

/**
 * Puts the fields and the file, last, into one `multipart/form-data` body.
 *
 * Written out here because `FormData` turns every line end of a value into
 * CRLF, which would change descriptions; and a `Blob` of parts is sent like a
 * `FormData`: streamed, with a `Content-Length`.
 *
 * Source: {@link https://www.rfc-editor.org/rfc/rfc7578 | RFC 7578}, with
 * names escaped as in the
 * {@link https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data | HTML standard}.
 *
 * @param distribution The file that the form is about
 * @param fields Its text fields
 * @param content Its bytes
 * @returns The form
 */
export function uploadForm(
  distribution: HashedDistribution,
  fields: readonly UploadField[],
  content: Blob,
): UploadForm {
  // No file can hold its own digest, so this needs no dice.
  const boundary = `releasio-${distribution.sha256.slice(0, 48)}`;
  const head = fields.map(([name, value]) =>
    `--${boundary}\r\nContent-Disposition: form-data; ` +
    `name="${escapeName(name)}"\r\n\r\n${value}\r\n`
  ).join("");
  // Said, since a part without a type is text, and PyPI refuses an empty one.
  const file = `--${boundary}\r\nContent-Disposition: form-data; ` +
    `name="content"; filename="${escapeName(distribution.filename)}"\r\n` +
    "Content-Type: application/octet-stream\r\n\r\n";
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: new Blob([head, file, content, `\r\n--${boundary}--\r\n`]),
  };
}

function escapeName(name: string): string {
  return name.replaceAll("\n", "%0A").replaceAll("\r", "%0D")
    .replaceAll('"', "%22");
}
