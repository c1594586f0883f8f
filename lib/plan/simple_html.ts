/**
 * Project pages of the Simple API in HTML, as far as a publisher needs them.
 *
 * @module
 */

import type { IndexFile, IndexProject } from "./simple_api.ts";

/** A comment, or the beginning of a tag. */
const COMMENT_OR_TAG = /<(?:!--[^]*?(?:-->|$)|([a-z][^\s/>]*))/gi;

/** An attribute, up to the quote that its value begins with, if one does. */
const ATTRIBUTE =
  /[\s/]*([^\s/>][^\s/>=]*)(?:\s*=\s*(?:(["'])|([^\s"'>][^\s>]*)))?/y;

const TAG_END = /[\s/]*>/y;

const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos));/gi;

const NAMED_ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

/** A tag's attributes by their names in lower case. */
type Attributes = ReadonlyMap<string, string>;

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
  for (const [tag, attributes] of tags(html)) {
    if (tag === "a") {
      const file = readLink(attributes);
      if (file !== null) files.push(file);
    } else if (attributes.get("name") === "pypi:project-status") {
      status = attributes.get("content") ?? status;
    }
  }
  return { status, files };
}

function* tags(html: string): Generator<[name: string, Attributes]> {
  for (let at = 0;;) {
    COMMENT_OR_TAG.lastIndex = at;
    const match = COMMENT_OR_TAG.exec(html);
    if (match === null) return;
    at = COMMENT_OR_TAG.lastIndex;
    if (match[1] === undefined) continue;
    const tag = readAttributes(html, at);
    // What is not closed is closed nowhere further on.
    if (tag === null) return;
    yield [match[1].toLowerCase(), tag.attributes];
    at = tag.end;
  }
}

/** A tag's attributes, or `null` if the text ends before the tag does. */
function readAttributes(
  html: string,
  start: number,
): { readonly attributes: Attributes; readonly end: number } | null {
  const attributes = new Map<string, string>();
  for (let at = start;;) {
    TAG_END.lastIndex = ATTRIBUTE.lastIndex = at;
    if (TAG_END.test(html)) return { attributes, end: TAG_END.lastIndex };
    const match = ATTRIBUTE.exec(html);
    if (match === null) return null;
    const [, name, quote, bare = ""] = match;
    at = ATTRIBUTE.lastIndex;
    let value = bare;
    if (quote !== undefined) {
      const end = html.indexOf(quote, at);
      if (end === -1) return null;
      value = html.slice(at, end);
      at = end + 1;
    }
    // Of two, the first counts.
    const key = name!.toLowerCase();
    if (!attributes.has(key)) attributes.set(key, decodeEntities(value));
  }
}

function decodeEntities(text: string): string {
  return text.replaceAll(ENTITY, (entity, decimal, hex, name) => {
    if (name !== undefined) return NAMED_ENTITIES[name.toLowerCase()]!;
    const code = decimal === undefined ? parseInt(hex, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : entity;
  });
}

function readLink(attributes: Attributes): IndexFile | null {
  const [path = "", fragment = ""] = (attributes.get("href") ?? "").split("#");
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
    isYanked: attributes.has("data-yanked"),
  };
}
