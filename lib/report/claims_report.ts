/**
 * What an identity token says, sorted by what PyPI does with it.
 *
 * @module
 */

import type { Claims, ProviderName } from "../oidc/provider.ts";

/**
 * What the index does with a claim: `publisher` claims choose the publisher,
 * `token` claims say whether the token holds, `ignored` ones play no part.
 */
export type ClaimUse = "publisher" | "token" | "ignored";

/** One claim. */
export interface ClaimEntry {
  /** Its name. */
  readonly name: string;
  /** Any JSON value; `null` for a claim that the index looks for in vain. */
  readonly value: unknown;
  /** What the index does with it. */
  readonly use: ClaimUse;
}

/** An identity token for display. */
export interface ClaimsReport {
  /** Whose it is, or `null` if that is unknown. */
  readonly provider: ProviderName | null;
  /** Who signed it, or `null`. */
  readonly issuer: string | null;
  /** Whom it was made for, or `null`. */
  readonly audience: string | null;
  /** Milliseconds since the epoch, or `null`. */
  readonly issued: number | null;
  /** Milliseconds since the epoch, or `null`. */
  readonly expires: number | null;
  /** Every claim, those that choose the publisher first. */
  readonly claims: readonly ClaimEntry[];
}

/**
 * The claims that PyPI holds against a publisher's fields
 * ({@link https://github.com/pypi/warehouse/tree/main/warehouse/oidc/models | source}).
 */
const PUBLISHER_CLAIMS: Readonly<Record<ProviderName, readonly string[]>> = {
  github: [
    "repository",
    "repository_owner",
    "repository_owner_id",
    "job_workflow_ref",
    "environment",
    "event_name",
    "ref",
    "sha",
  ],
  gitlab: [
    "project_path",
    "ci_config_ref_uri",
    "environment",
    "sub",
    "ref_path",
    "sha",
  ],
  google: ["email", "email_verified", "sub"],
  activestate: ["organization", "project", "actor_id", "sub", "builder"],
};

/** The claims that a token's validity depends on, whoever signed it. */
const TOKEN_CLAIMS = ["iss", "aud", "iat", "nbf", "exp", "jti"];

/**
 * Sorts the claims of an identity token by what PyPI does with them.
 *
 * @param claims What the token says
 * @param provider Whose it is, or `null` if that is unknown
 * @returns The claims, and when the token holds
 */
export function createClaimsReport(
  claims: Claims,
  provider: ProviderName | null,
): ClaimsReport {
  const wanted = provider === null ? [] : PUBLISHER_CLAIMS[provider];
  const uses: ReadonlySet<string> = new Set([...wanted, ...TOKEN_CLAIMS]);
  const entry = (use: ClaimUse) => (name: string): ClaimEntry => ({
    name,
    value: Object.hasOwn(claims, name) ? claims[name] : null,
    use,
  });
  return {
    provider,
    issuer: text(claims.iss),
    audience: text(claims.aud),
    issued: milliseconds(claims.iat),
    expires: milliseconds(claims.exp),
    claims: [
      ...wanted.map(entry("publisher")),
      ...TOKEN_CLAIMS.filter((name) => Object.hasOwn(claims, name))
        .map(entry("token")),
      ...Object.keys(claims).filter((name) => !uses.has(name)).sort()
        .map(entry("ignored")),
    ],
  };
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function milliseconds(seconds: unknown): number | null {
  return typeof seconds === "number" ? seconds * 1000 : null;
}
