/**
 * Claims of identity tokens, for display: nothing here checks a signature.
 *
 * @module
 */

import { ReleasioError } from "../errors.ts";
import type { PublisherIdentity } from "../events.ts";
import { isRecord, parseJson } from "../http.ts";
import type { Claims, ProviderName } from "./provider.ts";

const MAX_TOKEN_LENGTH = 64 * 1024;
const JWT_REGEXP = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** The issuers that PyPI knows, and whose they are. */
const ISSUERS: ReadonlyMap<unknown, ProviderName> = new Map([
  ["https://token.actions.githubusercontent.com", "github"],
  ["https://gitlab.com", "gitlab"],
  ["https://accounts.google.com", "google"],
  ["https://platform.activestate.com/api/v1/oauth/oidc", "activestate"],
]);

/**
 * Reads the claims of a JSON Web Token without checking its signature.
 *
 * Source: {@link https://www.rfc-editor.org/rfc/rfc7519 | RFC 7519}.
 *
 * @param jwt The token, at most 64 KiB
 * @returns Its claims: for display, never for trust
 * @throws {ReleasioError} `oidc-request-failed` when it is no token; the
 * message shows nothing of it
 *
 * @example Look into a token
 * ```ts
 * import { decodeClaims } from "@releasio/cli/oidc";
 * import { assertEquals } from "@std/assert";
 *
 * const part = (value: unknown) =>
 *   btoa(JSON.stringify(value)).replaceAll("=", "");
 * const jwt = `${part({ alg: "RS256" })}.${part({ aud: "pypi" })}.c2ln`;
 * assertEquals(decodeClaims(jwt), { aud: "pypi" });
 * ```
 */
export function decodeClaims(jwt: string): Claims {
  if (jwt.length > MAX_TOKEN_LENGTH) {
    throw notAToken("it is longer than 64 KiB");
  }
  if (!JWT_REGEXP.test(jwt)) throw notAToken("it is not a JSON Web Token");
  const claims = parseJson(decodeBase64Url(jwt.split(".")[1]!));
  if (!isRecord(claims)) throw notAToken("its claims are not a JSON object");
  return claims;
}

function notAToken(reason: string): ReleasioError {
  return new ReleasioError(
    "oidc-request-failed",
    `Cannot read the identity token: ${reason}`,
    {
      hint:
        "It must be the signed token as the CI gives it: three parts joined by dots.",
    },
  );
}

/** Garbage becomes text that is no JSON. */
function decodeBase64Url(text: string): string {
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return "";
  }
}

/**
 * A claim that should be text.
 *
 * @param claims The claims
 * @param name The claim's name
 * @returns The text, or `null` when it is absent, empty or something else
 */
export function textClaim(claims: Claims, name: string): string | null {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
  return typeof value === "string" && value !== "" ? value : null;
}

/**
 * Whose token it is: by issuer, else (a self-managed server, the sandbox) by
 * the claims that only one provider has.
 *
 * @param claims The claims
 * @returns The provider, or `null` when the token is nobody's that PyPI knows
 */
export function identifyProvider(claims: Claims): ProviderName | null {
  const known = ISSUERS.get(claims.iss);
  if (known !== undefined) return known;
  if (textClaim(claims, "job_workflow_ref") !== null) return "github";
  if (textClaim(claims, "project_path") !== null) return "gitlab";
  return null;
}

/**
 * Who publishes, under the names of PyPI's publisher form.
 *
 * @param claims The claims
 * @returns The provider and its fields; `null` for what the token lacks. For
 * a provider that PyPI does not know, its issuer and subject
 *
 * @example GitHub Actions
 * ```ts
 * import { describePublisher } from "@releasio/cli/oidc";
 * import { assertEquals } from "@std/assert";
 *
 * const publisher = describePublisher({
 *   iss: "https://token.actions.githubusercontent.com",
 *   repository: "octo/demo",
 *   job_workflow_ref:
 *     "octo/demo/.github/workflows/release.yml@refs/heads/main",
 *   ref: "refs/heads/main",
 * });
 * assertEquals(publisher, {
 *   provider: "github",
 *   repository: "octo/demo",
 *   workflow: "release.yml",
 *   environment: null,
 *   ref: "refs/heads/main",
 * });
 * ```
 */
export function describePublisher(claims: Claims): PublisherIdentity {
  const text = (name: string) => textClaim(claims, name);
  const provider = identifyProvider(claims);
  switch (provider) {
    case "github":
      return {
        provider,
        repository: text("repository"),
        workflow: githubWorkflow(claims),
        environment: text("environment"),
        ref: text("ref"),
      };
    case "gitlab": {
      const path = text("project_path");
      const slash = path?.lastIndexOf("/") ?? -1;
      return {
        provider,
        namespace: path?.slice(0, Math.max(slash, 0)) || null,
        project: path?.slice(slash + 1) || null,
        workflow: gitlabWorkflow(claims),
        environment: text("environment"),
        issuer: text("iss"),
        ref: text("ref_path"),
      };
    }
    case "google":
      return { provider, email: text("email"), sub: text("sub") };
    case "activestate":
      return {
        provider,
        organization: text("organization"),
        project: text("project"),
        // The form asks for the name; the id is what PyPI compares.
        actor: text("actor") ?? text("actor_id"),
      };
    case null:
      return { provider: "unknown", issuer: text("iss"), sub: text("sub") };
  }
}

/**
 * The workflow's file name as PyPI reads it: the first part of
 * `job_workflow_ref` that ends in `.yml` or `.yaml` before an `@`.
 */
function githubWorkflow(claims: Claims): string | null {
  const ref = textClaim(claims, "job_workflow_ref") ?? "";
  return /(?:^|\/)([^/]+\.ya?ml)@/.exec(ref)?.[1] ?? null;
}

/** The pipeline file's path as PyPI reads it: between `//` and the last `@`. */
function gitlabWorkflow(claims: Claims): string | null {
  const uri = textClaim(claims, "ci_config_ref_uri") ?? "";
  const start = uri.indexOf("//");
  if (start < 0) return null;
  return /^(.+\.ya?ml)@/.exec(uri.slice(start + 2))?.[1] ?? null;
}
