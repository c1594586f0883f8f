/**
 * Reading an index: its
 * {@link https://packaging.python.org/en/latest/specifications/simple-repository-api/ | Simple API},
 * as JSON where it has that, else as HTML.
 *
 * @module
 */

import { isDevpiUrl, type Registry } from "../config/registry.ts";
import type { Context } from "../context.ts";
import { ReleasioError } from "../errors.ts";
import { type HttpResponse, isRecord, parseJson, send } from "../http.ts";
import { READ_RETRIES, type RetryPolicy } from "../retry.ts";
import { type ReadAccess, readAccess } from "./read_access.ts";
import { readSimpleHtml } from "./simple_html.ts";

/** A file that an index lists. */
export interface IndexFile {
  /** Its name. */
  readonly filename: string;
  /** Its digests in lower-case hex, by the name of the algorithm. */
  readonly hashes: Readonly<Record<string, string>>;
  /** Bytes, or `null` where the index doesn't tell. */
  readonly size: number | null;
  /** Milliseconds since the epoch, or `null` where the index doesn't tell. */
  readonly uploadTime: number | null;
  /** Whether it was withdrawn: installers pass it over. */
  readonly isYanked: boolean;
}

/** A project that an index has. */
export interface IndexProject {
  /** `active`, `archived`, `quarantined`, `deprecated`, or another. */
  readonly status: string;
  /** Its files. */
  readonly files: readonly IndexFile[];
}

/** What asking for a project came to. */
export type ProjectLookup =
  | { readonly kind: "found"; readonly project: IndexProject }
  | { readonly kind: "absent" }
  | {
    readonly kind: "unreadable";
    /** Why, as a sentence without its period. */
    readonly reason: string;
    /** What to do about it. */
    readonly hint: string;
  };

/** What makes an index readable whose address was guessed wrong. */
export const SET_CHECK_URL =
  "Set `check_url` to the address that installers use.";

const TIMEOUT = 30_000;

const ACCEPT = "application/vnd.pypi.simple.v1+json, " +
  "application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1";

/** Options for {@linkcode fetchProject}. */
export interface FetchProjectOptions {
  /** How patiently to try. @default {READ_RETRIES} */
  readonly retries?: RetryPolicy;
  /** Milliseconds for each answer. @default {30000} */
  readonly timeout?: number;
  /** Stops the request. @default {context.signal} */
  readonly signal?: AbortSignal;
}

/**
 * Asks an index for a project, past its caches as far as it allows. Who may
 * not read it without credentials asks again with those that
 * {@linkcode readAccess} grants.
 *
 * @param context The outside world
 * @param registry The index
 * @param project The project's normalized name
 * @param options Patience
 * @returns The project; or that it is not there; or that the index can't be
 * read, since its address is not known or it wants credentials
 * @throws {ReleasioError} `network`, `timeout`, or `server-error` when the
 * index answers with an error or with something that is no Simple API
 */
export async function fetchProject(
  context: Context,
  registry: Registry,
  project: string,
  options: FetchProjectOptions = {},
): Promise<ProjectLookup> {
  if (registry.simpleUrl === null) {
    return {
      kind: "unreadable",
      reason: `The address of ${registry.name}'s Simple API is not known`,
      hint: SET_CHECK_URL,
    };
  }
  const url = new URL(`${project}/`, registry.simpleUrl).href;
  const ask = (headers: Readonly<Record<string, string>> = {}) =>
    send(context, {
      url,
      headers: { "accept": ACCEPT, "cache-control": "no-cache", ...headers },
    }, { timeout: TIMEOUT, retries: READ_RETRIES, ...options });
  let response: HttpResponse;
  try {
    response = await ask();
    if (isRefused(response)) {
      const access = await readAccess(registry, url);
      if (access.kind === "granted") {
        response = await ask({ "authorization": access.authorization });
      }
      if (isRefused(response)) return refused(registry, response, access);
    }
  } catch (error) {
    const target = error instanceof ReleasioError
      ? error.details.redirect
      : undefined;
    if (typeof target === "string") {
      return redirected(registry, project, target);
    }
    throw error;
  }
  const { status } = response;
  if (status === 404) return notFound(registry, response);
  if (status !== 200) throw unusable(url, `status ${status}`);
  return { kind: "found", project: readProject(response, url) };
}

function isRefused({ status }: HttpResponse): boolean {
  return status === 401 || status === 403;
}

function refused(
  { name }: Registry,
  { status }: HttpResponse,
  access: ReadAccess,
): ProjectLookup {
  return {
    kind: "unreadable",
    reason: `${name} does not let everyone read it (${status})`,
    hint: `The index wants credentials for reading. ${
      access.kind === "granted"
        ? "Those for uploading are not accepted: let their user read, too."
        : access.reason
    }`,
  };
}

/**
 * pypiserver and GitLab send those who ask for what they don't have to PyPI;
 * what leads elsewhere, such as to a login page, tells nothing.
 */
function redirected(
  registry: Registry,
  project: string,
  target: string,
): ProjectLookup {
  const { host, pathname } = new URL(target);
  if (host === "pypi.org" && pathname.endsWith(`/simple/${project}/`)) {
    return { kind: "absent" };
  }
  return {
    kind: "unreadable",
    reason: `${registry.name} redirects to another host, ${host}`,
    hint: SET_CHECK_URL,
  };
}

/** Where devpi was a guess, only devpi knows what isn't there. */
function notFound(
  { name, simpleUrl }: Registry,
  { headers }: HttpResponse,
): ProjectLookup {
  if (!isDevpiUrl(simpleUrl!) || headers.has("x-devpi-api-version")) {
    return { kind: "absent" };
  }
  return {
    kind: "unreadable",
    reason: `${name} has nothing at ${simpleUrl} (404)`,
    hint: SET_CHECK_URL,
  };
}

function readProject(response: HttpResponse, url: string): IndexProject {
  const type = response.headers.get("content-type") ?? "";
  if (!/json/i.test(type)) return readSimpleHtml(response.text);
  const value = parseJson(response.text);
  if (!isRecord(value) || !Array.isArray(value.files)) {
    throw unusable(url, "no list of files");
  }
  const version = isRecord(value.meta) ? value.meta["api-version"] : undefined;
  if (typeof version === "string" && !version.startsWith("1.")) {
    throw unusable(url, `version ${version} of the Simple API`);
  }
  const status = isRecord(value["project-status"])
    ? value["project-status"].status
    : undefined;
  return {
    status: typeof status === "string" ? status : "active",
    files: value.files.flatMap((file) => readFile(file) ?? []),
  };
}

function readFile(value: unknown): IndexFile | null {
  if (!isRecord(value) || typeof value.filename !== "string") return null;
  const { filename, size, hashes, yanked, "upload-time": uploaded } = value;
  const time = typeof uploaded === "string" ? Date.parse(uploaded) : NaN;
  return {
    filename,
    hashes: isRecord(hashes)
      ? Object.fromEntries(
        Object.entries(hashes).flatMap(([name, digest]) =>
          typeof digest === "string"
            ? [[name.toLowerCase(), digest.toLowerCase()]]
            : []
        ),
      )
      : {},
    size: typeof size === "number" && size >= 0 ? size : null,
    uploadTime: Number.isNaN(time) ? null : time,
    // `true`, or the reason.
    isYanked: Boolean(yanked),
  };
}

function unusable(url: string, what: string): ReleasioError {
  return new ReleasioError(
    "server-error",
    `Cannot read the index: ${url} answers with ${what}`,
    {
      hint:
        "Check `check_url`; `check_existing_version = false` uploads without looking.",
    },
  );
}
