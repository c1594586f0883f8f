/**
 * What an identity provider is to this library.
 *
 * @module
 */

import type { Context } from "../context.ts";
import type { Secret } from "../secret.ts";

/** The providers that PyPI knows, and tokens handed in by hand. */
export type ProviderName = "github" | "gitlab" | "google" | "activestate";

/** Claims of an identity token: for display, never for trust. */
export type Claims = Readonly<Record<string, unknown>>;

/** An identity token, masked, and what it says. */
export interface IdentityToken {
  /** The token itself. */
  readonly token: Secret;
  /** What it says. Nobody has checked the signature. */
  readonly claims: Claims;
}

/** A CI that hands out identity tokens: one file each. */
export interface IdentityProvider {
  /** Stable name, such as `github`. */
  readonly name: string;
  /** For people, such as `GitHub Actions`. */
  readonly label: string;
  /** Whether this job runs there, from the environment alone. */
  readonly detect: (context: Context) => boolean | Promise<boolean>;
  /**
   * Whether a new token can be had for another exchange. GitLab's is fixed
   * for the job, and an index takes a token once.
   */
  readonly renewable: boolean;
  /**
   * Asks for a token.
   *
   * @throws {ReleasioError} `oidc-…` when the job may not have one
   */
  readonly acquire: (
    context: Context,
    audience: string,
  ) => Promise<IdentityToken>;
}
