/**
 * The audience that an index wants identity tokens to be made for.
 *
 * @module
 */

import type { Registry } from "../config/registry.ts";
import type { Context } from "../context.ts";
import { ReleasioError } from "../errors.ts";
import { isRecord, parseJson, send } from "../http.ts";
import { isLoopback } from "../origin.ts";
import { isTransientStatus, READ_RETRIES } from "../retry.ts";
import { endpoint } from "./endpoint.ts";

const TIMEOUT = 30_000;
const MAX_BYTES = 64 * 1024;

/** Audiences that belong to somebody: only these hosts may ask for them. */
const OWNERS: ReadonlyMap<string, readonly string[]> = new Map([
  ["pypi", ["pypi.org", "upload.pypi.org"]],
  ["testpypi", ["test.pypi.org"]],
]);

/**
 * Asks an index for its audience, and refuses one that is somebody else's:
 * an index that asked for `pypi` could use the token on PyPI.
 *
 * @param context The outside world
 * @param registry The index
 * @returns The audience
 * @throws {ReleasioError} `trusted-publishing-unsupported`,
 * `trusted-publishing-disabled` or `audience-refused`; `server-error`,
 * `network` or `timeout` when asking later may help
 *
 * @example Ask an index
 * ```ts
 * import { fetchAudience } from "@releasio/cli/mint";
 * import { denoContext } from "@releasio/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const context = {
 *   ...denoContext(),
 *   fetch: () => Promise.resolve(Response.json({ audience: "testpypi" })),
 * };
 * const audience = await fetchAudience(context, {
 *   name: "TestPyPI",
 *   kind: "testpypi",
 *   uploadUrl: "https://test.pypi.org/legacy/",
 *   simpleUrl: "https://test.pypi.org/simple/",
 * });
 * assertEquals(audience, "testpypi");
 * ```
 */
export async function fetchAudience(
  context: Context,
  registry: Registry,
): Promise<string> {
  const { status, text } = await send(context, {
    url: endpoint(registry, "audience"),
    headers: { accept: "application/json" },
  }, { timeout: TIMEOUT, retries: READ_RETRIES, maxBytes: MAX_BYTES });
  if (status === 403) throw publishingDisabled(registry);
  if (isTransientStatus(status) || status >= 500) {
    throw new ReleasioError(
      "server-error",
      `Cannot ask ${registry.name} for its audience: it answered ${status}`,
      {
        hint: "Nothing was sent. Run the job again later.",
        details: { status },
      },
    );
  }
  const answer = parseJson(text);
  const audience = isRecord(answer) ? answer.audience : undefined;
  if (status !== 200 || typeof audience !== "string" || audience === "") {
    throw publishingUnsupported(registry, status);
  }
  if (!isAudienceOf(audience, new URL(registry.uploadUrl))) {
    throw audienceRefused(registry, audience);
  }
  return audience;
}

/**
 * Whether an index may ask for an audience. `pypi` and `testpypi` are those
 * of PyPI and TestPyPI, and of a loopback sandbox that plays them; `sigstore`
 * is nobody's. Any other must be the index's host, a parent domain of it, the
 * first label of one of these, or a URL on its origin.
 *
 * @param audience The audience
 * @param index Any URL of the index
 * @returns `true` when it may
 */
export function isAudienceOf(audience: string, index: URL): boolean {
  if (!/^[\x21-\x7e]{1,255}$/.test(audience) || audience === "sigstore") {
    return false;
  }
  const owners = OWNERS.get(audience);
  if (owners !== undefined) {
    return owners.includes(index.host) || isLoopback(index);
  }
  if (URL.canParse(audience) && new URL(audience).origin === index.origin) {
    return true;
  }
  if (audience === index.host || audience === index.hostname) return true;
  return domainsOf(index.hostname).some((domain) =>
    audience === domain || audience === domain.split(".")[0]
  );
}

/** The host and its parents of two labels or more; none for an IP address. */
function domainsOf(hostname: string): string[] {
  if (hostname.startsWith("[") || /^[\d.]+$/.test(hostname)) return [];
  const labels = hostname.split(".");
  if (labels.length === 1) return [hostname];
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join("."));
}

function audienceRefused(registry: Registry, audience: string): ReleasioError {
  return new ReleasioError(
    "audience-refused",
    `${registry.name} asks for an identity token for ${
      JSON.stringify(audience)
    }, which is not its own audience`,
    {
      hint:
        "Whoever holds such a token could use it elsewhere, so none was requested. Check the registry's URL; if it is right, tell its operators.",
      details: { registry: registry.uploadUrl, audience },
    },
  );
}

/**
 * The error for an index that has no trusted publishing.
 *
 * @param registry The index
 * @param status What it answered
 * @returns `trusted-publishing-unsupported`
 */
export function publishingUnsupported(
  registry: Registry,
  status: number,
): ReleasioError {
  return new ReleasioError(
    "trusted-publishing-unsupported",
    `${registry.name} has no trusted publishing`,
    {
      hint:
        'It does not answer as PyPI does. Check the registry\'s URL, or set `trusted_publishing = "never"` and use a token of that index in `RELEASIO_PYPI_TOKEN`.',
      details: { registry: registry.uploadUrl, status },
    },
  );
}

/**
 * The error for an index that has switched trusted publishing off.
 *
 * @param registry The index
 * @param service The provider that it is off for; by default all
 * @returns `trusted-publishing-disabled`
 */
export function publishingDisabled(
  registry: Registry,
  service?: string,
): ReleasioError {
  const scope = service === undefined ? "" : ` for ${service}`;
  return new ReleasioError(
    "trusted-publishing-disabled",
    `${registry.name} has switched trusted publishing off${scope}`,
    {
      hint:
        "Its operators do so for a while when something is wrong; see https://status.python.org for PyPI. Run the job again later, or use an API token.",
      details: { registry: registry.uploadUrl, service: service ?? null },
    },
  );
}
