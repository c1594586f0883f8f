/**
 * What a release says.
 *
 * @module
 */

import { compareVersions, normalizeVersion } from "../dist/version.ts";
import { code, link } from "../report/markdown.ts";
import type { ManifestFile } from "./draft.ts";

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const ATX = /^ {0,3}(#{1,6})\s+(.*)$/;
const UNDERLINE = /^ {0,3}(=+|-+)\s*$/;

/** A heading of a Markdown text. */
interface Heading {
  readonly level: number;
  readonly text: string;
  /** The line that it begins in. */
  readonly start: number;
  /** The line after it. */
  readonly end: number;
}

/**
 * Cuts the section of a version out of a changelog: from below the heading
 * that names the version to the next one of its level.
 *
 * @param changelog Markdown
 * @param version The version
 * @returns The section, or `null` if there is none, or nothing in it
 */
export function changelogSection(
  changelog: string,
  version: string,
): string | null {
  const lines = changelog.split(/\r?\n/);
  const headings = findHeadings(lines);
  const own = headings.find(({ text }) => namesVersion(text, version));
  if (own === undefined) return null;
  const next = headings.find(({ level, start }) =>
    start >= own.end && level <= own.level
  );
  const section = lines.slice(own.end, next?.start).join("\n").trim();
  return section === "" ? null : section;
}

function findHeadings(lines: readonly string[]): Heading[] {
  const headings: Heading[] = [];
  let fence: string | null = null;
  for (const [index, line] of lines.entries()) {
    const mark = FENCE.exec(line)?.[1];
    if (mark !== undefined) {
      if (fence === null) fence = mark;
      else if (mark.startsWith(fence)) fence = null;
      continue;
    }
    if (fence !== null) continue;
    const [, hashes, text] = ATX.exec(line) ?? [];
    if (hashes !== undefined) {
      headings.push({
        level: hashes.length,
        text: text!,
        start: index,
        end: index + 1,
      });
      continue;
    }
    const underline = UNDERLINE.exec(line)?.[1];
    const above = lines[index - 1]?.trim() ?? "";
    if (underline !== undefined && above !== "") {
      headings.push({
        level: underline.startsWith("=") ? 1 : 2,
        text: above,
        start: index - 1,
        end: index + 1,
      });
    }
  }
  return headings;
}

/** `[1.2.0] - 2026-01-31`, `v1.2.0 (stable)`, `Version 1.2`, `demo 1.2.0`. */
function namesVersion(heading: string, version: string): boolean {
  return heading.split(/[\s()[\],:]+/).slice(0, 3).some((word) => {
    const found = normalizeVersion(word);
    return found !== null && compareVersions(found, version) === 0;
  });
}

/** What a release's text is made of. */
export interface NotesParts {
  /** What changed, in Markdown. */
  readonly changes: string;
  /** The release's page on the index, or `null` if it is not there. */
  readonly page: string | null;
  /** The project, normalized. */
  readonly project: string;
  /** The version. */
  readonly version: string;
  /** Its files. */
  readonly files: readonly ManifestFile[];
}

/**
 * Writes the text of a release: what changed, then where its files are.
 *
 * @param parts What it is made of
 * @returns Markdown
 */
export function releaseNotes(parts: NotesParts): string {
  const { changes, page, project, version, files } = parts;
  const list = files.filter(({ name }) => !name.endsWith(".attestation"));
  const blocks = [
    changes.trim(),
    ...(page === null
      ? []
      : [`On PyPI: ${link(`${project} ${version}`, page)}`]),
    ...(list.length === 0 ? [] : [
      [
        "| File | SHA-256 |",
        "| --- | --- |",
        ...list.map(({ name, sha256 }) =>
          `| ${page === null ? code(name) : link(name, `${page}#${name}`)} | ${
            code(sha256)
          } |`
        ),
      ].join("\n"),
    ]),
  ];
  return blocks.filter((block) => block !== "").join("\n\n");
}
