/**
 * Registries: where a release goes.
 *
 * @module
 */

import { ReleasioError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { isSecure } from "../origin.ts";
import type { Secret } from "../secret.ts";

/** An index that distributions are uploaded to. */
export interface Registry {
  /** What people call it: `PyPI`, `TestPyPI`, else the host with its port. */
  readonly name: string;
  /** `pypi`, `testpypi`, or `other`. */
  readonly kind: "pypi" | "testpypi" | "other";
  /** Where files are posted, in canonical form. */
  readonly uploadUrl: string;
  /**
   * The index's Simple API, with a trailing slash, or `null` when it can't be
   * derived: then nothing is known about what is there.
   */
  readonly simpleUrl: string | null;
  /**
   * Who reads the Simple API where not everyone may: asked only when it
   * refuses to be read. Without it, it is read without credentials.
   */
  readonly reader?: () => Promise<Reader>;
}

/** Who reads an index that not everyone may read. */
export type Reader =
  | {
    readonly kind: "user";
    /** The user's name. */
    readonly username: string;
    /** The user's password, or an API token. */
    readonly password: Secret;
  }
  | {
    readonly kind: "nobody";
    /** Why, as a sentence. */
    readonly reason: string;
  };

/** The Python Package Index, https://pypi.org. */
export const PYPI: Registry = {
  name: "PyPI",
  kind: "pypi",
  uploadUrl: "https://upload.pypi.org/legacy/",
  simpleUrl: "https://pypi.org/simple/",
};

/** The index to try things on, https://test.pypi.org. */
export const TESTPYPI: Registry = {
  name: "TestPyPI",
  kind: "testpypi",
  uploadUrl: "https://test.pypi.org/legacy/",
  simpleUrl: "https://test.pypi.org/simple/",
};

const NAMED = new Map([["pypi", PYPI], ["testpypi", TESTPYPI]]);

/** Every host that people take for PyPI's upload host, past ones included. */
const SITE_OF_HOST = new Map([
  ["pypi.org", PYPI],
  ["www.pypi.org", PYPI],
  ["upload.pypi.org", PYPI],
  ["pypi.io", PYPI],
  ["upload.pypi.io", PYPI],
  ["pypi.python.org", PYPI],
  ["test.pypi.org", TESTPYPI],
  ["upload.test.pypi.org", TESTPYPI],
  ["testpypi.python.org", TESTPYPI],
]);

/** Host and path of upload URLs whose Simple API is `simple/` below them. */
const SIMPLE_BELOW = [
  /^[^/]+\/$/, // pypiserver
  /\/api\/pypi\/[^/]+\/?$/, // Artifactory
  /\/repository\/[^/]+\/?$/, // Nexus
  /\/api\/v4\/projects\/[^/]+\/packages\/pypi\/?$/, // GitLab
  /^[^/]+-python\.pkg\.dev\/[^/]+\/[^/]+\/?$/, // Google Artifact Registry
  /^[^/]+\.d\.codeartifact\.[^/]+\/pypi\/[^/]+\/?$/, // AWS CodeArtifact
];

/** Others have two segments too: see {@linkcode isDevpiUrl}. */
const DEVPI = /^[^/]+\/[^/]+\/[^/]+\/?$/;

/**
 * Reads a registry: the name `pypi` or `testpypi`, in any case, or the URL
 * that files are posted to.
 *
 * @example Read a name and a URL
 * ```ts
 * import { parseRegistry } from "@releasio/cli/config";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseRegistry("testpypi").uploadUrl, "https://test.pypi.org/legacy/");
 * assertEquals(
 *   parseRegistry("https://nexus.example/repository/python/").simpleUrl,
 *   "https://nexus.example/repository/python/simple/",
 * );
 * ```
 *
 * @param text A name or a URL
 * @returns The registry, its URL in canonical form
 * @throws {ReleasioError} `registry-invalid`, with the right value in the hint
 * where it is known
 */
export function parseRegistry(text: string): Registry {
  const named = NAMED.get(text.trim().toLowerCase());
  if (named !== undefined) return named;

  const url = parseUrl(text);
  if (url.pathname.endsWith("/legacy")) url.pathname += "/";

  const site = SITE_OF_HOST.get(url.hostname.replace(/\.$/, ""));
  if (site !== undefined) {
    if (url.href === site.uploadUrl) return site;
    throw refuse(url.href, `${site.name} takes no uploads there`, {
      hint: siteHint(site),
    });
  }
  requireSafeScheme(url);
  if (/\/\+?simple\/?$/.test(url.pathname)) {
    throw refuse(url.href, "that is the address to install from", {
      hint: "Use the URL that the index takes uploads at, and keep this one " +
        "as `check_url`.",
    });
  }
  return {
    name: url.host,
    kind: "other",
    uploadUrl: url.href,
    simpleUrl: deriveSimpleUrl(url),
  };
}

/**
 * Reads the URL of a Simple API, as given for `check_url`.
 *
 * @param text The URL
 * @returns Its canonical form, with a trailing slash
 * @throws {ReleasioError} `registry-invalid` when a token or a listing could
 * not travel there safely
 */
export function parseSimpleUrl(text: string): string {
  const url = parseUrl(text);
  requireSafeScheme(url);
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url.href;
}

/**
 * Whether the URL of a Simple API is one that only devpi has: it is derived
 * for every index whose upload URL looks like devpi's, which may be another.
 *
 * @param simpleUrl The URL, with a trailing slash
 * @returns `true` if it ends in `/+simple/`
 */
export function isDevpiUrl(simpleUrl: string): boolean {
  return simpleUrl.endsWith("/+simple/");
}

/**
 * Whether two URLs share scheme, host and port: a token made for one may go
 * to the other.
 *
 * @param a An absolute URL
 * @param b Another
 * @returns `false` too for URLs without an origin of their own
 */
export function isSameOrigin(a: string | URL, b: string | URL): boolean {
  const origin = new URL(a).origin;
  return origin !== "null" && origin === new URL(b).origin;
}

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw refuse(text, "it is neither a name nor an https URL", {
      hint: guessHint(text),
    });
  }
  if (url.username !== "" || url.password !== "") {
    throw refuse(text, "it carries a user name or a password", {
      hint: "URLs end up in logs. Take them out, and give an API token in " +
        "RELEASIO_PYPI_TOKEN, and its user name in RELEASIO_PUBLISH_USERNAME.",
    });
  }
  if (url.search !== "" || url.hash !== "") {
    throw refuse(text, "it has a query or a fragment", {
      hint: "Use the URL up to its path.",
    });
  }
  // An empty query or fragment leaves its mark in `href`.
  url.search = url.hash = "";
  return url;
}

