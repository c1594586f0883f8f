/**
 * An index that mints and burns, and a provider that never runs out.
 */

import type { Registry } from "../../lib/config/registry.ts";
import type { Context } from "../../lib/context.ts";
import type { IdentityProvider } from "../../lib/oidc/provider.ts";
import { receiveToken } from "../../lib/oidc/receive_token.ts";
import {
  GITHUB_CLAIMS,
  type Loopback,
  type Received,
  serve,
  unsignedToken,
} from "../oidc/loopback.ts";

/** PyPI, for what never goes over the network. */
export const PYPI: Registry = {
  name: "PyPI",
  kind: "pypi",
  uploadUrl: "https://upload.pypi.org/legacy/",
  simpleUrl: "https://pypi.org/simple/",
};

/** An index on this machine. */
export function registryAt(origin: string): Registry {
  return {
    name: new URL(origin).host,
    kind: "other",
    uploadUrl: `${origin}/legacy/`,
    simpleUrl: `${origin}/simple/`,
  };
}

/** PyPI's way to refuse: always one error. */
export function refusalOf(code: string, description: string): Response {
  return Response.json({
    message: "Token request failed",
    errors: [{ code, description }],
  }, { status: 422 });
}

/** The token of the n-th exchange, from 1. */
export function mintedToken(n: number): string {
  return `pypi-AgEIcHlwaS5vcmc-minted-${n}`;
}

/** What a fake index does otherwise than to mint and to burn. */
export interface FakeIndexOptions {
  /** Answers an exchange; `undefined` mints. */
  readonly onMint?: (
    jwt: string,
    attempt: number,
  ) => Response | Promise<Response> | undefined;
  /** Answers a burning; `undefined` burns. */
  readonly onBurn?: (token: string) => Response | undefined;
  /** Seconds since the epoch. */
  readonly expires: () => unknown;
}

/** An index on this machine that remembers what was exchanged and burnt. */
export interface FakeIndex extends Loopback {
  readonly registry: Registry;
  /** Identity tokens that came in. */
  readonly exchanged: string[];
  /** Upload tokens that were burnt. */
  readonly burnt: string[];
}

/** Starts a fake index. */
export function fakeIndex(options: FakeIndexOptions): FakeIndex {
  const exchanged: string[] = [];
  const burnt: string[] = [];
  let minted = 0;
  const answer = async (request: Received): Promise<Response> => {
    const { pathname } = new URL(request.url);
    const body = request.body === "" ? {} : JSON.parse(request.body);
    if (request.method !== "POST") return new Response(null, { status: 405 });
    if (pathname === "/_/oidc/mint-token") {
      exchanged.push(body.token);
      const other = await options.onMint?.(body.token, exchanged.length);
      return other ?? Response.json({
        success: true,
        token: mintedToken(++minted),
        expires: options.expires(),
      });
    }
    if (pathname === "/_/oidc/burn-token") {
      const other = options.onBurn?.(body.token);
      if (other) return other;
      burnt.push(body.token);
      return new Response(null, { status: 202 });
    }
    return new Response("not found", { status: 404 });
  };
  const server = serve(answer);
  return Object.assign(server, {
    registry: registryAt(server.origin),
    exchanged,
    burnt,
  });
}

/** A provider whose n-th token has the `jti` n, and what it gave. */
export function fakeProvider(
  overrides: Partial<IdentityProvider> & {
    /** The claims of the n-th token, from 1. */
    readonly claims?: (n: number) => Record<string, unknown>;
  } = {},
): IdentityProvider & { readonly given: string[] } {
  const { claims = () => ({}), ...rest } = overrides;
  const given: string[] = [];
  return {
    name: "github",
    label: "GitHub Actions",
    detect: () => true,
    renewable: true,
    acquire: (context: Context, audience: string) => {
      const n = given.length + 1;
      const jwt = unsignedToken({
        ...GITHUB_CLAIMS,
        aud: audience,
        jti: String(n),
        ...claims(n),
      });
      given.push(jwt);
      return Promise.resolve(receiveToken(context, jwt, audience, ""));
    },
    ...rest,
    given,
  };
}
