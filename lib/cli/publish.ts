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
import { ReleasioError } from "../errors.ts";
import { isRecord } from "../http.ts";
import { publish } from "../publish.ts";
import type { PublishReport } from "../report/report.ts";
import type { CommandIo, GlobalFlags } from "./command.ts";
import { openReporter } from "./reporter.ts";

/** How long `--wait` waits. */
const DEFAULT_WAIT_SECONDS = 300;

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
  /** `--wait-timeout`, in seconds; it implies `--wait`. */
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
 * How long to wait until the index lists every file.
 *
 * @param flags Its flags
 * @returns Seconds, 0 with neither `--wait` nor `--wait-timeout`
 * @throws {ReleasioError} `usage` for a time that is none
 */
export function waitSeconds(
  { wait = false, waitTimeout }: Pick<PublishFlags, "wait" | "waitTimeout">,
): number {
  if (waitTimeout === undefined) return wait ? DEFAULT_WAIT_SECONDS : 0;
  if (waitTimeout >= 1) return waitTimeout;
  throw new ReleasioError(
    "usage",
    `Cannot wait for ${waitTimeout} seconds (--wait-timeout)`,
    { hint: "Give `--wait-timeout` a whole number of seconds from 1 on." },
  );
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
  const waitTimeout = waitSeconds(flags);
  const reporter = openReporter(io, flags.events);
  for (const message of io.globals.verbose ? config.notes : []) {
    reporter.onEvent({ type: "note", message });
  }
  const publishing = publish(io.context, {
    settings: config.settings,
    paths,
    dryRun: flags.dryRun ?? false,
    ...tagOptions(config, flags),
    ...(flags.expect === undefined ? {} : { expect: flags.expect }),
    waitTimeout,
    ...(sigstore === undefined ? {} : { sigstore }),
    onEvent: reporter.onEvent,
  }).finally(() => reporter.close());
  // Loaded while the network works.
  const [report, { showReport, writeForCi }] = await Promise.all([
    publishing,
    import("./show_report.ts"),
  ]);
  showReport(io, report);
  await writeForCi(io, report, flags);
  return report;
}
