/**
 * `claims`: what this job's identity token says, never the token.
 *
 * @module
 */

import { resolveConfig } from "../config/resolve_config.ts";
import { fetchAudience } from "../mint/audience.ts";
import { identifyProvider } from "../oidc/claims.ts";
import { detectProvider } from "../oidc/detect_provider.ts";
import { explainNoIdentity } from "../oidc/unsupported.ts";
import { createClaimsReport } from "../report/claims_report.ts";
import { claimsDocument } from "../report/json.ts";
import { renderClaims } from "../report/render_claims.ts";
import type { CommandIo, GlobalFlags } from "./command.ts";

/** The flags of `claims`. */
export interface ClaimsFlags extends GlobalFlags {
  /** `-r, --registry`. */
  readonly registry?: string;
}

/**
 * Runs `claims`. The token is asked for as the index's audience, and sent to
 * nobody.
 *
 * @param io The outside world and the terminal
 * @param flags Its flags
 * @returns The exit code
 * @throws {ReleasioError} `oidc-…` where this job can't have a token
 */
export async function runClaims(
  io: CommandIo,
  flags: ClaimsFlags,
): Promise<number> {
  const { context, terminal } = io;
  const { settings } = await resolveConfig(context, {
    configFile: flags.config,
    flags: { registry: flags.registry },
  });
  const provider = await detectProvider(context);
  if (provider === null) throw explainNoIdentity(context);
  const audience = await fetchAudience(context, settings.registries[0]!);
  const { claims } = await provider.acquire(context, audience);
  const report = createClaimsReport(claims, identifyProvider(claims));
  terminal.out(
    io.globals.json ? claimsDocument(report) : renderClaims(report, {
      colour: terminal.outColour,
      columns: terminal.columns(),
      now: context.now(),
    }),
  );
  return 0;
}
