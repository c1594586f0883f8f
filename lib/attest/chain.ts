/**
 * Whether a signing certificate is one of a Sigstore instance: issued by its
 * authority, and shown to its certificate log.
 *
 * @module
 */

import { bigEndian, type Bytes, concat, equalBytes, hash256 } from "./bytes.ts";
import {
  alternativeNames,
  type Certificate,
  extendedKeyUsages,
  EXTENSION,
  extensionValue,
  isAuthority,
  maySign,
  withoutTimestamps,
} from "./certificate.ts";
import { readDer, TAG } from "./der.ts";
import { verifyEcdsa } from "./ecdsa.ts";
import { Flaw } from "./flaw.ts";
import { type Authority, isValidAt, type TrustedRoot } from "./trusted_root.ts";

const CODE_SIGNING = "1.3.6.1.5.5.7.3.3";

/** What is understood here, and so may be critical. */
const KNOWN_EXTENSIONS: ReadonlySet<string> = new Set(Object.values(EXTENSION));

/**
 * Checks a signing certificate against a trusted root.
 *
 * @param certificate The certificate
 * @param root Whom to believe
 * @param time When it was used, in milliseconds since the epoch
 * @throws {Flaw} In words for people
 */
export async function checkChain(
  certificate: Certificate,
  root: TrustedRoot,
  time: number,
): Promise<void> {
  if (time < certificate.notBefore || time > certificate.notAfter) {
    throw new Flaw(
      `the certificate was valid from ${iso(certificate.notBefore)} to ${
        iso(certificate.notAfter)
      }, and the signature was logged at ${iso(time)}`,
    );
  }
  const issuer = await findIssuer(certificate, root, time);
  if (issuer === null) {
    throw new Flaw("the certificate was not issued by a trusted authority");
  }
  checkProfile(certificate);
  await checkTimestamp(certificate, issuer, root);
}

/** The authority's certificate that signed this one. */
async function findIssuer(
  certificate: Certificate,
  { authorities }: TrustedRoot,
  time: number,
): Promise<Certificate | null> {
  for (const authority of authorities) {
    const [issuer] = authority.chain;
    const isGood = issuer !== undefined && isValidAt(authority, time) &&
      authority.chain.every((each) =>
        each.notBefore <= time && time <= each.notAfter
      ) &&
      await isUnbroken(authority) &&
      (isLatest(certificate, authority) ||
        await isIssuedBy(certificate, issuer));
    if (isGood) {
      latest.set(authority, certificate.der);
      return issuer;
    }
  }
  return null;
}

/** The files of a run share a certificate, and P-384 takes its time. */
const latest = new WeakMap<Authority, Bytes>();

function isLatest({ der }: Certificate, authority: Authority): boolean {
  const known = latest.get(authority);
  return known !== undefined && equalBytes(known, der);
}

/** Authorities stay the same from file to file. */
const unbroken = new WeakMap<Authority, Promise<boolean>>();

/** Whether each certificate of an authority is signed by the next. */
function isUnbroken(authority: Authority): Promise<boolean> {
  let result = unbroken.get(authority);
  if (result === undefined) {
    const { chain } = authority;
    result = Promise.all(
      chain.slice(1).map((parent, i) => isIssuedBy(chain[i]!, parent)),
    ).then((links) => links.every(Boolean));
    unbroken.set(authority, result);
  }
  return result;
}

async function isIssuedBy(
  child: Certificate,
  parent: Certificate,
): Promise<boolean> {
  return equalBytes(child.issuer, parent.subject) && isAuthority(parent) &&
    child.signatureHash !== null &&
    await verifyEcdsa(
      parent.spki,
      child.signature,
      child.tbs,
      child.signatureHash,
    );
}

function checkProfile(certificate: Certificate): void {
  const unknown = certificate.extensions.find(({ critical, oid }) =>
    critical && !KNOWN_EXTENSIONS.has(oid)
  );
  if (unknown !== undefined) {
    throw new Flaw(
      `the certificate needs an unknown extension, ${unknown.oid}`,
    );
  }
  if (isAuthority(certificate)) {
    throw new Flaw("the certificate is an authority's own");
  }
  if (alternativeNames(certificate).length === 0) {
    throw new Flaw("the certificate names nobody");
  }
  if (!maySign(certificate)) {
    throw new Flaw("the certificate's key is not for signing");
  }
  if (!extendedKeyUsages(certificate).includes(CODE_SIGNING)) {
    throw new Flaw("the certificate's key is not for signing code");
  }
}

