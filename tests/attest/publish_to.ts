/**
 * Publishing to sandboxes, signatures and all, in the process of the test.
 */

import type { SigstoreServices } from "../../lib/attest/mod.ts";
import { parseRegistry, type Registry } from "../../lib/config/registry.ts";
import { resolveConfig } from "../../lib/config/resolve_config.ts";
import type { AttestationPolicy } from "../../lib/config/settings.ts";
import type { Context } from "../../lib/context.ts";
import { denoContext } from "../../lib/deno_context.ts";
import { publish } from "../../lib/publish.ts";
import type { PublishReport } from "../../lib/report/report.ts";
import type { GitHubIdentity } from "../../lib/sandbox/mod.ts";
import { testContext } from "../helpers/context.ts";
import { ROOT } from "../helpers/paths.ts";
import type { RunningSandbox } from "../helpers/sandbox.ts";

/** A folder with a wheel and an sdist. */
export const DEMO = `${ROOT}examples/demo/dist`;

/** Who publishes them. */
export const PUBLISHERS = [{
  project: "releasio-demo",
  publisher: {
    provider: "github",
    owner: "example",
    repository: "demo",
    workflow: "release.yml",
    environment: null,
  },
}] as const;

/** What is published, and how. */
export interface Run {
  readonly policy?: AttestationPolicy;
  readonly identity?: GitHubIdentity;
  readonly wait?: boolean;
  readonly path?: string;
  /** Indexes in place of the sandbox. */
  readonly registries?: readonly Registry[];
  /** Where to sign in place of the sandbox. */
  readonly sigstore?: SigstoreServices;
  /** How they are reached. */
  readonly fetch?: Context["fetch"];
}

/** Publishes to a sandbox, with a clock that does not wait. */
export async function publishTo(
  running: RunningSandbox,
  run: Run = {},
): Promise<PublishReport> {
  const { policy = "preferred", identity, wait, path = DEMO } = run;
  const real = denoContext();
  const context: Context = {
    ...testContext({ env: running.githubEnv(identity) }),
    fetch: run.fetch ?? real.fetch,
    openFile: real.openFile,
    readDirectory: real.readDirectory,
    now: Date.now,
    sleep: () => Promise.resolve(),
  };
  const { settings } = await resolveConfig(context, {});
  return await publish(context, {
    settings: {
      ...settings,
      attestations: policy,
      registries: run.registries ?? [parseRegistry(`${running.url}/legacy/`)],
    },
    paths: [path],
    waitTimeout: wait ? 60 : 0,
    sigstore: run.sigstore ??
      await running.sandbox.sigstoreServices(running.url),
  });
}
