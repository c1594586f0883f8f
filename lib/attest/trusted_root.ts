/**
 * Whom to believe: the keys and certificates of a Sigstore instance
 * ({@link https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_trustroot.proto | format}).
 *
 * @module
 */

import { isRecord } from "../http.ts";
import { type Bytes, decodeBase64 } from "./bytes.ts";
import { type Certificate, readCertificate } from "./certificate.ts";
import { PUBLIC_GOOD_ROOT } from "./data/public_good_root.ts";
import { curveOf } from "./ecdsa.ts";

/** The time in which a key or an authority is believed. */
export interface Validity {
  /** Milliseconds since the epoch. */
  readonly start: number;
  /** Milliseconds since the epoch, or `Infinity`. */
  readonly end: number;
}

/** A log's key. */
export interface LogKey extends Validity {
  /** The log's id, lower-case hex. */
  readonly id: string;
  /** Its public key, as SubjectPublicKeyInfo. */
  readonly spki: Bytes;
}

/** A certificate authority: its certificates, the one that signs first. */
export interface Authority extends Validity {
  /** Each one signed by the next, down to the root. */
  readonly chain: readonly Certificate[];
}

/** Whom to believe. */
export interface TrustedRoot {
  /** Who issues certificates. */
  readonly authorities: readonly Authority[];
  /** Logs of certificates. */
  readonly certificateLogs: readonly LogKey[];
  /** Logs of signatures. */
  readonly signatureLogs: readonly LogKey[];
}

/**
 * Reads a trusted root, as `cosign` and sigstore's clients write it. Keys
 * other than on the curves P-256 and P-384 are passed over: nothing that PyPI
 * takes is signed with them.
 *
 * @param root The parsed JSON
 * @returns Whom to believe
 * @throws {SyntaxError} If it is something else
 */
export function readTrustedRoot(root: unknown): TrustedRoot {
  if (!isRecord(root)) throw unreadable("it is no JSON object");
  return {
    authorities: list(root.certificateAuthorities, "certificateAuthorities")
      .map(readAuthority),
    certificateLogs: list(root.ctlogs, "ctlogs").flatMap(readLog),
    signatureLogs: list(root.tlogs, "tlogs").flatMap(readLog),
  };
}

let publicGood: TrustedRoot | undefined;

/**
 * Sigstore's public-good instance, the only one that PyPI believes.
 *
 * @returns Whom to believe, as of the day that the data was made
 */
export function publicGoodRoot(): TrustedRoot {
  return publicGood ??= readTrustedRoot(PUBLIC_GOOD_ROOT);
}

/**
 * Whether a time is within a validity.
 *
 * @param validity The validity
 * @param time Milliseconds since the epoch
 * @returns `true` if it is
 */
export function isValidAt({ start, end }: Validity, time: number): boolean {
  return start <= time && time <= end;
}

function readAuthority(value: Readonly<Record<string, unknown>>): Authority {
  const { certChain, validFor } = value;
  const certificates = isRecord(certChain) ? certChain.certificates : undefined;
  return {
    ...readValidity(validFor),
    chain: list(certificates, "certificates").map(({ rawBytes }) =>
      readCertificate(bytesOf(rawBytes))
    ),
  };
}

function readLog(value: Readonly<Record<string, unknown>>): LogKey[] {
  const { publicKey, logId } = value;
  if (!isRecord(publicKey) || !isRecord(logId)) {
    throw unreadable("a log has no key");
  }
  const spki = bytesOf(publicKey.rawBytes);
  if (curveOf(spki) === null) return [];
  return [{
    ...readValidity(publicKey.validFor),
    id: bytesOf(logId.keyId).toHex(),
    spki,
  }];
}

function readValidity(value: unknown): Validity {
  const { start, end } = isRecord(value) ? value : {};
  const validity = {
    start: start === undefined ? -Infinity : Date.parse(String(start)),
    end: end === undefined ? Infinity : Date.parse(String(end)),
  };
  if (Number.isNaN(validity.start) || Number.isNaN(validity.end)) {
    throw unreadable("a time can't be read");
  }
  return validity;
}

function list(value: unknown, name: string): Record<string, unknown>[] {
  if (Array.isArray(value) && value.every(isRecord)) return value;
  throw unreadable(`"${name}" is no list of objects`);
}

function bytesOf(value: unknown): Bytes {
  const bytes = typeof value === "string" ? decodeBase64(value) : null;
  if (bytes === null) throw unreadable("something is not base64");
  return bytes;
}

function unreadable(reason: string): SyntaxError {
  return new SyntaxError(`Cannot read trusted root: ${reason}`);
}
