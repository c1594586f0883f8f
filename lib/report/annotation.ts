/**
 * GitHub Actions' log commands.
 *
 * @module
 */

import { plain } from "./plain.ts";

/** Where an annotation points, and its heading. */
export interface AnnotationPlace {
  /** A file, relative to the repository's root. */
  readonly file?: string | null;
  /** 1-based line. */
  readonly line?: number;
  /** Heading. */
  readonly title?: string;
}

/**
 * A line that GitHub shows beside the run and on the files that it is about:
 * see {@link https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions | workflow commands}.
 *
 * @param level How much it weighs
 * @param paragraphs Untrusted text; each becomes a line of the annotation
 * @param place Where it points, and its heading
 * @returns One line
 */
export function annotation(
  level: "error" | "warning" | "notice",
  paragraphs: readonly (string | null)[],
  place: AnnotationPlace = {},
): string {
  const properties = [
    place.file ? `file=${escapeProperty(place.file)}` : "",
    place.line === undefined ? "" : `line=${place.line}`,
    place.title ? `title=${escapeProperty(place.title)}` : "",
  ].filter(Boolean).join(",");
  const message = paragraphs
    .filter((paragraph) => paragraph !== null)
    .map((paragraph) => escapeData(plain(paragraph)))
    .join("%0A");
  return `::${level}${properties && ` ${properties}`}::${message}`;
}

/**
 * Opens a part of the log that GitHub folds.
 *
 * @param title Its heading
 * @returns One line
 */
export function openGroup(title: string): string {
  return `::group::${escapeData(plain(title, 200))}`;
}

/** Closes what {@linkcode openGroup} opened. */
export const CLOSE_GROUP = "::endgroup::";

function escapeData(text: string): string {
  return text
    .replaceAll("%", "%25")
    .replaceAll("\r", "%0D")
    .replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(plain(text, 300))
    .replaceAll(":", "%3A")
    .replaceAll(",", "%2C");
}
