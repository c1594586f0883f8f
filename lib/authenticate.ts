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
import type { IdentityProvider } from "./oidc/provider.ts";
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

/** Credentials, and whose they are. */
export interface Authenticated {
  /** What the uploads use; close them when done. */
  readonly credentials: Credentials;
  /** As whom, or `null` with an API token. */
  readonly publisher: PublisherIdentity | null;
}

/**
 * oidc → mint, or the API token as it is. The identity is told before any
 * byte is sent.
 *
 * @param context The outside world
 * @param authentication What to use
 * @param options The index, the projects, and who is told
 * @returns Credentials to upload with
 * @throws {ReleasioError} `oidc-…`, `audience-refused`, `publisher-mismatch`,
 * `publisher-not-found`, `token-invalid` and the like
 */
export async function authenticate(
  context: Context,
  authentication: Authentication,
  options: AuthenticateOptions & {
    readonly projects: readonly string[];
    /** What the settings say is registered on the index, if they do. */
    readonly registered?: Publisher | undefined;
  },
): Promise<Authenticated> {
  const { registry, emit, projects, registered } = options;
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
    return {
      credentials: apiTokenCredentials(token.password, token.username),
      publisher: null,
    };
  }
  const { provider } = authentication;
  const audience = await fetchAudience(context, registry);
  const identity = await provider.acquire(context, audience);
  const publisher = describePublisher(identity.claims);
  tell(publisher, null);
  if (registered) requireMatch(registry, registered, identity.claims);
  const credentials = await openTrustedSession(context, {
    registry,
    audience,
    provider,
    firstIdentity: identity,
    projects,
    onEvent: emit,
  });
  return { credentials, publisher };
}
