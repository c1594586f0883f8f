/**
 * What an index tells about a file's attestations: its Integrity API
 * ({@link https://docs.pypi.org/api/integrity/ | docs}).
 *
 * @module
 */

import type { Registry } from "../config/registry.ts";
import type { AttestationPolicy } from "../config/settings.ts";
import type { Context } from "../context.ts";
import type { Distribution } from "../dist/distribution.ts";
import { ReleasioError } from "../errors.ts";
import type { Finding } from "../findings.ts";
import { isRecord, parseJson, send } from "../http.ts";
import { backoffDelay, READ_RETRIES, type RetryPolicy } from "../retry.ts";
import { equalBytes } from "./bytes.ts";
import type { AttestationPublisher } from "./identity.ts";
import { type Attestation, bytesOf, toAttestation } from "./pep740.ts";

const INTEGRITY_JSON = "application/vnd.pypi.integrity.v1+json";
const TIMEOUT = 30_000;
const MAX_BYTES = 4 * 1024 * 1024;

/** An index may answer from a cache that was not told yet. */
const POLLS: RetryPolicy = {
  attempts: Infinity,
  baseDelay: 1000,
  maxDelay: 15_000,
};

/** The attestations of one publisher for one file. */
export interface AttestationBundle {
  /** Whom the index took them from. */
  readonly publisher: AttestationPublisher;
  /** Its attestations. */
  readonly attestations: readonly Attestation[];
}

/** A file on an index. */
export type IndexedFile = Pick<
  Distribution,
  "filename" | "project" | "version"
>;

/**
 * Asks an index for a file's provenance.
 *
 * @param context The outside world
 * @param registry The index
 * @param file The file
 * @returns What it has, `null` without any
 * @throws {ReleasioError} `server-error` for an answer that can't be read,
 * `network` or `timeout` without one
 */
export async function fetchProvenance(
  context: Context,
  registry: Registry,
  file: IndexedFile,
): Promise<AttestationBundle[] | null> {
  const url = provenanceUrl(registry, file);
  const { status, text } = await send(context, {
    url,
    headers: { accept: INTEGRITY_JSON, "cache-control": "no-cache" },
  }, { timeout: TIMEOUT, retries: READ_RETRIES, maxBytes: MAX_BYTES });
  // 403 while the index has switched it off.
  if (status === 404 || status === 403) return null;
  const bundles = status === 200 ? readBundles(parseJson(text)) : null;
  if (bundles !== null) return bundles;
  throw new ReleasioError(
    "server-error",
    `Cannot read the provenance of "${file.filename}": ${
      new URL(url).host
    } answered ${status}`,
  );
}

function provenanceUrl(
  { simpleUrl, uploadUrl }: Registry,
  { project, version, filename }: IndexedFile,
): string {
  const path = [project, version, filename].map(encodeURIComponent).join("/");
  return new URL(`/integrity/${path}/provenance`, simpleUrl ?? uploadUrl).href;
}

function readBundles(provenance: unknown): AttestationBundle[] | null {
  if (!isRecord(provenance) || provenance.version !== 1) return null;
  const bundles = provenance.attestation_bundles;
  if (!Array.isArray(bundles)) return null;
  try {
    return bundles.map((bundle) => ({
      publisher: toPublisher(bundle.publisher),
      attestations: bundle.attestations.map(toAttestation),
    }));
  } catch {
    return null;
  }
}

function toPublisher(value: unknown): AttestationPublisher {
  const { kind, repository, workflow, workflow_filepath, email } = isRecord(
      value,
    )
    ? value
    : {};
  const text = (field: unknown) => {
    if (typeof field === "string") return field;
    throw new TypeError("Not a publisher");
  };
  switch (kind) {
    case "GitHub":
      return {
        kind,
        repository: text(repository),
        workflow: text(workflow),
      };
    case "GitLab":
      return {
        kind,
        repository: text(repository),
        workflow_filepath: text(workflow_filepath),
      };
    case "Google":
      return { kind, email: text(email) };
    default:
      throw new TypeError("Not a publisher");
  }
}

/** Options for {@linkcode compareProvenance}. */
export interface CompareOptions {
  /** The index. */
  readonly registry: Registry;
  /** The attestations that were sent, by file name. */
  readonly attestations: ReadonlyMap<string, readonly string[]>;
  /** Whether the files had to be signed. */
  readonly policy: AttestationPolicy;
  /** Milliseconds until it gives up. */
  readonly timeout: number;
}

/**
 * Reads back what was sent: asks the index until it shows, for each file, the
 * attestations that went up with it.
 *
 * @param context The outside world
 * @param files Files on the index
 * @param options Which index, what was sent, how long
 * @returns Under `preferred`, a warning where the index does not show them
 * @throws {ReleasioError} `provenance-different` when the index shows other
 * attestations; under `required`, `provenance-missing` when time is up, and
 * `network`, `timeout` or `server-error`
 */
export async function compareProvenance(
  context: Context,
  files: readonly IndexedFile[],
  options: CompareOptions,
): Promise<Finding[]> {
  const deadline = context.now() + options.timeout;
  try {
    for (const file of files) await compare(context, file, options, deadline);
    return [];
  } catch (error) {
    context.signal.throwIfAborted();
    const isFatal = !(error instanceof ReleasioError) ||
      error.code === "provenance-different" || options.policy === "required";
    if (isFatal) throw error;
    const { code, message, hint } = error;
    return [{ code, severity: "warning", file: null, message, hint }];
  }
}

async function compare(
  context: Context,
  file: IndexedFile,
  { registry, attestations }: CompareOptions,
  deadline: number,
): Promise<void> {
  const sent = attestations.get(file.filename) ?? [];
  if (sent.length === 0) return;
  const shown = await poll(context, registry, file, deadline);
  const isShown = sent.map(toAttestation).every((attestation) =>
    shown.some((other) => isSame(attestation, other))
  );
  if (!isShown) throw different(registry, file);
}

async function poll(
  context: Context,
  registry: Registry,
  file: IndexedFile,
  deadline: number,
): Promise<readonly Attestation[]> {
  for (let attempt = 1;; attempt++) {
    const bundles = await fetchProvenance(context, registry, file);
    if (bundles !== null) {
      return bundles.flatMap(({ attestations }) => attestations);
    }
    const left = deadline - context.now();
    if (left <= 0) throw missing(registry, file);
    const random = 0.5 + context.random() / 2;
    await context.sleep(
      Math.min(left, backoffDelay(attempt, POLLS, random)),
      context.signal,
    );
  }
}

/** By bytes: PyPI breaks its base64 into lines. */
function isSame(a: Attestation, b: Attestation): boolean {
  return ([
    [a.envelope.statement, b.envelope.statement],
    [a.envelope.signature, b.envelope.signature],
    [a.verification_material.certificate, b.verification_material.certificate],
  ] as const).every(([x, y]) => equalBytes(bytesOf(x), bytesOf(y)));
}

function missing({ name }: Registry, { filename }: IndexedFile): ReleasioError {
  return new ReleasioError(
    "provenance-missing",
    `${name} shows no provenance of "${filename}"`,
    {
      hint:
        "The file is published, and its attestations were sent with it. The answer may come from a cache: look again later with `releasio verify`.",
    },
  );
}

function different(
  { name }: Registry,
  { filename }: IndexedFile,
): ReleasioError {
  return new ReleasioError(
    "provenance-different",
    `${name} shows other attestations of "${filename}" than those that were sent`,
    {
      hint:
        "The file is published. Look at its provenance with `releasio verify`, and tell the index's maintainers.",
    },
  );
}
