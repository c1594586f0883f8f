/**
 * Identity tokens nobody has signed, and servers on this machine.
 */

import type { Context } from "../../lib/context.ts";
import { denoContext } from "../../lib/deno_context.ts";
import { testContext } from "../helpers/context.ts";

/** A token that says `claims`; its signature is only there. */
export function unsignedToken(
  claims: Readonly<Record<string, unknown>>,
): string {
  const part = (value: unknown) =>
    btoa(
      String.fromCharCode(...new TextEncoder().encode(JSON.stringify(value))),
    ).replaceAll("=", "").replaceAll("+", "-").replaceAll("/", "_");
  const header = part({ alg: "RS256", kid: "test", typ: "JWT" });
  return `${header}.${part(claims)}.c2lnbmF0dXJl`;
}

/** Claims as GitHub gives them for a release of `octo/demo`. */
export const GITHUB_CLAIMS = {
  iss: "https://token.actions.githubusercontent.com",
  aud: "pypi",
  sub: "repo:octo/demo:environment:release",
  repository: "octo/demo",
  repository_owner: "octo",
  repository_owner_id: "1234",
  job_workflow_ref: "octo/demo/.github/workflows/release.yml@refs/heads/main",
  workflow_ref: "octo/demo/.github/workflows/release.yml@refs/heads/main",
  ref: "refs/heads/main",
  sha: "0123456789012345678901234567890123456789",
  environment: "release",
  event_name: "push",
  jti: "one",
};

/** A request that came in, as it was. */
export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
}

/** A server on a free port, closed by `await using`. */
export interface Loopback extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`. */
  readonly origin: string;
  /** What it was asked. */
  readonly requests: Received[];
}

/** Serves a handler and remembers what it was asked. */
export function serve(
  handler: (request: Received) => Response | Promise<Response>,
): Loopback {
  const requests: Received[] = [];
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const received = {
        method: request.method,
        url: request.url,
        headers: new Headers(request.headers),
        body: await request.text(),
      };
      requests.push(received);
      return await handler(received);
    },
  );
  return {
    origin: `http://127.0.0.1:${server.addr.port}`,
    requests,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** A test context that reaches servers on this machine. */
export function networkContext(
  overrides: Parameters<typeof testContext>[0] = {},
): Context & { readonly masked: string[]; readonly slept: number[] } {
  return testContext({ fetch: denoContext().fetch, ...overrides });
}

/** Everything that printing an error could show. */
export function everythingOf(error: unknown): string {
  const parts: string[] = [];
  for (let e = error; e !== undefined; e = (e as Error).cause) {
    parts.push(
      String(e),
      Deno.inspect(e, { depth: 20 }),
      JSON.stringify(e, Object.getOwnPropertyNames(e)),
      JSON.stringify({ ...(e as Error) }),
      (e as Error).stack ?? "",
    );
    if (!(e instanceof Error)) break;
  }
  return parts.join("\n");
}
