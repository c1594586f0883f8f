/**
 * Where people look at a release.
 *
 * @module
 */

import type { Registry } from "../config/registry.ts";
import { isLoopback } from "../origin.ts";

const SITES = {
  pypi: "https://pypi.org",
  testpypi: "https://test.pypi.org",
} as const;

/**
 * The page of a release: a project page on PyPI and TestPyPI, the Simple
 * API's page on this machine.
 *
 * @param registry The index
 * @param project Normalized project name
 * @param version Normalized version
 * @returns The address, or `null` for an index whose pages are not known
 */
export function releaseUrl(
  registry: Registry,
  project: string,
  version: string,
): string | null {
  const name = encodeURIComponent(project);
  if (registry.kind !== "other") {
    return `${SITES[registry.kind]}/project/${name}/${
      encodeURIComponent(version)
    }/`;
  }
  const { uploadUrl, simpleUrl } = registry;
  return simpleUrl !== null && isLoopback(new URL(uploadUrl))
    ? `${simpleUrl}${name}/`
    : null;
}
