/**
 * GitHub's API, with one repository and its token.
 *
 * @module
 */

import type { Context } from "../context.ts";
import { ReleasioError } from "../errors.ts";
import {
  type HttpRequest,
  type HttpResponse,
  isRecord,
  parseJson,
  send,
} from "../http.ts";
import { READ_RETRIES, requestedDelay } from "../retry.ts";
import { Secret } from "../secret.ts";
import { type GitHubSettings, parseApiUrl } from "./settings.ts";

const TIMEOUT = 30_000;
const GITHUB_COM = "https://api.github.com";
/** A release is worth waiting for, but not for an hour. */
const MAX_RATE_LIMIT_WAIT = 5 * 60_000;
const MAX_RATE_LIMIT_WAITS = 3;

/** A repository on GitHub, and how it is reached. */
export interface GitHub {
  /** The API's address, without a slash at its end. */
  readonly apiUrl: string;
  /** Owner. */
  readonly owner: string;
  /** Repository, without its owner. */
  readonly repository: string;
  /** What authenticates. It goes to the API and its uploads host alone. */
  readonly token: Secret;
}

/** A repository's place, as its remote has it. */
export interface Place {
  /** Such as `github.com`. */
  readonly host: string;
  /** Owner. */
  readonly owner: string;
  /** Repository, without its owner. */
  readonly repository: string;
}

/** What a release knows about GitHub; without it, why. */
export type GitHubChoice =
  | { readonly github: GitHub }
  | { readonly github: null; readonly reason: string };

/**
 * Finds the repository on GitHub and a token for it: `GITHUB_TOKEN`, else
 * `GH_TOKEN`.
 *
 * @param context The outside world
 * @param settings The `[github]` table
 * @param origin Where the repository's remote is, if it has one
 * @returns The repository, or why there is none to use
 * @throws {ReleasioError} `config-invalid` for an API that the token can't go
 * to
 */
export function findGitHub(
  context: Context,
  settings: GitHubSettings,
  origin: Place | null,
): GitHubChoice {
  const token = context.env("GITHUB_TOKEN") || context.env("GH_TOKEN");
  if (!token) return { github: null, reason: "there is no GITHUB_TOKEN" };
  const named = context.env("GITHUB_REPOSITORY")?.split("/") ?? [];
  const owner = settings.owner ?? named[0] ?? origin?.owner;
  const repository = settings.repository ?? named[1] ?? origin?.repository;
  const address = settings.apiUrl ?? context.env("GITHUB_API_URL");
  const isElsewhere = !address && named.length === 0 &&
    origin?.host !== "github.com";
  if (!owner || !repository || isElsewhere) {
    return { github: null, reason: "no repository on GitHub is known" };
  }
  const apiUrl = parseApiUrl(address || GITHUB_COM);
  if (apiUrl === undefined) {
    throw new ReleasioError(
      "config-invalid",
      "Cannot use GITHUB_API_URL: it is no https URL",
      { hint: "Name the API as `github.api_url`." },
    );
  }
  context.mask(token);
  return { github: { apiUrl, owner, repository, token: new Secret(token) } };
}

/**
 * The path of a repository in the API.
 *
 * @param github The repository
 * @returns Such as `/repos/octo/demo`
 */
export function repositoryPath({ owner, repository }: GitHub): string {
  return `/repos/${encodeURIComponent(owner)}/${
    encodeURIComponent(repository)
  }`;
}

/** One request to the API. */
export interface GitHubRequest {
  /** `GET` by default. */
  readonly method?: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below the repository, such as `/releases`. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** What is asked for, as in `Cannot <what>: …`. */
  readonly what: string;
  /** Statuses beside 2xx that are answers. */
  readonly accept?: readonly number[];
}

/**
 * Asks GitHub. It waits where GitHub asks it to.
 *
 * @param context The outside world
 * @param github The repository
 * @param request The request
 * @returns The status and the JSON that came
 * @throws {ReleasioError} `github-failed` for a refusal; `network`, `timeout`
 * or `server-error` for no answer
 */
