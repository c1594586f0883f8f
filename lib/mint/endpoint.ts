/**
 * Where an index is asked about trusted publishing.
 *
 * @module
 */

import type { Registry } from "../config/registry.ts";
import { ReleasioError } from "../errors.ts";
import { isSecure } from "../origin.ts";

/**
 * The address of one of an index's trusted-publishing endpoints. They all
 * live on the upload URL's origin, the only one that a token may go to.
 *
 * Source: {@link https://docs.pypi.org/trusted-publishers/internals/ | PyPI's internals}.
 *
 * @param registry The index
 * @param name Which endpoint
 * @returns Its URL
 * @throws {ReleasioError} `registry-invalid` when a token would travel in
 * the clear
 */
export function endpoint(
  registry: Registry,
  name: "audience" | "mint-token" | "burn-token",
): string {
  const url = new URL(`/_/oidc/${name}`, registry.uploadUrl);
  if (isSecure(url)) return url.href;
  throw new ReleasioError(
    "registry-invalid",
    `Cannot send a token to ${url.host} over ${url.protocol.slice(0, -1)}`,
    { hint: "Use the index's https address." },
  );
}
