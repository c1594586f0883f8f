/**
 * The Simple API in HTML and JSON
 * ({@link https://packaging.python.org/en/latest/specifications/simple-repository-api/ | specification}),
 * downloads, and the little of the JSON API that tools ask for.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { eTag, ifNoneMatch } from "@std/http/etag";
import { accepts } from "@std/http/negotiation";
import { normalizeName } from "../dist/filename.ts";
import { provenancePath } from "./attestations.ts";
import { escapeHtml } from "./refusal.ts";
import type { SandboxFile, SandboxProject, SandboxState } from "./state.ts";
import type { Storage } from "./storage.ts";

const HTML = "text/html";
const SIMPLE_HTML = "application/vnd.pypi.simple.v1+html";
const SIMPLE_JSON = "application/vnd.pypi.simple.v1+json";
const API_VERSION = "1.4";

/**
 * Answers `GET /simple/`: every project.
 *
 * @param state The index
 * @param request The request
 * @returns The answer
 */
export async function projectListResponse(
  state: SandboxState,
  request: Request,
): Promise<Response> {
  const projects = [...state.projects.values()];
  return await negotiate(request, state.serial, {
    json: () => ({
      meta: { "api-version": API_VERSION, "_last-serial": state.serial },
      projects: projects.map(({ name, serial }) => ({
        name,
        "_last-serial": serial,
      })),
    }),
    html: () =>
      page(
        "Simple index",
        projects.map(({ name, normalized }) =>
          `<a href="/simple/${normalized}/">${escapeHtml(name)}</a><br/>`
        ),
      ),
  });
}

/**
 * Answers `GET /simple/<name>/`: a project's files.
 *
 * @param state The index
 * @param request The request
 * @param name The project's name, as asked for
 * @returns The answer
 */
export async function projectResponse(
  state: SandboxState,
  request: Request,
  name: string,
): Promise<Response> {
  const { origin } = new URL(request.url);
  const normalized = normalizeName(name);
  if (normalized !== name) {
    return redirect(new URL(`/simple/${normalized}/`, origin));
  }
  const project = state.projects.get(normalized);
  if (project === undefined) {
    return new Response("404 Not Found", { status: 404 });
  }
  const files = project.status === "quarantined" ? [] : project.files;
  return await negotiate(request, project.serial, {
    json: () => ({
      meta: { "api-version": API_VERSION, "_last-serial": project.serial },
      name: normalized,
      "project-status": { status: project.status },
      versions: project.releases.map(({ version }) => version),
      files: files.map((file) => fileJson(file, origin)),
    }),
    html: () =>
      page(
        `Links for ${normalized}`,
        files.map((file) => fileLink(file, origin)),
      ),
  });
}

function fileJson(file: SandboxFile, origin: string): unknown {
  const metadata = file.metadata === null
    ? false
    : { sha256: sha256(file.metadata) };
  return {
    filename: file.filename,
    url: fileUrl(file, origin),
    hashes: { sha256: file.sha256 },
    size: file.size,
    "upload-time": new Date(file.uploadedAt).toISOString(),
    "requires-python": file.requiresPython,
    yanked: false,
    "core-metadata": metadata,
    "data-dist-info-metadata": metadata,
    provenance: file.attestations === null
      ? null
      : new URL(provenancePath(file), origin).href,
  };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function fileLink(file: SandboxFile, origin: string): string {
  const metadata = file.metadata === null
    ? ""
    : ` data-core-metadata="sha256=${sha256(file.metadata)}"`;
  const requires = file.requiresPython === null
    ? ""
    : ` data-requires-python="${escapeHtml(file.requiresPython)}"`;
  const url = `${fileUrl(file, origin)}#sha256=${file.sha256}`;
  const name = escapeHtml(file.filename);
  return `<a href="${escapeHtml(url)}"${requires}${metadata}>${name}</a><br/>`;
}

function fileUrl(file: SandboxFile, origin: string): string {
  return new URL(`/files/${file.path}`, origin).href;
}

function page(title: string, lines: readonly string[]): string {
  return [
    "<!DOCTYPE html>",
    "<html>",
    "  <head>",
    `    <meta name="pypi:repository-version" content="${API_VERSION}">`,
    `    <title>${title}</title>`,
    "  </head>",
    "  <body>",
    `    <h1>${title}</h1>`,
    ...lines.map((line) => `    ${line}`),
    "  </body>",
    "</html>",
    "",
  ].join("\n");
}

async function negotiate(
  request: Request,
  serial: number,
  render: { readonly json: () => unknown; readonly html: () => string },
): Promise<Response> {
  const type = accepts(request, HTML, SIMPLE_HTML, SIMPLE_JSON) ?? HTML;
  const body = type === SIMPLE_JSON
    ? JSON.stringify(render.json())
    : render.html();
  const etag = await eTag(body) ?? "";
  const headers = {
    "content-type": type === HTML ? `${HTML}; charset=UTF-8` : type,
    "cache-control": "public, max-age=600",
    "vary": "Accept",
    "x-pypi-last-serial": String(serial),
    etag,
  };
  return ifNoneMatch(request.headers.get("if-none-match"), etag)
    ? new Response(body, { headers })
    : new Response(null, { status: 304, headers });
}

/**
 * Answers `GET /files/…`: a file, or a wheel's METADATA.
 *
 * @param state The index
 * @param storage Where the bytes are
 * @param path What follows `/files/`
 * @returns The answer
 */
export async function downloadResponse(
  state: SandboxState,
  storage: Storage,
  path: string,
): Promise<Response> {
  const files = [...state.projects.values()].flatMap(({ files }) => files);
  const described = files.find((file) => `${file.path}.metadata` === path);
  if (described?.metadata) return new Response(described.metadata);
  const file = files.find((file) => file.path === path);
  const blob = file === undefined ? null : await storage.open(file.path);
  if (blob === null) return new Response("404 Not Found", { status: 404 });
  return new Response(blob.stream(), {
    headers: {
      "content-type": "application/octet-stream",
      "content-length": String(blob.size),
      "cache-control": "max-age=365000000, immutable, public",
    },
  });
}

/**
 * Answers `GET /pypi/<name>/json`, where older tools look for files.
 *
 * @param project The project
 * @param origin Where the sandbox is
 * @returns The answer
 */
export function projectJsonResponse(
  project: SandboxProject,
  origin: string,
): Response {
  const releases = Object.fromEntries(
    project.releases.map(({ version }) => [
      version,
      project.files.filter((file) => file.version === version)
        .map((file) => legacyFileJson(file, origin)),
    ]),
  );
  const version = project.releases.at(-1)?.version ?? null;
  return Response.json({
    info: { name: project.name, version },
    last_serial: project.serial,
    releases,
    urls: version === null ? [] : releases[version],
  }, { headers: { "x-pypi-last-serial": String(project.serial) } });
}

function legacyFileJson(file: SandboxFile, origin: string): unknown {
  return {
    filename: file.filename,
    url: fileUrl(file, origin),
    packagetype: file.filetype,
    size: file.size,
    digests: {
      blake2b_256: file.blake2b,
      md5: file.md5,
      sha256: file.sha256,
    },
    requires_python: file.requiresPython,
    upload_time_iso_8601: new Date(file.uploadedAt).toISOString(),
    yanked: false,
  };
}

/**
 * A permanent redirect, as PyPI answers other spellings of an address.
 *
 * @param url Where to
 * @param status 301, or 308 where the method must stay
 * @returns The answer
 */
export function redirect(url: URL, status: 301 | 308 = 301): Response {
  return new Response(null, { status, headers: { location: url.href } });
}
