/**
 * Why no trusted publisher matched, the likeliest culprit first.
 *
 * @module
 */

import type { Registry } from "../config/registry.ts";
import { identifyProvider, textClaim } from "../oidc/claims.ts";
import type { Claims } from "../oidc/provider.ts";

/** What is likely to be wrong, and with which claim. */
export interface Culprit {
  /** The claim to look at. */
  readonly claim: string;
  /** What to do about it: a sentence. */
  readonly message: string;
}

/**
 * What is likely to keep a publisher from matching.
 *
 * @param reason What the index gave as the reason
 * @param claims The claims of the token that was sent
 * @param registry The index
 * @returns The likeliest first: the claim that the index names, where it
 * names one; then what most often differs
 */
export function findCulprits(
  reason: string,
  claims: Claims,
  registry: Registry,
): Culprit[] {
  const culprits = [...usualCulprits(claims), wrongIndex(registry)];
  const claim = claimIn(reason, claims);
  if (claim === null) return culprits;
  // The index names the claim, so there is less to guess.
  const named = culprits.filter((culprit) => culprit.claim === claim);
  return [
    ...(named.length > 0 ? named : [namedClaim(claim, reason)]),
    ...culprits.filter((culprit) => culprit.claim !== claim),
  ];
}

/** The claim that PyPI's reason is about, where it is about one. */
function claimIn(reason: string, claims: Claims): string | null {
  if (reason.endsWith("extract workflow filename from OIDC claims")) {
    return identifyProvider(claims) === "gitlab"
      ? "ci_config_ref_uri"
      : "job_workflow_ref";
  }
  const named = /claim '([\w.-]{1,80})'|^The (\w{1,80}) (?:and \w+ )?claim/
    .exec(reason);
  return named?.[1] ?? named?.[2] ?? null;
}

function namedClaim(claim: string, reason: string): Culprit {
  if (claim === "repository_owner_id") {
    return {
      claim,
      message:
        "The repository's owner is another account than when the publisher was registered. If that is you, remove the publisher and add it again.",
    };
  }
  return {
    claim,
    message: /^Missing|empty$/.test(reason)
      ? `The token lacks the claim \`${claim}\`, which the index needs: it must come straight from the CI.`
      : `The claim \`${claim}\` is not what the publisher asks for.`,
  };
}

function wrongIndex(registry: Registry): Culprit {
  return {
    claim: "aud",
    message: registry.kind === "other"
      ? `The publisher must be registered on ${registry.name} itself.`
      : `PyPI and TestPyPI share nothing: the publisher must be registered on ${registry.name}. A pending publisher expires after 30 days.`,
  };
}

function usualCulprits(claims: Claims): Culprit[] {
  switch (identifyProvider(claims)) {
    case "github":
      return githubCulprits(claims);
    case "gitlab":
      return gitlabCulprits(claims);
    case "google":
      return [{
        claim: "email",
        message:
          "The publisher's email must be the service account's, letter by letter, and its subject empty or the account's numeric id.",
      }];
    case "activestate":
      return [{
        claim: "sub",
        message:
          "Organization, project and actor must be those that the build runs as, and the token must come from the `pypi-publisher` builder.",
      }];
    case null:
      return [];
  }
}

function githubCulprits(claims: Claims): Culprit[] {
  const culprits: Culprit[] = [];
  const repository = textClaim(claims, "repository") ?? "?";
  const called = pathOf(textClaim(claims, "job_workflow_ref"));
  const caller = pathOf(textClaim(claims, "workflow_ref"));
  if (called && caller && called !== caller) {
    const isOwn = called.startsWith(`${repository}/`);
    culprits.push({
      claim: "job_workflow_ref",
      message: isOwn
        ? `The job runs in the reusable workflow ${called}, called by ${caller}. PyPI compares the called file, at the run's own ref; better move the publishing job into the calling one.`
        : `The job runs in a reusable workflow of another repository, ${called}, which PyPI never matches. Move the publishing job into ${caller}.`,
    });
  }
  return [
    ...culprits,
    environmentCulprit(claims),
    {
      claim: "job_workflow_ref",
      message: `The publisher's workflow must be exactly \`${
        called?.split("/").at(-1) ?? "?"
      }\`: the file's name with its extension, without its folder.`,
    },
    {
      claim: "repository",
      message:
        `Owner and repository must be spelled as in \`${repository}\`, capital letters included; after a rename or transfer, add the publisher anew.`,
    },
  ];
}

function gitlabCulprits(claims: Claims): Culprit[] {
  const issuer = textClaim(claims, "iss");
  return [
    ...(issuer === "https://gitlab.com" ? [] : [{
      claim: "iss",
      message:
        `PyPI takes a self-managed GitLab (${issuer}) only for organizations that have had it registered.`,
    }]),
    environmentCulprit(claims),
    {
      claim: "ci_config_ref_uri",
      message:
        "Namespace, project and the pipeline file's path must be spelled as on GitLab, capital letters included, and the file must lie in the project itself: a pipeline file from elsewhere never matches.",
    },
  ];
}

function environmentCulprit(claims: Claims): Culprit {
  const environment = textClaim(claims, "environment");
  return {
    claim: "environment",
    message: environment === null
      ? `The job names no environment. If the publisher names one, add \`environment: <name>\` to the job.`
      : `The job runs in the environment \`${environment}\`. The publisher must name that one, or none.`,
  };
}

/** `owner/repo/.github/workflows/file.yml` out of a workflow reference. */
function pathOf(ref: string | null): string | undefined {
  return ref?.split("@")[0];
}
