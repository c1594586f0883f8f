/**
 * Signs publish attestations: one certificate for many files, one entry in
 * the transparency log for each.
 *
 * @module
 */

import type { Context } from "../context.ts";
import { ReleasioError } from "../errors.ts";
import type { IdentityProvider } from "../oidc/provider.ts";
import { preAuthEncoding } from "./dsse.ts";
import { signEcdsa } from "./ecdsa.ts";
import { requestCertificate, type SigningCertificate } from "./fulcio.ts";
import { type Attestation, buildAttestation } from "./pep740.ts";
import { logSignature } from "./rekor.ts";
import { type SigstoreServices, unavailable } from "./services.ts";
import { publishStatement, type Subject } from "./statement.ts";
import { verifyAttestation } from "./verify.ts";
import type { AttestationPublisher } from "./identity.ts";

/** Sigstore's audience, the same for every instance. */
export const SIGSTORE_AUDIENCE = "sigstore";

/** A signature should be logged this long before its certificate's end. */
const MARGIN = 120_000;

/** Options for {@linkcode openSigner}. */
export interface SignerOptions {
  /** Who gives the identity token. */
  readonly provider: IdentityProvider;
  /** The publisher that the index will compare with. */
  readonly publisher: AttestationPublisher;
  /** Where to sign. */
  readonly services: SigstoreServices;
}

/** Signs files. */
export interface FileSigner {
  /**
   * Signs one file, logs it in public, and verifies what came of it.
   *
   * @throws {ReleasioError} `sigstore-unavailable`, `sigstore-refused`, or
   * `oidc-…` when there is no identity token
   */
  readonly sign: (file: Subject) => Promise<Attestation>;
}

/**
 * Makes a signer. It asks for nothing before the first file, and then for one
 * certificate, which all files share until its ten minutes are about to end.
 *
 * @param context The outside world
 * @param options Who signs, where
 * @returns The signer
 */
export function openSigner(
  context: Context,
  { provider, publisher, services }: SignerOptions,
): FileSigner {
  let current: Promise<SigningCertificate> | null = null;
  let renewAt = 0;

  function certificate(): Promise<SigningCertificate> {
    if (current === null || context.now() >= renewAt) {
      // Until it is there, everyone waits for the same one.
      renewAt = Infinity;
      current = acquire();
      current.catch(() => current = null);
    }
    return current;
  }

  async function acquire(): Promise<SigningCertificate> {
    const identity = await provider.acquire(context, SIGSTORE_AUDIENCE);
    const asked = context.now();
    const signing = await requestCertificate(
      context,
      services.fulcioUrl,
      identity,
    );
    const { notBefore, notAfter } = signing.certificate;
    // By this machine's clock, whatever Fulcio's says.
    renewAt = asked + notAfter - notBefore - MARGIN;
    return signing;
  }

  async function signOnce(file: Subject): Promise<Attestation | "too late"> {
    const signing = await certificate();
    const statement = publishStatement(file);
    const signature = await signEcdsa(
      signing.privateKey,
      preAuthEncoding(statement),
    );
    const { certificate: own } = signing;
    const entry = await logSignature(context, services.rekorUrl, {
      statement,
      signature,
      certificate: own,
    });
    if (Number(entry.integratedTime) * 1000 > own.notAfter) {
      if (await current === signing) renewAt = 0;
      return "too late";
    }
    return buildAttestation({
      certificate: own.der,
      statement,
      signature,
      entry,
    });
  }

  return {
    async sign(file) {
      let attestation = await signOnce(file);
      if (attestation === "too late") attestation = await signOnce(file);
      if (attestation === "too late") {
        throw unavailable("Rekor logs later than certificates last");
      }
      await checkOwn(attestation, file);
      return attestation;
    },
  };

  /** PyPI should never be the first to find something wrong. */
  async function checkOwn(own: Attestation, file: Subject): Promise<void> {
    const { trustedRoot } = services;
    try {
      await verifyAttestation(own, { ...file, publisher, trustedRoot });
    } catch (error) {
      if (!(error instanceof ReleasioError)) throw error;
      throw unavailable(
        `PyPI would refuse what Sigstore signed: ${error.details.reason}`,
        { details: error.details },
      );
    }
  }
}
