/**
 * PyPI's matching of identity tokens and publishers, as pure functions.
 *
 * @module
 */

import type { Claims, ProviderName } from "../oidc/provider.ts";
import { ACTIVESTATE_RULES } from "./activestate.ts";
import type { Comparison, FieldMatch, ProviderRules } from "./comparison.ts";
import { GITHUB_RULES } from "./github.ts";
import { GITLAB_RULES } from "./gitlab.ts";
import { GOOGLE_RULES } from "./google.ts";
import type { RegisteredPublisher } from "./registered_publisher.ts";

/** The issuer of each provider, as PyPI knows it. */
export const ISSUERS: Readonly<Record<ProviderName, string>> = {
  github: "https://token.actions.githubusercontent.com",
  gitlab: "https://gitlab.com",
  google: "https://accounts.google.com",
  activestate: "https://platform.activestate.com/api/v1/oauth/oidc",
};

/** One publisher held against the claims of one token. */
export interface PublisherMatch {
  /** Whether the index would accept the token for this publisher. */
  readonly matches: boolean;
  /** Each comparison, those of the index's search first. */
  readonly fields: readonly FieldMatch[];
}

/** The publisher that an index chooses for a token, or why it finds none. */
export type PublisherSelection<P> =
  | { readonly publisher: P; readonly reason: null }
  | {
    readonly publisher: null;
    /** PyPI's words, as in `valid token, but no corresponding publisher (…)`. */
    readonly reason: string;
  };

function rulesOf(
  provider: ProviderName,
): ProviderRules<RegisteredPublisher> {
  // Each provider's rules only ever see publishers of that provider.
  return {
    github: GITHUB_RULES,
    gitlab: GITLAB_RULES,
    google: GOOGLE_RULES,
    activestate: ACTIVESTATE_RULES,
  }[provider] as ProviderRules<RegisteredPublisher>;
}

/**
 * Holds one publisher against the claims of a token, claim by claim, with
 * PyPI's rules ({@link https://docs.pypi.org/trusted-publishers/ | docs}).
 *
 * @example See which claim is wrong
 * ```ts
 * import { matchPublisher } from "@releasio/cli/trust";
 * import { assertEquals } from "@std/assert";
 *
 * const { matches, fields } = matchPublisher({
 *   provider: "google",
 *   email: "release@demo.iam.gserviceaccount.com",
 *   sub: null,
 * }, {
 *   iss: "https://accounts.google.com",
 *   email: "build@demo.iam.gserviceaccount.com",
 *   email_verified: true,
 * });
 * assertEquals(matches, false);
 * assertEquals(fields.find((field) => !field.matches)?.field, "email");
 * ```
 *
 * @param publisher The publisher, as it was registered
 * @param claims The claims of the token
 * @returns What was expected, what came, and whether it matches, per claim
 */
export function matchPublisher(
  publisher: RegisteredPublisher,
  claims: Claims,
): PublisherMatch {
  const rules = rulesOf(publisher.provider);
  const compared = rules.compare(publisher, claims);
  const shown = new Set(compared.map(({ field }) => field));
  const fields = [
    ...compareIssuer(publisher, claims, shown),
    ...compared.map(toFieldMatch),
    ...rules.required
      .filter((name) => !shown.has(name) && isMissing(claims, name))
      .map(missingClaim),
  ];
  return { matches: fields.every(({ matches }) => matches), fields };
}

/**
 * Chooses the publisher that a token stands for, as PyPI does: those that its
 * claims name, the one with the token's environment before one without any,
 * then every remaining check.
 *
 * @typeParam P What is known of each publisher
 * @param publishers The registered publishers
 * @param claims The claims of a token whose signature was verified
 * @returns The publisher, or the reason in PyPI's words
 */
export function selectPublisher<P extends RegisteredPublisher>(
  publishers: readonly P[],
  claims: Claims,
): PublisherSelection<P> {
  const provider = providerOfIssuer(claims.iss, publishers);
  if (provider === null) {
    return refuse(`Issuer '${String(claims.iss)}' is unsupported`);
  }
  const rules = rulesOf(provider);
  const missing = rules.required.find((name) => isMissing(claims, name));
  if (missing !== undefined) return refuse(`Missing claim '${missing}'`);
  const unsearchable = rules.unsearchable(claims);
  if (unsearchable !== null) return refuse(unsearchable);

  const found = publishers
    .filter((publisher) => publisher.provider === provider)
    .map((publisher) => ({
      publisher,
      compared: rules.compare(publisher, claims),
    }))
    .filter(({ compared }) => passes(compared, "lookup"))
    .filter(({ compared }) => passes(compared, "choice"));
  const chosen = found.find(({ publisher }) => rules.isSpecific(publisher)) ??
    found[0];
  if (chosen === undefined) {
    return refuse("Publisher with matching claims was not found");
  }
  const failed = chosen.compared.find((comparison) =>
    comparison.step === "check" && !comparison.matches
  );
  return failed === undefined
    ? { publisher: chosen.publisher, reason: null }
    : refuse(failed.reason);
}

/**
 * The provider that an issuer stands for.
 *
 * @param issuer The `iss` claim
 * @param publishers Registered publishers: self-managed GitLab issuers are
 * known by them
 * @returns The provider, or `null` for an issuer that the index doesn't know
 */
export function providerOfIssuer(
  issuer: unknown,
  publishers: readonly RegisteredPublisher[] = [],
): ProviderName | null {
  for (const [provider, known] of Object.entries(ISSUERS)) {
    if (issuer === known) return provider as ProviderName;
  }
  const isCustom = publishers.some((publisher) =>
    publisher.provider === "gitlab" && publisher.issuer === issuer
  );
  return isCustom ? "gitlab" : null;
}

function passes(
  compared: readonly Comparison[],
  step: Comparison["step"],
): boolean {
  return compared.every((comparison) =>
    comparison.step !== step || comparison.matches
  );
}

function refuse(reason: string): { publisher: null; reason: string } {
  return { publisher: null, reason };
}

function isMissing(claims: Claims, name: string): boolean {
  return claims[name] === undefined || claims[name] === null;
}

function toFieldMatch(comparison: Comparison): FieldMatch {
  const { field, expected, actual, matches, note } = comparison;
  return { field, expected, actual, matches, note };
}

function compareIssuer(
  publisher: RegisteredPublisher,
  claims: Claims,
  shown: ReadonlySet<string>,
): FieldMatch[] {
  if (shown.has("iss")) return [];
  const expected = ISSUERS[publisher.provider];
  const matches = claims.iss === expected;
  return [{
    field: "iss",
    expected,
    actual: typeof claims.iss === "string" ? claims.iss : null,
    matches,
    note: matches ? null : "The token comes from another provider",
  }];
}

function missingClaim(name: string): FieldMatch {
  return {
    field: name,
    expected: null,
    actual: null,
    matches: false,
    note: "The token lacks this claim, which the index requires",
  };
}
