/**
 * The one error class of the library, and the one table from error codes to
 * exit codes.
 *
 * @module
 */

/**
 * Every error code, with the exit code that the command line ends with.
 *
 * Codes are stable: scripts compare them and `docs/troubleshooting.md` has a
 * heading for each.
 */
export const EXIT_CODES = {
  "unexpected": 1,

  // Usage and configuration.
  "usage": 2,
  "permission-missing": 2,
  "config-not-found": 2,
  "config-invalid": 2,
  "config-unknown-key": 2,
  "config-wrong-type": 2,
  "registry-invalid": 2,
  "tree-dirty": 2,
  "branch-wrong": 2,
  "version-missing": 2,
  "version-mismatch": 2,

  // Attestations that are required and can't be had here.
  "attestations-need-trusted-publishing": 2,
  "attestations-no-identity": 2,
  "attestations-reusable-workflow": 2,
  "attestations-unsupported-index": 2,
  "attestations-unsupported-publisher": 2,

  // Distributions.
  "no-distributions": 3,
  "distribution-name-invalid": 3,
  "distribution-unreadable": 3,
  "distribution-changed": 3,
  "checks-failed": 3,
  "attestation-invalid": 3,
  "attestation-duplicate": 3,
  "attestation-missing": 3,

  // Identity, minting and tokens.
  "oidc-unavailable": 4,
  "oidc-permission-missing": 4,
  "oidc-fork": 4,
  "oidc-pull-request-target": 4,
  "oidc-provider-unsupported": 4,
  "oidc-request-failed": 4,
  "oidc-token-reused": 4,
  "audience-refused": 4,
  "trusted-publishing-unsupported": 4,
  "trusted-publishing-disabled": 4,
  "publisher-mismatch": 4,
  "publisher-not-found": 4,
  "exchange-creates-project": 4,
  "doctor-found-errors": 4,
  "pending-publisher-invalid": 4,
  "mint-refused": 4,
  "token-missing": 4,
  "token-invalid": 4,
  "token-refused": 4,
  "token-expired": 4,
  "account-not-ready": 4,
  "upload-forbidden": 4,
  "sigstore-refused": 4,

  // Refusals of the index that will not change.
  "file-conflict": 5,
  "upload-refused": 5,
  "upload-url-wrong": 5,
  "project-not-found": 5,
  "project-name-refused": 5,
  "project-closed": 5,
  "project-too-large": 5,
  "release-closed": 5,
  "second-sdist": 5,
  "filename-deleted": 5,
  "file-too-large": 5,
  "attestation-refused": 5,
  "provenance-different": 5,

  // Network and passing trouble.
  "network": 6,
  "timeout": 6,
  "server-error": 6,
  "index-read-only": 6,
  "rate-limited": 6,
  "too-many-new-projects": 6,
  "wait-timeout": 6,
  "sigstore-unavailable": 6,
  "provenance-missing": 6,
  "github-failed": 6,

  // A release's own steps.
  "build-failed": 7,
  "hook-failed": 7,
  "git-failed": 7,
  "tag-conflict": 7,

  // Signals.
  "interrupted": 130,
  "terminated": 143,
} as const satisfies Record<string, number>;

/** A stable, kebab-case name for one way to fail. */
export type ErrorCode = keyof typeof EXIT_CODES;

/** What a {@linkcode ReleasioError} carries beside its code and message. */
export interface ReleasioErrorOptions {
  /** What to do about it: one short paragraph. */
  readonly hint?: string;
  /** Facts for programs. Never a token, a form or a raw mint response. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** The error behind this one. Never one that carries a token. */
  readonly cause?: unknown;
}

/**
 * A failure that a user can meet and fix.
 *
 * @example Tell failures apart
 * ```ts
 * import { ReleasioError } from "@releasio/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const error = new ReleasioError("network", "Cannot reach pypi.org");
 * assertEquals(error.code, "network");
 * ```
 */
export class ReleasioError extends Error {
  /** Always `"ReleasioError"`. */
  override readonly name = "ReleasioError";
  /** The stable code. */
  readonly code: ErrorCode;
  /** What to do about it, or `null`. */
  readonly hint: string | null;
  /** Facts for programs. */
  readonly details: Readonly<Record<string, unknown>>;

  /**
   * Creates an error.
   *
   * @param code The stable code
   * @param message One line, sentence case, no final period
   * @param options Hint, details and cause
   */
  constructor(
    code: ErrorCode,
    message: string,
    options: ReleasioErrorOptions = {},
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.hint = options.hint ?? null;
    this.details = options.details ?? {};
  }
}

/**
 * The exit code for what a run ran into: with several, the lowest of 3 to 7.
 *
 * @param codes The codes of every error of the run
 * @returns 0 without errors
 */
export function exitCodeOf(codes: Iterable<ErrorCode>): number {
  const exits = [...new Set([...codes].map((code) => EXIT_CODES[code]))];
  if (exits.length === 0) return 0;
  // An interruption ends the run whatever else went wrong before it.
  const signal = exits.find((exit) => exit > 128);
  if (signal !== undefined) return signal;
  const graded = exits.filter((exit) => exit >= 3);
  return Math.min(...(graded.length > 0 ? graded : exits));
}
