/**
 * Which request is answered by what.
 *
 * @module
 */

import { normalizeName } from "../dist/filename.ts";
import { ISSUERS } from "../trust/match.ts";
import { provenanceResponse } from "./attestations.ts";
import {
  type GitHubJobs,
  TOKEN_REQUEST_PATH,
  tokenRequestResponse,
} from "./github_job.ts";
import type { Issuer } from "./issuer.ts";
import {
  audienceResponse,
  burnResponse,
  type Exchange,
  mintResponse,
} from "./mint.ts";
import { escapeHtml, Refusal, refusalResponse } from "./refusal.ts";
import type { Sigstore } from "./sigstore.ts";
import {
  downloadResponse,
  projectJsonResponse,
  projectListResponse,
  projectResponse,
  redirect,
} from "./simple.ts";
import type { SandboxState } from "./state.ts";
import { type UploadDesk, uploadResponse } from "./upload.ts";

const KNOWN_PATH_REGEXP =
  /^\/(?:$|simple\/|files\/|integrity\/|legacy\/$|\.well-known\/|_\/|pypi\/)/;

/** Everything that answers requests. */
export interface House {
  /** Signs and verifies identity tokens. */
  readonly issuer: Issuer;
  /** Signs what is published. */
  readonly sigstore: Sigstore;
  /** The jobs that may ask for one. */
  readonly jobs: GitHubJobs;
  /** Exchanges them for upload tokens. */
  readonly exchange: Exchange;
  /** Takes uploads. */
  readonly desk: UploadDesk;
}

/**
 * Answers a request.
 *
 * @param house Everything that answers requests
 * @param request The request
 * @returns The answer
 */
export async function answer(
  house: House,
  request: Request,
): Promise<Response> {
  const response = await route(house, request);
  if (request.method !== "HEAD") return response;
  await response.body?.cancel();
  return new Response(null, response);
}

async function route(house: House, request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  const isOldUpload = request.method === "POST" && pathname === "/pypi" &&
    searchParams.has(":action");
  if (isOldUpload) {
    return refuse(
      request,
      410,
      "This API has moved to https://upload.pypi.org/legacy/. See https://packaging.python.org/guides/migrating-to-pypi-org/#uploading for more information.",
    );
  }
  const path = decodePath(pathname);
  if (path === null) return refuse(request, 400, "Invalid bytes in URL.");
  const isRead = request.method === "GET" || request.method === "HEAD";
  const response = isRead
    ? await routeGet(house, request, path)
    : request.method === "POST"
    ? await routePost(house, request, path)
    : null;
  if (response !== null) return response;
  return !isRead && KNOWN_PATH_REGEXP.test(path)
    ? refuse(request, 405, "Method Not Allowed")
    : new Response("404 Not Found", { status: 404 });
}

function decodePath(pathname: string): string | null {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return null;
  }
}

async function routePost(
  { exchange, desk, sigstore }: House,
  request: Request,
  path: string,
): Promise<Response | null> {
  switch (path) {
    case "/_/oidc/mint-token":
    case "/_/oidc/github/mint-token":
      return await mintResponse(exchange, request);
    case "/_/oidc/burn-token":
      return await burnResponse(exchange, request);
    case "/legacy":
      return redirect(new URL("/legacy/", request.url), 308);
    case "/legacy/":
      return await uploadResponse(desk, request);
    default:
      return await sigstore.handle(request);
  }
}

async function routeGet(
  { issuer, jobs, exchange, desk, sigstore }: House,
  request: Request,
  path: string,
): Promise<Response | null> {
  const { state, storage, now } = desk;
  const { origin } = new URL(request.url);
  switch (path) {
    case "/":
      return homePage(state);
    case "/.well-known/openid-configuration":
      return discoveryResponse(origin);
    case "/.well-known/jwks":
      return Response.json(await issuer.jwks());
    case TOKEN_REQUEST_PATH:
      return await tokenRequestResponse(jobs, issuer, request, now());
    case "/_/oidc/audience":
      return audienceResponse(exchange);
    case "/legacy/":
      return new Response("Files are uploaded here.\n");
    case "/simple":
      return redirect(new URL("/simple/", origin));
    case "/simple/":
      return await projectListResponse(state, request);
  }
  if (path.startsWith("/files/")) {
    return await downloadResponse(
      state,
      storage,
      path.slice("/files/".length),
    );
  }
  const [, simple, slash] = /^\/simple\/([^/]+)(\/?)$/.exec(path) ?? [];
  if (simple !== undefined) {
    return slash === ""
      ? redirect(new URL(`/simple/${encodeURIComponent(simple)}/`, origin))
      : await projectResponse(state, request, simple);
  }
  const integrity = /^\/integrity\/([^/]+)\/([^/]+)\/([^/]+)\/provenance$/
    .exec(path);
  if (integrity !== null) {
    return provenanceResponse(state, request, integrity.slice(1));
  }
  const [, name = ""] = /^\/pypi\/([^/]+)\/json$/.exec(path) ?? [];
  const project = state.projects.get(normalizeName(name));
  return project === undefined
    ? await sigstore.handle(request)
    : projectJsonResponse(project, origin);
}

function refuse(
  request: Request,
  status: 400 | 405 | 410,
  message: string,
): Response {
  return refusalResponse(request, new Refusal(status, message));
}

function discoveryResponse(origin: string): Response {
  return Response.json({
    issuer: ISSUERS.github,
    jwks_uri: `${origin}/.well-known/jwks`,
    subject_types_supported: ["public", "pairwise"],
    response_types_supported: ["id_token"],
    id_token_signing_alg_values_supported: ["RS256"],
    scopes_supported: ["openid"],
  });
}

function homePage(state: SandboxState): Response {
  const projects = [...state.projects.values()].map((project) => {
    const versions = project.releases.map(({ version }) => version).join(", ");
    return `<li><a href="/simple/${project.normalized}/">${
      escapeHtml(project.name)
    }</a> ${escapeHtml(versions || "no releases")}</li>`;
  });
  const list = projects.length === 0
    ? "<p>Nothing is published here yet.</p>"
    : `<ul>${projects.join("")}</ul>`;
  return new Response(
    `<!DOCTYPE html><html><head><title>Sandbox</title></head><body><h1>Sandbox</h1>${list}</body></html>\n`,
    { headers: { "content-type": "text/html; charset=UTF-8" } },
  );
}
