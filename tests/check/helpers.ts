/** Checks of archives that were made for one test. */

import { type CheckOptions, runChecks } from "../../lib/check/run_checks.ts";
import type { DistributionFile } from "../../lib/dist/distribution.ts";
import type { Finding } from "../../lib/findings.ts";

/** A file in memory. */
export function file(
  filename: string,
  bytes: Uint8Array<ArrayBuffer>,
): DistributionFile {
  return { path: `dist/${filename}`, filename, blob: new Blob([bytes]) };
}

/** Checks files with PyPI's limits. */
export async function check(
  files: readonly DistributionFile[],
  options: Partial<CheckOptions> = {},
): Promise<readonly Finding[]> {
  const result = await runChecks(files, {
    maxFileSize: 100 * 1024 * 1024,
    ...options,
  });
  return result.findings;
}

/** The codes of findings. */
export function codesOf(findings: readonly Finding[]): string[] {
  return findings.map(({ code }) => code);
}

/** The codes of errors. */
export function errorsOf(findings: readonly Finding[]): string[] {
  return codesOf(findings.filter(({ severity }) => severity === "error"));
}
