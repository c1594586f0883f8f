/**
 * Jobs of GitHub Actions: what they see, and where they ask for identity
 * tokens
 * ({@link https://docs.github.com/en/actions/reference/security/oidc | docs}).
 *
 * @module
 */

import { githubClaims, type GitHubIdentity } from "./claims.ts";
import type { Issuer } from "./issuer.ts";

/** Where jobs ask for identity tokens. */
export const TOKEN_REQUEST_PATH = "/_/actions/idtoken";

/** Jobs, by the bearer token that each of them asks with. */
export type GitHubJobs = Map<string, GitHubIdentity>;

/**
 * Starts a job: the variables that a process finds in its environment.
 *
 * @param jobs Where the job is remembered
 * @param origin Where the sandbox can be reached
 * @param identity Who the job is
 * @returns The variables
 */
export function startGitHubJob(
  jobs: GitHubJobs,
  origin: string,
  identity: GitHubIdentity,
): Record<string, string> {
  const bearer = crypto.randomUUID();
  jobs.set(bearer, identity);
  const claims = githubClaims(identity, { audience: "", now: 0 });
  const text = (name: string) => String(claims[name]);
  const ref = text("ref");
  return {
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_REPOSITORY: text("repository"),
    GITHUB_REPOSITORY_OWNER: text("repository_owner"),
    GITHUB_REPOSITORY_OWNER_ID: text("repository_owner_id"),
    GITHUB_REPOSITORY_ID: text("repository_id"),
    GITHUB_ACTOR: text("actor"),
    GITHUB_WORKFLOW: text("workflow"),
    GITHUB_WORKFLOW_REF: text("workflow_ref"),
    GITHUB_WORKFLOW_SHA: text("workflow_sha"),
    GITHUB_RUN_ID: text("run_id"),
    GITHUB_RUN_NUMBER: text("run_number"),
    GITHUB_RUN_ATTEMPT: text("run_attempt"),
    GITHUB_EVENT_NAME: text("event_name"),
    GITHUB_REF: ref,
    GITHUB_REF_NAME: ref.replace(/^refs\/(?:heads|tags)\//, ""),
    GITHUB_REF_TYPE: text("ref_type"),
    GITHUB_SHA: text("sha"),
    ACTIONS_ID_TOKEN_REQUEST_URL:
      `${origin}${TOKEN_REQUEST_PATH}?api-version=2.0`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer,
    RELEASIO_PUBLISH_REGISTRY: `${origin}/legacy/`,
  };
}

/**
 * Answers a job that asks for an identity token.
 *
 * @param jobs The jobs that run
 * @param issuer Who signs
 * @param request The request
 * @param now Milliseconds since the epoch
 * @returns The answer
 */
export async function tokenRequestResponse(
  jobs: GitHubJobs,
  issuer: Issuer,
  request: Request,
  now: number,
): Promise<Response> {
  const authorization = request.headers.get("authorization") ?? "";
  const identity = jobs.get(authorization.replace(/^bearer /i, ""));
  if (identity === undefined) {
    return Response.json({ message: "Unauthorized" }, { status: 401 });
  }
  const { searchParams } = new URL(request.url);
  if (searchParams.get("api-version") !== "2.0") {
    return Response.json({ message: "Bad Request" }, { status: 400 });
  }
  const audience = searchParams.get("audience") ??
    `https://github.com/${identity.owner ?? "example"}`;
  const value = await issuer.sign(githubClaims(identity, { audience, now }));
  return Response.json({ count: value.length, value });
}
