/**
 * X.509 certificates, as far as Sigstore's need to be read
 * ({@link https://www.rfc-editor.org/rfc/rfc5280 | RFC 5280}).
 *
 * @module
 */

import { type Bytes, decodeBase64 } from "./bytes.ts";
import {
  type DerElement,
  encodeDer,
  readChildren,
  readDer,
  readOid,
  TAG,
} from "./der.ts";
import type { SignatureHash } from "./ecdsa.ts";

/** Object identifiers of the extensions that are read here. */
export const EXTENSION = {
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  extendedKeyUsage: "2.5.29.37",
  timestamps: "1.3.6.1.4.1.11129.2.4.2",
} as const;

/** ECDSA with a hash function, by object identifier. */
const SIGNATURE_HASHES: Readonly<Record<string, SignatureHash>> = {
  "1.2.840.10045.4.3.2": "SHA-256",
  "1.2.840.10045.4.3.3": "SHA-384",
};

/** Bits of the key usage extension, by RFC 5280. */
const DIGITAL_SIGNATURE = 0x80;
const KEY_CERT_SIGN = 0x04;

/** One extension. */
export interface CertificateExtension {
  /** Its object identifier. */
  readonly oid: string;
  /** Whether who doesn't know it must refuse the certificate. */
  readonly critical: boolean;
  /** What it says. */
  readonly value: Bytes;
}

/** A certificate, read but not verified. */
export interface Certificate {
  /** The whole certificate. */
  readonly der: Bytes;
  /** What its issuer signed. */
  readonly tbs: Bytes;
  /** The issuer's name, as DER. */
  readonly issuer: Bytes;
  /** The subject's name, as DER. */
  readonly subject: Bytes;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  /** Milliseconds since the epoch. */
  readonly notAfter: number;
  /** The public key, as SubjectPublicKeyInfo. */
  readonly spki: Bytes;
  /** Its extensions. */
  readonly extensions: readonly CertificateExtension[];
  /** What its issuer signed with, or `null` if it is not ECDSA. */
  readonly signatureHash: SignatureHash | null;
  /** The issuer's signature. */
  readonly signature: Bytes;
}

/**
 * Reads a certificate.
 *
 * @param der The certificate
 * @returns What it says
 * @throws {SyntaxError} If it is none
 */
export function readCertificate(der: Bytes): Certificate {
  try {
    return read(der);
  } catch (cause) {
    throw new SyntaxError("Cannot read certificate: it is not X.509", {
      cause,
    });
  }
}

function read(der: Bytes): Certificate {
  const [tbs, algorithm, signature] = readChildren(readDer(der, TAG.sequence));
  // Version 3, which alone has extensions, begins with it.
  const [version, , , issuer, validity, subject, spki, ...rest] = readChildren(
    tbs!,
  );
  if (version!.tag !== 0xa0) throw new SyntaxError("No version 3");
  const [notBefore, notAfter] = readChildren(validity!).map(readTime);
  const extensions = rest.find(({ tag }) => tag === 0xa3);
  const [oid] = readChildren(algorithm!);
  return {
    der,
    tbs: tbs!.bytes,
    issuer: issuer!.bytes,
    subject: subject!.bytes,
    notBefore: notBefore!,
    notAfter: notAfter!,
    spki: spki!.bytes,
    extensions: extensions === undefined
      ? []
      : readChildren(readDer(extensions.content, TAG.sequence))
        .map(readExtension),
    signatureHash: SIGNATURE_HASHES[readOid(oid!)] ?? null,
    signature: bitString(signature!),
  };
}

function readExtension(element: DerElement): CertificateExtension {
  const [oid, ...rest] = readChildren(element);
  const value = rest.at(-1);
  if (value?.tag !== TAG.octetString) throw new SyntaxError("No extension");
  return {
    oid: readOid(oid!),
    critical: rest.length === 2 && rest[0]!.content[0] !== 0,
    value: value.content,
  };
}

function readTime({ tag, content }: DerElement): number {
  const text = new TextDecoder().decode(content);
  const digits = /^(\d{12}|\d{14})Z$/.exec(text)?.[1];
  const isKnown = tag === TAG.utcTime && digits?.length === 12 ||
    tag === TAG.generalizedTime && digits?.length === 14;
  if (!isKnown) throw new SyntaxError("No time");
  // Two digits mean 1950 to 2049.
  const full = digits!.length === 14
    ? digits!
    : (digits! < "50" ? "20" : "19") + digits!;
  const [year, ...parts] = full.match(/^\d{4}|\d{2}/g)!.map(Number);
  const [month, day, hour, minute, second] = parts as [
    number,
    number,
    number,
    number,
    number,
  ];
  return Date.UTC(year!, month - 1, day, hour, minute, second);
}

/** The bytes of a bit string without unused bits. */
function bitString({ tag, content }: DerElement): Bytes {
  if (tag !== TAG.bitString || content[0] !== 0) {
    throw new SyntaxError("No bit string of whole bytes");
  }
  return content.slice(1);
}

