/**
 * Which CI is this.
 *
 * @module
 */

import type { Context } from "../context.ts";
import { GITHUB_ACTIONS } from "./github.ts";
import { GITLAB_CI } from "./gitlab.ts";
import { GOOGLE_CLOUD } from "./google.ts";
import { HANDED_IN_FILE, HANDED_IN_TOKEN } from "./handed_in.ts";
import type { IdentityProvider } from "./provider.ts";

/**
 * In the order of asking: what the user hands in on purpose, then the CIs
 * that say who they are, then Google, since runners of the others may well
 * stand in its data centres.
 */
const PROVIDERS: readonly IdentityProvider[] = [
  HANDED_IN_TOKEN,
  HANDED_IN_FILE,
  GITHUB_ACTIONS,
  GITLAB_CI,
  GOOGLE_CLOUD,
];

/**
 * Finds the identity provider of this job. The first of these wins:
 *
 * 1. a token handed in, `RELEASIO_OIDC_TOKEN`, then `RELEASIO_OIDC_TOKEN_FILE`;
 * 2. GitHub Actions, `GITHUB_ACTIONS`;
 * 3. GitLab CI/CD, `GITLAB_CI`;
 * 4. Google Cloud: `GOOGLE_SERVICE_ACCOUNT_NAME`, `GCE_METADATA_HOST`,
 *    variables of Cloud Build and Cloud Run, else the machine's product name
 *    where it may be read and no other CI is recognized.
 *
 * An empty variable counts as unset.
 *
 * @param context The outside world
 * @returns The provider, even when the job lacks the right to a token, which
 * asking for one will tell; `null` where there is none. What to say then,
 * `explainNoIdentity()` knows
 *
 * @example A GitHub Actions job
 * ```ts
 * import { detectProvider } from "@releasio/cli/oidc";
 * import { denoContext } from "@releasio/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const job = new Map([["GITHUB_ACTIONS", "true"]]);
 * const context = { ...denoContext(), env: (name: string) => job.get(name) };
 * assertEquals((await detectProvider(context))?.name, "github");
 * ```
 */
export async function detectProvider(
  context: Context,
): Promise<IdentityProvider | null> {
  for (const provider of PROVIDERS) {
    if (await provider.detect(context)) return provider;
  }
  return null;
}
