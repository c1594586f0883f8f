/**
 * What happens during a publish, as it happens.
 *
 * @module
 */

import type { Finding } from "./findings.ts";

/** How a run authenticates. */
export type AuthKind = "trusted-publishing" | "api-token";

/**
 * Who publishes, as the CI's identity provider tells it: the provider's name
 * and its fields under the names of PyPI's publisher form.
 */
export interface PublisherIdentity {
  /** `github`, `gitlab`, `google` or `activestate`. */
  readonly provider: string;
  /** `repository`, `workflow`, `environment`, `ref` and the like. */
  readonly [field: string]: string | null;
}

/** What became of a file. */
export type FileStatus =
  | "planned"
  | "uploaded"
  | "existing"
  | "skipped"
  | "failed"
  | "not-attempted";

/** One thing that happened. `type` tells which. */
export type PublishEvent =
  | { readonly type: "finding"; readonly finding: Finding }
  | { readonly type: "note"; readonly message: string }
  | { readonly type: "checked"; readonly files: number }
  | {
    readonly type: "registry";
    readonly registry: string;
  }
  | {
    readonly type: "plan";
    readonly registry: string;
    readonly files: readonly {
      readonly file: string;
      readonly size: number;
      readonly status: "planned" | "existing" | "skipped" | "failed";
    }[];
  }
  | {
    readonly type: "auth";
    readonly registry: string;
    readonly auth: AuthKind;
    readonly publisher: PublisherIdentity | null;
    /** Where an API token was found, such as `PYPI_TOKEN`; else `null`. */
    readonly source: string | null;
  }
  | {
    readonly type: "minted";
    readonly registry: string;
    /** Milliseconds since the epoch. */
    readonly expires: number;
  }
  | {
    readonly type: "upload-start";
    readonly registry: string;
    readonly file: string;
    readonly size: number;
    readonly attempt: number;
  }
  | {
    readonly type: "upload-progress";
    readonly registry: string;
    readonly file: string;
    /** Bytes handed to the transport so far. */
    readonly sent: number;
    readonly size: number;
  }
  | {
    readonly type: "upload-retry";
    readonly registry: string;
    readonly file: string;
    readonly attempt: number;
    /** Milliseconds until the next try. */
    readonly delay: number;
    readonly reason: string;
  }
  | {
    readonly type: "upload-end";
    readonly registry: string;
    readonly file: string;
    readonly size: number;
    readonly status: FileStatus;
    readonly attempts: number;
    /** Milliseconds from the first try to the answer. */
    readonly duration: number;
    readonly error: { readonly code: string; readonly message: string } | null;
  }
  | { readonly type: "burned"; readonly registry: string };

/**
 * Receives events. It is called synchronously and never awaited; one that
 * throws does not disturb the run.
 */
export type EventSink = (event: PublishEvent) => void;
