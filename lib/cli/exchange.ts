/**
 * `doctor --exchange`: the whole exchange of this job's identity for an upload
 * token, which is burnt at once.
 *
 * @module
 */

import type { Registry } from "../config/registry.ts";
import type { Publisher } from "../config/settings.ts";
import type { Context } from "../context.ts";
import { ReleasioError } from "../errors.ts";
import { fetchAudience } from "../mint/audience.ts";
import { burnToken } from "../mint/burn_token.ts";
import { mintToken } from "../mint/mint_token.ts";
import { describePublisher } from "../oidc/claims.ts";
import { detectProvider } from "../oidc/detect_provider.ts";
import { explainNoIdentity } from "../oidc/unsupported.ts";
import { fetchProject } from "../plan/simple_api.ts";
import type { Exchange } from "../report/render_exchange.ts";
import { matchPublisher } from "../trust/match.ts";
import { requireMatch } from "../trust/require_match.ts";

/** What to exchange. */
export interface ExchangeOptions {
  /** The index. */
  readonly registry: Registry;
  /** The project, or `null` where its name is not known. */
  readonly project: string | null;
  /** The publisher that the settings name for the index. */
  readonly registered?: Publisher | undefined;
  /** Whether a pending publisher may come to create its project. */
  readonly allowPending: boolean;
  /** Told what happens, in words. */
  readonly tell: (text: string) => void;
}

/**
 * Exchanges this job's identity for an upload token, and burns it.
 *
 * An index tries pending publishers first, so the exchange can create a
 * project: it is refused for one that is not there.
 *
 * @param context The outside world
 * @param options Where, for what
 * @returns What it came to
 * @throws {ReleasioError} `exchange-creates-project`, `publisher-mismatch`, or
 * whatever a publish would fail with
 */
export async function tryExchange(
  context: Context,
  options: ExchangeOptions,
): Promise<Exchange> {
  const { registry, project, registered, allowPending, tell } = options;
  const provider = await detectProvider(context);
  if (provider === null) throw explainNoIdentity(context);
  if (allowPending) {
    tell(
      `If a pending publisher matches, this creates its project on ${registry.name}`,
    );
  } else await refuseNewProject(context, registry, project);

  const audience = await fetchAudience(context, registry);
  const identity = await provider.acquire(context, audience);
  const publisher = describePublisher(identity.claims);
  if (registered) requireMatch(registry, registered, identity.claims);
  const minted = await mintToken(context, {
    registry,
    audience,
    provider,
    firstIdentity: identity,
    projects: project === null ? [] : [project],
  });
  const isBurnt = await burnToken(context, registry, minted.token);
  if (!provider.renewable) {
    tell(
      `The identity token is spent: ${provider.label} gives one a job, so nothing can be published in this one`,
    );
  }
  return {
    registry,
    audience,
    publisher,
    fields: registered
      ? matchPublisher(registered, identity.claims).fields
      : [],
    expires: minted.expires,
    isBurnt,
  };
}

async function refuseNewProject(
  context: Context,
  registry: Registry,
  project: string | null,
): Promise<void> {
  const lookup = project === null
    ? null
    : await fetchProject(context, registry, project);
  if (lookup?.kind === "found") return;
  const why = lookup === null
    ? "the project's name is not known"
    : lookup.kind === "absent"
    ? `${project} is not there`
    : `it is not known whether ${project} is there`;
  throw new ReleasioError(
    "exchange-creates-project",
    `Will not try the exchange with ${registry.name}: ${why}`,
    {
      hint:
        "The index tries pending publishers first, and one that matches creates its project at once. Give the project as --name, or --allow-pending if a new project is what you want.",
      details: { project, registry: registry.uploadUrl },
    },
  );
}
