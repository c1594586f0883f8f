/**
 * How a publish authenticates: the choice, made before anything is asked of
 * anybody, and what follows from it.
 *
 * @module
 */

import { chooseAuthentication } from "./config/choose_authentication.ts";
import {
  type ApiToken,
  checkApiToken,
  findApiToken,
} from "./config/credentials.ts";
import type { Registry } from "./config/registry.ts";
import type { Publisher, TrustedPublishing } from "./config/settings.ts";
import type { Context } from "./context.ts";
import type { EventSink, PublisherIdentity } from "./events.ts";
import { fetchAudience } from "./mint/audience.ts";
import type { Credentials } from "./mint/credentials.ts";
import { apiTokenCredentials, openTrustedSession } from "./mint/session.ts";
import { describePublisher } from "./oidc/claims.ts";
import { detectProvider } from "./oidc/detect_provider.ts";
import type { IdentityProvider, IdentityToken } from "./oidc/provider.ts";
import { explainNoIdentity, unsupportedCi } from "./oidc/unsupported.ts";
import { requireMatch } from "./trust/require_match.ts";

/** What a run authenticates with. */
export type Authentication =
  | { readonly kind: "trusted-publishing"; readonly provider: IdentityProvider }
  | { readonly kind: "api-token"; readonly token: ApiToken };

/** What the parts of a publish share. */
export interface AuthenticateOptions {
  /** The index. */
  readonly registry: Registry;
  /** Receives what happens. */
  readonly emit: EventSink;
}

/**
 * Finds what to authenticate with, from this machine alone.
 *
 * @param context The outside world
 * @param mode The setting `trusted_publishing`
 * @param options The index, and who is told
 * @returns What to use
 * @throws {ReleasioError} `oidc-unavailable`, `oidc-provider-unsupported` or
 * `token-missing` when what the mode asks for isn't there
 */
export async function findAuthentication(
  context: Context,
  mode: TrustedPublishing,
  { registry, emit }: AuthenticateOptions,
): Promise<Authentication> {
  const tell = (message: string) => emit({ type: "note", message });
  const passedOver: string[] = [];
  const [provider, token] = await Promise.all([
    detectProvider(context),
    findApiToken(context, registry, (note) => passedOver.push(note)),
  ]);
  // Where no token is wanted, nobody misses the one that can't be read.
  if (provider === null || mode === "never") passedOver.forEach(tell);
  // A CI that PyPI does not know deserves a better answer than "no CI".
  const isForeignCi = provider === null && unsupportedCi(context) !== null;
  if (isForeignCi && mode !== "never" && (mode === "always" || !token)) {
    throw explainNoIdentity(context);
  }
  const { kind, notes } = chooseAuthentication(mode, {
    hasIdentity: provider !== null,
    tokenSource: token?.source ?? null,
  });
  notes.forEach(tell);
  return kind === "api-token"
    ? { kind, token: token! }
    : { kind, provider: provider! };
}

/** Who publishes: known, and not yet told to the index. */
export type Identified =
  | {
    readonly kind: "trusted-publishing";
    readonly provider: IdentityProvider;
    /** What the index wants its tokens to be made for. */
    readonly audience: string;
    /** A token for the index. */
    readonly identity: IdentityToken;
    /** What the token says, for people. */
    readonly publisher: PublisherIdentity;
  }
  | {
    readonly kind: "api-token";
    readonly token: ApiToken;
    readonly publisher: null;
  };

/**
 * Finds out who publishes, and tells it before any byte is sent.
 *
 * @param context The outside world
 * @param authentication What to use
 * @param options The index, its registered publisher, and who is told
 * @returns Who publishes
 * @throws {ReleasioError} `oidc-…`, `audience-refused`, `publisher-mismatch`,
 * `token-invalid` and the like
 */
export async function identify(
  context: Context,
  authentication: Authentication,
  options: AuthenticateOptions & {
    /** What the settings say is registered on the index, if they do. */
    readonly registered?: Publisher | undefined;
    /** The index's audience, where it was asked for before. */
    readonly audience?: Promise<string | null> | undefined;
  },
): Promise<Identified> {
  const { registry, emit, registered } = options;
  const tell = (
    publisher: PublisherIdentity | null,
    source: string | null,
  ) =>
    emit({
      type: "auth",
      registry: registry.uploadUrl,
      auth: authentication.kind,
      publisher,
      source,
    });
  if (authentication.kind === "api-token") {
    const { token } = authentication;
    checkApiToken(token, registry);
    tell(null, token.source);
    return { ...authentication, publisher: null };
  }
  const { provider } = authentication;
  const audience = await options.audience ??
    await fetchAudience(context, registry);
  const identity = await provider.acquire(context, audience);
  const publisher = describePublisher(identity.claims);
  tell(publisher, null);
  if (registered) requireMatch(registry, registered, identity.claims);
  return { ...authentication, audience, identity, publisher };
}

/**
 * Gets what to upload with: a minted token, or the API token as it is.
 *
 * @param context The outside world
 * @param identified Who publishes
 * @param options The index, the projects, and who is told
 * @returns Credentials; close them when done
 * @throws {ReleasioError} `publisher-not-found` and the like
 */
export async function openCredentials(
  context: Context,
  identified: Identified,
  options: AuthenticateOptions & { readonly projects: readonly string[] },
): Promise<Credentials> {
  if (identified.kind === "api-token") {
    const { password, username } = identified.token;
    return apiTokenCredentials(password, username);
  }
  const { audience, provider, identity } = identified;
  return await openTrustedSession(context, {
    registry: options.registry,
    audience,
    provider,
    firstIdentity: identity,
    projects: options.projects,
    onEvent: options.emit,
  });
}
