/**
 * Attestations of Python distributions
 * ({@link https://peps.python.org/pep-0740/ | PEP 740}): signed with Sigstore,
 * verified as PyPI verifies them, read back from an index.
 *
 * ```ts ignore
 * import { publicGoodRoot, verifyAttestation } from "@releasio/cli/attest";
 *
 * const { signer } = await verifyAttestation(attestation, {
 *   filename: "demo-1.0-py3-none-any.whl",
 *   sha256,
 *   publisher: { kind: "GitHub", repository: "octo/demo", workflow: "release.yml" },
 *   trustedRoot: publicGoodRoot(),
 * });
 * ```
 *
 * @module
 */

export {
  type Attested,
  attestFiles,
  type AttestOptions,
} from "./attest_files.ts";
export type { Bytes } from "./bytes.ts";
export type { Certificate, CertificateExtension } from "./certificate.ts";
export type { SignatureHash } from "./ecdsa.ts";
export {
  type AttestationPublisher,
  publisherOfClaims,
  type Signer,
} from "./identity.ts";
export { type Attestation } from "./pep740.ts";
export { type PublishingIdentity, takesAttestations } from "./policy.ts";
export {
  type AttestationBundle,
  type CompareOptions,
  compareProvenance,
  fetchProvenance,
  type IndexedFile,
} from "./provenance.ts";
export { publicGoodServices, type SigstoreServices } from "./services.ts";
export { type FileSigner, openSigner, type SignerOptions } from "./sign.ts";
export {
  PREDICATE_TYPES,
  PUBLISH_PREDICATE,
  SLSA_PREDICATE,
  type Subject,
} from "./statement.ts";
export {
  type Authority,
  type LogKey,
  publicGoodRoot,
  readTrustedRoot,
  type TrustedRoot,
  type Validity,
} from "./trusted_root.ts";
export {
  type Expected,
  type VerifiedAttestation,
  verifyAttestation,
} from "./verify.ts";
