/**
 * What a publish came to, as data.
 *
 * @module
 */

import type { AuthKind, FileStatus, PublisherIdentity } from "../events.ts";
import type { Finding } from "../findings.ts";

/** An error as data. */
export interface ErrorReport {
  /** Stable code. */
  readonly code: string;
  /** One line. */
  readonly message: string;
  /** What to do about it, or `null`. */
  readonly hint: string | null;
  /** Facts for programs, such as the claims that were refused. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** The error behind this one. */
  readonly cause?: unknown;
}

/** What became of one file on one index. */
export interface FileReport {
  /** File name. */
  readonly file: string;
  /** Normalized project name. */
  readonly project: string;
  /** Normalized version. */
  readonly version: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-256, lower-case hex. */
  readonly sha256: string;
  /** What became of it. */
  readonly status: FileStatus;
  /** Tries made. */
  readonly attempts: number;
  /** Attestations sent with it. */
  readonly attestations: number;
  /** The release's page for people, or `null` where none is known. */
  readonly url: string | null;
  /** Why it failed, or `null`. */
  readonly error: ErrorReport | null;
}

/** One index's part of a publish. */
export interface RunReport {
  /** Canonical upload URL. */
  readonly registry: string;
  /** How it authenticated, or `null` if it did not come to that. */
  readonly auth: AuthKind | null;
  /** As whom, or `null`. */
  readonly publisher: PublisherIdentity | null;
  /** Every file, in the order of sending. */
  readonly files: readonly FileReport[];
}

/** What a publish came to. */
export interface PublishReport {
  /** Whether everything that was asked for is true now. */
  readonly ok: boolean;
  /** What the command line ends with. */
  readonly exitCode: number;
  /** Whether nothing was to be sent. */
  readonly dryRun: boolean;
  /** Everything the checks and the plan noticed. */
  readonly findings: readonly Finding[];
  /** What stopped the run, or `null`. */
  readonly error: ErrorReport | null;
  /** One per index, in turn; none if the files did not pass the checks. */
  readonly runs: readonly RunReport[];
}
