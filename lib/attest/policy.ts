/**
 * When files can't be signed: decided before anything is asked of Sigstore.
 *
 * @module
 */

import type { Registry } from "../config/registry.ts";
import type { ErrorCode } from "../errors.ts";
import { describePublisher, textClaim } from "../oidc/claims.ts";
import type { Claims, IdentityProvider } from "../oidc/provider.ts";
import { publisherOfClaims } from "./identity.ts";

/** Why files can't be signed. */
export interface Obstacle {
  /** Its code, one of `attestations-…`. */
  readonly code: ErrorCode;
  /** One line. */
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
}

/** Who publishes, when it is a trusted publisher. */
export interface PublishingIdentity {
  /** Who gives identity tokens. */
  readonly provider: IdentityProvider;
  /** The claims of the token that the index gets. */
  readonly claims: Claims;
}

/**
 * Whether an index takes attestations: PyPI and TestPyPI do.
 *
 * @param registry The index
 * @returns `false` for every other one
 */
export function takesAttestations({ kind }: Registry): boolean {
  return kind !== "other";
}

/**
 * Finds why an index would refuse attestations in this run.
 *
 * @param identity Who publishes; `null` with an API token
 * @returns The obstacle, or `null`
 */
export function findObstacle(
  identity: PublishingIdentity | null,
): Obstacle | null {
  if (identity === null) {
    return {
      code: "attestations-need-trusted-publishing",
      message: "Cannot attest files that are published with an API token",
      hint:
        "The index takes attestations only of trusted publishers. Set up trusted publishing: `releasio doctor` tells how.",
    };
  }
  const { claims } = identity;
  return publisherOfClaims(claims) === null
    ? foreignPublisher(claims)
    : calledWorkflow(claims);
}

/** The obstacle of an index that takes no attestations. */
export function unsupportedIndex({ name }: Registry): Obstacle {
  return {
    code: "attestations-unsupported-index",
    message: `Cannot attest files for ${name}: it takes no attestations`,
    hint: "PyPI and TestPyPI take them. Set `attestations` to `off` here.",
  };
}

/** The obstacle of a job that gets no token for Sigstore. */
export function noSigningIdentity(
  { label }: IdentityProvider,
  hint: string | null,
): Obstacle {
  return {
    code: "attestations-no-identity",
    message:
      `Cannot sign: this job has no identity token for Sigstore (${label})`,
    hint: hint ??
      "A token handed in is for the index alone. Publish from GitHub Actions, GitLab CI/CD or Google Cloud to sign.",
  };
}

function foreignPublisher(claims: Claims): Obstacle {
  const { provider } = describePublisher(claims);
  const issuer = textClaim(claims, "iss") ?? "an unknown issuer";
  return {
    code: "attestations-unsupported-publisher",
    message: provider === "activestate"
      ? "Cannot attest files that ActiveState publishes: PyPI takes no attestations of it"
      : `Cannot attest files that are published by ${issuer}: PyPI takes no attestations of it`,
    hint:
      "PyPI takes attestations of GitHub Actions, gitlab.com and Google Cloud. Set `attestations` to `off` here.",
  };
}

/**
 * PyPI matches the publisher with the workflow that the job is written in, and
 * Sigstore names the one that was started.
 */
function calledWorkflow(claims: Claims): Obstacle | null {
  const path = (name: string) => textClaim(claims, name)?.split("@", 1)[0];
  const caller = path("workflow_ref");
  const called = path("job_workflow_ref");
  if (caller === undefined || called === undefined || caller === called) {
    return null;
  }
  return {
    code: "attestations-reusable-workflow",
    message:
      `Cannot attest files from the reusable workflow ${called}: Sigstore names its caller, ${caller}, and the index compares the two`,
    hint:
      `Move the publishing job into ${caller} and register that file as the publisher; what builds can stay in the reusable workflow.`,
  };
}
