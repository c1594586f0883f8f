/**
 * What every provider does with a token as soon as it has one.
 *
 * @module
 */

import type { Context } from "../context.ts";
import { ReleasioError } from "../errors.ts";
import { Secret } from "../secret.ts";
import { decodeClaims } from "./claims.ts";
import type { IdentityToken } from "./provider.ts";

/** The headline that people search for. */
export const REQUEST_FAILED = "OIDC token request failed";

/**
 * Hides a token from the log, reads its claims, and makes sure that it was
 * made for the audience that was asked for.
 *
 * @param context The outside world
 * @param text The token as it came; blanks around it are dropped
 * @param audience The audience wanted
 * @param hint What to do when the token was made for another audience
 * @returns The token and its claims
 * @throws {ReleasioError} `oidc-request-failed` when it is no token, or one
 * for another audience
 */
export function receiveToken(
  context: Context,
  text: string,
  audience: string,
  hint: string,
): IdentityToken {
  const jwt = text.trim();
  // Decoding first: only a well-formed token is one line of harmless
  // characters, fit for the log command that masking writes.
  const claims = decodeClaims(jwt);
  context.mask(jwt);
  const { aud } = claims;
  if (aud !== audience && !isInList(aud, audience)) {
    throw new ReleasioError(
      "oidc-request-failed",
      `${REQUEST_FAILED}: the token is made for the audience ${
        JSON.stringify(aud) ?? "of nobody"
      }, not for ${JSON.stringify(audience)}`,
      { hint, details: { audience, aud: aud ?? null } },
    );
  }
  return { token: new Secret(jwt), claims };
}

/**
 * A list of audiences is fine by the standard, but PyPI refuses it even with
 * one element (PyJWT's `strict_aud`).
 */
function isInList(aud: unknown, audience: string): boolean {
  return Array.isArray(aud) && aud.includes(audience) &&
    audience !== "pypi" && audience !== "testpypi";
}
