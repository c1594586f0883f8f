/**
 * Everything about one file.
 *
 * @module
 */

import type { CoreMetadata } from "../dist/core_metadata.ts";
import type { Distribution, DistributionFile } from "../dist/distribution.ts";
import { readDistribution } from "../dist/read_distribution.ts";
import { readSdistMetadata } from "../dist/sdist.ts";
import { readWheelMetadata } from "../dist/wheel.ts";
import { ReleasioError } from "../errors.ts";
import type { Finding } from "../findings.ts";
import { type MetadataView, viewOfMetadata } from "./metadata_view.ts";
import { METADATA_RULES } from "./metadata_rules.ts";
import { applyRules, toFinding } from "./rule.ts";
import { TAR_RULES, ZIP_RULES } from "./rules/archive.ts";
import {
  FILENAME_LENGTH_RULES,
  FILENAME_RULES,
  identityOf,
  SDIST_FILENAME_RULES,
  WHEEL_FILENAME_RULES,
} from "./rules/filename.ts";
import { FILE_TOO_LARGE, UNREADABLE } from "./rules/files.ts";
import { licenseFilesOf } from "./rules/licensing.ts";
import { SDIST_LICENSE_RULES, SDIST_RULES } from "./rules/sdist.ts";
import { distInfoOf, WHEEL_FILE_RULES, WHEEL_RULES } from "./rules/wheel.ts";
import { ZIP_FRAMING_RULES } from "./rules/zip_framing.ts";
import { readTarFacts, type TarFacts } from "./tar_facts.ts";
import { readZipFacts, type ZipFacts } from "./zip_facts.ts";

/** What came of a file. */
export interface CheckedFile {
  /** What was found, the causes first. */
  readonly findings: readonly Finding[];
  /** The distribution, if it can be read. */
  readonly distribution: Distribution | null;
}

/**
 * Checks one file by all rules that need no other one.
 *
 * @param file The file
 * @param maxFileSize The largest file that the index takes, in bytes
 * @returns What was found
 */
export async function checkFile(
  file: DistributionFile,
  maxFileSize: number,
): Promise<CheckedFile> {
  const { filename, blob } = file;
  const findings = applyRules(
    [...FILENAME_RULES, ...FILENAME_LENGTH_RULES],
    { filename, identity: null },
    filename,
  );
  if (blob.size > maxFileSize) {
    findings.push(toFinding(FILE_TOO_LARGE, filename, {
      message: `The file has ${mebibytes(blob.size)}, the limit is ${
        mebibytes(maxFileSize)
      }`,
    }));
  }
  // What it is shows in its extension alone.
  const hasKind = !findings.some(({ code }) => code === "filename-extension");
  if (!hasKind) return { findings, distribution: null };

  const { distribution, metadata, failure } = await readMetadata(file);
  const view = metadata && viewOfMetadata(metadata);
  findings.push(...await checkArchive(file, view));
  if (metadata && view) {
    findings.push(
      ...metadata.findings.filter(({ code }) =>
        code !== "metadata-version-newer"
      ),
      ...applyRules(METADATA_RULES, view, filename),
    );
  } else if (!findings.some(({ severity }) => severity === "error")) {
    findings.push(toFinding(UNREADABLE, filename, { message: failure! }));
  }
  return { findings, distribution };
}

function mebibytes(bytes: number): string {
  const mib = bytes / 1024 / 1024;
  return `${Number.isInteger(mib) ? mib : mib.toFixed(1)} MiB`;
}

interface ReadMetadata {
  readonly distribution: Distribution | null;
  readonly metadata: CoreMetadata | null;
  readonly failure: string | null;
}

async function readMetadata(file: DistributionFile): Promise<ReadMetadata> {
  try {
    const distribution = await readDistribution(file);
    return { distribution, metadata: distribution.metadata, failure: null };
  } catch (error) {
    if (!(error instanceof ReleasioError)) throw error;
    const metadata = error.code === "distribution-name-invalid"
      ? await readMetadataAlone(file)
      : null;
    return { distribution: null, metadata, failure: error.message };
  }
}

// A name that can't be taken does not keep the metadata from being checked.
async function readMetadataAlone(
  { filename, blob }: DistributionFile,
): Promise<CoreMetadata | null> {
  const read = filename.endsWith(".whl")
    ? readWheelMetadata
    : readSdistMetadata;
  try {
    return await read(blob, filename);
  } catch (error) {
    if (!(error instanceof ReleasioError)) throw error;
    return null;
  }
}

async function checkArchive(
  { filename, blob }: DistributionFile,
  view: MetadataView | null,
): Promise<Finding[]> {
  const licenseFiles = view ? licenseFilesOf(view) : [];
  const name = { filename, identity: view && identityOf(view) };
  if (filename.endsWith(".tar.gz")) {
    const wanted = ["PKG-INFO", ...licenseFiles];
    const facts = await readTarFacts(filename, blob, wanted);
    return [
      ...applyRules(TAR_RULES, facts, filename),
      ...applyRules(SDIST_FILENAME_RULES, name, filename),
      ...checkSdist(facts, licenseFiles),
    ];
  }
  if (filename.endsWith(".zip")) {
    const facts = await readZipFacts(filename, blob, []);
    return [
      ...applyRules([...ZIP_RULES, ...ZIP_FRAMING_RULES], facts, filename),
      ...applyRules(SDIST_FILENAME_RULES, name, filename),
    ];
  }
  const distInfo = distInfoOf(filename);
  const facts = await readZipFacts(filename, blob, wantedOf(distInfo));
  return [
    ...applyRules([...ZIP_RULES, ...ZIP_FRAMING_RULES], facts, filename),
    ...applyRules(WHEEL_FILENAME_RULES, name, filename),
    ...checkWheel(facts, distInfo, licenseFiles),
  ];
}

/**
 * The members of a wheel that the rules read.
 *
 * @param distInfo Where its metadata must lie, or `null`
 * @returns Their paths
 */
export function wantedOf(distInfo: string | null): string[] {
  return distInfo === null
    ? []
    : ["WHEEL", "RECORD", "entry_points.txt", "METADATA"].map((name) =>
      `${distInfo}/${name}`
    );
}

function checkSdist(
  facts: TarFacts,
  licenseFiles: readonly string[],
): Finding[] {
  if (facts.unreadable !== null) return [];
  const subject = { ...facts, licenseFiles };
  const findings = applyRules(SDIST_RULES, subject, facts.filename);
  return findings.length > 0
    ? findings
    : applyRules(SDIST_LICENSE_RULES, subject, facts.filename);
}

function checkWheel(
  facts: ZipFacts,
  distInfo: string | null,
  licenseFiles: readonly string[],
): Finding[] {
  if (facts.unreadable !== null || distInfo === null) return [];
  const subject = { ...facts, distInfo, licenseFiles };
  // In a renamed wheel nothing is where it should be: one finding says so.
  const isMisplaced = ![...facts.entries.keys()].some((path) =>
    path.startsWith(`${distInfo}/`)
  );
  return applyRules(
    isMisplaced ? WHEEL_FILE_RULES : [...WHEEL_FILE_RULES, ...WHEEL_RULES],
    subject,
    facts.filename,
  );
}
