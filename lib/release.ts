/**
 * The story of a release: its steps in order, told once. What is left to do
 * is decided from the tag, the index and GitHub, so that a run that was killed
 * after any step can be run again.
 *
 * @module
 */

import type { ResolvedConfig } from "./config/resolve_config.ts";
import type { Context } from "./context.ts";
import { ReleasioError } from "./errors.ts";
import type { EventSink, PublishEvent } from "./events.ts";
import { publish, type PublishOptions } from "./publish.ts";
import { build, builderName } from "./release/build.ts";
import { checkCheckout } from "./release/checkout.ts";
import { type Commit, openRepository } from "./release/git.ts";
import { findGitHub, type Place } from "./release/github.ts";
import { runHook } from "./release/hooks.ts";
import { releaseReport } from "./release/outcome.ts";
import { findPackages } from "./release/packages.ts";
import { preview } from "./release/preview.ts";
import { finishRelease, makeDraft, takeFromDraft } from "./release/drafting.ts";
import {
  look,
  readBuilt,
  type Release,
  type ReleaseRun,
} from "./release/release_run.ts";
import { readReleaseSettings } from "./release/settings.ts";
import type { ReleaseReport, ReleaseStep } from "./report/release_report.ts";
import type { PublishReport } from "./report/report.ts";

/** Options for {@linkcode release}. */
export interface ReleaseOptions {
  /** The resolved configuration. */
  readonly config: ResolvedConfig;
  /** The project's folder, absolute. */
  readonly root: string;
  /** Where the repository's remote is, if it has one. */
  readonly origin: Place | null;
  /** Whether to do it; otherwise it is a preview. */
  readonly execute: boolean;
  /** `false`: the distributions are built already. */
  readonly build: boolean;
  /** Whether the index is left out. */
  readonly skipPublish: boolean;
  /** The version that it must be. */
  readonly version?: string;
  /** Seconds to wait until the index lists every file. @default {0} */
  readonly waitTimeout?: number;
  /** Receives the steps, each when it is done. */
  readonly onStep: (step: ReleaseStep) => void;
  /** Receives what the publish does. */
  readonly onEvent: EventSink;
  /** Receives what builds and hooks write. */
  readonly onOutput: (text: string) => void;
}

/**
 * Releases what a checkout holds: builds it, drafts a GitHub release with its
 * files, publishes them, pushes a tag, and publishes the GitHub release.
 *
 * @param context The outside world
 * @param options What to release
 * @returns The report; a failure that has a code is in it, not thrown
 */
export async function release(
  context: Context,
  options: ReleaseOptions,
): Promise<ReleaseReport> {
  const steps: ReleaseStep[] = [];
  const releases: Release[] = [];
  let published: PublishReport | null = null;
  const failures: ReleasioError[] = [];
  try {
    const run = await open(context, options, (step) => {
      steps.push(step);
      options.onStep(step);
    });
    await findWork(run, options, releases);
    const work = releases.filter(({ decision }) =>
      decision?.kind !== "nothing"
    );
    if (!options.execute) {
      for (const item of work) preview(run, item, previewOptions(options));
    }
    if (options.execute && work.length > 0) {
      published = await prepare(run, options, work) ??
        await goPublic(run, options, work, failures);
    }
  } catch (error) {
    if (!(error instanceof ReleasioError)) throw error;
    failures.push(error);
  }
  return releaseReport({
    dryRun: !options.execute,
    steps,
    releases,
    published,
    failures,
  });
}

async function open(
  context: Context,
  options: ReleaseOptions,
  step: (step: ReleaseStep) => void,
): Promise<ReleaseRun> {
  const { config, root, origin, execute } = options;
  const settings = readReleaseSettings(config);
  const { registries, enabled } = config.settings;
  // A rehearsal on TestPyPI leaves no trace in the repository.
  const isFull = registries.some(({ kind }) => kind === "pypi");
  const packages = await findPackages(context, root, config, settings);
  const git = openRepository(context, root);
  const tell = (
    name: ReleaseStep["step"],
    status: ReleaseStep["status"],
    message: string,
    one: string | null = null,
  ) => step({ step: name, status, message, package: one });
  const isPrerelease = await checkCheckout(context, git, {
    settings,
    dists: packages.map(({ path, dist }) => `${path}/${dist}`),
    isFull,
    tell,
  });
  const head: Commit = await git.head();
  const choice = isFull
    ? findGitHub(context, settings.github, origin)
    : { github: null, reason: "only releases on PyPI have one" };
  if (choice.github === null && execute) {
    tell(
      "draft",
      "left-out",
      `no GitHub release: ${choice.reason}` +
        (isFull ? "; a run that is repeated builds again" : ""),
    );
  }
  return {
    context,
    git,
    head,
    settings,
    registry: registries.find(({ kind }) => kind === "pypi") ?? null,
    skipsIndex: options.skipPublish || !enabled,
    github: choice.github,
    isFull,
    isPrerelease,
    packages,
    version: options.version ?? null,
    tell,
  };
}

/** version, and what is left to do for it; a dynamic version needs a build. */
async function findWork(
  run: ReleaseRun,
  options: ReleaseOptions,
  releases: Release[],
): Promise<void> {
  for (const one of run.packages) {
    const item: Release = { one, version: one.version, built: null };
    releases.push(item);
    const isKnown = one.name !== null && one.version !== null;
    if (!isKnown && (options.execute || !options.build)) {
      await makeFiles(run, options, item);
    }
    if (item.version !== null) await look(run, item);
    else {
      run.tell(
        "version",
        "planned",
        "known when it is built: it is dynamic",
        one.path,
      );
    }
  }
}

