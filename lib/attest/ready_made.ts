/**
 * Attestations that were made before, and lie next to the files.
 *
 * @module
 */

import type { DistributionFile } from "../dist/distribution.ts";
import { ReleasioError } from "../errors.ts";
import type { Finding } from "../findings.ts";
import type { Subject } from "./statement.ts";
import {
  type Expected,
  type VerifiedAttestation,
  verifyAttestation,
} from "./verify.ts";

const NAME_REGEXP = /^(?<filename>.+)\.[^.]+\.attestation$/;
const MAX_BYTES = 1024 * 1024;

/** An attestation from a file, verified. */
export interface ReadyMade extends VerifiedAttestation {
  /** Where it was found. */
  readonly path: string;
  /** The text of its JSON. */
  readonly text: string;
}

/**
 * The distribution that an attestation's file is named after.
 *
 * @param filename Such as `demo-1.0.tar.gz.publish.attestation`
 * @returns Such as `demo-1.0.tar.gz`, or `null`
 */
export function attestedFilename(filename: string): string | null {
  return NAME_REGEXP.exec(filename)?.groups?.filename ?? null;
}

/**
 * Notes the attestations that are named after no file of a run: nobody will
 * see them.
 *
 * @param files All files of the run, those that the index has included
 * @param found What was found
 * @returns A note for each
 */
export function strayAttestations(
  files: readonly DistributionFile[],
  found: readonly DistributionFile[],
): Finding[] {
  const names = new Set<string | null>(files.map(({ filename }) => filename));
  return found
    .filter(({ filename }) => !names.has(attestedFilename(filename)))
    .map(({ path, filename }) => ({
      code: "attestation-stray",
      severity: "note",
      file: filename,
      message: `Left out "${path}": it belongs to no file of this run`,
      hint:
        "An attestation has the name of its file, then `.publish.attestation` or another word in the place of `publish`.",
    }));
}

/**
 * Reads and verifies the attestations of one file.
 *
 * @param subject The file
 * @param found Attestations, of other files too
 * @param expected Who should have signed, and whom to believe
 * @returns Those of the file
 * @throws {ReleasioError} `attestation-invalid` for one that PyPI would
 * refuse, `attestation-duplicate` for two of one kind
 */
export async function readReadyMade(
  subject: Subject,
  found: readonly DistributionFile[],
  expected: Omit<Expected, keyof Subject>,
): Promise<ReadyMade[]> {
  const own = found.filter(({ filename }) =>
    attestedFilename(filename) === subject.filename
  );
  const ready: ReadyMade[] = [];
  for (const file of own) {
    const text = await readText(file);
    const verified = await verifyFile(file, text, { ...subject, ...expected });
    const twin = ready.find(({ predicateType }) =>
      predicateType === verified.predicateType
    );
    if (twin !== undefined) throw twoOfAKind(twin, file.path);
    ready.push({ ...verified, path: file.path, text });
  }
  return ready;
}

async function readText({ path, blob }: DistributionFile): Promise<string> {
  if (blob.size <= MAX_BYTES) return await blob.text();
  throw invalid(path, "it is longer than 1 MiB");
}

async function verifyFile(
  { path }: DistributionFile,
  text: string,
  expected: Expected,
): Promise<VerifiedAttestation> {
  try {
    return await verifyAttestation(text, expected);
  } catch (error) {
    const isOurs = error instanceof ReleasioError &&
      error.code === "attestation-invalid";
    throw isOurs
      ? invalid(path, String(error.details.reason), error.details)
      : error;
  }
}

function invalid(
  path: string,
  reason: string,
  details: Readonly<Record<string, unknown>> = { reason },
): ReleasioError {
  return new ReleasioError(
    "attestation-invalid",
    `Cannot use attestation "${path}": ${reason}`,
    {
      hint:
        "The index would refuse the file with it. Remove it, or make it again from the very file that is published.",
      details: { ...details, path },
    },
  );
}

function twoOfAKind(
  { path, predicateType }: ReadyMade,
  other: string,
): ReleasioError {
  return new ReleasioError(
    "attestation-duplicate",
    `Cannot use both "${path}" and "${other}": they are of one kind, ${predicateType}`,
    {
      hint: "The index takes one of each kind. Remove one of them.",
      details: { paths: [path, other], predicateType },
    },
  );
}
