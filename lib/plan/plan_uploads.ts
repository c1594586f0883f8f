/**
 * What goes up: what the index has already, and what it will not take.
 *
 * @module
 */

import type { Registry } from "../config/registry.ts";
import type { Context } from "../context.ts";
import type { HashedDistribution } from "../dist/distribution.ts";
import { ReleasioError } from "../errors.ts";
import type { Finding } from "../findings.ts";
import { compareWithListed, type Comparison } from "./compare_with_index.ts";
import { type Listing, readListing } from "./listing.ts";
import { type Lookups, startLookups } from "./look_up.ts";
import {
  isOlderThanNewest,
  refuseBySize,
  refuseByState,
  type StateOptions,
} from "./project_state.ts";
import { type Release, sendingOrder } from "./sending_order.ts";
import type { IndexFile, ProjectLookup } from "./simple_api.ts";

/** Options for {@linkcode planUploads}. */
export interface PlanOptions {
  /** Whether to look at the index. */
  readonly checkExisting: boolean;
  /** Whether a name that is there with other bytes is passed over. */
  readonly skipExisting: boolean;
  /** What a project may hold, in bytes. */
  readonly maxProjectSize: number;
  /** Questions to the index that are on their way already. */
  readonly lookups?: Lookups;
}

/** What is to become of one file. */
export interface PlannedFile {
  /** The file. */
  readonly distribution: HashedDistribution;
  /** `planned` files go up; `failed` ones stop the run before anything does. */
  readonly status: "planned" | "existing" | "skipped" | "failed";
  /** Why it failed, or `null`. */
  readonly error: ReleasioError | null;
}

/** What is to be done on one index. */
export interface Plan {
  /** Every file, in the order of sending. */
  readonly files: readonly PlannedFile[];
  /** Warnings and notes. */
  readonly findings: readonly Finding[];
  /** Projects that the index doesn't have yet. */
  readonly newProjects: readonly string[];
}

/**
 * New projects that PyPI lets an account create in a day. Its documentation
 * doesn't say so; its support does.
 */
const NEW_PROJECTS_PER_DAY = 4;

/**
 * Compares the files with what the index has, and decides what goes up.
 *
 * @param context The outside world
 * @param registry The index
 * @param distributions The files
 * @param options What to look at
 * @returns The plan
 * @throws {ReleasioError} `network`, `timeout` or `server-error` when the
 * index can't be asked; `token-missing` and the like when it asks who reads it
 */
export async function planUploads(
  context: Context,
  registry: Registry,
  distributions: readonly HashedDistribution[],
  options: PlanOptions,
): Promise<Plan> {
  const releases = sendingOrder(distributions);
  if (!options.checkExisting) {
    return {
      files: releases.flatMap(({ files }) => files.map(toSend)),
      findings: [],
      newProjects: [],
    };
  }
  const projects = Map.groupBy(releases, ({ project }) => project);
  const asked = options.lookups ?? new Map();
  const others = [...projects.keys()].filter((name) => !asked.has(name));
  const started = new Map([
    ...asked,
    ...startLookups(context, registry, others),
  ]);
  const lookups = new Map<string, ProjectLookup>();
  const files: PlannedFile[] = [];
  const findings: Finding[] = [];
  for (const [name, its] of projects) {
    const lookup = await started.get(name)!;
    lookups.set(name, lookup);
    if (lookup.kind === "unreadable") {
      files.push(...its.flatMap(({ files }) => files.map(toSend)));
      continue;
    }
    const project = lookup.kind === "found" ? lookup.project : null;
    const planned = await planProject(its, readListing(name, project), {
      registry,
      now: context.now(),
      ...options,
    });
    files.push(...planned.files);
    findings.push(...planned.findings);
  }
  findings.push(...unreadable(lookups, options));
  const newProjects = [...lookups].filter(([, { kind }]) => kind === "absent")
    .map(([project]) => project);
  findings.push(...aboutNewProjects(newProjects, registry));
  return { files, findings, newProjects };
}

function toSend(distribution: HashedDistribution): PlannedFile {
  return { distribution, status: "planned", error: null };
}

/** What is to be done for one project, or one release of it. */
type ProjectPlan = Pick<Plan, "files" | "findings">;

async function planProject(
  releases: readonly Release[],
  listing: Listing,
  options: PlanOptions & StateOptions,
): Promise<ProjectPlan> {
  const files: PlannedFile[] = [];
  const findings: Finding[] = [];
  for (const release of releases) {
    const planned = await planRelease(release, listing, options);
    files.push(...planned.files);
    findings.push(...planned.findings);
  }
  const error = refuseBySize(toBeSent(files), listing, options);
  return {
    files: error === null
      ? files
      : files.map((file) =>
        file.status === "planned" ? { ...file, status: "failed", error } : file
      ),
    findings,
  };
}

