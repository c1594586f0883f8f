/**
 * What programs read: the documents of `--json` and the lines of `--events`,
 * as `docs/releasio.schema.json` describes them.
 *
 * @module
 */

import type { Setting } from "../config/settings.ts";
import type { PublishEvent } from "../events.ts";
import type { Finding } from "../findings.ts";
import { formFields } from "../trust/form.ts";
import type { ClaimsReport } from "./claims_report.ts";
import type { Exchange } from "./render_exchange.ts";
import { formLinks, type PublisherToRegister } from "./render_publishers.ts";
import { redactTokens } from "./redact.ts";
import type { VerifyReport } from "./render_verify.ts";
import type { ReleaseReport } from "./release_report.ts";
import type {
  ErrorReport,
  FileReport,
  PublishReport,
  RunReport,
} from "./report.ts";

/** Raises when a field changes its meaning or goes, not when one is added. */
const SCHEMA = 1;

/** A command that fails early has no part of its own, but its fields are there. */
const EMPTY_PARTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> =
  {
    publish: { dryRun: false, findings: [], runs: [] },
    rehearse: { dryRun: false, findings: [], runs: [] },
    check: { findings: [], files: [] },
    doctor: { findings: [], publishers: [], fixed: [], exchange: null },
    release: {
      dryRun: false,
      findings: [],
      runs: [],
      release: { packages: [], steps: [] },
    },
    config: { settings: [] },
    verify: { file: null, sha256: null, attestations: [] },
    init: { written: [], kept: [], publishers: [] },
    claims: {
      provider: null,
      issuer: null,
      audience: null,
      issued: null,
      expires: null,
      claims: [],
    },
  };

/** What every document begins with. */
export interface CommandOutcome {
  /** The command, such as `publish`. */
  readonly command: string;
  /** Whether it did what it was asked to. */
  readonly ok: boolean;
  /** What the command line ends with. */
  readonly exitCode: number;
  /** What stopped it. @default {null} */
  readonly error?: ErrorReport | null;
}

/** A file that `check` looked at. */
export type CheckedFile = Pick<
  FileReport,
  "file" | "project" | "version" | "size"
>;

/**
 * The document of `publish` and `rehearse`.
 *
 * @param report What the publish came to
 * @param command The command
 * @returns JSON text
 */
export function publishDocument(
  report: PublishReport,
  command: "publish" | "rehearse" = "publish",
): string {
  const { ok, exitCode, error } = report;
  return commandDocument({ command, ok, exitCode, error }, {
    dryRun: report.dryRun,
    findings: report.findings.map(findingData),
    runs: report.runs.map(runData),
  });
}

/**
 * The document of `release`.
 *
 * @param report What the release came to
 * @returns JSON text
 */
export function releaseDocument(report: ReleaseReport): string {
  const { ok, exitCode, error, dryRun, packages, steps, publish } = report;
  return commandDocument({ command: "release", ok, exitCode, error }, {
    dryRun,
    findings: publish?.findings.map(findingData) ?? [],
    runs: publish?.runs.map(runData) ?? [],
    release: {
      packages: packages.map((one) => ({
        path: one.path,
        project: one.project,
        version: one.version,
        tag: one.tag,
        commit: one.commit,
        url: one.url,
        status: one.status,
      })),
      steps: steps.map((step) => ({
        step: step.step,
        status: step.status,
        package: step.package,
        message: step.message,
      })),
    },
  });
}

/**
 * The document of `check`.
 *
 * @param outcome How it ended
 * @param findings What it noticed
 * @param files What it looked at
 * @returns JSON text
 */
export function checkDocument(
  outcome: Omit<CommandOutcome, "command">,
  findings: readonly Finding[],
  files: readonly CheckedFile[],
): string {
  return commandDocument({ ...outcome, command: "check" }, {
    findings: findings.map(findingData),
    files: files.map(({ file, project, version, size }) => ({
      file,
      project,
      version,
      size,
    })),
  });
}

/** What `doctor` adds to its findings. */
export interface DoctorPart {
  /** Publishers to register. */
  readonly publishers: readonly PublisherToRegister[];
  /** Files that `--fix` changed. */
  readonly fixed: readonly string[];
  /** What `--exchange` came to, or `null`. */
  readonly exchange: Exchange | null;
}

/**
 * The document of `doctor`.
 *
 * @param outcome How it ended
 * @param findings What it noticed
 * @param part What it adds
 * @returns JSON text
 */
export function doctorDocument(
  outcome: Omit<CommandOutcome, "command">,
  findings: readonly Finding[],
  part: Partial<DoctorPart> = {},
): string {
  const { publishers = [], fixed = [], exchange = null } = part;
  return commandDocument({ ...outcome, command: "doctor" }, {
    findings: findings.map(findingData),
    publishers: publishers.map(publisherData),
    fixed,
    exchange: exchange && exchangeData(exchange),
  });
}

/** What `init` did. */
export interface InitPart {
  /** Files that were written. */
  readonly written: readonly string[];
  /** Files that were there and were left alone. */
  readonly kept: readonly string[];
  /** Publishers to register. */
  readonly publishers: readonly PublisherToRegister[];
}

