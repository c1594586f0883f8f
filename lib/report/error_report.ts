/**
 * From whatever was thrown to an error as data.
 *
 * @module
 */

import { ReleasioError } from "../errors.ts";
import type { ErrorReport } from "./report.ts";

/**
 * Turns whatever was thrown into data that reports and renderers take.
 *
 * @param error Whatever was thrown
 * @returns Its code, message, hint, details and cause; what is not a
 * `ReleasioError` is `unexpected`, with itself as the cause
 */
export function toErrorReport(error: unknown): ErrorReport {
  if (!(error instanceof ReleasioError)) {
    return {
      code: "unexpected",
      message: error instanceof Error ? error.message : String(error),
      hint:
        "This is a bug in releasio. Run it again with -v and report it at https://github.com/releasio/cli/issues.",
      cause: error,
    };
  }
  const { code, message, hint, details, cause } = error;
  return {
    code,
    message,
    hint,
    details,
    ...(cause === undefined ? {} : { cause }),
  };
}
