/**
 * What an upload authenticates with.
 *
 * @module
 */

import type { AuthKind } from "../events.ts";
import type { Secret } from "../secret.ts";

/** A user name and its password, for HTTP Basic authentication. */
export interface BasicCredentials {
  /** `__token__` for every PyPI-like index. */
  readonly username: string;
  /** The token. */
  readonly password: Secret;
}

/**
 * What the uploads of one run on one index authenticate with: an API token
 * that stays, or minted tokens that are renewed and burnt.
 */
export interface Credentials {
  /** Which of the two. */
  readonly kind: AuthKind;
  /**
   * Credentials that are valid now. Minted ones are renewed, once for all
   * callers, when they are about to end and the provider allows.
   *
   * @throws {ReleasioError} when a new token is needed and can't be had
   */
  readonly current: () => Promise<BasicCredentials>;
  /**
   * Called after the index refused credentials as expired.
   *
   * @param refused The password that was refused
   * @returns Whether {@linkcode Credentials.current} has others now
   * @throws {ReleasioError} when a new token should be had, and was refused
   */
  readonly renew: (refused: Secret) => Promise<boolean>;
  /** Burns every minted token. It never rejects, and may be called twice. */
  readonly close: () => Promise<void>;
}
