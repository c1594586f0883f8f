/**
 * What indexes and publishers are called.
 *
 * @module
 */

import type { AuthKind, PublisherIdentity } from "../events.ts";
import { plain } from "./plain.ts";

const INDEX_NAMES: Readonly<Record<string, string>> = {
  "https://upload.pypi.org/legacy/": "PyPI",
  "https://test.pypi.org/legacy/": "TestPyPI",
};

const PROVIDER_NAMES: Readonly<Record<string, string>> = {
  github: "GitHub",
  gitlab: "GitLab",
  google: "Google",
  activestate: "ActiveState",
};

/**
 * What people call an index.
 *
 * @param registry Its canonical upload URL
 * @returns `PyPI`, `TestPyPI`, else the host with its port
 */
export function indexName(registry: string): string {
  return INDEX_NAMES[registry] ??
    plain(URL.parse(registry)?.host || registry, 100);
}

/** How a run authenticates, and as whom. */
export interface Authentication {
  /** Which way. */
  readonly auth: AuthKind;
  /** Who publishes, or `null`. */
  readonly publisher: PublisherIdentity | null;
  /** Where an API token was found, such as `PYPI_TOKEN`. */
  readonly source?: string | null;
}

/**
 * How a run authenticates, in words.
 *
 * @param authentication The way, and the publisher or the token's source
 * @returns Such as `trusted publishing, GitHub octo/demo release.yml,
 * environment release`
 */
export function describeAuthentication(
  { auth, publisher, source }: Authentication,
): string {
  if (auth === "api-token") {
    return source ? `API token from ${plain(source, 200)}` : "API token";
  }
  return publisher === null
    ? "trusted publishing"
    : `trusted publishing, ${describeIdentity(publisher)}`;
}

/**
 * A publisher in one line.
 *
 * @param publisher The provider and its fields
 * @returns Such as `GitHub octo/demo release.yml, environment release`
 */
export function describeIdentity(publisher: PublisherIdentity): string {
  const { provider, environment } = publisher;
  const owner = publisher.owner ?? publisher.namespace ??
    publisher.organization;
  const project = publisher.repository ?? publisher.project;
  const what = owner && project && !project.includes("/")
    ? `${owner}/${project}`
    : project ?? owner ?? publisher.email ?? publisher.issuer;
  const line = [
    PROVIDER_NAMES[provider] ?? provider,
    what,
    publisher.workflow ?? publisher.actor,
  ].filter(Boolean).join(" ");
  return plain(environment ? `${line}, environment ${environment}` : line, 300);
}
