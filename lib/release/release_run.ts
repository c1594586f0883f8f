/**
 * What the steps of a release share, and the look at what is there already.
 *
 * @module
 */

import { join } from "node:path";
import type { Registry } from "../config/registry.ts";
import type { Context } from "../context.ts";
import { sha256 } from "../dist/digest.ts";
import { findDistributions } from "../dist/find_distributions.ts";
import { readDistribution } from "../dist/read_distribution.ts";
import { readEach } from "../dist/read_each.ts";
import { compareVersions, normalizeVersion } from "../dist/version.ts";
import { ReleasioError } from "../errors.ts";
import { readListing, releaseOf } from "../plan/listing.ts";
import { fetchProject } from "../plan/simple_api.ts";
import type { ReleaseStep } from "../report/release_report.ts";
import { distFolder } from "./build.ts";
import { decide, type Decision } from "./decide.ts";
import type { ManifestFile } from "./draft.ts";
import type { Commit, Repository } from "./git.ts";
import type { GitHub } from "./github.ts";
import { findReleases } from "./github_releases.ts";
import type { Package } from "./packages.ts";
import { requireVersion } from "./project.ts";
import type { ReleaseSettings } from "./settings.ts";

/** Tells of a step. */
export type Tell = (
  step: ReleaseStep["step"],
  status: ReleaseStep["status"],
  message: string,
  path?: string | null,
) => void;

/** What the steps of a run share. */
export interface ReleaseRun {
  /** The outside world. */
  readonly context: Context;
  /** The checkout. */
  readonly git: Repository;
  /** The commit that is checked out. */
  readonly head: Commit;
  /** The settings of the release. */
  readonly settings: ReleaseSettings;
  /** PyPI, or `null` if the release does not go there. */
  readonly registry: Registry | null;
  /** Whether the index is left out. */
  readonly skipsIndex: boolean;
  /** The repository on GitHub, or `null` to leave GitHub out. */
  readonly github: GitHub | null;
  /** Whether it ends with a tag and a GitHub release. */
  readonly isFull: boolean;
  /** Whether releases of this branch are pre-releases. */
  readonly isPrerelease: boolean;
  /** The packages. */
  readonly packages: readonly Package[];
  /** The version that it must be, or `null`. */
  readonly version: string | null;
  /** Tells of a step. */
  readonly tell: Tell;
}

/** A file that was built. */
export interface BuiltFile extends ManifestFile {
  /** Where it is. */
  readonly path: string;
}

/** One package's release, as far as it has come. */
export interface Release {
  /** The package. */
  readonly one: Package;
  /** The project, normalized, once it is known. */
  project?: string;
  /** The version, once it is known. */
  version: string | null;
  /** The tag. */
  tag?: string;
  /** The commit that is released. */
  commit?: string;
  /** Whether the tag is at the remote. */
  isTagged?: boolean;
  /** What is left to do. */
  decision?: Decision;
  /** The files, once they are there. */
  built: readonly BuiltFile[] | null;
  /** The GitHub release's page. */
  url?: string;
  /** The GitHub release's id, once there is a draft. */
  id?: number;
  /** Whether everything is done. */
  isDone?: boolean;
}

/**
 * Looks at what was built: it must be one project and one version, the ones
 * that were said before.
 *
 * @param run The run
 * @param item The release, which learns project, version and files
 * @throws {ReleasioError} `version-mismatch`, or what is wrong with a file
 */
export async function readBuilt(run: ReleaseRun, item: Release): Promise<void> {
  const { one } = item;
  const { files, attestations } = await findDistributions(run.context, [
    distFolder(one),
  ]);
  for (const file of files) {
    const { project, version } = await readDistribution(file);
    item.project ??= one.name ?? project;
    item.version ??= requireVersion(version, file.filename);
    if (project !== item.project) {
      throw new ReleasioError(
        "version-mismatch",
        `Cannot release ${item.project}: "${file.filename}" is of ${project}`,
        { hint: `Only its own distributions belong into ${one.dist}.` },
      );
    }
    requireSame(item.version, version, `"${file.filename}"`);
  }
  item.built = await readEach(
    [...files, ...attestations],
    async ({ path, filename, blob }) => ({
      path,
      name: filename,
      size: blob.size,
      sha256: await sha256(blob),
    }),
  );
}

/**
 * Looks at the tag, the index and GitHub, and decides what is left to do.
 *
 * @param run The run
 * @param item The release, which learns its tag and the decision
 * @throws {ReleasioError} `version-mismatch`, `tag-conflict`, `git-failed`,
 * `github-failed`
 */
export async function look(run: ReleaseRun, item: Release): Promise<void> {
  const { git, context, head } = run;
  const version = item.version!;
  const project = item.project ?? item.one.name;
  if (run.version !== null) {
    const wanted = requireVersion(run.version, "--release-version");
    requireSame(wanted, version, "the project");
  }
  run.tell(
    "version",
    "done",
    `${project ?? "the project"} ${version}`,
    item.one.path,
  );
  item.commit = head.id;
  if (!run.isFull) {
    item.decision = { kind: "start", discard: [] };
    return;
  }
  const tag = `${item.one.tagPrefix ?? `${project}-v`}${version}`;
  item.tag = tag;
  if (!await git.isTagName(tag)) {
    throw new ReleasioError(
      "config-invalid",
      `Cannot use "${tag}" as a tag: git does not take it`,
      { hint: "Change `version.tag_prefix`." },
    );
  }
  const [tagged, isOnIndex, releases] = await Promise.all([
    git.remoteTag(tag),
    isVersionOnIndex(run, project, version),
    run.github === null ? null : findReleases(context, run.github, tag),
  ]);
  const decision = decide({
    tag,
    head: head.id,
    tagged,
    isOnIndex,
    skipsIndex: run.skipsIndex,
    releases,
  });
  item.decision = decision;
  item.isTagged = tagged !== null;
  if (decision.kind === "nothing") {
    item.commit = tagged ?? head.id;
    item.url = decision.url;
    run.tell(
      "release",
      "existing",
      `nothing to release: ${decision.reason}`,
      item.one.path,
    );
  }
  if (decision.kind === "resume") {
    item.commit = decision.manifest.commit;
    item.id = decision.release.id;
    item.url = decision.release.url;
  }
}

async function isVersionOnIndex(
  { context, registry, skipsIndex }: ReleaseRun,
  project: string | null,
  version: string,
): Promise<boolean> {
  if (registry === null || skipsIndex || project === null) return false;
  const found = await fetchProject(context, registry, project);
  if (found.kind !== "found") return false;
  const listing = readListing(project, found.project);
  return releaseOf(listing, version) !== undefined;
}

function requireSame(wanted: string, found: string, what: string): void {
  const version = normalizeVersion(found);
  if (version !== null && compareVersions(wanted, version) === 0) return;
  throw new ReleasioError(
    "version-mismatch",
    `Cannot release ${wanted}: ${what} is of version ${found}`,
    { hint: "Set the version that is meant, in one place, and run it again." },
  );
}

/**
 * Where a release's file goes.
 *
 * @param one The package
 * @param name The file's name
 * @returns Its path
 */
export function builtPath(one: Package, name: string): string {
  return join(distFolder(one), name);
}