/**
 * What an extension says.
 *
 * @param certificate The certificate
 * @param oid The extension
 * @returns Its value, or `null` without it
 */
export function extensionValue(
  { extensions }: Certificate,
  oid: string,
): Bytes | null {
  return extensions.find((extension) => extension.oid === oid)?.value ?? null;
}

/**
 * What a text extension says.
 *
 * @param certificate The certificate
 * @param oid The extension
 * @returns The text; `null` without it or if it is no UTF-8 string
 */
export function extensionText(
  certificate: Certificate,
  oid: string,
): string | null {
  const value = extensionValue(certificate, oid);
  if (value === null) return null;
  try {
    const { content } = readDer(value, TAG.utf8String);
    return new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    return null;
  }
}

/** A name that a certificate stands for. */
export interface AlternativeName {
  /** What kind of name it is. */
  readonly kind: "email" | "uri" | "other";
  /** The name; empty for other kinds. */
  readonly value: string;
}

/**
 * The names that a certificate stands for.
 *
 * @param certificate The certificate
 * @returns The names, none without the extension
 */
export function alternativeNames(certificate: Certificate): AlternativeName[] {
  const value = extensionValue(certificate, EXTENSION.subjectAltName);
  if (value === null) return [];
  try {
    return readChildren(readDer(value, TAG.sequence)).map(
      ({ tag, content }) => {
        const text = new TextDecoder().decode(content);
        if (tag === 0x81) return { kind: "email", value: text };
        if (tag === 0x86) return { kind: "uri", value: text };
        return { kind: "other", value: "" };
      },
    );
  } catch {
    return [];
  }
}

/**
 * Whether a certificate may sign others.
 *
 * @param certificate The certificate
 * @returns `true` if it is a certificate authority's
 */
export function isAuthority(certificate: Certificate): boolean {
  const value = extensionValue(certificate, EXTENSION.basicConstraints);
  if (value === null) return false;
  try {
    const [flag] = readChildren(readDer(value, TAG.sequence));
    return flag?.tag === TAG.boolean && flag.content[0] === 0xff &&
      (keyUsage(certificate) & KEY_CERT_SIGN) !== 0;
  } catch {
    return false;
  }
}

/**
 * Whether a certificate's key may sign documents.
 *
 * @param certificate The certificate
 * @returns `true` if its key usage says so
 */
export function maySign(certificate: Certificate): boolean {
  return (keyUsage(certificate) & DIGITAL_SIGNATURE) !== 0;
}

function keyUsage(certificate: Certificate): number {
  const value = extensionValue(certificate, EXTENSION.keyUsage);
  try {
    return value === null ? 0 : readDer(value, TAG.bitString).content[1] ?? 0;
  } catch {
    return 0;
  }
}

/**
 * What a certificate's key may be used for.
 *
 * @param certificate The certificate
 * @returns Object identifiers
 */
export function extendedKeyUsages(certificate: Certificate): string[] {
  const value = extensionValue(certificate, EXTENSION.extendedKeyUsage);
  if (value === null) return [];
  try {
    return readChildren(readDer(value, TAG.sequence)).map(readOid);
  } catch {
    return [];
  }
}

/**
 * What a certificate log signed: the certificate's content before the log's
 * timestamp was put into it
 * ({@link https://www.rfc-editor.org/rfc/rfc6962#section-3.2 | RFC 6962}).
 *
 * @param certificate The certificate
 * @returns DER
 */
export function withoutTimestamps({ tbs }: Certificate): Bytes {
  const parts = readChildren(readDer(tbs, TAG.sequence)).map((part) => {
    if (part.tag !== 0xa3) return part.bytes;
    const kept = readChildren(readDer(part.content, TAG.sequence))
      .filter((element) => readExtension(element).oid !== EXTENSION.timestamps)
      .map(({ bytes }) => bytes);
    return encodeDer(0xa3, encodeDer(TAG.sequence, ...kept));
  });
  return encodeDer(TAG.sequence, ...parts);
}

/**
 * A certificate or a public key as PEM, in lines of 64 characters.
 *
 * @param label Such as `CERTIFICATE`
 * @param der The bytes
 * @returns Text with a final line feed
 */
export function toPem(label: string, der: Bytes): string {
  const lines = der.toBase64().match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""]
    .join("\n");
}

/**
 * The bytes of a PEM text.
 *
 * @param label What it must be, such as `CERTIFICATE`
 * @param pem The text
 * @returns The bytes, or `null` if it is something else
 */
export function fromPem(label: string, pem: string): Bytes | null {
  const body = new RegExp(
    `^-----BEGIN ${label}-----\\s([\\sA-Za-z0-9+/=]+)-----END ${label}-----\\s*$`,
  ).exec(pem)?.[1];
  return body === undefined ? null : decodeBase64(body);
}
