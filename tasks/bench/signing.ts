/**
 * Measures what signing costs, at no distance from Sigstore.
 *
 * @module
 */

import { attestFiles } from "../../lib/attest/mod.ts";
import { PYPI } from "../../lib/config/registry.ts";
import { denoContext } from "../../lib/deno_context.ts";
import { createSandbox, githubClaims, Secret } from "../../lib/sandbox/mod.ts";

const ORIGIN = "https://sandbox.example";

/**
 * Signs files with a sandbox in the same process, which works as hard as who
 * signs: at most this is what attestations add to a run.
 *
 * @param count How many files
 * @returns Seconds, and the requests that it took
 */
export async function measureSigning(
  count: number,
): Promise<{ readonly time: number; readonly requests: number }> {
  const sandbox = await createSandbox();
  const services = await sandbox.sigstoreServices(ORIGIN);
  const claimsFor = (audience: string) =>
    githubClaims({}, { audience, now: Date.now() });
  const files = Array.from({ length: count }, (_, i) => ({
    filename: `bench-1.0-${i}-py3-none-any.whl`,
    sha256: i.toString(16).padStart(64, "0"),
  }));
  const start = performance.now();
  const { attestations } = await attestFiles(
    { ...denoContext(), fetch: sandbox.handle },
    {
      files,
      policy: "required",
      registry: PYPI,
      services,
      identity: {
        claims: claimsFor("pypi"),
        provider: {
          name: "github",
          label: "GitHub Actions",
          detect: () => true,
          renewable: true,
          async acquire(_context, audience) {
            const claims = claimsFor(audience);
            const token = await sandbox.issueToken(claims);
            return { token: new Secret(token), claims };
          },
        },
      },
    },
  );
  const time = (performance.now() - start) / 1000;
  if (attestations.size !== count) throw new Error("Not every file is signed");
  return { time, requests: sandbox.state.requests.length };
}
