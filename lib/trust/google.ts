/**
 * How PyPI holds Google Cloud tokens against Google publishers
 * ({@link https://github.com/pypi/warehouse/blob/main/warehouse/oidc/models/google.py | source}).
 *
 * @module
 */

import type { GooglePublisher } from "../config/settings.ts";
import type { Claims } from "../oidc/provider.ts";
import {
  caseNote,
  claimText,
  compareClaim,
  type Comparison,
  type ProviderRules,
} from "./comparison.ts";

function compareVerified(claims: Claims): Comparison {
  const matches = claims.email_verified === true;
  return {
    field: "email_verified",
    expected: "true",
    actual: claimText(claims, "email_verified"),
    matches,
    note: matches ? null : "Ask Google for the token with its full format",
    step: "check",
    reason: "Check failed for required claim 'email_verified'",
  };
}

function compareSubject(
  publisher: GooglePublisher,
  claims: Claims,
): Comparison {
  const matches = publisher.sub === null || claims.sub === publisher.sub;
  return {
    field: "sub",
    expected: publisher.sub,
    actual: claimText(claims, "sub"),
    matches,
    note: matches
      ? null
      : "The service account has this address but another subject",
    step: "choice",
    reason: "Check failed for optional claim 'sub'",
  };
}

/** PyPI's rules for Google Cloud. */
export const GOOGLE_RULES: ProviderRules<GooglePublisher> = {
  required: ["email", "email_verified"],
  unsearchable: () => null,
  compare: (publisher, claims) => [
    compareClaim(claims, "email", publisher.email, {
      step: "lookup",
      ...caseNote(claims, "email", publisher.email),
    }),
    compareSubject(publisher, claims),
    compareVerified(claims),
  ],
  isSpecific: (publisher) => publisher.sub !== null,
};
