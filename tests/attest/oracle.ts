/**
 * An independent judge of attestations: sigstore's own verifier.
 */

import nodeCrypto from "node:crypto";
import { bundleFromJSON } from "@sigstore/bundle";
import { TrustedRoot } from "@sigstore/protobuf-specs";
import { toSignedEntity, toTrustMaterial, Verifier } from "@sigstore/verify";
import type { Attestation } from "../../lib/attest/mod.ts";

// It leaves out the digest, which OpenSSL takes from the key; Deno throws, and
// the verifier would take that for a wrong signature.
const { verify } = nodeCrypto;
nodeCrypto.verify = ((algorithm: string | undefined, ...rest: unknown[]) =>
  // deno-lint-ignore no-explicit-any
  (verify as any)(algorithm ?? "sha256", ...rest)) as typeof verify;

/** Throws unless sigstore's verifier takes an attestation. */
export function assertSigstoreAccepts(
  attestation: Attestation,
  trustedRoot: Record<string, unknown>,
): void {
  const { verification_material: material, envelope } = attestation;
  const bundle = bundleFromJSON({
    mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
    verificationMaterial: {
      certificate: { rawBytes: material.certificate },
      tlogEntries: material.transparency_entries,
    },
    dsseEnvelope: {
      payload: envelope.statement,
      payloadType: "application/vnd.in-toto+json",
      signatures: [{ sig: envelope.signature }],
    },
  });
  const verifier = new Verifier(
    toTrustMaterial(TrustedRoot.fromJSON(trustedRoot)),
    { ctlogThreshold: 1, tlogThreshold: 1, timestampThreshold: 1 },
  );
  verifier.verify(toSignedEntity(bundle));
}