function requireSafeScheme(url: URL): void {
  if (isSecure(url)) return;
  throw refuse(url.href, "a token would travel unencrypted", {
    hint: `Use https. Plain http is for this machine alone, such as ` +
      `"http://localhost:8000/legacy/".`,
  });
}

function deriveSimpleUrl(url: URL): string | null {
  const { pathname } = url;
  const place = url.hostname + pathname;
  if (pathname.endsWith("/legacy/")) return new URL("../simple/", url).href;
  const folder = pathname.endsWith("/") ? pathname : `${pathname}/`;
  if (SIMPLE_BELOW.some((pattern) => pattern.test(place))) {
    return new URL(`${folder}simple/`, url).href;
  }
  if (DEVPI.test(place)) return new URL(`${folder}+simple/`, url).href;
  return null;
}

function guessHint(text: string): string {
  const url = URL.parse(`https://${text.trim()}`);
  const site = url === null ? undefined : SITE_OF_HOST.get(url.hostname);
  if (site !== undefined) return siteHint(site);
  const name = nearest(text.trim().toLowerCase(), NAMED.keys());
  if (name !== null) return `Did you mean "${name}"?`;
  return `Use "pypi", "testpypi", or the URL that your index takes uploads at.`;
}

function siteHint(site: Registry): string {
  return `Use "${site.kind}" or "${site.uploadUrl}".`;
}

function refuse(
  text: string,
  reason: string,
  options: { readonly hint: string },
): ReleasioError {
  return new ReleasioError(
    "registry-invalid",
    `Cannot use ${JSON.stringify(withoutSecrets(text))} as registry: ${reason}`,
    options,
  );
}

/** Leaves out what may be a password or a token. */
function withoutSecrets(text: string): string {
  return text.trim()
    .replace(/[?#].*$/s, "")
    .replace(/^([a-z]+:\/\/)?.*@/is, "$1")
    .slice(0, 200);
}