/** A certificate log's word that it has seen a certificate. */
interface SignedTimestamp {
  readonly logId: string;
  readonly time: number;
  /** Time and extensions, as they were signed. */
  readonly stamp: Bytes;
  readonly extensions: Bytes;
  readonly signature: Bytes;
}

async function checkTimestamp(
  certificate: Certificate,
  issuer: Certificate,
  root: TrustedRoot,
): Promise<void> {
  const timestamp = readTimestamp(certificate);
  const log = root.certificateLogs.find((key) =>
    key.id === timestamp.logId && isValidAt(key, timestamp.time)
  );
  if (log === undefined) {
    throw new Flaw(
      "the certificate's timestamp (SCT) is by a log that is not trusted",
    );
  }
  const isSigned = await verifyEcdsa(
    log.spki,
    timestamp.signature,
    await timestampedData(timestamp, certificate, issuer),
  );
  if (!isSigned) {
    throw new Flaw("the certificate's timestamp (SCT) has a wrong signature");
  }
}

/** What a log signs ({@link https://www.rfc-editor.org/rfc/rfc6962#section-3.2 | RFC 6962}). */
async function timestampedData(
  { stamp, extensions }: SignedTimestamp,
  certificate: Certificate,
  issuer: Certificate,
): Promise<Bytes> {
  const tbs = withoutTimestamps(certificate);
  return concat(
    // Version 1, a timestamp, then the entry: a certificate to be.
    new Uint8Array([0, 0]),
    stamp,
    new Uint8Array([0, 1]),
    await hash256(issuer.spki),
    bigEndian(tbs.length, 3),
    tbs,
    bigEndian(extensions.length, 2),
    extensions,
  );
}

/** Reads the one timestamp that a certificate must have. */
function readTimestamp(certificate: Certificate): SignedTimestamp {
  const value = extensionValue(certificate, EXTENSION.timestamps);
  if (value === null) {
    throw new Flaw("the certificate has no timestamp (SCT) of a log");
  }
  try {
    const reader = new Reader(readDer(value, TAG.octetString).content);
    const timestamps: Bytes[] = [];
    const end = reader.number(2) + 2;
    while (reader.at < end) timestamps.push(reader.take(reader.number(2)));
    if (timestamps.length !== 1) {
      throw new Flaw(
        `the certificate has ${timestamps.length} timestamps (SCTs), and must have one`,
      );
    }
    return readOneTimestamp(new Reader(timestamps[0]!));
  } catch (error) {
    if (error instanceof Flaw) throw error;
    throw new Flaw("the certificate's timestamp (SCT) can't be read");
  }
}

function readOneTimestamp(reader: Reader): SignedTimestamp {
  const version = reader.number(1);
  const logId = reader.take(32).toHex();
  const stamp = reader.take(8);
  const extensions = reader.take(reader.number(2));
  const algorithms = reader.number(2);
  // Version 1; SHA-256 and ECDSA, by TLS 1.2.
  if (version !== 0 || algorithms !== 0x0403) throw new RangeError("Unknown");
  return {
    logId,
    time: new Reader(stamp).number(8),
    stamp,
    extensions,
    signature: reader.take(reader.number(2)),
  };
}

/** Reads numbers and bytes from front to back. */
class Reader {
  at = 0;
  readonly #bytes: Bytes;

  constructor(bytes: Bytes) {
    this.#bytes = bytes;
  }

  take(length: number): Bytes {
    const end = this.at + length;
    if (end > this.#bytes.length) throw new RangeError("Cut short");
    const taken = this.#bytes.slice(this.at, end);
    this.at = end;
    return taken;
  }

  number(size: number): number {
    return this.take(size).reduce((value, byte) => value * 256 + byte, 0);
  }
}

function iso(time: number): string {
  return new Date(time).toISOString().replace(".000Z", "Z");
}
