/**
 * Identity tokens of GitHub Actions, GitHub Enterprise included.
 *
 * @module
 */

import { type Context, isAbsent } from "../context.ts";
import { ReleasioError } from "../errors.ts";
import { isRecord, parseJson } from "../http.ts";
import { isSecure } from "../origin.ts";
import { askIssuer, type Issuer, tokenIn } from "./ask_issuer.ts";
import type { IdentityProvider, IdentityToken } from "./provider.ts";
import { receiveToken, REQUEST_FAILED } from "./receive_token.ts";

/** GitHub delivers no larger events than this. */
const MAX_EVENT_BYTES = 25 * 1024 * 1024;

const PERMISSION_SNIPPET = "permissions:\n  id-token: write";

const ISSUER: Issuer = {
  name: "GitHub",
  hint:
    "See that the job grants `permissions: id-token: write`, and run it again.",
};

/**
 * GitHub Actions: asks the runner's token service.
 *
 * Events whose token PyPI would refuse, or that get none, are refused before
 * asking: `pull_request_target` and pull requests from forks.
 *
 * Source: {@link https://docs.github.com/en/actions/reference/security/oidc | GitHub's OIDC reference}.
 */
export const GITHUB_ACTIONS: IdentityProvider = {
  name: "github",
  label: "GitHub Actions",
  detect: (context) => Boolean(context.env("GITHUB_ACTIONS")),
  renewable: true,
  acquire,
};

async function acquire(
  context: Context,
  audience: string,
): Promise<IdentityToken> {
  refusePullRequestTarget(context);
  await refuseFork(context);
  refuseEnterprise(context, audience);
  const url = context.env("ACTIONS_ID_TOKEN_REQUEST_URL");
  const token = context.env("ACTIONS_ID_TOKEN_REQUEST_TOKEN");
  if (!url || !token) throw permissionMissing();
  const body = await askIssuer(context, {
    url: withAudience(url, audience),
    headers: { accept: "application/json", authorization: `Bearer ${token}` },
  }, ISSUER);
  return receiveToken(
    context,
    tokenIn(body, "value", ISSUER),
    audience,
    "GitHub gave a token for another audience than it was asked for; is `ACTIONS_ID_TOKEN_REQUEST_URL` GitHub's own?",
  );
}

function refusePullRequestTarget(context: Context): void {
  if (context.env("GITHUB_EVENT_NAME") !== "pull_request_target") return;
  throw new ReleasioError(
    "oidc-pull-request-target",
    "Cannot publish from a `pull_request_target` event: PyPI refuses its tokens",
    {
      hint:
        "Such a run has the repository's rights while a stranger's pull request is in reach. Publish from a workflow that starts on a tag, a release or `workflow_dispatch`.",
    },
  );
}

async function refuseFork(context: Context): Promise<void> {
  const fork = await forkOf(context);
  if (fork === null) return;
  throw new ReleasioError(
    "oidc-fork",
    "Cannot publish from a fork's pull request: GitHub gives it no identity token",
    {
      hint:
        "This holds whatever permissions the workflow grants. Publish from a workflow that starts on a tag, a release or `workflow_dispatch`, and skip this job for pull requests.",
      details: { fork },
    },
  );
}

/**
 * The fork that this run's pull request comes from, or `null`. A repository
 * that is itself a fork may well have pull requests of its own.
 */
async function forkOf(context: Context): Promise<string | null> {
  const event = await readEvent(context);
  const pullRequest = isRecord(event) ? event.pull_request : undefined;
  const head = isRecord(pullRequest) ? pullRequest.head : undefined;
  const repo = isRecord(head) ? head.repo : undefined;
  if (!isRecord(repo) || repo.fork !== true) return null;
  const name = typeof repo.full_name === "string" ? repo.full_name : "";
  return name !== "" && name === context.env("GITHUB_REPOSITORY") ? null : name;
}

async function readEvent(context: Context): Promise<unknown> {
  const path = context.env("GITHUB_EVENT_PATH");
  if (!path) return undefined;
  try {
    const file = await context.openFile(path);
    if (file.size > MAX_EVENT_BYTES) return undefined;
    return parseJson(await file.text());
  } catch (error) {
    // It only serves to say more clearly what GitHub will refuse anyway.
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** These audiences are PyPI's, which knows the issuer of github.com alone. */
function refuseEnterprise(context: Context, audience: string): void {
  if (audience !== "pypi" && audience !== "testpypi") return;
  const server = context.env("GITHUB_SERVER_URL");
  if (!server || !URL.canParse(server)) return;
  const { hostname } = new URL(server);
  if (hostname === "github.com") return;
  throw new ReleasioError(
    "oidc-provider-unsupported",
    `PyPI takes no identity tokens of ${hostname}, only of github.com`,
    {
      hint:
        'Publish from a repository on github.com, or use an API token: set `RELEASIO_PYPI_TOKEN` and `trusted_publishing = "never"`.',
      details: { server },
    },
  );
}

function permissionMissing(): ReleasioError {
  return new ReleasioError("oidc-permission-missing", REQUEST_FAILED, {
    hint:
      "The job may not ask for an identity token: add `permissions: id-token: write` to it (`id-token: write` on a line of its own below `permissions:`). In a reusable workflow the calling job must grant it too.",
    details: { provider: "github", snippet: PERMISSION_SNIPPET },
  });
}

/** The URL has a query already, which must stay as it is. */
function withAudience(url: string, audience: string): string {
  // The request token goes with it, so it must not go just anywhere.
  if (!URL.canParse(url) || !isSecure(new URL(url))) {
    throw new ReleasioError(
      "oidc-request-failed",
      `${REQUEST_FAILED}: ACTIONS_ID_TOKEN_REQUEST_URL is not an https URL`,
      { hint: "GitHub sets this variable; leave it as it is." },
    );
  }
  const separator = url.includes("?") ? "&" : "?";
  return `${url}${separator}audience=${encodeURIComponent(audience)}`;
}
