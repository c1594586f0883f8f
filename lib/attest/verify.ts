/**
 * Verifies attestations as PyPI does, with reasons that people can use.
 *
 * @module
 */

import { ReleasioError } from "../errors.ts";
import { readCertificate } from "./certificate.ts";
import { checkChain } from "./chain.ts";
import { preAuthEncoding } from "./dsse.ts";
import { verifyEcdsa } from "./ecdsa.ts";
import { Flaw } from "./flaw.ts";
import {
  type AttestationPublisher,
  checkIdentity,
  type Signer,
  signerOf,
} from "./identity.ts";
import {
  checkBody,
  checkInclusion,
  entryTime,
  readLogEntry,
} from "./log_entry.ts";
import { bytesOf, toAttestation } from "./pep740.ts";
import { checkStatement, type Subject } from "./statement.ts";
import type { TrustedRoot } from "./trusted_root.ts";

/** What an attestation must be about, and whom to believe. */
export interface Expected extends Subject {
  /** Who should have signed; `null` takes anybody's. */
  readonly publisher: AttestationPublisher | null;
  /** Whom to believe, such as {@linkcode publicGoodRoot}. */
  readonly trustedRoot: TrustedRoot;
}

/** What a good attestation says. */
export interface VerifiedAttestation {
  /** The kind of statement. */
  readonly predicateType: string;
  /** Who signed. */
  readonly signer: Signer;
  /** When it was logged, in milliseconds since the epoch. */
  readonly time: number;
  /** Its index in the transparency log. */
  readonly logIndex: number;
}

/**
 * Verifies an attestation: everything that PyPI checks of it when a file is
 * uploaded. It asks nobody.
 *
 * @param attestation JSON text, or what was parsed from it
 * @param expected What it must be about, and whom to believe
 * @returns What it says
 * @throws {ReleasioError} `attestation-invalid` with the reason, which is in
 * `details.reason` alone
 */
export async function verifyAttestation(
  attestation: unknown,
  expected: Expected,
): Promise<VerifiedAttestation> {
  try {
    return await verify(attestation, expected);
  } catch (error) {
    if (!(error instanceof Flaw)) throw error;
    const { message: reason, kind } = error;
    throw new ReleasioError(
      "attestation-invalid",
      `Cannot verify attestation of "${expected.filename}": ${reason}`,
      { details: { file: expected.filename, reason, kind } },
    );
  }
}

/** In the order of PyPI's own verifier. */
async function verify(
  value: unknown,
  expected: Expected,
): Promise<VerifiedAttestation> {
  const { trustedRoot, publisher } = expected;
  const { verification_material: material, envelope } = toAttestation(value);
  const certificate = certificateOf(material.certificate);
  const entry = readLogEntry(material.transparency_entries[0]);
  const statement = bytesOf(envelope.statement);
  const signature = bytesOf(envelope.signature);

  const time = entryTime(entry);
  await checkChain(certificate, trustedRoot, time);
  if (publisher !== null) checkIdentity(certificate, publisher);
  await checkInclusion(entry, trustedRoot);
  const isSigned = await verifyEcdsa(
    certificate.spki,
    signature,
    preAuthEncoding(statement),
  );
  if (!isSigned) throw new Flaw("the statement's signature is wrong");
  await checkBody(entry, { statement, signature, certificate });
  return {
    predicateType: checkStatement(statement, expected),
    signer: signerOf(certificate),
    time,
    logIndex: entry.index,
  };
}

function certificateOf(base64: string) {
  try {
    return readCertificate(bytesOf(base64));
  } catch {
    throw new Flaw("the certificate can't be read: it is no DER", "conversion");
  }
}
