/**
 * Makes X.509 certificates, as Fulcio's authority does.
 *
 * @module
 */

import { type Bytes, concat, hash256, utf8 } from "../attest/bytes.ts";
import {
  type Certificate,
  EXTENSION,
  readCertificate,
} from "../attest/certificate.ts";
import { encodeDer, encodeOid, encodeUnsigned, TAG } from "../attest/der.ts";
import { toDerSignature } from "../attest/ecdsa.ts";

const ECDSA_SHA384 = "1.2.840.10045.4.3.3";
const COMMON_NAME = "2.5.4.3";
const ORGANIZATION = "2.5.4.10";
const SUBJECT_KEY = "2.5.29.14";
const AUTHORITY_KEY = "2.5.29.35";
const CODE_SIGNING = "1.3.6.1.5.5.7.3.3";

/** Bits of the key usage extension, with the bits that are unused. */
const DIGITAL_SIGNATURE = [7, 0x80];
const CERTIFICATES_AND_LISTS = [1, 0x06];

/** What a certificate is to say. */
export interface CertificateDraft {
  /** Its number. */
  readonly serial: Bytes;
  /** The subject's common name, or `null` for a certificate without subject. */
  readonly subject: string | null;
  /** The public key, as SubjectPublicKeyInfo. */
  readonly spki: Bytes;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  /** Milliseconds since the epoch. */
  readonly notAfter: number;
  /** Its extensions, as DER. */
  readonly extensions: readonly Bytes[];
}

/** A certificate authority. */
export interface Authority {
  /** Its own certificate. */
  readonly certificate: Certificate;
  /** What would be signed to issue a certificate. */
  readonly encode: (draft: CertificateDraft) => Bytes;
  /** Issues a certificate. */
  readonly issue: (draft: CertificateDraft) => Promise<Bytes>;
}

/** What is not known of an authority before it has a certificate. */
interface AuthorityKeys {
  readonly name: string;
  readonly spki: Bytes;
  readonly privateKey: CryptoKey;
}

/**
 * Makes a root, and an authority below it.
 *
 * @param now Milliseconds since the epoch
 * @returns The authority that issues certificates, and its root's certificate
 */
export async function createAuthority(
  now: number,
): Promise<{ readonly issuer: Authority; readonly root: Certificate }> {
  const day = 24 * 60 * 60 * 1000;
  const validity = { notBefore: now - day, notAfter: now + 3650 * day };
  const root = await generate("sandbox");
  const intermediate = await generate("sandbox-intermediate");
  const rootCertificate = await issueAuthority(root, root, validity, []);
  return {
    root: rootCertificate,
    issuer: authorityOf(
      intermediate,
      await issueAuthority(intermediate, root, validity, [codeSigning()]),
    ),
  };
}

async function generate(name: string): Promise<AuthorityKeys> {
  const { publicKey, privateKey } = await crypto.subtle.generateKey(
    { name: "ECDSA", namedCurve: "P-384" },
    false,
    ["sign", "verify"],
  );
  const spki = await crypto.subtle.exportKey("spki", publicKey);
  return { name, spki: new Uint8Array(spki), privateKey };
}

async function issueAuthority(
  subject: AuthorityKeys,
  issuer: AuthorityKeys,
  validity: Pick<CertificateDraft, "notBefore" | "notAfter">,
  extensions: readonly Bytes[],
): Promise<Certificate> {
  const tbs = encodeTbs(issuer, {
    ...validity,
    serial: newSerial(),
    subject: subject.name,
    spki: subject.spki,
    extensions: [
      keyUsage(CERTIFICATES_AND_LISTS),
      extension(
        EXTENSION.basicConstraints,
        encodeDer(TAG.sequence, encodeDer(TAG.boolean, new Uint8Array([0xff]))),
        true,
      ),
      ...await keyIdentifiers(subject.spki, issuer.spki),
      ...extensions,
    ],
  });
  return readCertificate(await signTbs(issuer, tbs));
}

function authorityOf(
  keys: AuthorityKeys,
  certificate: Certificate,
): Authority {
  return {
    certificate,
    encode: (draft) => encodeTbs(keys, draft),
    issue: (draft) => signTbs(keys, encodeTbs(keys, draft)),
  };
}

