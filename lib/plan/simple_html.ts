/**
 * Project pages of the Simple API in HTML, as far as a publisher needs them.
 *
 * @module
 */

import type { IndexFile, IndexProject } from "./simple_api.ts";

/** Longer tags are no links to files. */
const MAX_TAG_LENGTH = 8192;

/**
 * Reads a project page: a file per link, its digest from the link's fragment.
 *
 * It goes through the text once, whatever the text is.
 *
 * Source: {@link https://packaging.python.org/en/latest/specifications/simple-repository-api/#base-html-api | base HTML API}
 *
 * @param html The page
 * @returns Its files
 */
export function readSimpleHtml(html: string): IndexProject {
  const files: IndexFile[] = [];
  let status = "active";
  for (let start = 0;;) {
    start = html.indexOf("<", start);
    if (start === -1) break;
    const end = html.indexOf(">", start);
    if (end === -1) break;
    const tag = html.slice(start + 1, Math.min(end, start + MAX_TAG_LENGTH));
    start = end + 1;
    if (/^a\s/i.test(tag)) {
      const file = readLink(attribute(tag, "href") ?? "");
      if (file !== null) files.push(file);
    } else if (attribute(tag, "name") === "pypi:project-status") {
      status = attribute(tag, "content") ?? status;
    }
  }
  return { status, files };
}

function readLink(href: string): IndexFile | null {
  const [path = "", fragment = ""] = href.split("#");
  const last = path.split("?")[0]!.split("/").at(-1)!;
  let filename: string;
  try {
    filename = decodeURIComponent(last);
  } catch {
    return null;
  }
  if (filename === "") return null;
  const digest = /(?:^|&)([a-z0-9_]+)=([0-9a-f]+)(?:&|$)/i.exec(fragment);
  return {
    filename,
    hashes: digest === null
      ? {}
      : { [digest[1]!.toLowerCase()]: digest[2]!.toLowerCase() },
    size: null,
    uploadTime: null,
  };
}

function attribute(tag: string, name: string): string | null {
  const match = new RegExp(
    `\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`,
    "i",
  ).exec(tag);
  const value = match?.[1] ?? match?.[2] ?? match?.[3];
  return value?.replaceAll("&amp;", "&") ?? null;
}
