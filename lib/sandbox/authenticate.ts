/**
 * Who uploads, by the token that came along.
 *
 * @module
 */

import type { RegisteredPublisher } from "../trust/registered_publisher.ts";
import { Refusal } from "./refusal.ts";
import type { SandboxState } from "./state.ts";

/** Who uploads. */
export interface Uploader {
  /** The publisher whose token it is, or `null` for a user's API token. */
  readonly publisher: RegisteredPublisher | null;
  /**
   * Whether the token is good for a project.
   *
   * @throws {Refusal} In PyPI's words
   */
  readonly checkProject: (normalized: string) => void;
}

/**
 * Finds out who uploads.
 *
 * @param state The index
 * @param headers The request's headers
 * @param now Milliseconds since the epoch
 * @returns Who it is
 * @throws {Refusal} In PyPI's words
 */
export function authenticate(
  state: SandboxState,
  headers: Headers,
  now: number,
): Uploader {
  const token = readToken(headers.get("authorization") ?? "");
  const minted = state.mintedTokens.find((known) =>
    !known.burnt && known.token.reveal() === token
  );
  if (minted !== undefined) {
    return {
      publisher: minted.publisher,
      checkProject(normalized) {
        if (now >= minted.expiresAt) {
          throw new Refusal(403, "Invalid API Token: token is expired");
        }
        if (!minted.projects.includes(normalized)) {
          throw new Refusal(
            403,
            `Invalid API Token: OIDC scoped token is not valid for project '${normalized}'`,
          );
        }
      },
    };
  }
  const api = state.apiTokens.find((known) => known.token.reveal() === token);
  if (api === undefined) {
    throw new Refusal(
      403,
      "Invalid or non-existent authentication information. See https://pypi.org/help/#invalid-auth for more information.",
    );
  }
  return {
    publisher: null,
    checkProject(normalized) {
      if (api.projects !== null && !api.projects.includes(normalized)) {
        throw new Refusal(
          403,
          `Invalid API Token: project-scoped token is not valid for project: '${normalized}'`,
        );
      }
    },
  };
}

function readToken(authorization: string): string {
  const [scheme = "", credentials = ""] = authorization.trim().split(/\s+/, 2);
  if (/^(?:bearer|token)$/i.test(scheme)) return credentials;
  if (!/^basic$/i.test(scheme)) return "";
  const [user, password] = decodeBasic(credentials);
  if (user !== "__token__") {
    throw new Refusal(
      403,
      "Username/Password authentication is no longer supported. Migrate to API Tokens or Trusted Publishers instead. See https://pypi.org/help/#apitoken and https://pypi.org/help/#trusted-publishers",
      { statusLineOnly: true },
    );
  }
  return password.trim();
}

function decodeBasic(credentials: string): [user: string, password: string] {
  try {
    const text = new TextDecoder().decode(Uint8Array.fromBase64(credentials));
    const colon = text.indexOf(":");
    return colon === -1
      ? [text, ""]
      : [text.slice(0, colon), text.slice(colon + 1)];
  } catch {
    // No base64, so no credentials.
    return ["__token__", ""];
  }
}
