/**
 * The version that a tag stands for, held against the files.
 *
 * @module
 */

import type { Context } from "../context.ts";
import type { Distribution } from "../dist/distribution.ts";
import { normalizeName } from "../dist/filename.ts";
import { compareVersions, normalizeVersion } from "../dist/version.ts";
import type { Finding } from "../findings.ts";
import { type RuleInfo, shown, toFinding } from "./rule.ts";

/** A file has another version than the tag. */
export const TAG_MISMATCH: RuleInfo = {
  code: "tag-mismatch",
  severity: "error",
  summary: "a file has another version than the tag that is released",
  source: "`--tag`, or the tag of the CI run",
  hint:
    "Set the version that the tag stands for and build again, or move the tag.",
};

/** The CI run's tag can't be compared. */
export const TAG_NOT_COMPARED: RuleInfo = {
  code: "tag-not-compared",
  severity: "note",
  summary:
    "the tag of the CI run stands for no version of the files' one project",
  source: "The tag of the CI run",
  hint: "Give --tag to compare it all the same.",
};

/** A tag, and what is known about it. */
export interface TagOptions {
  /** The tag that was asked for: every file must have its version. */
  readonly tag?: string;
  /** The tag of the CI run: compared only if it stands for a version. */
  readonly ciTag?: string;
  /** What stands before the version in this project's tags. */
  readonly tagPrefix?: string;
}

/**
 * The tag that this CI run was started for.
 *
 * @param env Reads environment variables
 * @returns The tag; `null` for a run of a branch, or outside of a known CI
 */
export function tagOfRun(env: Context["env"]): string | null {
  const github = env("GITHUB_REF_TYPE") === "tag"
    ? env("GITHUB_REF_NAME")
    : undefined;
  return github || env("CI_COMMIT_TAG") || null;
}

/**
 * Holds the versions of files against a tag.
 *
 * @param distributions The files
 * @param options The tag
 * @returns A finding for each file of another version
 */
export function checkTag(
  distributions: readonly Distribution[],
  options: TagOptions,
): Finding[] {
  const { tag, ciTag, tagPrefix = "" } = options;
  if (tag !== undefined) {
    return distributions.flatMap((distribution) => {
      const version = versionOfTag(tag, distribution.project, tagPrefix);
      return compare(distribution, tag, version);
    });
  }
  if (ciTag === undefined || distributions.length === 0) return [];
  const [project, ...others] = new Set(
    distributions.map((distribution) => distribution.project),
  );
  const version = others.length === 0
    ? versionOfTag(ciTag, project!, tagPrefix)
    : null;
  if (version === null) {
    return [toFinding(TAG_NOT_COMPARED, null, {
      message: others.length === 0
        ? `Tag ${shown(ciTag)} stands for no version of ${project}`
        : `Tag ${shown(ciTag)} is not compared: the files are of ${
          others.length + 1
        } projects`,
    })];
  }
  return distributions.flatMap((distribution) =>
    compare(distribution, ciTag, version)
  );
}

function compare(
  { filename, version }: Distribution,
  tag: string,
  wanted: string | null,
): Finding[] {
  if (wanted !== null && compareVersions(wanted, version) === 0) return [];
  return [toFinding(TAG_MISMATCH, filename, {
    message: wanted === null
      ? `Tag ${shown(tag)} stands for no version, the file has ${version}`
      : `Tag ${
        shown(tag)
      } stands for version ${wanted}, the file has ${version}`,
  })];
}

/**
 * The version that a tag stands for: what is left of it without `v`,
 * `<project>-` or the project's own prefix.
 *
 * @param tag The tag
 * @param project The project, normalized
 * @param prefix What stands before the version in this project's tags
 * @returns The version, normalized; `null` if it stands for none
 */
export function versionOfTag(
  tag: string,
  project: string,
  prefix = "",
): string | null {
  const candidates = [tag];
  if (prefix !== "" && tag.startsWith(prefix)) {
    candidates.unshift(tag.slice(prefix.length));
  }
  for (const { index } of tag.matchAll(/-/g)) {
    if (normalizeName(tag.slice(0, index)) === project) {
      candidates.push(tag.slice(index + 1));
    }
  }
  // A leading "v" is part of what PEP 440 takes for a version.
  for (const candidate of candidates) {
    const version = normalizeVersion(candidate);
    if (version !== null) return version;
  }
  return null;
}
