/**
 * The exchange: an identity token for an upload token, as PyPI does it
 * ({@link https://github.com/pypi/warehouse/blob/main/warehouse/oidc/views.py | source}).
 *
 * @module
 */

import { normalizeName } from "../dist/filename.ts";
import { isRecord, parseJson } from "../http.ts";
import type { Claims } from "../oidc/provider.ts";
import { Secret } from "../secret.ts";
import { ISSUERS, providerOfIssuer, selectPublisher } from "../trust/match.ts";
import type { RegisteredPublisher } from "../trust/registered_publisher.ts";
import { createProject, ultranormalize } from "./create_project.ts";
import { decodeJwt, type Issuer } from "./issuer.ts";
import { createMacaroon } from "./macaroon.ts";
import { saveState } from "./persistence.ts";
import { Refusal } from "./refusal.ts";
import type { Storage } from "./storage.ts";
import { registerPublisher, type SandboxState } from "./state.ts";

/** A used `jti` is remembered this long after its token's end. */
const REMEMBER_SECONDS = 35;

/** What the exchange works with. */
export interface Exchange {
  /** The index. */
  readonly state: SandboxState;
  /** Who signs and verifies. */
  readonly issuer: Issuer;
  /** The audience that the index asks for. */
  readonly audience: string;
  /** How long upload tokens last. */
  readonly tokenSeconds: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Where the index is saved: minting can create a project. */
  readonly storage: Storage;
}

/** An error of the exchange; PyPI answers them all with 422. */
class MintError extends Error {
  readonly code: string;

  constructor(code: string, description: string) {
    super(description);
    this.code = code;
  }
}

/**
 * Answers `GET /_/oidc/audience`.
 *
 * @param exchange The exchange
 * @returns The answer
 */
export function audienceResponse(exchange: Exchange): Response {
  return exchange.state.flags.disallowOidc
    ? Response.json(
      { message: "Trusted publishing functionality not enabled" },
      { status: 403 },
    )
    : Response.json({ audience: exchange.audience });
}

/**
 * Answers `POST /_/oidc/mint-token`.
 *
 * @param exchange The exchange
 * @param request The request
 * @returns The answer
 */
export async function mintResponse(
  exchange: Exchange,
  request: Request,
): Promise<Response> {
  try {
    const minted = await mint(exchange, request);
    await saveState(exchange.state, exchange.storage);
    return Response.json(minted);
  } catch (error) {
    if (!(error instanceof MintError)) throw error;
    const errors = [{ code: error.code, description: error.message }];
    return Response.json(
      { message: "Token request failed", errors },
      { status: 422 },
    );
  }
}

/**
 * Answers `POST /_/oidc/burn-token`: 202 whatever the token, so that nobody
 * can probe for live ones.
 *
 * @param exchange The exchange
 * @param request The request
 * @returns The answer
 */
export async function burnResponse(
  exchange: Exchange,
  request: Request,
): Promise<Response> {
  const body = parseJson(await request.text());
  if (!isRecord(body) || typeof body.token !== "string") {
    return Response.json({ message: "Token request failed" }, { status: 422 });
  }
  for (const minted of exchange.state.mintedTokens) {
    if (minted.token.reveal() === body.token) minted.burnt = true;
  }
  return new Response(null, { status: 202 });
}

async function mint(
  exchange: Exchange,
  request: Request,
): Promise<Record<string, unknown>> {
  const { state, now } = exchange;
  const claims = await verifiedClaims(exchange, await readToken(request));
  const pending = selectPublisher(
    state.pendingPublishers.map(({ publisher }) => publisher),
    claims,
  );
  if (pending.publisher !== null) {
    refuseReuse(state, claims, now());
    activatePending(state, pending.publisher);
  }
  const { publisher, reason } = selectPublisher(
    state.publishers.map(({ publisher }) => publisher),
    claims,
  );
  if (publisher === null) {
    throw new MintError(
      "invalid-publisher",
      `valid token, but no corresponding publisher (${reason})`,
    );
  }
  refuseReuse(state, claims, now());
  if (typeof claims.jti === "string") {
    const until = (Number(claims.exp) + REMEMBER_SECONDS) * 1000;
    state.usedIdentifiers.set(claims.jti, until);
  }
  return issueToken(exchange, publisher, new URL(request.url).hostname);
}

