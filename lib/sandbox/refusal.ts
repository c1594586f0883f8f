/**
 * Refusals in PyPI's form: the text is in the status line and in the body,
 * as HTML, JSON or plain text.
 *
 * @module
 */

import { STATUS_TEXT, type StatusCode } from "@std/http/status";

// The sentences of the framework that PyPI is built on.
const EXPLANATIONS: Readonly<Record<number, string>> = {
  400:
    "The server could not comply with the request since it is either malformed or otherwise incorrect.",
  403: "Access was denied to this resource.",
  404: "The resource could not be found.",
  405: "The request method is not allowed for this resource.",
  409: "There was a conflict when trying to complete your request.",
  410: "This resource is no longer available.  No forwarding address is given.",
  429:
    "The action could not be performed because there were too many requests by the client.",
  500: "The server encountered an unexpected internal server error",
};

/** Why the sandbox refuses a request. */
export class Refusal extends Error {
  /** Always `"Refusal"`. */
  override readonly name = "Refusal";
  /** The HTTP status. */
  readonly status: StatusCode;
  /** Whether the body leaves the text to the status line, as PyPI's refusal of passwords does. */
  readonly statusLineOnly: boolean;

  /**
   * Creates a refusal.
   *
   * @param status The HTTP status
   * @param message PyPI's words
   * @param options Whether the body leaves them out
   */
  constructor(
    status: StatusCode,
    message: string,
    options: { readonly statusLineOnly?: boolean } = {},
  ) {
    super(message);
    this.status = status;
    this.statusLineOnly = options.statusLineOnly ?? false;
  }
}

/**
 * The answer that a refusal gets.
 *
 * @param request What was refused: its `Accept` decides on the form
 * @param refusal Why
 * @returns The answer
 */
export function refusalResponse(request: Request, refusal: Refusal): Response {
  const { status, message } = refusal;
  const title = STATUS_TEXT[status];
  const code = `${status} ${message}`;
  const explanation = EXPLANATIONS[status] ?? title;
  const detail = refusal.statusLineOnly ? "" : message;
  const type = errorType(request.headers.get("accept") ?? "");
  const body = {
    "text/html": () =>
      `<html>\n <head>\n  <title>${escapeHtml(code)}</title>\n </head>\n` +
      ` <body>\n  <h1>${escapeHtml(code)}</h1>\n  ${explanation}<br/><br/>\n` +
      `${escapeHtml(detail)}\n\n\n </body>\n</html>`,
    "application/json": () =>
      JSON.stringify({
        message: `${explanation}\n\n\n${detail}\n\n`,
        code,
        title,
      }),
    "text/plain": () => `${code}\n\n${explanation}\n\n\n${detail}\n\n`,
  }[type]();
  return new Response(body, {
    status,
    statusText: reasonPhrase(message),
    headers: {
      "content-type": type === "application/json"
        ? type
        : `${type}; charset=UTF-8`,
    },
  });
}

/**
 * PyPI's choice. Unlike common negotiation it breaks a tie by its own order,
 * so that a client which takes anything gets HTML.
 */
function errorType(
  accept: string,
): "text/html" | "application/json" | "text/plain" {
  const html = qualityOf(accept || "*/*", "text/html");
  const json = qualityOf(accept || "*/*", "application/json");
  if (html > 0 && html >= json) return "text/html";
  return json > 0 ? "application/json" : "text/plain";
}

function qualityOf(accept: string, type: string): number {
  const [family] = type.split("/");
  const ranges = accept.split(",").map((range) => {
    const [name = "", ...parameters] = range.split(";")
      .map((part) => part.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith("q="));
    return { name, quality: quality === undefined ? 1 : +quality.slice(2) };
  });
  // The most specific range decides.
  for (const name of [type, `${family}/*`, "*/*"]) {
    const range = ranges.find((range) => range.name === name);
    if (range !== undefined) return range.quality || 0;
  }
  return 0;
}

/** What fits into a status line; other characters become question marks. */
function reasonPhrase(text: string): string {
  return text.replaceAll(/[^\t\x20-\x7e\xa0-\xff]/g, "?");
}

/**
 * Escapes text for HTML.
 *
 * @param text Any text
 * @returns Text for element content and quoted attributes
 */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