function encodeTbs(
  issuer: AuthorityKeys,
  draft: CertificateDraft,
): Bytes {
  const { serial, subject, spki, notBefore, notAfter, extensions } = draft;
  return encodeDer(
    TAG.sequence,
    // Version 3 counts as 2.
    encodeDer(0xa0, encodeDer(TAG.integer, new Uint8Array([2]))),
    encodeUnsigned(serial),
    encodeDer(TAG.sequence, encodeOid(ECDSA_SHA384)),
    encodeName(issuer.name),
    encodeDer(TAG.sequence, encodeTime(notBefore), encodeTime(notAfter)),
    subject === null ? encodeDer(TAG.sequence) : encodeName(subject),
    spki,
    encodeDer(0xa3, encodeDer(TAG.sequence, ...extensions)),
  );
}

async function signTbs(
  { privateKey }: AuthorityKeys,
  tbs: Bytes,
): Promise<Bytes> {
  const raw = await crypto.subtle.sign(
    { name: "ECDSA", hash: "SHA-384" },
    privateKey,
    tbs,
  );
  return encodeDer(
    TAG.sequence,
    tbs,
    encodeDer(TAG.sequence, encodeOid(ECDSA_SHA384)),
    bitString(0, toDerSignature(new Uint8Array(raw))),
  );
}

/**
 * Makes a number for a certificate.
 *
 * @returns 16 random bytes
 */
export function newSerial(): Bytes {
  return crypto.getRandomValues(new Uint8Array(16));
}

/**
 * The extensions that every signing certificate has, but for who signs.
 *
 * @param spki The certificate's key
 * @param issuer Who issues it
 * @returns DER of each
 */
export async function signingExtensions(
  spki: Bytes,
  issuer: Certificate,
): Promise<Bytes[]> {
  return [
    keyUsage(DIGITAL_SIGNATURE),
    codeSigning(),
    ...await keyIdentifiers(spki, issuer.spki),
  ];
}

/**
 * Encodes an extension.
 *
 * @param oid Its object identifier
 * @param value What it says
 * @param critical Whether who doesn't know it must refuse the certificate
 * @returns DER
 */
export function extension(oid: string, value: Bytes, critical = false): Bytes {
  return encodeDer(
    TAG.sequence,
    encodeOid(oid),
    critical
      ? encodeDer(TAG.boolean, new Uint8Array([0xff]))
      : new Uint8Array(),
    encodeDer(TAG.octetString, value),
  );
}

function keyUsage([unused, bits]: readonly number[]): Bytes {
  return extension(
    EXTENSION.keyUsage,
    bitString(unused!, new Uint8Array([bits!])),
    true,
  );
}

function codeSigning(): Bytes {
  return extension(
    EXTENSION.extendedKeyUsage,
    encodeDer(TAG.sequence, encodeOid(CODE_SIGNING)),
  );
}

async function keyIdentifiers(own: Bytes, issuer: Bytes): Promise<Bytes[]> {
  const [ownId, issuerId] = await Promise.all([own, issuer].map(keyId));
  return [
    extension(SUBJECT_KEY, encodeDer(TAG.octetString, ownId!)),
    extension(
      AUTHORITY_KEY,
      encodeDer(TAG.sequence, encodeDer(0x80, issuerId!)),
    ),
  ];
}

async function keyId(spki: Bytes): Promise<Bytes> {
  return (await hash256(spki)).slice(0, 20);
}

function encodeName(commonName: string): Bytes {
  const part = (oid: string, text: string) =>
    encodeDer(
      TAG.set,
      encodeDer(
        TAG.sequence,
        encodeOid(oid),
        encodeDer(TAG.utf8String, utf8(text)),
      ),
    );
  return encodeDer(
    TAG.sequence,
    part(ORGANIZATION, "sandbox"),
    part(COMMON_NAME, commonName),
  );
}

/** Two digits of the year until 2049, four from then on. */
function encodeTime(time: number): Bytes {
  const digits = new Date(time).toISOString()
    .replace(/\.\d+Z$/, "Z").replaceAll(/[-:T]/g, "");
  return digits < "2050"
    ? encodeDer(TAG.utcTime, utf8(digits.slice(2)))
    : encodeDer(TAG.generalizedTime, utf8(digits));
}

function bitString(unused: number, bytes: Uint8Array): Bytes {
  return encodeDer(TAG.bitString, concat(new Uint8Array([unused]), bytes));
}
