/**
 * What an index will not take because of what it has: pure rules over a
 * project's listing.
 *
 * @module
 */

import type { Registry } from "../config/registry.ts";
import type { HashedDistribution } from "../dist/distribution.ts";
import { compareVersions, isPrerelease } from "../dist/version.ts";
import { ReleasioError } from "../errors.ts";
import { type ListedRelease, type Listing, releaseOf } from "./listing.ts";
import type { Release } from "./sending_order.ts";

/**
 * How long PyPI takes new files for a release, in milliseconds:
 * {@link https://docs.pypi.org/api/upload/ | 14 days} from its first file.
 */
const RELEASE_OPEN_FOR = 14 * 24 * 60 * 60 * 1000;

/** What the rules need to know. */
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
 * archived or quarantined, the release is closed or has its sdist. Other
 * indexes have none of these rules.
 *
 * @param files The release's files that the index doesn't have
 * @param listing What the index has of the project
 * @param options The index, the time
 * @returns The error of each file that would be refused
 */
export function refuseByState(
  files: readonly HashedDistribution[],
  listing: Listing,
  options: StateOptions,
): Map<HashedDistribution, ReleasioError> {
  const refusals = new Map<HashedDistribution, ReleasioError>();
  const [first] = files;
  if (first === undefined || options.registry.kind === "other") return refusals;
  const there = releaseOf(listing, first.version);
  const whole = refuseProject(first, listing, options) ??
    refuseClosed(first, there, options);
  for (const file of files) {
    const error = whole ??
      (file.kind === "sdist" && there?.hasSdist ? secondSdist(file) : null);
    if (error !== null) refusals.set(file, error);
  }
  return refusals;
}

/**
 * Whether PyPI would refuse files because their project grows too large:
 * every file of a run counts, of whatever release.
 *
 * @param files The project's files that the index doesn't have
 * @param listing What the index has of the project
 * @param options The index, the limit
 * @returns The error, or `null` if there is room
 */
export function refuseBySize(
  files: readonly HashedDistribution[],
  { size: used }: Listing,
  { registry, maxProjectSize }: StateOptions,
): ReleasioError | null {
  const [first] = files;
  if (first === undefined || registry.kind === "other") return null;
  const added = files.reduce((sum, { size }) => sum + size, 0);
  // A project that is larger already has been given a higher limit.
  if (used > maxProjectSize || used + added <= maxProjectSize) return null;
  return new ReleasioError(
    "project-too-large",
    `${first.project} would grow to ${bytes(used + added)} on ` +
      `${registry.name}, beyond ${bytes(maxProjectSize)}`,
    {
      hint:
        "Set `max_project_size` if the project has been given more; else delete old files or ask for more.",
      details: { used, added, limit: maxProjectSize },
    },
  );
}

/** In full: what is too large by a byte must not look as large as the limit. */
function bytes(count: number): string {
  return `${count.toLocaleString("en")} bytes`;
}

function refuseProject(
  { project }: HashedDistribution,
  { status }: Listing,
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
  there: ListedRelease | undefined,
  { registry, now }: StateOptions,
): ReleasioError | null {
  const since = there?.since ?? null;
  if (since === null || now - since <= RELEASE_OPEN_FOR) return null;
  const date = new Date(since).toISOString().slice(0, 10);
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

/**
 * Whether a release that is new to the index is lower than one that is there:
 * than any, or for a final release than any final one. What was yanked was a
 * mistake, and is no measure.
 *
 * @param release The release
 * @param listing What the index has of the project
 * @returns `false` when the release is there already
 */
export function isOlderThanNewest(
  { version }: Release,
  listing: Listing,
): boolean {
  const newest = isPrerelease(version) ? listing.newest : listing.newestFinal;
  return newest !== null && releaseOf(listing, version) === undefined &&
    compareVersions(newest, version) > 0;
}
