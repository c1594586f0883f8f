/**
 * Claim sets as the real identity providers issue them.
 *
 * @module
 */

import type { Claims } from "../oidc/provider.ts";
import { ISSUERS } from "../trust/match.ts";

const LIFETIME_SECONDS = 300;

/** What every claim set needs to know. */
export interface ClaimsOptions {
  /** Whom the token is for. */
  readonly audience: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A job of GitHub Actions. */
export interface GitHubIdentity {
  /** User or organization. @default {"example"} */
  readonly owner?: string;
  /** Repository. @default {"demo"} */
  readonly repository?: string;
  /** The owner's id. @default {"1000001"} */
  readonly ownerId?: string;
  /** File name of the workflow that was started. @default {"release.yml"} */
  readonly workflow?: string;
  /**
   * The job's workflow as GitHub refers to it, where that is another one: a
   * reusable workflow.
   */
  readonly jobWorkflowRef?: string;
  /** The job's environment. */
  readonly environment?: string | null;
  /** The branch or tag. @default {"refs/heads/main"} */
  readonly ref?: string;
  /** The commit. @default {forty times "a"} */
  readonly sha?: string;
  /** What started the workflow. @default {"push"} */
  readonly event?: string;
}

/**
 * The claims of a GitHub Actions token.
 *
 * @param identity The job
 * @param options Audience and time
 * @returns The claims, each call with a new `jti`
 */
export function githubClaims(
  identity: GitHubIdentity,
  { audience, now }: ClaimsOptions,
): Claims {
  const {
    owner = "example",
    repository = "demo",
    ownerId = "1000001",
    workflow = "release.yml",
    environment = null,
    ref = "refs/heads/main",
    sha = "a".repeat(40),
    event = "push",
  } = identity;
  const slug = `${owner}/${repository}`;
  const workflowRef = `${slug}/.github/workflows/${workflow}@${ref}`;
  return {
    ...timeClaims(ISSUERS.github, audience, now),
    sub: `repo:${slug}:${
      environment === null ? `ref:${ref}` : `environment:${environment}`
    }`,
    ...(environment === null ? {} : { environment }),
    ref,
    sha,
    repository: slug,
    repository_owner: owner,
    repository_owner_id: ownerId,
    run_id: "8000000001",
    run_number: "7",
    run_attempt: "1",
    repository_visibility: "public",
    repository_id: "2000002",
    actor_id: ownerId,
    actor: owner,
    workflow: workflow.replace(/\.ya?ml$/, ""),
    head_ref: "",
    base_ref: "",
    event_name: event,
    ref_protected: "false",
    ref_type: ref.startsWith("refs/tags/") ? "tag" : "branch",
    workflow_ref: workflowRef,
    workflow_sha: sha,
    job_workflow_ref: identity.jobWorkflowRef ?? workflowRef,
    job_workflow_sha: sha,
    runner_environment: "github-hosted",
  };
}

/** A job of GitLab CI/CD. */
export interface GitLabIdentity {
  /** Group path or user. @default {"example"} */
  readonly namespace?: string;
  /** Project. @default {"demo"} */
  readonly project?: string;
  /** Path of the pipeline file. @default {".gitlab-ci.yml"} */
  readonly workflow?: string;
  /** The job's environment. */
  readonly environment?: string | null;
  /** The branch or tag. @default {"main"} */
  readonly ref?: string;
  /** The commit. @default {forty times "b"} */
  readonly sha?: string;
  /** The instance. @default {"https://gitlab.com"} */
  readonly issuer?: string;
}

/**
 * The claims of a GitLab CI/CD token.
 *
 * @param identity The job
 * @param options Audience and time
 * @returns The claims, each call with a new `jti`
 */
export function gitlabClaims(
  identity: GitLabIdentity,
  { audience, now }: ClaimsOptions,
): Claims {
  const {
    namespace = "example",
    project = "demo",
    workflow = ".gitlab-ci.yml",
    environment = null,
    ref = "main",
    sha = "b".repeat(40),
    issuer = ISSUERS.gitlab,
  } = identity;
  const path = `${namespace}/${project}`;
  const refPath = `refs/heads/${ref}`;
  return {
    ...timeClaims(issuer, audience, now),
    sub: `project_path:${path}:ref_type:branch:ref:${ref}`,
    namespace_id: "3000003",
    namespace_path: namespace,
    project_id: "4000004",
    project_path: path,
    user_id: "5000005",
    user_login: "octo",
    user_email: "octo@example.com",
    pipeline_id: "6000006",
    pipeline_source: "push",
    job_id: "7000007",
    ref,
    ref_type: "branch",
    ref_path: refPath,
    ref_protected: "true",
    ...(environment === null
      ? {}
      : { environment, environment_protected: "false" }),
    runner_id: 1,
    runner_environment: "gitlab-hosted",
    sha,
    project_visibility: "public",
    ci_config_ref_uri: `${
      issuer.replace(/^https:\/\//, "")
    }/${path}//${workflow}@${refPath}`,
    ci_config_sha: sha,
  };
}

/** A service account of Google Cloud. */
export interface GoogleIdentity {
  /** Its address. @default {"release@demo.iam.gserviceaccount.com"} */
  readonly email?: string;
  /** Its subject. @default {"100000000000000000001"} */
  readonly sub?: string;
}

/**
 * The claims of a Google Cloud token, in its full format.
 *
 * @param identity The service account
 * @param options Audience and time
 * @returns The claims
 */
export function googleClaims(
  identity: GoogleIdentity,
  { audience, now }: ClaimsOptions,
): Claims {
  const {
    email = "release@demo.iam.gserviceaccount.com",
    sub = "100000000000000000001",
  } = identity;
  const { iss, aud, iat, exp } = timeClaims(ISSUERS.google, audience, now);
  return { aud, azp: sub, email, email_verified: true, exp, iat, iss, sub };
}

/** A build of ActiveState's platform. */
export interface ActiveStateIdentity {
  /** Its organization. @default {"example"} */
  readonly organization?: string;
  /** Its project. @default {"demo"} */
  readonly project?: string;
  /** Who started it. @default {"octo"} */
  readonly actor?: string;
  /** The id of who started it. @default {"00000000-0000-4000-8000-000000000001"} */
  readonly actorId?: string;
}

/**
 * The claims of an ActiveState token.
 *
 * @param identity The build
 * @param options Audience and time
 * @returns The claims
 */
export function activestateClaims(
  identity: ActiveStateIdentity,
  { audience, now }: ClaimsOptions,
): Claims {
  const {
    organization = "example",
    project = "demo",
    actor = "octo",
    actorId = "00000000-0000-4000-8000-000000000001",
  } = identity;
  const times = timeClaims(ISSUERS.activestate, audience, now);
  return {
    ...times,
    sub: `org:${organization}:project:${project}`,
    organization,
    organization_id: "00000000-0000-4000-8000-000000000002",
    project,
    project_id: "00000000-0000-4000-8000-000000000003",
    project_path: `${organization}/${project}`,
    project_visibility: "public",
    actor,
    actor_id: actorId,
    builder: "pypi-publisher",
    ingredient: project,
    artifact_id: "00000000-0000-4000-8000-000000000004",
  };
}

function timeClaims(
  iss: string,
  aud: string,
  now: number,
): Readonly<Record<string, unknown>> {
  const iat = Math.floor(now / 1000);
  return {
    jti: crypto.randomUUID(),
    iss,
    aud,
    iat,
    nbf: iat,
    exp: iat + LIFETIME_SECONDS,
  };
}