async function makeFiles(
  run: ReleaseRun,
  options: ReleaseOptions,
  item: Release,
): Promise<void> {
  const { one } = item;
  if (options.build) {
    await build(run.context, one, {
      version: item.version ?? options.version ?? "",
      tag: item.tag ?? "",
      time: run.head.time,
      onOutput: options.onOutput,
    });
  }
  await readBuilt(run, item);
  run.tell(
    "build",
    options.build ? "done" : "existing",
    `${item.built!.length} files in ${one.dist}` +
      (options.build ? `, by ${builderName(one)}` : ", built before"),
    one.path,
  );
}

/**
 * Everything before something is public: the files, their check, the hooks,
 * the draft.
 *
 * @returns The report of a check that failed, else `null`
 */
async function prepare(
  run: ReleaseRun,
  options: ReleaseOptions,
  releases: readonly Release[],
): Promise<PublishReport | null> {
  for (const item of releases) {
    if (item.decision?.kind === "resume") await takeFromDraft(run, item);
    else if (item.built === null) await makeFiles(run, options, item);
  }
  const events: PublishEvent[] = [];
  const checked = await publish(run.context, {
    ...publishOptions(options, releases),
    dryRun: true,
    onEvent: (event) => events.push(event),
  });
  if (!checked.ok) {
    events.forEach(options.onEvent);
    return { ...checked, dryRun: false };
  }
  run.tell("check", "done", "the index would take every file");
  for (const item of releases) {
    if (item.decision?.kind === "resume") continue;
    for (const command of item.one.hooks.preRelease) {
      await hook(run, options, item, "pre-release", command);
    }
    await makeDraft(run, item);
  }
  return null;
}

/** publish, and for each package that is up: tag, release, hooks. */
async function goPublic(
  run: ReleaseRun,
  options: ReleaseOptions,
  releases: readonly Release[],
  failures: ReleasioError[],
): Promise<PublishReport | null> {
  let published: PublishReport | null = null;
  if (run.skipsIndex) {
    run.tell("publish", "left-out", "nothing is sent to the index");
  } else {
    published = await publish(run.context, publishOptions(options, releases));
  }
  for (const item of releases) {
    if (published !== null && !isUp(published, item)) continue;
    if (published !== null) {
      run.tell("publish", "done", "every file is up", item.one.path);
    }
    if (!run.isFull) {
      item.isDone = true;
      continue;
    }
    // One package's trouble is no reason to leave the others half done.
    try {
      await finish(run, options, item);
    } catch (error) {
      if (!(error instanceof ReleasioError)) throw error;
      failures.push(error);
    }
  }
  return published;
}

async function finish(
  run: ReleaseRun,
  options: ReleaseOptions,
  item: Release,
): Promise<void> {
  const { one, tag, commit } = item;
  if (item.isTagged) {
    run.tell("tag", "existing", `${tag} is there`, one.path);
  } else {
    await run.git.pushTag(tag!, commit!);
    run.tell("tag", "done", `${tag} pushed`, one.path);
  }
  const { postRelease } = one.hooks;
  await finishRelease(run, item, { isLast: postRelease.length === 0 });
  for (const command of postRelease) {
    await hook(run, options, item, "post-release", command);
  }
  if (postRelease.length > 0) await finishRelease(run, item, { isLast: true });
  item.isDone = true;
}

async function hook(
  run: ReleaseRun,
  options: ReleaseOptions,
  { one, version, tag }: Release,
  step: "pre-release" | "post-release",
  command: string,
): Promise<void> {
  await runHook(run.context, command, {
    values: {
      version: version!,
      tag: run.isFull ? tag! : "",
      projectPath: one.folder,
    },
    variables: { SOURCE_DATE_EPOCH: run.head.time },
    name: `hooks.${step.replace("-", "_")}`,
    code: "hook-failed",
    onOutput: options.onOutput,
  });
  run.tell(step, "done", command, one.path);
}

function publishOptions(
  options: ReleaseOptions,
  releases: readonly Release[],
): PublishOptions {
  const { settings } = options.config;
  return {
    // What only goes to GitHub is checked all the same.
    settings: options.skipPublish || !settings.enabled
      ? { ...settings, enabled: true, checkExistingVersion: false }
      : settings,
    paths: releases.flatMap(({ built }) => built!.map(({ path }) => path)),
    waitTimeout: options.waitTimeout ?? 0,
    onEvent: options.onEvent,
  };
}

/** Whether all files of a release are on every index that it goes to. */
function isUp(report: PublishReport, { built }: Release): boolean {
  const names = new Set(built!.map(({ name }) => name));
  return report.error === null || (
    report.runs.length > 0 &&
    report.runs.every(({ files }) => {
      const own = files.filter(({ file }) => names.has(file));
      return own.length > 0 &&
        own.every(({ status }) =>
          ["uploaded", "existing", "skipped"].includes(status)
        );
    })
  );
}

function previewOptions({ config, build }: ReleaseOptions) {
  return {
    indexes: config.settings.registries.map(({ name }) => name),
    builds: build,
  };
}
