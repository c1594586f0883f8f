/**
 * `verify`: whether a file's attestations are good.
 *
 * @module
 */

import { basename, dirname } from "node:path";
import {
  type AttestationPublisher,
  publisherOfSettings,
  type Signer,
} from "../attest/identity.ts";
import { fetchProvenance } from "../attest/provenance.ts";
import { attestedFilename } from "../attest/ready_made.ts";
import {
  publicGoodRoot,
  readTrustedRoot,
  type TrustedRoot,
} from "../attest/trusted_root.ts";
import { verifyAttestation } from "../attest/verify.ts";
import type { Registry } from "../config/registry.ts";
import { resolveConfig } from "../config/resolve_config.ts";
import { type Context, isAbsent } from "../context.ts";
import { sha256 } from "../dist/digest.ts";
import { normalizeName, parseFilename } from "../dist/filename.ts";
import { normalizeVersion } from "../dist/version.ts";
import { EXIT_CODES, ReleasioError } from "../errors.ts";
import { parseJson } from "../http.ts";
import { toErrorReport } from "../report/error_report.ts";
import { verifyDocument } from "../report/json.ts";
import {
  type CheckedAttestation,
  renderVerify,
  type VerifyReport,
} from "../report/render_verify.ts";
import type { CommandIo, GlobalFlags } from "./command.ts";

const MAX_BYTES = 4 * 1024 * 1024;

/** The flags of `verify`. */
export interface VerifyFlags extends GlobalFlags {
  /** `--trusted-root`: whom to believe instead of the public-good instance. */
  readonly trustedRoot?: string;
  /** `-r, --registry`: the index to ask for provenance. */
  readonly registry?: string;
}

/** An attestation, and who should have signed it. */
interface Candidate {
  readonly source: string;
  readonly attestation: unknown;
  /** `null` where nobody knows. */
  readonly publisher: AttestationPublisher | null;
}

/**
 * Runs `verify`: the attestation that is named, else those beside the file,
 * else the index's provenance.
 *
 * @param io The outside world and the terminal
 * @param flags Its flags
 * @param operands The file, and the attestation if one is named
 * @returns The exit code: 3 if an attestation does not verify
 * @throws {ReleasioError} `attestation-missing` when there is none,
 * `distribution-unreadable` or `usage` for a file that can't be read
 */
export async function runVerify(
  io: CommandIo,
  flags: VerifyFlags,
  [path = "", named]: readonly string[],
): Promise<number> {
  const { context, terminal, globals } = io;
  const { settings } = await resolveConfig(context, {
    configFile: flags.config,
    flags: { registry: flags.registry },
  });
  const registry = settings.registries[0]!;
  const registered = settings.publishers.get(registry.uploadUrl);
  const publisher = registered ? publisherOfSettings(registered) : null;
  const trustedRoot = await readRoot(context, flags.trustedRoot);
  const filename = basename(path);
  const digest = await sha256(await open(context, path));

  const beside = named === undefined ? await besides(context, path) : [named];
  const candidates = beside.length > 0
    ? await readCandidates(context, beside, publisher)
    : await indexedCandidates(context, registry, filename);
  if (candidates.length === 0) throw nothingToVerify(filename, registry);
  const attestations: CheckedAttestation[] = [];
  for (const candidate of candidates) {
    attestations.push(
      await check(candidate, { filename, sha256: digest, trustedRoot }),
    );
  }
  const report: VerifyReport = { file: filename, sha256: digest, attestations };
  const failed = attestations.find(({ error }) => error !== null);
  const exitCode = failed ? EXIT_CODES["attestation-invalid"] : 0;
  terminal.out(
    globals.json ? verifyDocument(report, exitCode) : renderVerify(report, {
      colour: terminal.outColour,
      columns: terminal.columns(),
    }),
  );
  return exitCode;
}

async function check(
  { source, attestation, publisher }: Candidate,
  expected: {
    readonly filename: string;
    readonly sha256: string;
    readonly trustedRoot: TrustedRoot;
  },
): Promise<CheckedAttestation> {
  const common = { source, expected: describe(publisher) };
  try {
    const verified = await verifyAttestation(attestation, {
      ...expected,
      publisher,
    });
    const { predicateType, signer, time, logIndex } = verified;
    return {
      ...common,
      predicateType,
      signer: describeSigner(signer),
      time,
      logIndex,
      error: null,
    };
  } catch (error) {
    if (!(error instanceof ReleasioError)) throw error;
    return {
      ...common,
      predicateType: null,
      signer: null,
      time: null,
      logIndex: null,
      error: toErrorReport(error),
    };
  }
}

function describe(publisher: AttestationPublisher | null): string | null {
  switch (publisher?.kind) {
    case "GitHub":
      return `GitHub ${publisher.repository} ${publisher.workflow}`;
    case "GitLab":
      return `GitLab ${publisher.repository} ${publisher.workflow_filepath}`;
    case "Google":
      return `Google ${publisher.email}`;
    default:
      return null;
  }
}

function describeSigner({ workflow, email, issuer }: Signer): string | null {
  return workflow ?? email ?? issuer;
}

async function open(context: Context, path: string): Promise<Blob> {
  try {
    return await context.openFile(path);
  } catch (cause) {
    throw new ReleasioError(
      "distribution-unreadable",
      `Cannot open "${path}"`,
      {
        details: { file: path },
        cause,
      },
    );
  }
}

async function readText(context: Context, path: string): Promise<string> {
  const blob = await open(context, path);
  if (blob.size <= MAX_BYTES) return await blob.text();
  throw new ReleasioError(
    "usage",
    `Cannot read "${path}": it is longer than ${MAX_BYTES / 1024 / 1024} MiB`,
  );
}

async function readRoot(
  context: Context,
  path: string | undefined,
): Promise<TrustedRoot> {
  if (path === undefined) return publicGoodRoot();
  try {
    return readTrustedRoot(parseJson(await readText(context, path)));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ReleasioError("usage", `${error.message} (${path})`, {
      hint: "It is a `trusted_root.json`, as sigstore's clients keep it.",
      cause: error,
    });
  }
}

/** The attestations that lie beside a file. */
async function besides(context: Context, path: string): Promise<string[]> {
  const folder = dirname(path);
  try {
    return (await context.readDirectory(folder))
      .filter(({ name }) => attestedFilename(name) === basename(path))
      .map(({ name }) => `${folder}/${name}`);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

async function readCandidates(
  context: Context,
  paths: readonly string[],
  publisher: AttestationPublisher | null,
): Promise<Candidate[]> {
  return await Promise.all(paths.map(async (path) => ({
    source: path,
    attestation: await readText(context, path),
    publisher,
  })));
}

/** What the index has, each for the publisher that it took it from. */
async function indexedCandidates(
  context: Context,
  registry: Registry,
  filename: string,
): Promise<Candidate[]> {
  const name = parseFilename(filename);
  if (name.kind === "invalid") return [];
  const bundles = await fetchProvenance(context, registry, {
    filename,
    project: normalizeName(name.name),
    version: normalizeVersion(name.version)!,
  });
  return (bundles ?? []).flatMap(({ publisher, attestations }) =>
    attestations.map((attestation) => ({
      source: `${registry.name}'s provenance`,
      attestation,
      publisher,
    }))
  );
}

function nothingToVerify(filename: string, { name }: Registry): ReleasioError {
  return new ReleasioError(
    "attestation-missing",
    `Cannot verify "${filename}": it has no attestation, neither beside it nor on ${name}`,
    { hint: "Name one: `releasio verify <file> <attestation>`." },
  );
}