/**
 * The document of `init`.
 *
 * @param part What it did
 * @returns JSON text
 */
export function initDocument({ written, kept, publishers }: InitPart): string {
  return commandDocument({ command: "init", ok: true, exitCode: 0 }, {
    written,
    kept,
    publishers: publishers.map(publisherData),
  });
}

/**
 * The document of `config`.
 *
 * @param settings Every setting
 * @returns JSON text
 */
export function configDocument(settings: readonly Setting[]): string {
  return commandDocument({ command: "config", ok: true, exitCode: 0 }, {
    settings: settings.map(({ key, value, origin }) => ({
      key,
      value,
      origin: { kind: origin.kind, name: origin.name },
    })),
  });
}

/**
 * The document of `claims`.
 *
 * @param report What the identity token says
 * @returns JSON text
 */
export function claimsDocument(report: ClaimsReport): string {
  const { provider, issuer, audience, issued, expires, claims } = report;
  return commandDocument({ command: "claims", ok: true, exitCode: 0 }, {
    provider,
    issuer,
    audience,
    issued: isoTime(issued),
    expires: isoTime(expires),
    claims: claims.map(({ name, value, use }) => ({ name, value, use })),
  });
}

/**
 * The document of `verify`.
 *
 * @param report What it found out
 * @param exitCode What the command line ends with
 * @returns JSON text
 */
export function verifyDocument(report: VerifyReport, exitCode: number): string {
  const { file, sha256, attestations } = report;
  return commandDocument({ command: "verify", ok: exitCode === 0, exitCode }, {
    file,
    sha256,
    attestations: attestations.map((each) => ({
      source: each.source,
      verified: each.error === null,
      predicateType: each.predicateType,
      expected: each.expected,
      signer: each.signer,
      logged: isoTime(each.time),
      logIndex: each.logIndex,
      error: each.error && errorData(each.error),
    })),
  });
}

/**
 * A document of any command: how it ended, and its own part.
 *
 * @param outcome How it ended
 * @param part What is the command's own
 * @returns JSON text
 */
export function commandDocument(
  outcome: CommandOutcome,
  part: Readonly<Record<string, unknown>> = {},
): string {
  const { command, ok, exitCode, error = null } = outcome;
  return stringify({
    schema: SCHEMA,
    command,
    ok,
    exitCode,
    error: error && errorData(error),
    ...EMPTY_PARTS[command],
    ...part,
  }, 2);
}

/**
 * An event as one line of NDJSON.
 *
 * @param event The event
 * @returns JSON text without a line feed
 */
export function eventLine(event: PublishEvent): string {
  return stringify(
    event.type === "finding"
      ? { type: event.type, finding: findingData(event.finding) }
      : event,
  );
}

// Field by field: what a caller's object carries beside them stays out.
function errorData({ code, message, hint }: ErrorReport) {
  return { code, message, hint };
}

function findingData({ code, severity, file, line, message, hint }: Finding) {
  return {
    code,
    severity,
    file,
    ...(line === undefined ? {} : { line }),
    message,
    hint,
  };
}

function runData({ registry, auth, publisher, files }: RunReport) {
  return { registry, auth, publisher, files: files.map(fileData) };
}

function publisherData(
  { registry, publisher, project, isOnIndex, jobs }: PublisherToRegister,
) {
  const links = registry && formLinks(registry, publisher, project);
  return {
    registry: registry?.uploadUrl ?? null,
    project,
    isOnIndex,
    jobs,
    publisher: { ...publisher },
    fields: formFields(publisher).map(({ label, value }) => ({ label, value })),
    formUrl: links?.filled ?? null,
    pendingFormUrl: links?.pending ?? null,
  };
}

function exchangeData(
  { registry, audience, publisher, fields, expires, isBurnt }: Exchange,
) {
  return {
    registry: registry.uploadUrl,
    audience,
    publisher: { ...publisher },
    fields: fields.map(({ field, expected, actual, matches, note }) => ({
      field,
      expected,
      actual,
      matches,
      note,
    })),
    expires: isoTime(expires),
    isBurnt,
  };
}

function fileData(file: FileReport) {
  return {
    file: file.file,
    project: file.project,
    version: file.version,
    size: file.size,
    sha256: file.sha256,
    status: file.status,
    attempts: file.attempts,
    attestations: file.attestations,
    url: file.url,
    error: file.error && errorData(file.error),
  };
}

function isoTime(ms: number | null): string | null {
  return ms !== null && Math.abs(ms) < 8.64e15
    ? new Date(ms).toISOString()
    : null;
}

/**
 * JSON that is safe in a log too: text stays as it was sent, but what a
 * terminal or a CI would act on is written as an escape.
 */
function stringify(value: unknown, indent?: number): string {
  return redactTokens(JSON.stringify(value, null, indent))
    .replaceAll(/[\u007f-\u009f]|[\p{Cf}\p{Zl}\p{Zp}]/gu, escapeUnits)
    .replaceAll("##", "#\\u0023");
}

function escapeUnits(char: string): string {
  return Array.from(
    { length: char.length },
    (_, i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, "0")}`,
  ).join("");
}
