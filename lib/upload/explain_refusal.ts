/**
 * What a refusal of the index means, and what to do about it.
 *
 * @module
 */

import type { Registry } from "../config/registry.ts";
import type { HashedDistribution } from "../dist/distribution.ts";
import { ReleasioError } from "../errors.ts";
import type { AuthKind } from "../events.ts";
import { requestedDelay } from "../retry.ts";
import { type RefusalRule, REFUSALS, type RefusalScope } from "./refusals.ts";

/** An answer to an upload. */
export interface UploadAnswer {
  /** The status. */
  readonly status: number;
  /** The headers. */
  readonly headers: Headers;
  /** What the server said, in one line, raw, possibly empty. */
  readonly reason: string;
}

/** What a refusal was given to. */
export interface RefusedUpload {
  /** The index. */
  readonly registry: Registry;
  /** The file. */
  readonly distribution: HashedDistribution;
  /** How the upload authenticated. */
  readonly auth: AuthKind;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A refusal, understood. */
export interface Refusal {
  /** What to report. */
  readonly error: ReleasioError;
  /** What else it stops, since the answer would be the same. */
  readonly scope: RefusalScope;
  /** Whether the same request may be taken later. */
  readonly isPassing: boolean;
  /** Whether new credentials may help. */
  readonly isExpired: boolean;
  /** Whether the index says that it has a file of this name. */
  readonly isDuplicate: boolean;
}

// 4xx that nobody has described: the server's own words must do.
const UNKNOWN_REFUSAL: RefusalRule = {
  code: "upload-refused",
  scope: "file",
  hint: () => "The index will not take this file as it is.",
};

const UNKNOWN_TROUBLE: RefusalRule = {
  code: "server-error",
  scope: "file",
  hint: () => "This is trouble on the index's side. Try again later.",
};

/**
 * Explains a refused upload.
 *
 * @param answer What the index answered
 * @param upload What it was asked
 * @returns The error to report, and what follows from it
 */
export function explainRefusal(
  answer: UploadAnswer,
  upload: RefusedUpload,
): Refusal {
  const { status, reason, headers } = answer;
  const { registry, distribution, auth, now } = upload;
  const { project, version, filename } = distribution;
  const rule =
    REFUSALS.find(({ statuses, reason: text }) =>
      (statuses?.includes(status) ?? true) && (text?.test(reason) ?? true)
    ) ?? (status >= 500 ? UNKNOWN_TROUBLE : UNKNOWN_REFUSAL);
  const delay = requestedDelay(headers, now);
  const reset = delay === undefined ? null : new Date(now + delay);
  return {
    error: new ReleasioError(
      rule.code,
      `${registry.name} refused "${filename}": ` +
        (reason === "" ? `status ${status}` : `${status} ${reason}`),
      {
        hint: rule.hint({
          project,
          version,
          filename,
          auth,
          registry: registry.name,
          reset,
        }),
        details: { status, reason, reset: reset?.toISOString() ?? null },
      },
    ),
    scope: rule.scope,
    isPassing: rule.isPassing ?? false,
    isExpired: rule.isExpired ?? false,
    isDuplicate: rule.isDuplicate ?? false,
  };
}
