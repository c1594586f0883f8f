/**
 * `doctor`: what would stop trusted publishing, and what to register.
 *
 * @module
 */

import { join } from "node:path";
import type { Registry } from "../config/registry.ts";
import { resolveConfig } from "../config/resolve_config.ts";
import type { Context } from "../context.ts";
import { normalizeName } from "../dist/filename.ts";
import { EXIT_CODES, ReleasioError } from "../errors.ts";
import type { Finding } from "../findings.ts";
import { explainNoIdentity, unsupportedCi } from "../oidc/unsupported.ts";
import { fetchProject } from "../plan/simple_api.ts";
import { toErrorReport } from "../report/error_report.ts";
import { count } from "../report/format.ts";
import { doctorDocument } from "../report/json.ts";
import { plain } from "../report/plain.ts";
import { type Exchange, renderExchange } from "../report/render_exchange.ts";
import {
  findingAnnotations,
  renderFindings,
} from "../report/render_findings.ts";
import {
  type PublisherToRegister,
  renderPublishers,
} from "../report/render_publishers.ts";
import { READ_RETRIES } from "../retry.ts";
import { readCiFiles } from "../trust/ci_files.ts";
import {
  diagnose,
  type Diagnosis,
  type PublisherNeed,
} from "../trust/doctor.ts";
import type { CommandIo, GlobalFlags } from "./command.ts";
import { tryExchange } from "./exchange.ts";
import type { RemoteRepository } from "./git_remote.ts";
import { readProjectFiles } from "./project.ts";

/** How long to wait for an index that is asked on the side. */
const ASIDE_TIMEOUT = 10_000;

/** The flags of `doctor`. */
export interface DoctorFlags extends GlobalFlags {
  /** `-r, --registry`. */
  readonly registry?: string;
  /** `--fix`: make the safe changes. */
  readonly fix?: boolean;
  /** `--name`: the project. */
  readonly name?: string;
  /** `--exchange`: try the exchange in this job. */
  readonly exchange?: boolean;
  /** `--allow-pending`. */
  readonly allowPending?: boolean;
  /** `--offline`: ask no index whether the project is there. */
  readonly offline?: boolean;
}

/**
 * Runs `doctor`.
 *
 * @param io The outside world and the terminal
 * @param flags Its flags
 * @returns The exit code: 4 if it found errors
 * @throws {ReleasioError} What the exchange fails with
 */
export async function runDoctor(
  io: CommandIo,
  flags: DoctorFlags,
): Promise<number> {
  const { context, terminal, globals } = io;
  const { settings, file } = await resolveConfig(context, {
    configFile: flags.config,
    flags: { registry: flags.registry },
  });
  const registry = settings.registries[0]!;
  const project = await readProjectFiles(context, ".");
  const name = flags.name === undefined
    ? project.name
    : normalizeName(flags.name);
  const look = async () =>
    diagnose({
      files: await readCiFiles(context, project.root),
      publishers: settings.publishers,
      configFile: file?.path ?? null,
      repository: repositoryOf(context, project.remote),
      registry,
    });
  let diagnosis = await look();
  const fixed = flags.fix ? diagnosis.fixes : [];
  for (const { path, text, count: number } of fixed) {
    await context.writeTextFile(join(project.root, path), text);
    terminal.err(`Fixed ${count(number, "problem")} in ${plain(path)}`);
  }
  if (fixed.length > 0) diagnosis = await look();

  const findings = [...diagnosis.findings, ...findingsOfThisCi(context)];
  const publishers = await publishersToRegister(
    context,
    diagnosis.publishers,
    name,
    flags.offline === true,
  );
  const failure = foundErrors(findings, diagnosis, fixed.length > 0);
  if (io.ci === "github") findingAnnotations(findings).forEach(terminal.err);
  const layout = { colour: terminal.outColour, columns: terminal.columns() };
  if (!globals.json) {
    terminal.out(
      [renderFindings(findings, layout), renderPublishers(publishers, layout)]
        .filter(Boolean).join("\n\n"),
    );
  }
  let exchange: Exchange | null = null;
  if (flags.exchange) {
    exchange = await tryExchange(context, {
      registry,
      project: name,
      registered: settings.publishers.get(registry.uploadUrl),
      allowPending: flags.allowPending === true,
      tell: (text) => terminal.err(plain(text)),
    });
    if (!globals.json) terminal.out(`\n${renderExchange(exchange, layout)}`);
  }
  const exitCode = failure === null ? 0 : EXIT_CODES[failure.code];
  if (globals.json) {
    const error = failure && toErrorReport(failure);
    terminal.out(doctorDocument(
      { ok: failure === null, exitCode, error },
      findings,
      { publishers, fixed: fixed.map(({ path }) => path), exchange },
    ));
  } else if (failure?.hint) terminal.err(`\n${failure.hint}`);
  return exitCode;
}

/** GitHub itself knows best which repository a job is for. */
function repositoryOf(context: Context, remote: RemoteRepository | null) {
  const [owner, repository] = context.env("GITHUB_REPOSITORY")?.split("/") ??
    [];
  return owner && repository ? { owner, repository } : remote;
}

/** What keeps this very CI from publishing with its identity. */
function findingsOfThisCi(context: Context): Finding[] {
  if (unsupportedCi(context) === null) return [];
  const { code, message, hint } = explainNoIdentity(context);
  return [{ code, severity: "warning", file: null, message, hint }];
}

function foundErrors(
  findings: readonly Finding[],
  { fixes }: Diagnosis,
  isFixed: boolean,
): ReleasioError | null {
  const errors = findings.filter(({ severity }) => severity === "error");
  if (errors.length === 0) return null;
  return new ReleasioError(
    "doctor-found-errors",
    `Trusted publishing would fail here: ${count(errors.length, "error")}`,
    {
      hint: fixes.length > 0 && !isFixed
        ? "`releasio doctor --fix` makes the changes that can do no harm."
        : "Set right what is listed above, then run `releasio doctor` again.",
    },
  );
}

/** The publishers, each once, and whether their project is there. */
async function publishersToRegister(
  context: Context,
  needs: readonly PublisherNeed[],
  project: string | null,
  isOffline: boolean,
): Promise<PublisherToRegister[]> {
  const groups = Map.groupBy(
    needs,
    ({ registry, publisher }) =>
      JSON.stringify([registry?.uploadUrl, publisher]),
  );
  return await Promise.all([...groups.values()].map(async (group) => {
    const { registry, publisher } = group[0]!;
    return {
      registry,
      publisher,
      project,
      isOnIndex: registry === null || project === null || isOffline
        ? null
        : await isOnIndex(context, registry, project),
      jobs: group.map(({ job, file }) => `job "${job}" in ${file}`),
    };
  }));
}

/**
 * Whether an index has a project, asked on the side: not to know it is no
 * reason to fail.
 *
 * @param context The outside world
 * @param registry The index
 * @param project The project's normalized name
 * @returns `null` where the index can't be asked
 */
export async function isOnIndex(
  context: Context,
  registry: Registry,
  project: string,
): Promise<boolean | null> {
  try {
    const { kind } = await fetchProject(context, registry, project, {
      retries: { ...READ_RETRIES, attempts: 1 },
      signal: AbortSignal.any([
        context.signal,
        AbortSignal.timeout(ASIDE_TIMEOUT),
      ]),
    });
    return kind === "unreadable" ? null : kind === "found";
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof ReleasioError) return null;
    throw error;
  }
}
