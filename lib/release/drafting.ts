/**
 * The GitHub release of a package: a draft that holds its files from before
 * they are published, until it becomes the release.
 *
 * @module
 */

import { join } from "node:path";
import { isAbsent } from "../context.ts";
import { isPrerelease } from "../dist/version.ts";
import { releaseUrl } from "../report/release_url.ts";
import { distFolder, emptyDist } from "./build.ts";
import { type Manifest, withManifest } from "./draft.ts";
import { downloadAsset, uploadAsset } from "./github_assets.ts";
import {
  createDraft,
  deleteDraft,
  generateNotes,
  type ReleaseDraft,
  updateRelease,
} from "./github_releases.ts";
import { changelogSection, releaseNotes } from "./notes.ts";
import { builtPath, type Release, type ReleaseRun } from "./release_run.ts";

/** A longer changelog is cut: its newest section is at its top. */
const MAX_CHANGELOG_BYTES = 4 * 1024 * 1024;
/** GitHub takes 125,000 characters; the list of files comes below. */
const MAX_NOTES_LENGTH = 100_000;

const DRAFT_TEXT = "This draft holds the files of a release that is being " +
  "made. It is finished by running the release again.";

/**
 * Takes a release's files out of its draft: what was begun with these bytes
 * must go on with them, and many build tools don't make the same sdist twice.
 *
 * @param run The run
 * @param item The release, which learns its files
 * @throws {ReleasioError} `github-failed`, `network`
 */
export async function takeFromDraft(
  run: ReleaseRun,
  item: Release,
): Promise<void> {
  const { context, github } = run;
  if (github === null || item.decision?.kind !== "resume") return;
  const { release, manifest } = item.decision;
  await emptyDist(context, distFolder(item.one));
  for (const file of manifest.files) {
    const asset = release.assets.find(({ name }) => name === file.name)!;
    const path = builtPath(item.one, file.name);
    await downloadAsset(context, github, asset, file, path);
  }
  item.built = manifest.files.map((file) => ({
    ...file,
    path: builtPath(item.one, file.name),
  }));
  run.tell(
    "build",
    "existing",
    `${manifest.files.length} files taken from the draft of commit ${
      manifest.commit.slice(0, 12)
    }`,
    item.one.path,
  );
}

/**
 * Makes the draft and adds the files. Drafts that can't be used go.
 *
 * @param run The run
 * @param item The release, which learns its page
 * @throws {ReleasioError} `github-failed`, `network`
 */
export async function makeDraft(run: ReleaseRun, item: Release): Promise<void> {
  const { context, github } = run;
  if (github === null || !run.isFull) return;
  if (item.decision?.kind === "start") {
    for (const { id } of item.decision.discard) {
      await deleteDraft(context, github, id);
    }
  }
  const draft = await createDraft(
    context,
    github,
    describe(run, item, withManifest(DRAFT_TEXT, manifestOf(item))),
  );
  for (const { path, name } of item.built!) {
    const blob = await context.openFile(path);
    await uploadAsset(context, github, draft, { name, blob });
  }
  item.id = draft.id;
  item.url = draft.url;
  run.tell(
    "draft",
    "done",
    `${item.built!.length} files in ${draft.url}`,
    item.one.path,
  );
}

/**
 * Makes the draft the release, with its notes.
 *
 * @param run The run
 * @param item The release, which learns its page
 * @param options `isLast`: nothing comes after it, so that a run that is
 * repeated finds nothing left to do
 * @throws {ReleasioError} `github-failed`, `network`
 */
export async function finishRelease(
  run: ReleaseRun,
  item: Release,
  { isLast }: { readonly isLast: boolean },
): Promise<void> {
  const { context, github } = run;
  if (github === null || item.id === undefined) return;
  const notes = await writeNotes(run, item);
  const body = isLast ? notes : withManifest(notes, manifestOf(item));
  const { keepDraft } = run.settings.github;
  const { url } = await updateRelease(
    context,
    github,
    item.id,
    describe(run, item, body),
    keepDraft,
  );
  item.url = url;
  if (isLast) {
    run.tell(
      "release",
      "done",
      keepDraft ? `left as a draft for you: ${url}` : url,
      item.one.path,
    );
  }
}

async function writeNotes(run: ReleaseRun, item: Release): Promise<string> {
  const { context, github, registry } = run;
  const { tag, commit, version } = item;
  const project = item.project ?? item.one.name!;
  const section = changelogSection(await readChangelog(run, item), version!);
  const changes = section ??
    await generateNotes(context, github!, tag!, commit!);
  return releaseNotes({
    changes: changes.slice(0, MAX_NOTES_LENGTH),
    page: registry === null || run.skipsIndex
      ? null
      : releaseUrl(registry, project, version!),
    project,
    version: version!,
    files: item.built!,
  });
}

async function readChangelog(
  { context }: ReleaseRun,
  { one }: Release,
): Promise<string> {
  if (one.changelog === null) return "";
  try {
    const file = await context.openFile(join(one.folder, one.changelog));
    return await file.slice(0, MAX_CHANGELOG_BYTES).text();
  } catch (error) {
    if (isAbsent(error)) return "";
    throw error;
  }
}

function describe(
  run: ReleaseRun,
  { tag, commit, version }: Release,
  body: string,
): ReleaseDraft {
  return {
    tag: tag!,
    commit: commit!,
    body,
    prerelease: run.isPrerelease || isPrerelease(version!),
  };
}

function manifestOf({ commit, built }: Release): Manifest {
  return {
    commit: commit!,
    files: built!.map(({ name, size, sha256 }) => ({ name, size, sha256 })),
  };
}