export async function askGitHub(
  context: Context,
  github: GitHub,
  request: GitHubRequest,
): Promise<{ readonly status: number; readonly data: unknown }> {
  const { method = "GET", path, body, what, accept = [] } = request;
  const http: HttpRequest = {
    url: `${github.apiUrl}${repositoryPath(github)}${path}`,
    method,
    headers: {
      ...gitHubHeaders(github),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  for (let waits = 0;; waits++) {
    const response = await send(context, http, {
      timeout: TIMEOUT,
      // What was made may be made once more: that is left to the next run.
      ...(method === "POST" ? {} : { retries: READ_RETRIES }),
    });
    const { status } = response;
    if ((status >= 200 && status < 300) || accept.includes(status)) {
      return { status, data: parseJson(response.text) };
    }
    const delay = rateLimitDelay(response, context.now());
    const isWorthWaiting = delay !== null && delay <= MAX_RATE_LIMIT_WAIT &&
      waits < MAX_RATE_LIMIT_WAITS;
    if (!isWorthWaiting) throw refusal(what, response, delay);
    await context.sleep(delay, context.signal);
  }
}

/**
 * The headers of every request to GitHub, the token among them.
 *
 * @param github The repository
 * @returns Headers
 */
export function gitHubHeaders(github: GitHub): Record<string, string> {
  return {
    accept: "application/vnd.github+json",
    authorization: `Bearer ${github.token.reveal()}`,
    "user-agent": "releasio",
    "x-github-api-version": "2022-11-28",
  };
}

/**
 * How long GitHub asks to wait
 * ({@link https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api | rate limits}).
 *
 * @param response A refusal
 * @param now Milliseconds since the epoch
 * @returns Milliseconds, or `null` if it is no matter of waiting
 */
export function rateLimitDelay(
  { status, headers }: Pick<HttpResponse, "status" | "headers">,
  now: number,
): number | null {
  if (status !== 403 && status !== 429) return null;
  const asked = requestedDelay(headers, now);
  if (asked !== undefined) return asked;
  const reset = Number(headers.get("x-ratelimit-reset"));
  if (headers.get("x-ratelimit-remaining") === "0" && reset > 0) {
    return Math.max(1000, reset * 1000 - now);
  }
  return status === 429 ? 60_000 : null;
}

/**
 * What GitHub's refusal comes to.
 *
 * @param what What was asked for
 * @param response The refusal
 * @param delay How long GitHub asks to wait, or `null`
 * @returns A `github-failed` error
 */
export function refusal(
  what: string,
  response: Pick<HttpResponse, "status" | "text">,
  delay: number | null = null,
): ReleasioError {
  const { status, text } = response;
  const data = parseJson(text);
  const message = isRecord(data) && typeof data.message === "string"
    ? `, ${data.message}`
    : "";
  return new ReleasioError(
    "github-failed",
    `Cannot ${what}: GitHub answered ${status}${message}`,
    {
      hint: delay !== null
        ? `Its rate limit ends in ${Math.ceil(delay / 60_000)} minutes. ` +
          "Run the same command again then: it goes on where it stopped."
        : hintFor(status),
      details: { status },
    },
  );
}

/**
 * An answer that is none of GitHub's.
 *
 * @param what What it is about
 * @returns A `github-failed` error
 */
export function unreadable(what: string): ReleasioError {
  return new ReleasioError(
    "github-failed",
    `Cannot read GitHub's answer about ${what}`,
    { hint: "Is `github.api_url` the address of a GitHub API?" },
  );
}

function hintFor(status: number): string {
  if (status === 401) {
    return "The token in GITHUB_TOKEN is not valid any more.";
  }
  if (status === 403 || status === 404) {
    return "Give the job `permissions: contents: write`, and its token as GITHUB_TOKEN.";
  }
  return "Run the same command again: it goes on where it stopped.";
}
