/**
 * In-toto statements about one distribution
 * ({@link https://peps.python.org/pep-0740/#attestation-statement | PEP 740}).
 *
 * @module
 */

import {
  normalizeName,
  parseFilename,
  type WheelFilename,
} from "../dist/filename.ts";
import { compareVersions } from "../dist/version.ts";
import { isRecord, parseJson } from "../http.ts";
import { type Bytes, utf8 } from "./bytes.ts";
import { Flaw } from "./flaw.ts";

const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";

/** What a publish attestation says: this publisher sent this file. */
export const PUBLISH_PREDICATE =
  "https://docs.pypi.org/attestations/publish/v1";

/** What SLSA provenance says: this is how the file was built. */
export const SLSA_PREDICATE = "https://slsa.dev/provenance/v1";

/** Every kind of statement that PyPI takes. */
export const PREDICATE_TYPES: readonly string[] = [
  PUBLISH_PREDICATE,
  SLSA_PREDICATE,
];

/** PyPI knows no weaker ones. */
const DIGESTS = new Set([
  "sha256",
  "sha384",
  "sha512",
  "sha3_256",
  "sha3_384",
  "sha3_512",
]);

/** A file that a statement is about. */
export interface Subject {
  /** The file's name. */
  readonly filename: string;
  /** SHA-256 of its bytes, lower-case hex. */
  readonly sha256: string;
}

/**
 * Says that a file is published by who signs this.
 *
 * @param subject The file
 * @returns The statement's JSON
 */
export function publishStatement({ filename, sha256 }: Subject): Bytes {
  return utf8(JSON.stringify({
    _type: STATEMENT_TYPE,
    subject: [{ name: filename, digest: { sha256 } }],
    predicateType: PUBLISH_PREDICATE,
    predicate: null,
  }));
}

/**
 * Reads a statement, and holds it against the file that it should be about.
 *
 * @param bytes The statement's JSON
 * @param expected The file
 * @returns What kind of statement it is, one of {@linkcode PREDICATE_TYPES}
 * @throws {Flaw} In words for people
 */
export function checkStatement(bytes: Bytes, expected: Subject): string {
  const { subject, predicateType } = readStatement(bytes);
  if (subject.length > 1) {
    throw new Flaw(
      `the statement is about ${subject.length} files, and must be about one`,
    );
  }
  const [{ name, digest }] = subject as [StatementSubject];
  checkName(name, expected.filename);
  checkDigest(digest.sha256, expected);
  if (!PREDICATE_TYPES.includes(predicateType)) {
    throw new Flaw(`PyPI takes no attestations of type "${predicateType}"`);
  }
  return predicateType;
}

interface StatementSubject {
  readonly name: string;
  readonly digest: Readonly<Record<string, string>>;
}

function readStatement(
  bytes: Bytes,
): {
  readonly subject: readonly StatementSubject[];
  readonly predicateType: string;
} {
  const statement = parseJson(new TextDecoder().decode(bytes));
  if (!isRecord(statement)) throw invalid("it is no JSON object");
  if (statement._type !== STATEMENT_TYPE) {
    throw invalid(
      `its type is ${JSON.stringify(statement._type)}, not "${STATEMENT_TYPE}"`,
    );
  }
  const { subject, predicateType, predicate } = statement;
  if (!Array.isArray(subject) || subject.length === 0) {
    throw invalid("it names no subject");
  }
  if (!subject.every(isSubject)) throw invalid("its subject can't be read");
  if (typeof predicateType !== "string") throw invalid("it has no type");
  const isFine = predicate === undefined || predicate === null ||
    isRecord(predicate);
  if (!isFine) throw invalid("its predicate is no object");
  return { subject, predicateType };
}

function isSubject(value: unknown): value is StatementSubject {
  return isRecord(value) && typeof value.name === "string" &&
    isRecord(value.digest) &&
    Object.entries(value.digest).every(([algorithm, digest]) =>
      DIGESTS.has(algorithm) && typeof digest === "string"
    );
}

function checkName(name: string, filename: string): void {
  const actual = parseFilename(name);
  if (actual.kind === "invalid") {
    throw new Flaw(
      `the statement is about "${name}", which is no distribution's name`,
    );
  }
  if (!isSameName(actual, parseFilename(filename))) {
    throw new Flaw(`the statement is about "${name}", not "${filename}"`);
  }
}

type ParsedFilename = ReturnType<typeof parseFilename>;

/** PyPI compares the parsed names: other spellings of the same are fine. */
function isSameName(a: ParsedFilename, b: ParsedFilename): boolean {
  if (a.kind === "invalid" || b.kind === "invalid") return false;
  const isSameRelease = normalizeName(a.name) === normalizeName(b.name) &&
    compareVersions(a.version, b.version) === 0;
  if (!isSameRelease || a.kind !== b.kind) return false;
  return a.kind === "sdist" || b.kind === "sdist" ||
    wheelTags(a) === wheelTags(b);
}

function wheelTags({ build, python, abi, platform }: WheelFilename): string {
  const sets = [python, abi, platform].map((tags) =>
    [...new Set(tags.map((tag) => tag.toLowerCase()))].sort()
  );
  return JSON.stringify([build?.replace(/^0+(?=\d)/, "") ?? null, ...sets]);
}

function checkDigest(actual: string | undefined, expected: Subject): void {
  if (actual === expected.sha256) return;
  if (actual === undefined) {
    throw new Flaw("the statement has no SHA-256 digest of the file");
  }
  throw new Flaw(
    actual.toLowerCase() === expected.sha256
      ? "the statement's SHA-256 digest is in upper case"
      : "the statement is about other bytes: its SHA-256 digest is not the file's",
  );
}

function invalid(reason: string): Flaw {
  return new Flaw(`the statement is invalid: ${reason}`);
}
