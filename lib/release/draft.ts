/**
 * A release that is not finished: a hidden line in its text says which commit
 * and which files it is of, so that a run that is repeated can go on with it.
 *
 * @module
 */

import { isRecord, parseJson } from "../http.ts";

/** A file of a release. */
export interface ManifestFile {
  /** Its name. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** What an unfinished release is of. */
export interface Manifest {
  /** The commit. */
  readonly commit: string;
  /** Its files, all of them. */
  readonly files: readonly ManifestFile[];
}

const LINE = /<!-- releasio (\{.*\}) -->/;
/** Names come from here and become paths. */
const NAME = /^[^/\\\0]+$/;

/**
 * Puts a manifest into a release's text, at its end, where nobody sees it.
 *
 * @param body The text
 * @param manifest The manifest
 * @returns Markdown
 */
export function withManifest(body: string, manifest: Manifest): string {
  // No file name may end the comment.
  const json = JSON.stringify(manifest).replaceAll(
    /[<>]/g,
    (char) => `\\u00${char.charCodeAt(0).toString(16)}`,
  );
  return `${body}\n\n<!-- releasio ${json} -->\n`.trimStart();
}

/**
 * Reads the manifest out of a release's text.
 *
 * @param body The text
 * @returns The manifest, or `null` if the release is finished or not ours
 */
export function readManifest(body: string): Manifest | null {
  const data = parseJson(LINE.exec(body)?.[1] ?? "");
  if (!isRecord(data) || !isCommit(data.commit)) return null;
  if (!Array.isArray(data.files) || !data.files.every(isFile)) return null;
  return { commit: data.commit, files: data.files };
}

function isCommit(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{40,64}$/.test(value);
}

function isFile(value: unknown): value is ManifestFile {
  return isRecord(value) &&
    typeof value.name === "string" && NAME.test(value.name) &&
    !value.name.startsWith(".") &&
    typeof value.size === "number" && Number.isSafeInteger(value.size) &&
    typeof value.sha256 === "string" && /^[0-9a-f]{64}$/.test(value.sha256);
}
