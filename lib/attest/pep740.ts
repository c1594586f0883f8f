/**
 * The attestation object
 * ({@link https://peps.python.org/pep-0740/#attestation-objects | PEP 740}).
 *
 * @module
 */

import { isRecord, parseJson } from "../http.ts";
import { type Bytes, decodeBase64 } from "./bytes.ts";
import { Flaw } from "./flaw.ts";
import type { LogEntry } from "./log_entry.ts";

/** An attestation, as it travels. */
export interface Attestation {
  /** Always 1. */
  readonly version: 1;
  /** What the signature is verified with. */
  readonly verification_material: {
    /** The signing certificate: base64 of its DER. */
    readonly certificate: string;
    /** Entries of transparency logs; the first one counts. */
    readonly transparency_entries: readonly unknown[];
  };
  /** What was signed. */
  readonly envelope: {
    /** Base64 of the statement's JSON. */
    readonly statement: string;
    /** Base64 of the signature. */
    readonly signature: string;
  };
}

/** The parts that an attestation is made of. */
export interface AttestationParts {
  /** The signing certificate, as DER. */
  readonly certificate: Bytes;
  /** The statement's JSON. */
  readonly statement: Bytes;
  /** Its signature, as DER. */
  readonly signature: Bytes;
  /** The transparency log's entry. */
  readonly entry: LogEntry;
}

/**
 * Puts an attestation together.
 *
 * @param parts Its parts
 * @returns The attestation
 */
export function buildAttestation(parts: AttestationParts): Attestation {
  return {
    version: 1,
    verification_material: {
      certificate: parts.certificate.toBase64(),
      transparency_entries: [parts.entry],
    },
    envelope: {
      statement: parts.statement.toBase64(),
      signature: parts.signature.toBase64(),
    },
  };
}

/**
 * Reads an attestation.
 *
 * @param value Parsed JSON, or JSON text
 * @returns The attestation; keys that PyPI does not know are dropped
 * @throws {Flaw} `malformed`, in words for people
 */
export function toAttestation(value: unknown): Attestation {
  const object = typeof value === "string" ? parseJson(value) : value;
  if (!isRecord(object)) throw malformed("it is no JSON object");
  if (object.version !== 1) {
    throw malformed(`its version is ${JSON.stringify(object.version)}, not 1`);
  }
  const { verification_material: material, envelope } = object;
  if (!isRecord(material)) throw malformed("it has no verification material");
  if (!isRecord(envelope)) throw malformed("it has no envelope");
  const entries = material.transparency_entries;
  if (
    !Array.isArray(entries) || entries.length === 0 || !entries.every(isRecord)
  ) {
    throw malformed("it has no transparency log entry");
  }
  return {
    version: 1,
    verification_material: {
      certificate: base64Of(material.certificate, "certificate"),
      transparency_entries: entries,
    },
    envelope: {
      statement: base64Of(envelope.statement, "statement"),
      signature: base64Of(envelope.signature, "signature"),
    },
  };
}

/**
 * Bytes that {@linkcode toAttestation} has made sure of.
 *
 * @param text Base64
 * @returns The bytes
 */
export function bytesOf(text: string): Bytes {
  return decodeBase64(text)!;
}

function base64Of(value: unknown, name: string): string {
  if (typeof value !== "string") throw malformed(`it has no ${name}`);
  if (decodeBase64(value) === null) {
    throw malformed(`its ${name} is not standard base64`);
  }
  return value;
}

function malformed(reason: string): Flaw {
  return new Flaw(`the attestation is malformed: ${reason}`, "malformed");
}
