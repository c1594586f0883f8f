/**
 * What a server says about a refused upload, wherever it says it.
 *
 * @module
 */

import { isRecord, parseJson } from "../http.ts";

/** The longest reason that is kept, in characters. */
const MAX_LENGTH = 1000;

/** The longest text of an HTML page that is taken for the reason. */
const MAX_PAGE_TEXT = 800;

/** The parts of an answer that may hold a reason. */
export interface AnswerText {
  /** The status. */
  readonly status: number;
  /** The reason phrase; empty with HTTP/2. */
  readonly statusText: string;
  /** The `Content-Type`, or an empty string. */
  readonly contentType: string;
  /** The body, or its beginning. */
  readonly body: string;
}

/**
 * Finds the reason: in JSON (PyPI's `code`, problem details, `errors`,
 * `message`), in an HTML page's body or title, in plain text, else in the
 * reason phrase.
 *
 * Sources: {@link https://docs.pylonsproject.org/projects/pyramid/en/latest/api/httpexceptions.html | Pyramid's HTTP exceptions},
 * which PyPI answers with, and
 * {@link https://www.rfc-editor.org/rfc/rfc9457 | RFC 9457}.
 *
 * @param answer The answer
 * @returns The reason in one line, raw, possibly empty
 */
export function serverReason(answer: AnswerText): string {
  const { body, contentType } = answer;
  const value = /json/i.test(contentType) || /^\s*\{/.test(body)
    ? parseJson(body)
    : undefined;
  const isHtml = /html/i.test(contentType) ||
    /^\s*<(!doctype|html)/i.test(body);
  const found = isRecord(value)
    ? jsonReason(value, answer.status)
    : isHtml
    ? htmlReason(body, answer.status)
    : /^text\/|^$/i.test(contentType)
    ? body
    : "";
  return oneLine(found) || oneLine(answer.statusText);
}

function jsonReason(value: Record<string, unknown>, status: number): string {
  const { code, message, title, detail, error, errors } = value;
  // PyPI: `code` is "400 <reason>", `message` a generic sentence, then the
  // reason again. The first may be all there is, the second keeps letters
  // that don't fit a status line.
  if (typeof code === "string" && code.startsWith(`${status} `)) {
    const reason = code.slice(4);
    const full = typeof message === "string"
      ? message.split("\n\n\n").slice(1).join(" ").trim()
      : "";
    return full.length === reason.trim().length ? full : reason;
  }
  if (typeof detail === "string") {
    return typeof title === "string" ? `${title}: ${detail}` : detail;
  }
  for (const list of [errors, message, error]) {
    const text = textOf(list);
    if (text !== "") return text;
  }
  return typeof title === "string" ? title : "";
}

/** The text in a string, an array, or an object of messages. */
function textOf(value: unknown, depth = 0): string {
  if (typeof value === "string") return value;
  if (depth > 3) return "";
  if (Array.isArray(value)) {
    return value.slice(0, 5).map((item) => textOf(item, depth + 1))
      .filter((text) => text !== "").join("; ");
  }
  if (!isRecord(value)) return "";
  const inner = value.message ?? value.detail ?? value.description;
  return inner === undefined
    ? textOf(Object.values(value), depth + 1)
    : textOf(inner, depth + 1);
}

function htmlReason(html: string, status: number): string {
  const title = plainText(/<title[^>]*>([^<]*)/i.exec(html)?.[1] ?? "");
  const body = html.search(/<body[\s>]/i);
  const text = plainText(body === -1 ? html : html.slice(body));
  // A page made by a framework is short and holds the reason; a designed one
  // is long and says it in its title, if anywhere.
  const found = text !== "" && text.length <= MAX_PAGE_TEXT ? text : title;
  return found.replace(new RegExp(`^(?:${status}\\s*)+`), "");
}

function plainText(html: string): string {
  return oneLine(
    html.replace(/<(script|style|head)\b[\s\S]*?<\/\1>/gi, " ")
      .replace(/<[^>]*>/g, " ")
      .replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&quot;/g, '"')
      .replace(/&#(?:0*39|x0*27);/gi, "'").replace(/&nbsp;/g, " ")
      .replace(/&amp;/g, "&"),
  );
}

function oneLine(text: string): string {
  const line = text.slice(0, 8 * MAX_LENGTH).replace(/\s+/g, " ").trim();
  return line.length <= MAX_LENGTH ? line : `${line.slice(0, MAX_LENGTH - 1)}…`;
}
