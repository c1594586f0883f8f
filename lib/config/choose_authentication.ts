/**
 * How a run authenticates, decided before anything is asked of anybody.
 *
 * @module
 */

import { ReleasioError } from "../errors.ts";
import type { AuthKind } from "../events.ts";
import type { TrustedPublishing } from "./settings.ts";

/** What a run could authenticate with. */
export interface AuthenticationMeans {
  /** Whether the run is in a CI that can give an identity. */
  readonly hasIdentity: boolean;
  /** Where an API token was found, or `null`. */
  readonly tokenSource: string | null;
}

/** How a run authenticates. */
export interface AuthenticationChoice {
  /** Which of the two. */
  readonly kind: AuthKind;
  /** What to tell about it. */
  readonly notes: readonly string[];
}

/**
 * Chooses how to authenticate. The choice stands: when it fails, the other
 * way is not tried.
 *
 * @example A CI with an identity, and a token that lies about
 * ```ts
 * import { chooseAuthentication } from "@releasio/cli/config";
 * import { assertEquals } from "@std/assert";
 *
 * const { kind } = chooseAuthentication("auto", {
 *   hasIdentity: true,
 *   tokenSource: "PYPI_TOKEN",
 * });
 * assertEquals(kind, "trusted-publishing");
 * ```
 *
 * @param mode The setting `trusted_publishing`
 * @param means What there is
 * @returns The choice
 * @throws {ReleasioError} `oidc-unavailable` or `token-missing` when what the
 * mode asks for isn't there
 */
export function chooseAuthentication(
  mode: TrustedPublishing,
  means: AuthenticationMeans,
): AuthenticationChoice {
  const { hasIdentity, tokenSource } = means;
  if (mode !== "never" && hasIdentity) {
    const notes = mode === "auto" && tokenSource !== null
      ? [
        `The API token in ${tokenSource} is not used: trusted publishing ` +
        "needs none, and the token can be deleted",
      ]
      : [];
    return { kind: "trusted-publishing", notes };
  }
  if (mode === "always") {
    throw new ReleasioError(
      "oidc-unavailable",
      "Cannot use trusted publishing: no CI that gives an identity was found",
      {
        hint: "Run this in GitHub Actions, GitLab CI/CD or Google Cloud, or " +
          'set trusted_publishing = "auto" to use an API token elsewhere.',
      },
    );
  }
  if (tokenSource !== null) return { kind: "api-token", notes: [] };
  throw new ReleasioError(
    "token-missing",
    mode === "never"
      ? "Cannot authenticate: no API token was found"
      : "Cannot authenticate: neither a CI that gives an identity nor an API token was found",
    {
      hint: "Set RELEASIO_PYPI_TOKEN to an API token of the index" +
        (mode === "never"
          ? ", or take out trusted_publishing = false."
          : ", or run this in a CI that has a trusted publisher there."),
    },
  );
}