function toBeSent(files: readonly PlannedFile[]): HashedDistribution[] {
  return files.filter(({ status }) => status === "planned")
    .map(({ distribution }) => distribution);
}

async function planRelease(
  release: Release,
  listing: Listing,
  options: PlanOptions & StateOptions,
): Promise<ProjectPlan> {
  const { registry } = options;
  const files: PlannedFile[] = [];
  const findings: Finding[] = [];
  for (const distribution of release.files) {
    const other = listing.files.get(distribution.filename);
    const comparison = await compareWithListed(distribution, other);
    if (comparison === "absent") {
      files.push(toSend(distribution));
    } else if (comparison === "same") {
      files.push({ distribution, status: "existing", error: null });
    } else {
      const error = conflict(distribution, other!, comparison, registry);
      if (options.skipExisting) {
        files.push({ distribution, status: "skipped", error: null });
        findings.push({
          code: error.code,
          severity: "warning",
          file: distribution.filename,
          message: error.message,
          hint: "It is skipped, as you asked.",
        });
      } else {
        files.push({ distribution, status: "failed", error });
      }
    }
  }
  const refusals = refuseByState(toBeSent(files), listing, options);
  if (isOlderThanNewest(release, listing)) {
    findings.push(olderVersion(release, registry));
  }
  return {
    files: files.map((file) => {
      const error = refusals.get(file.distribution);
      return error === undefined ? file : { ...file, status: "failed", error };
    }),
    findings,
  };
}

function conflict(
  distribution: HashedDistribution,
  listed: IndexFile,
  comparison: Comparison,
  registry: Registry,
): ReleasioError {
  const { filename, sha256 } = distribution;
  if (comparison === "unknown") {
    return new ReleasioError(
      "file-conflict",
      `${registry.name} has "${filename}" but gives no digest to compare it by`,
      {
        hint:
          "Pass `--skip-existing` to take it for this file, or publish a new version.",
        details: { sha256 },
      },
    );
  }
  const { sha256: theirs, ...others } = listed.hashes;
  const [algorithm, digest] = theirs === undefined
    ? Object.entries(others)[0]!
    : ["SHA-256", theirs];
  return new ReleasioError(
    "file-conflict",
    `${registry.name} has another "${filename}": ${algorithm} ${digest} there, ${
      theirs === undefined ? "SHA-256 " : ""
    }${sha256} here`,
    {
      hint:
        "File names are never used twice. Publish a new version, or pass `--skip-existing` to leave the one that is there.",
      details: { there: digest, here: sha256 },
    },
  );
}

function olderVersion(release: Release, registry: Registry): Finding {
  return {
    code: "version-older",
    severity: "warning",
    file: null,
    message:
      `${release.project} ${release.version} is lower than the newest version on ${registry.name}`,
    hint: "Fine for a maintenance release; else see which tag was built.",
  };
}

function unreadable(
  lookups: ReadonlyMap<string, ProjectLookup>,
  { skipExisting }: PlanOptions,
): Finding[] {
  const hints = new Map(
    [...lookups.values()].flatMap((lookup) =>
      lookup.kind === "unreadable" ? [[lookup.reason, lookup.hint]] : []
    ),
  );
  return [...hints].map(([reason, hint]) => ({
    code: "index-unreadable",
    severity: "warning",
    file: null,
    message: `${reason}: ${
      skipExisting
        ? "files that are there already can't be recognised, and may be replaced"
        : "what is there already is not known"
    }`,
    hint,
  }));
}

function aboutNewProjects(
  newProjects: readonly string[],
  registry: Registry,
): Finding[] {
  if (newProjects.length === 0) return [];
  const findings: Finding[] = [{
    code: "project-new",
    severity: "note",
    file: null,
    message: `${registry.name} doesn't have ${
      newProjects.join(", ")
    } yet: publishing creates ${newProjects.length === 1 ? "it" : "them"}`,
    hint: null,
  }];
  if (
    registry.kind !== "other" && newProjects.length > NEW_PROJECTS_PER_DAY
  ) {
    findings.push({
      code: "too-many-new-projects",
      severity: "warning",
      file: null,
      message:
        `${newProjects.length} new projects: ${registry.name} takes about ${NEW_PROJECTS_PER_DAY} a day from an account`,
      hint:
        "Projects that a pending publisher creates don't count. What does not go up today goes up when you run the command again tomorrow.",
    });
  }
  return findings;
}
