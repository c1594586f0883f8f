/**
 * A GitHub step's outputs.
 *
 * @module
 */

import { redactTokens } from "./redact.ts";
import type { ReleaseReport } from "./release_report.ts";
import type { FileReport, PublishReport } from "./report.ts";

/**
 * Writes the outputs `version` (empty if several were published) and `files`
 * (a JSON array) as text for the file that `GITHUB_OUTPUT` names.
 *
 * @param report What the publish came to
 * @param random A random number from 0 to 1, such as `Context.random`: a
 * value must not be able to end itself and begin another output
 * @returns Text to append
 */
export function githubOutputs(
  report: PublishReport,
  random: () => number,
): string {
  const files = filesOf(report);
  return output("version", onlyVersion(files) ?? "", random) +
    output("files", JSON.stringify(files), random);
}

/**
 * Writes the outputs of a release: those of a publish, and `tag` and
 * `release-url`. With several packages, `files` alone has all of them.
 *
 * @param report What the release came to
 * @param random A random number from 0 to 1, as in {@linkcode githubOutputs}
 * @returns Text to append
 */
export function releaseOutputs(
  report: ReleaseReport,
  random: () => number,
): string {
  const files = report.publish === null ? [] : filesOf(report.publish);
  const [only] = report.packages.length === 1 ? report.packages : [];
  return output("version", only?.version ?? "", random) +
    output("tag", only?.tag ?? "", random) +
    output("release-url", only?.url ?? "", random) +
    output("files", JSON.stringify(files), random);
}

function filesOf(report: PublishReport) {
  return report.runs.flatMap((run) =>
    run.files.map((file) => ({
      file: file.file,
      project: file.project,
      version: file.version,
      size: file.size,
      sha256: file.sha256,
      status: file.status,
      url: file.url,
      registry: run.registry,
    }))
  );
}

/**
 * The version of a release, if there is only one.
 *
 * @param files The files
 * @returns The version, or `null` for none or several
 */
export function onlyVersion(
  files: readonly Pick<FileReport, "version">[],
): string | null {
  const versions = new Set(files.map(({ version }) => version));
  return versions.size === 1 ? [...versions][0]! : null;
}

function output(name: string, value: string, random: () => number): string {
  const delimiter = `releasio_${hex(random)}${hex(random)}${hex(random)}`;
  const text = redactTokens(value).replaceAll(delimiter, "");
  return `${name}<<${delimiter}\n${text}\n${delimiter}\n`;
}

function hex(random: () => number): string {
  return Math.floor(random() * 2 ** 48).toString(16).padStart(12, "0");
}
