/**
 * Untrusted text in Markdown.
 *
 * @module
 */

import { plain } from "./plain.ts";

const ZERO_WIDTH_SPACE = "\u200b";

/**
 * Escapes text for a paragraph or a table cell: it shows as it is, without
 * markup, images, HTML, links or mentions. Web addresses become code, so that
 * they can be copied but not clicked.
 *
 * @param text Untrusted text
 * @param limit The most characters to take of it
 * @returns Markdown
 */
export function markdown(text: string, limit = 1000): string {
  return plain(text, limit)
    .split(/(\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s<>`|"]*[^\s<>`|".,;:!?])/i)
    .map((part, i) => i % 2 === 1 ? code(part) : escapeText(part))
    .join("");
}

function escapeText(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll(/[\\*_[\]#!|~]|^[-+]/g, "\\$&")
    .replaceAll("$", "&#36;")
    .replaceAll("`", "&#96;")
    // GitHub looks for these after Markdown is done with escapes.
    .replaceAll("@", `@${ZERO_WIDTH_SPACE}`)
    .replaceAll(/\bwww\./gi, `$&${ZERO_WIDTH_SPACE}`)
    .replaceAll("://", `:${ZERO_WIDTH_SPACE}//`);
}

/**
 * Sets text as code: file names, digests, whatever may be copied.
 *
 * @param text Untrusted text
 * @param limit The most characters to take of it
 * @returns Markdown, fit for a table cell
 */
export function code(text: string, limit = 1000): string {
  const shown = plain(text, limit);
  if (shown === "") return "";
  const runs = shown.match(/`+/g) ?? [];
  const fence = "`".repeat(Math.max(0, ...runs.map((run) => run.length)) + 1);
  const space = fence.length > 1 ? " " : "";
  // A table's cells are cut at pipes before code is seen.
  return `${fence}${space}${shown.replaceAll("|", "\\|")}${space}${fence}`;
}

/**
 * A link to an address that we made.
 *
 * @param text Untrusted text
 * @param url The address
 * @returns Markdown
 */
export function link(text: string, url: string): string {
  const safe = url.replaceAll(/[\s()<>|\\"`[\]]/g, encodeURIComponent)
    .replaceAll("(", "%28").replaceAll(")", "%29");
  return /^https?:\/\//.test(safe)
    ? `[${markdown(text, 200)}](${safe})`
    : markdown(text, 200);
}