async function readToken(request: Request): Promise<string> {
  const text = await request.text();
  const body = parseJson(text);
  const problem = body === undefined
    ? `  Invalid JSON: expected value at line 1 column 1 [type=json_invalid, input_value='${text}', input_type=str]`
    : !isRecord(body)
    ? `  Input should be an object [type=model_type, input_value=${text}]`
    : body.token === undefined
    ? `token\n  Field required [type=missing, input_value=${text}, input_type=dict]`
    : typeof body.token !== "string"
    ? `token\n  Input should be a valid string [type=string_type, input_value=${
      JSON.stringify(body.token)
    }]`
    : null;
  if (problem === null) return String((body as { token: string }).token);
  throw new MintError(
    "invalid-payload",
    `1 validation error for TokenPayload\n${problem}`,
  );
}

async function verifiedClaims(
  exchange: Exchange,
  token: string,
): Promise<Claims> {
  const { state, issuer, audience } = exchange;
  const iss = decodeJwt(token)?.claims.iss;
  if (iss === undefined) {
    throw new MintError("invalid-payload", "malformed JWT");
  }
  const provider = providerOfIssuer(
    iss,
    [
      ...state.publishers,
      ...state.pendingPublishers,
    ].map(({ publisher }) => publisher),
  );
  if (provider === null) {
    throw new MintError(
      "invalid-payload",
      "unknown trusted publishing issuer",
    );
  }
  // A switch of its own exists for the well-known issuers alone.
  const isOff = iss === ISSUERS[provider] &&
    state.flags.disallowedProviders.has(provider);
  if (state.flags.disallowOidc || isOff) {
    throw new MintError(
      "not-enabled",
      `${provider} trusted publishing functionality not enabled`,
    );
  }
  const claims = await issuer.verify(token, { audience, now: exchange.now() });
  if (claims === null) {
    throw new MintError("invalid-token", "malformed or invalid token");
  }
  return claims;
}

function refuseReuse(state: SandboxState, claims: Claims, now: number): void {
  for (const [identifier, until] of state.usedIdentifiers) {
    if (until < now) state.usedIdentifiers.delete(identifier);
  }
  if (state.usedIdentifiers.has(String(claims.jti))) {
    throw new MintError("invalid-reuse-token", "invalid token: already used");
  }
}

/** Creates a pending publisher's project, before anything is uploaded. */
function activatePending(
  state: SandboxState,
  publisher: RegisteredPublisher,
): void {
  const entry = state.pendingPublishers
    .find((entry) => entry.publisher === publisher)!;
  const others = state.pendingPublishers.filter((other) => other !== entry);
  const { project } = entry;
  if (state.projects.has(normalizeName(project))) {
    state.pendingPublishers = others;
    throw new MintError(
      "invalid-pending-publisher",
      "valid token, but project already exists",
    );
  }
  try {
    createProject(state, project);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new MintError("invalid-payload", error.message);
  }
  registerPublisher(state, publisher, project);
  state.pendingPublishers = others.filter((other) =>
    ultranormalize(other.project) !== ultranormalize(project)
  );
}

function issueToken(
  exchange: Exchange,
  publisher: RegisteredPublisher,
  location: string,
): Record<string, unknown> {
  const { state, tokenSeconds, now } = exchange;
  const entry = state.publishers.find((entry) =>
    entry.publisher === publisher
  )!;
  const projects = [...entry.projects];
  const notBefore = Math.floor(now() / 1000);
  const expires = notBefore + tokenSeconds;
  const token = createMacaroon(location, [
    [0, expires, notBefore],
    [2, projects],
    [4, crypto.randomUUID()],
  ]);
  state.mintedTokens.push({
    token: new Secret(token),
    publisher,
    projects,
    expiresAt: expires * 1000,
    burnt: false,
  });
  return { success: true, token, expires };
}
