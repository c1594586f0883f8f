/**
 * A sandbox behind a real socket.
 */

import {
  createSandbox,
  type GitHubIdentity,
  type Sandbox,
  type SandboxOptions,
} from "../../lib/sandbox/mod.ts";

/** Whom a sandbox's own GitHub jobs are, registered as a publisher. */
export const DEMO_PUBLISHER = {
  provider: "github",
  owner: "example",
  repository: "demo",
  workflow: "release.yml",
  environment: null,
} as const;

/** A sandbox that listens on a loopback port until it is disposed of. */
export interface RunningSandbox extends AsyncDisposable {
  /** Its origin, such as `http://127.0.0.1:49152`. */
  readonly url: string;
  /** The sandbox itself: state, faults, tokens. */
  readonly sandbox: Sandbox;
  /** The environment of a GitHub Actions job there, with changes. */
  readonly githubEnv: (
    identity?: GitHubIdentity,
    overrides?: Readonly<Record<string, string>>,
  ) => Record<string, string>;
}

/** Starts a sandbox on a free port. */
export async function startSandbox(
  options: SandboxOptions = {},
): Promise<RunningSandbox> {
  const sandbox = await createSandbox(options);
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    sandbox.handle,
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  return {
    url,
    sandbox,
    githubEnv: (identity, overrides = {}) => ({
      ...sandbox.githubEnvironment(url, identity),
      ...overrides,
    }),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
