/**
 * What an index has of a project, arranged for questions about its releases.
 *
 * @module
 */

import { normalizeName, parseFilename } from "../dist/filename.ts";
import {
  compareVersions,
  isPrerelease,
  normalizeVersion,
} from "../dist/version.ts";
import type { IndexFile, IndexProject } from "./simple_api.ts";

/** What an index has of one release. */
export interface ListedRelease {
  /** Whether one of its files is an sdist. */
  readonly hasSdist: boolean;
  /** When its first file came, or `null` where the index doesn't tell. */
  readonly since: number | null;
}

/** What an index has of a project. */
export interface Listing {
  /** `active`, `archived`, `quarantined`, `deprecated`, or another. */
  readonly status: string;
  /** Its files by name. */
  readonly files: ReadonlyMap<string, IndexFile>;
  /** The bytes of all files, as far as the index tells. */
  readonly size: number;
  /** Its releases; ask {@linkcode releaseOf}. */
  readonly releases: ReadonlyMap<string, ListedRelease>;
  /** The highest version that is not yanked, or `null`. */
  readonly newest: string | null;
  /** The highest of those that are no pre-releases, or `null`. */
  readonly newestFinal: string | null;
}

/** No index has a longer one, and what reads them takes its time with those. */
const MAX_FILENAME_LENGTH = 255;

/**
 * Arranges what an index lists. Every file name is read here, once, however
 * many releases are compared with them.
 *
 * @param name The project's normalized name
 * @param project What the index lists, or `null` for nothing
 * @returns The listing
 */
export function readListing(
  name: string,
  project: IndexProject | null,
): Listing {
  const files = project?.files ?? [];
  const releases = new Map<string, ListedRelease>();
  const offered = new Set<string>();
  for (const file of files) {
    const read = readFilename(file.filename, name);
    if (read === null) continue;
    const key = keyOf(read.version);
    releases.set(key, withFile(releases.get(key), file, read.kind));
    if (!file.isYanked) offered.add(read.version);
  }
  const versions = [...offered];
  return {
    status: project?.status ?? "active",
    files: new Map(files.map((file) => [file.filename, file])),
    size: files.reduce((sum, { size }) => sum + (size ?? 0), 0),
    releases,
    newest: highest(versions),
    newestFinal: highest(versions.filter((one) => !isPrerelease(one))),
  };
}

/**
 * Finds a release in a listing, as `1.0` if the index has `1.0.0`.
 *
 * @param listing The listing
 * @param version The release's normalized version
 * @returns The release, or `undefined` if the index doesn't have it
 */
export function releaseOf(
  { releases }: Listing,
  version: string,
): ListedRelease | undefined {
  return releases.get(keyOf(version));
}

function withFile(
  release: ListedRelease | undefined,
  { uploadTime }: IndexFile,
  kind: "wheel" | "sdist",
): ListedRelease {
  const since = release?.since ?? uploadTime;
  return {
    hasSdist: kind === "sdist" || release?.hasSdist === true,
    since: since === null || uploadTime === null
      ? since
      : Math.min(since, uploadTime),
  };
}

function highest(versions: readonly string[]): string | null {
  return versions.reduce<string | null>(
    (best, one) => best === null || compareVersions(one, best) > 0 ? one : best,
    null,
  );
}

/** The same for equal versions: trailing zeros of a release don't count. */
function keyOf(version: string): string {
  return version.replace(
    /^((?:\d+!)?\d+(?:\.\d+)*?)(?:\.0)+(?=$|[^.\d]|\.[a-z])/,
    "$1",
  );
}

/** What the name of a listed file says, or `null` for another file's name. */
function readFilename(
  filename: string,
  project: string,
): { readonly kind: "wheel" | "sdist"; readonly version: string } | null {
  if (filename.length > MAX_FILENAME_LENGTH) return null;
  const stem = /^(.*)\.(?:tar\.gz|zip)$/.exec(filename)?.[1];
  let version: string | null;
  if (stem === undefined) {
    const parsed = parseFilename(filename);
    version = parsed.kind === "invalid"
      ? null
      : normalizeVersion(parsed.version);
  } else {
    version = sdistVersion(stem, project);
  }
  if (version === null) return null;
  return { kind: stem === undefined ? "wheel" : "sdist", version };
}

/** Old names have dashes anywhere: `my-demo-2.0-1` is `2.0.post1`. */
function sdistVersion(stem: string, project: string): string | null {
  let dash = stem.indexOf("-");
  while (dash !== -1) {
    if (normalizeName(stem.slice(0, dash)) === project) {
      return normalizeVersion(stem.slice(dash + 1));
    }
    dash = stem.indexOf("-", dash + 1);
  }
  return null;
}
