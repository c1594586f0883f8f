/**
 * Releases on GitHub: found, drafted with their files, and published.
 *
 * Source: {@link https://docs.github.com/en/rest/releases/releases | REST API: releases}.
 *
 * @module
 */

import { isSameOrigin } from "../config/registry.ts";
import type { Context } from "../context.ts";
import { isRecord } from "../http.ts";
import { type Manifest, readManifest } from "./draft.ts";
import { askGitHub, type GitHub, unreadable } from "./github.ts";

const PAGE = 100;
const MAX_PAGES = 10;

/** A file that a release holds whole. */
export interface Asset {
  /** GitHub's id. */
  readonly id: number;
  /** The file's name. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

/** A release on GitHub. */
export interface GitHubRelease {
  /** GitHub's id. */
  readonly id: number;
  /** Whether nobody but its makers sees it. */
  readonly isDraft: boolean;
  /** Its page. */
  readonly url: string;
  /** Where files go. */
  readonly uploadUrl: string;
  /** What it is of as long as it is not finished, else `null`. */
  readonly manifest: Manifest | null;
  /** The files that it holds whole. */
  readonly assets: readonly Asset[];
}

/** What a release is made of. */
export interface ReleaseDraft {
  /** The tag. */
  readonly tag: string;
  /** The commit that the tag is, or will be, on. */
  readonly commit: string;
  /** The text, in Markdown. */
  readonly body: string;
  /** Whether it is a pre-release. */
  readonly prerelease: boolean;
}

/**
 * Finds the releases of a tag: the one that is public, and drafts.
 *
 * @param context The outside world
 * @param github The repository
 * @param tag The tag
 * @returns The releases, the public one first
 * @throws {ReleasioError} `github-failed`
 */
export async function findReleases(
  context: Context,
  github: GitHub,
  tag: string,
): Promise<GitHubRelease[]> {
  const what = `look for release ${tag}`;
  const { status, data } = await askGitHub(context, github, {
    path: `/releases/tags/${encodeURIComponent(tag)}`,
    what,
    accept: [404],
  });
  const found = status === 404 ? [] : [readRelease(data, github)];
  for (let page = 1; page <= MAX_PAGES; page++) {
    const { data: list } = await askGitHub(context, github, {
      path: `/releases?per_page=${PAGE}&page=${page}`,
      what,
    });
    if (!Array.isArray(list)) throw unreadable("its list of releases");
    for (const one of list) {
      if (isRecord(one) && one.draft === true && one.tag_name === tag) {
        found.push(readRelease(one, github));
      }
    }
    if (list.length < PAGE) break;
  }
  return found;
}

/**
 * Makes a draft.
 *
 * @param context The outside world
 * @param github The repository
 * @param draft What it is made of
 * @returns The release
 * @throws {ReleasioError} `github-failed`
 */
export async function createDraft(
  context: Context,
  github: GitHub,
  draft: ReleaseDraft,
): Promise<GitHubRelease> {
  const { data } = await askGitHub(context, github, {
    method: "POST",
    path: "/releases",
    body: { ...fields(draft), draft: true },
    what: `make a draft of release ${draft.tag}`,
  });
  return readRelease(data, github);
}

/**
 * Sets a release's text, and publishes it unless it is to stay a draft.
 *
 * @param context The outside world
 * @param github The repository
 * @param id The release's id
 * @param draft What it is to be made of
 * @param isDraft Whether it stays a draft
 * @returns The release
 * @throws {ReleasioError} `github-failed`
 */
export async function updateRelease(
  context: Context,
  github: GitHub,
  id: number,
  draft: ReleaseDraft,
  isDraft: boolean,
): Promise<GitHubRelease> {
  const { data } = await askGitHub(context, github, {
    method: "PATCH",
    path: `/releases/${id}`,
    // By version, not by time: 1.0.5 after 2.0 is not the latest.
    body: {
      ...fields(draft),
      draft: isDraft,
      ...(isDraft ? {} : { make_latest: "legacy" }),
    },
    what: `publish release ${draft.tag}`,
  });
  return readRelease(data, github);
}

function fields({ tag, commit, body, prerelease }: ReleaseDraft) {
  return {
    tag_name: tag,
    target_commitish: commit,
    name: tag,
    body,
    prerelease,
  };
}

/**
 * Removes a draft and its files.
 *
 * @param context The outside world
 * @param github The repository
 * @param id The draft's id
 * @throws {ReleasioError} `github-failed`
 */
export async function deleteDraft(
  context: Context,
  github: GitHub,
  id: number,
): Promise<void> {
  await askGitHub(context, github, {
    method: "DELETE",
    path: `/releases/${id}`,
    what: "remove a draft that can't be used",
    accept: [404],
  });
}

/**
 * The notes that GitHub makes out of pull requests and commits.
 *
 * @param context The outside world
 * @param github The repository
 * @param tag The tag
 * @param commit Its commit
 * @returns Markdown
 * @throws {ReleasioError} `github-failed`
 */
export async function generateNotes(
  context: Context,
  github: GitHub,
  tag: string,
  commit: string,
): Promise<string> {
  const { data } = await askGitHub(context, github, {
    method: "POST",
    path: "/releases/generate-notes",
    body: { tag_name: tag, target_commitish: commit },
    what: `have notes made for release ${tag}`,
  });
  return isRecord(data) && typeof data.body === "string" ? data.body : "";
}

function readRelease(data: unknown, github: GitHub): GitHubRelease {
  if (!isRecord(data) || typeof data.id !== "number") {
    throw unreadable("a release");
  }
  const { html_url: url, upload_url: template, body, assets } = data;
  const manifest = readManifest(typeof body === "string" ? body : "");
  return {
    id: data.id,
    isDraft: data.draft === true,
    url: typeof url === "string" ? url : "",
    uploadUrl: requireUploadUrl(String(template), github),
    manifest,
    assets: (Array.isArray(assets) ? assets : []).flatMap(readAsset),
  };
}

function readAsset(data: unknown): Asset[] {
  // A broken upload leaves a file that is not whole.
  if (!isRecord(data) || data.state !== "uploaded") return [];
  const { id, name, label, size } = data;
  if (typeof id !== "number" || typeof size !== "number") return [];
  return [{ id, size, name: String(label || name) }];
}

/** The token goes there too, so it must be the API's own uploads host. */
function requireUploadUrl(template: string, { apiUrl }: GitHub): string {
  const url = URL.parse(template.replace(/\{.*$/, ""));
  if (url === null) throw unreadable("where files go");
  const api = new URL(apiUrl);
  const uploads = api.host.replace(/^api\./, "uploads.");
  const isTwin = url.protocol === "https:" && url.host === uploads;
  if (!isTwin && !isSameOrigin(url, api)) {
    throw unreadable("where files go: it is another host");
  }
  return url.href;
}
