/**
 * `publish`: flags in, a release out.
 *
 * @module
 */

import type { SigstoreServices } from "../attest/services.ts";
import {
  type ConfigFlags,
  resolveConfig,
  type ResolvedConfig,
} from "../config/resolve_config.ts";
import { isRecord } from "../http.ts";
import { publish } from "../publish.ts";
import { annotation } from "../report/annotation.ts";
import { githubOutputs } from "../report/github_outputs.ts";
import { githubSummary } from "../report/github_summary.ts";
import { gitlabDotenv } from "../report/gitlab_dotenv.ts";
import { publishDocument } from "../report/json.ts";
import { plain } from "../report/plain.ts";
import { renderError } from "../report/render_error.ts";
import { renderReport } from "../report/render_report.ts";
import type { PublishReport } from "../report/report.ts";
import type { CommandIo, GlobalFlags } from "./command.ts";
import { openReporter } from "./reporter.ts";

/** How long `--wait` waits. */
export const DEFAULT_WAIT_SECONDS = 300;

/** The flags of `publish`. */
export interface PublishFlags extends GlobalFlags {
  /** `-r, --registry`, each in turn. */
  readonly registry?: readonly string[];
  /** `--trusted-publishing`. */
  readonly trustedPublishing?: string;
  /** `--skip-existing`. */
  readonly skipExisting?: boolean;
  /** `--check-url`. */
  readonly checkUrl?: string;
  /** `-n, --dry-run`. */
  readonly dryRun?: boolean;
  /** `--attestations`. */
  readonly attestations?: string;
  /** `--no-check` makes it `false`. */
  readonly check?: boolean;
  /** `-j, --jobs`. */
  readonly jobs?: number;
  /** `--wait`. */
  readonly wait?: boolean;
  /** `--wait-timeout`, in seconds. */
  readonly waitTimeout?: number;
  /** `--expect`. */
  readonly expect?: readonly string[];
  /** `--tag`. */
  readonly tag?: string;
  /** `--events`. */
  readonly events?: string;
  /** `--dotenv`. */
  readonly dotenv?: string;
}

/**
 * Runs `publish`.
 *
 * @param io The outside world and the terminal
 * @param flags Its flags
 * @param paths Files, folders or globs
 * @returns The exit code
 */
export async function runPublish(
  io: CommandIo,
  flags: PublishFlags,
  paths: readonly string[],
): Promise<number> {
  const config = await resolveConfig(io.context, {
    configFile: flags.config,
    flags: configFlags(flags),
  });
  const report = await publishAndShow(io, config, flags, paths);
  return report.exitCode;
}

/**
 * The settings that flags set.
 *
 * @param flags The flags that were given
 * @returns What the resolver takes
 */
export function configFlags(flags: PublishFlags): ConfigFlags {
  return {
    registry: flags.registry,
    trusted_publishing: flags.trustedPublishing,
    skip_existing: flags.skipExisting,
    check_url: flags.checkUrl,
    attestations: flags.attestations,
    validate_before_publish: flags.check === false ? false : undefined,
    jobs: flags.jobs,
  };
}

/**
 * What the versions are held against.
 *
 * @param config The resolved configuration
 * @param flags Its flags
 * @returns The tag that was asked for, and what the project's tags begin with
 */
export function tagOptions(
  { raw }: ResolvedConfig,
  { tag }: Pick<PublishFlags, "tag">,
): { readonly tag?: string; readonly tagPrefix?: string } {
  const prefix = isRecord(raw.version) ? raw.version.tag_prefix : undefined;
  return {
    ...(tag === undefined ? {} : { tag }),
    ...(typeof prefix === "string" ? { tagPrefix: prefix } : {}),
  };
}

/**
 * Publishes, and shows what happens and what came of it, everywhere that the
 * flags and the CI ask for.
 *
 * @param io The outside world and the terminal
 * @param config The resolved configuration
 * @param flags Its flags
 * @param paths Files, folders or globs
 * @param sigstore Where to sign, if not with the public-good instance
 * @returns The report
 */
export async function publishAndShow(
  io: CommandIo,
  config: ResolvedConfig,
  flags: PublishFlags,
  paths: readonly string[],
  sigstore?: SigstoreServices,
): Promise<PublishReport> {
  const reporter = openReporter(io, flags.events);
  for (const message of io.globals.verbose ? config.notes : []) {
    reporter.onEvent({ type: "note", message });
  }
  const report = await publish(io.context, {
    settings: config.settings,
    paths,
    dryRun: flags.dryRun ?? false,
    ...tagOptions(config, flags),
    ...(flags.expect === undefined ? {} : { expect: flags.expect }),
    waitTimeout: flags.wait ? flags.waitTimeout ?? DEFAULT_WAIT_SECONDS : 0,
    ...(sigstore === undefined ? {} : { sigstore }),
    onEvent: reporter.onEvent,
  }).finally(() => reporter.close());
  showReport(io, report);
  await writeForCi(io, report, flags);
  return report;
}

function showReport(io: CommandIo, report: PublishReport): void {
  const { terminal, globals } = io;
  const layout = { colour: terminal.colour, columns: terminal.columns() };
  if (!globals.quiet || !report.ok) {
    const text = renderReport(report, layout);
    if (text !== "") terminal.err(`\n${text}`);
  }
  if (report.error !== null) {
    const verbose = globals.verbose === true;
    terminal.err(`\n${renderError(report.error, { ...layout, verbose })}`);
    // What failed with a file is annotated there.
    if (io.ci === "github" && !isToldOfFile(report)) {
      const { code, message, hint } = report.error;
      terminal.err(annotation("error", [message, hint], { title: code }));
    }
  }
  if (globals.json) {
    terminal.out(
      publishDocument(report, io.command as "publish" | "rehearse"),
    );
  }
}

function isToldOfFile({ error, runs }: PublishReport): boolean {
  return runs.some(({ files }) =>
    files.some((file) =>
      file.attempts > 0 && file.error?.message === error?.message
    )
  );
}

/** Summaries and outputs: what fails here is a warning, the release is done. */
async function writeForCi(
  io: CommandIo,
  report: PublishReport,
  flags: PublishFlags,
): Promise<void> {
  const { context } = io;
  const append = async (path: string | undefined, text: string) => {
    if (path) await context.writeTextFile(path, text, { append: true });
  };
  await orWarn(
    io,
    "the job summary",
    () => append(context.env("GITHUB_STEP_SUMMARY"), githubSummary(report)),
  );
  await orWarn(
    io,
    "the step's outputs",
    () =>
      append(
        context.env("GITHUB_OUTPUT"),
        githubOutputs(report, context.random),
      ),
  );
  await orWarn(io, "the dotenv report", async () => {
    if (flags.dotenv === undefined) return;
    const { text, isComplete } = gitlabDotenv(report);
    await context.writeTextFile(flags.dotenv, text);
    if (!isComplete) {
      throw new RangeError("GitLab takes 5 KiB, so RELEASIO_FILES is left out");
    }
  });
}

/**
 * Writes what the CI reads: what fails here is a warning, the release is done.
 *
 * @param io Where the warning goes
 * @param what What is written, in words
 * @param write Writes it
 */
export async function orWarn(
  io: CommandIo,
  what: string,
  write: () => Promise<void>,
): Promise<void> {
  try {
    await write();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    io.terminal.err(`Warning: cannot write ${what}: ${plain(why)}`);
  }
}
