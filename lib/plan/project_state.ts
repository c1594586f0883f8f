/**
 * What an index will not take because of what it has: pure rules over a
 * project's listing.
 *
 * @module
 */

import type { Registry } from "../config/registry.ts";
import type { HashedDistribution } from "../dist/distribution.ts";
import { parseFilename } from "../dist/filename.ts";
import {
  compareVersions,
  isPrerelease,
  normalizeVersion,
} from "../dist/version.ts";
import { ReleasioError } from "../errors.ts";
import type { Release } from "./sending_order.ts";
import type { IndexFile, IndexProject } from "./simple_api.ts";

/**
 * How long PyPI takes new files for a release, in milliseconds:
 * {@link https://docs.pypi.org/api/upload/ | 14 days} from its first file.
 */
const RELEASE_OPEN_FOR = 14 * 24 * 60 * 60 * 1000;

/** What {@linkcode refuseByState} needs to know. */
export interface StateOptions {
  /** The index. */
  readonly registry: Registry;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** What a project may hold, in bytes. */
  readonly maxProjectSize: number;
}

/**
 * Finds the files of one release that PyPI would refuse: the project is
 * archived or quarantined, the release is closed or has its sdist, the project
 * grows too large. Other indexes have none of these rules.
 *
 * @param files The release's files that the index doesn't have
 * @param project The project on the index
 * @param options The index, the time, the limit
 * @returns The error of each file that would be refused
 */
export function refuseByState(
  files: readonly HashedDistribution[],
  project: IndexProject,
  options: StateOptions,
): Map<HashedDistribution, ReleasioError> {
  const refusals = new Map<HashedDistribution, ReleasioError>();
  const [first] = files;
  if (first === undefined || options.registry.kind === "other") return refusals;
  const there = project.files.filter((file) =>
    isOfVersion(file, first.version)
  );
  const whole = refuseProject(first, project, options) ??
    refuseClosed(first, there, options) ??
    refuseSize(first, files, project, options);
  const hasSdist = there.some(({ filename }) =>
    parseFilename(filename).kind === "sdist"
  );
  for (const file of files) {
    const error = whole ??
      (file.kind === "sdist" && hasSdist ? secondSdist(file) : null);
    if (error !== null) refusals.set(file, error);
  }
  return refusals;
}

function refuseProject(
  { project }: HashedDistribution,
  { status }: IndexProject,
  { registry }: StateOptions,
): ReleasioError | null {
  if (status !== "archived" && status !== "quarantined") return null;
  return new ReleasioError(
    "project-closed",
    `${registry.name} takes no files for ${project}: it is ${status}`,
    {
      hint: status === "archived"
        ? "An owner can unarchive it in the project's settings."
        : "Its owners must settle that with the index's administrators.",
    },
  );
}

function refuseClosed(
  { project, version }: HashedDistribution,
  there: readonly IndexFile[],
  { registry, now }: StateOptions,
): ReleasioError | null {
  const times = there.flatMap(({ uploadTime }) => uploadTime ?? []);
  const first = Math.min(...times);
  if (times.length === 0 || now - first <= RELEASE_OPEN_FOR) return null;
  const date = new Date(first).toISOString().slice(0, 10);
  return new ReleasioError(
    "release-closed",
    `${registry.name} takes no more files for ${project} ${version}, ` +
      `which is there since ${date}`,
    {
      hint:
        "A release closes 14 days after its first file. Publish a new version, such as a post-release.",
    },
  );
}

function refuseSize(
  { project }: HashedDistribution,
  files: readonly HashedDistribution[],
  { files: listed }: IndexProject,
  { registry, maxProjectSize }: StateOptions,
): ReleasioError | null {
  const used = sum(listed.map(({ size }) => size ?? 0));
  const added = sum(files.map(({ size }) => size));
  // A project that is larger already has been given a higher limit.
  if (used > maxProjectSize || used + added <= maxProjectSize) return null;
  return new ReleasioError(
    "project-too-large",
    `${project} would grow to ${
      mebibytes(used + added)
    } on ${registry.name}, ` +
      `beyond ${mebibytes(maxProjectSize)}`,
    {
      hint:
        "Set `max_project_size` if the project has been given more; else delete old files or ask for more.",
      details: { used, added, limit: maxProjectSize },
    },
  );
}

function secondSdist({ project, version }: HashedDistribution): ReleasioError {
  return new ReleasioError(
    "second-sdist",
    `${project} ${version} has an sdist already, and a release takes one`,
    {
      hint:
        "Leave the sdist out, or publish a new version if the source has changed.",
    },
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(0)} MiB`;
}

function versionOf({ filename }: IndexFile): string | null {
  const parsed = parseFilename(filename);
  return parsed.kind === "invalid" ? null : normalizeVersion(parsed.version);
}

function isOfVersion(file: IndexFile, version: string): boolean {
  const other = versionOf(file);
  return other !== null && compareVersions(other, version) === 0;
}

/**
 * Whether a release that is new to the index is lower than one that is there:
 * than any, or for a final release than any final one.
 *
 * @param release The release
 * @param project The project on the index
 * @returns `false` when the release is there already
 */
export function isOlderThanNewest(
  release: Release,
  project: IndexProject,
): boolean {
  const { version } = release;
  if (normalizeVersion(version) === null) return false;
  const others = [...new Set(project.files.map(versionOf))].filter((other) =>
    other !== null && (isPrerelease(version) || !isPrerelease(other))
  ) as string[];
  return !others.some((other) => compareVersions(other, version) === 0) &&
    others.some((other) => compareVersions(other, version) > 0);
}
