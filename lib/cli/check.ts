/**
 * `check`: what the index would refuse, found without the network.
 *
 * @module
 */

import { checkRendering } from "../check/render_rst.ts";
import { runChecks } from "../check/run_checks.ts";
import { tagOfRun } from "../check/tag.ts";
import { resolveConfig } from "../config/resolve_config.ts";
import { findDistributions } from "../dist/find_distributions.ts";
import { EXIT_CODES } from "../errors.ts";
import { checkDocument } from "../report/json.ts";
import { plain } from "../report/plain.ts";
import {
  findingAnnotations,
  renderFindings,
} from "../report/render_findings.ts";
import type { CommandIo, GlobalFlags } from "./command.ts";
import { tagOptions } from "./publish.ts";

/** The flags of `check`. */
export interface CheckFlags extends GlobalFlags {
  /** `--expect`. */
  readonly expect?: readonly string[];
  /** `--tag`. */
  readonly tag?: string;
}

/**
 * Runs `check`.
 *
 * @param io The outside world and the terminal
 * @param flags Its flags
 * @param paths Files, folders or globs
 * @returns The exit code: 3 if the index would refuse anything
 */
export async function runCheck(
  io: CommandIo,
  flags: CheckFlags,
  paths: readonly string[],
): Promise<number> {
  const { context, terminal, globals } = io;
  const config = await resolveConfig(context, { configFile: flags.config });
  const { settings } = config;
  const found = await findDistributions(
    context,
    paths.length > 0 ? paths : [settings.dist],
  );
  if (globals.verbose) {
    for (const { path, reason } of found.ignored) {
      terminal.err(plain(`Left out ${path}: ${reason}`));
    }
  }
  const ciTag = tagOfRun(context.env);
  const { findings, distributions } = await runChecks(found.files, {
    maxFileSize: settings.maxFileSize,
    ...tagOptions(config, flags),
    ...(ciTag === null ? {} : { ciTag }),
    ...(flags.expect === undefined ? {} : { expect: flags.expect }),
  });
  const all = [...findings, ...await checkRendering(context, distributions)];
  const ok = all.every(({ severity }) => severity !== "error");
  const exitCode = ok ? 0 : EXIT_CODES["checks-failed"];
  if (io.ci === "github") findingAnnotations(all).forEach(terminal.err);
  terminal.out(
    globals.json
      ? checkDocument(
        { ok, exitCode },
        all,
        distributions.map(({ filename, project, version, size }) => ({
          file: filename,
          project,
          version,
          size,
        })),
      )
      : renderFindings(all, {
        colour: terminal.outColour,
        columns: terminal.columns(),
      }),
  );
  return exitCode;
}
