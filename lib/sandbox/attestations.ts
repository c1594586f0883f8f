/**
 * What PyPI checks of attestations, in its words, and what it shows of them
 * ({@link https://docs.pypi.org/attestations/ | docs}).
 *
 * @module
 */

import { publisherOfSettings } from "../attest/identity.ts";
import type { TrustedRoot } from "../attest/trusted_root.ts";
import { verifyAttestation } from "../attest/verify.ts";
import { PREDICATE_TYPES, type Subject } from "../attest/statement.ts";
import { normalizeName } from "../dist/filename.ts";
import { ReleasioError } from "../errors.ts";
import { parseJson } from "../http.ts";
import type { RegisteredPublisher } from "../trust/registered_publisher.ts";
import { Refusal } from "./refusal.ts";
import type { SandboxState } from "./state.ts";

const INTEGRITY_JSON = "application/vnd.pypi.integrity.v1+json";

/**
 * Checks the `attestations` field of an upload.
 *
 * @param text The field; the empty text stands for none
 * @param upload The file, who uploads it, and whom to believe
 * @throws {Refusal} In PyPI's words
 */
export async function checkAttestations(
  text: string,
  upload: Subject & {
    readonly publisher: RegisteredPublisher | null;
    readonly trustedRoot: () => Promise<TrustedRoot>;
  },
): Promise<void> {
  if (text === "") return;
  const { publisher: registered } = upload;
  if (registered === null) {
    refuse("Attestations are only supported when using Trusted Publishing");
  }
  const publisher = publisherOfSettings(registered);
  if (publisher === null) {
    // A self-managed GitLab's would fail to verify.
    const kind = registered.provider === "gitlab" ? "GitLab" : "ActiveState";
    refuse(`Attestations are not currently supported with ${kind} publishers`);
  }
  const attestations = parseJson(text);
  if (!Array.isArray(attestations)) {
    refuse("Malformed attestations: Input should be a valid list");
  }
  if (attestations.length === 0) {
    refuse(
      "Malformed attestations: an empty attestation set is not permitted",
    );
  }
  if (attestations.length > PREDICATE_TYPES.length) {
    refuse(
      `A maximum of ${PREDICATE_TYPES.length} attestations per file are supported`,
    );
  }
  const trustedRoot = await upload.trustedRoot();
  const seen = new Set<string>();
  for (const attestation of attestations) {
    const type = await verify(attestation, {
      ...upload,
      publisher,
      trustedRoot,
    });
    if (seen.has(type)) {
      refuse(
        `Multiple attestations for the same file with the same predicate type (${type}) are not supported`,
      );
    }
    seen.add(type);
  }
}

async function verify(
  attestation: unknown,
  expected: Parameters<typeof verifyAttestation>[1],
): Promise<string> {
  try {
    return (await verifyAttestation(attestation, expected)).predicateType;
  } catch (error) {
    if (!(error instanceof ReleasioError)) throw error;
    const { reason, kind } = error.details;
    return refuse(
      kind === "malformed"
        ? `Malformed attestations: ${reason}`
        : kind === "conversion"
        ? `Unknown error while trying to verify included attestations: ${reason}`
        : `Could not verify the uploaded artifact using the included attestation: Verification failed: ${reason}`,
    );
  }
}

function refuse(reason: string): never {
  throw new Refusal(
    400,
    `Invalid attestations supplied during upload: ${reason}`,
  );
}

/**
 * Where a file's provenance is.
 *
 * @param file The file
 * @returns The path
 */
export function provenancePath(
  { project, version, filename }: {
    readonly project: string;
    readonly version: string;
    readonly filename: string;
  },
): string {
  const parts = [project, version, filename].map(encodeURIComponent);
  return `/integrity/${parts.join("/")}/provenance`;
}

/**
 * Answers `GET /integrity/<project>/<version>/<filename>/provenance`
 * ({@link https://docs.pypi.org/api/integrity/ | docs}).
 *
 * @param state The index
 * @param request The request
 * @param names Project, version and file name, as asked for
 * @returns The answer
 */
export function provenanceResponse(
  state: SandboxState,
  request: Request,
  [project, version, filename]: readonly string[],
): Response {
  const accept = request.headers.get("accept") ?? "*/*";
  if (!/\*\/\*|application\/(?:\*|json|vnd\.pypi\.integrity)/.test(accept)) {
    return Response.json({ message: "Request not acceptable" }, {
      status: 406,
    });
  }
  const file = state.projects.get(normalizeName(project ?? ""))?.files
    .find((file) => file.filename === filename && file.version === version);
  const publisher = file?.publisher && publisherOfSettings(file.publisher);
  if (!file?.attestations || !publisher) {
    return Response.json(
      { message: `No provenance available for ${filename}` },
      { status: 404 },
    );
  }
  return Response.json({
    version: 1,
    attestation_bundles: [
      { publisher, attestations: JSON.parse(file.attestations) },
    ],
  }, {
    headers: {
      "content-type": INTEGRITY_JSON,
      "cache-control": "public, max-age=600",
    },
  });
}
