/**
 * The files of releases on GitHub: there and back, streamed.
 *
 * Source: {@link https://docs.github.com/en/rest/releases/assets | REST API: release assets}.
 *
 * @module
 */

import type { Context } from "../context.ts";
import { sha256 } from "../dist/digest.ts";
import { ReleasioError } from "../errors.ts";
import { readBounded } from "../http.ts";
import { networkError } from "../network_error.ts";
import { isSecure } from "../origin.ts";
import type { ManifestFile } from "./draft.ts";
import {
  type GitHub,
  gitHubHeaders,
  refusal,
  repositoryPath,
  unreadable,
} from "./github.ts";
import type { Asset, GitHubRelease } from "./github_releases.ts";

/** For one file, whatever its size. */
const TRANSFER_TIMEOUT = 15 * 60_000;
const MAX_ANSWER_BYTES = 1024 * 1024;

/**
 * Adds a file to a release, streamed.
 *
 * @param context The outside world
 * @param github The repository
 * @param release The release
 * @param file The file's name and its bytes
 * @throws {ReleasioError} `github-failed`, `network`
 */
export async function uploadAsset(
  context: Context,
  github: GitHub,
  release: GitHubRelease,
  { name, blob }: { readonly name: string; readonly blob: Blob },
): Promise<void> {
  const url = new URL(release.uploadUrl);
  // GitHub changes names with characters that it doesn't like, not labels.
  url.search = String(new URLSearchParams({ name, label: name }));
  const response = await fetchOnce(context, url.href, {
    method: "POST",
    headers: {
      ...gitHubHeaders(github),
      "content-type": "application/octet-stream",
    },
    body: blob,
  });
  const text = await readBounded(response, MAX_ANSWER_BYTES);
  if (response.status !== 201) {
    throw refusal(`add "${name}" to the draft`, {
      status: response.status,
      text,
    });
  }
}

/**
 * Takes a file out of a release.
 *
 * @param context The outside world
 * @param github The repository
 * @param asset The file there
 * @param expected What it must be
 * @param path Where it goes
 * @throws {ReleasioError} `github-failed` when other bytes come
 */
export async function downloadAsset(
  context: Context,
  github: GitHub,
  asset: Asset,
  expected: ManifestFile,
  path: string,
): Promise<void> {
  const api = `${github.apiUrl}${
    repositoryPath(github)
  }/releases/assets/${asset.id}`;
  let response = await fetchOnce(context, api, {
    headers: { ...gitHubHeaders(github), accept: "application/octet-stream" },
  });
  const location = response.headers.get("location");
  if (response.status >= 300 && response.status < 400 && location !== null) {
    await response.body?.cancel();
    // A storage's signed address: it needs no token and must not get ours.
    response = await fetchOnce(context, storageUrl(location, api), {});
  }
  if (response.status !== 200 || response.body === null) {
    const text = await readBounded(response, MAX_ANSWER_BYTES);
    throw refusal(`get "${asset.name}" from the draft`, {
      status: response.status,
      text,
    });
  }
  await context.writeFile(path, upTo(response.body, expected.size));
  if (await sha256(await context.openFile(path)) !== expected.sha256) {
    throw new ReleasioError(
      "github-failed",
      `Cannot use "${asset.name}" of the draft: its bytes have changed`,
      { hint: "Delete the draft on GitHub and run the same command again." },
    );
  }
}

function storageUrl(location: string, base: string): string {
  const url = new URL(location, base);
  if (isSecure(url)) return url.href;
  throw unreadable("the address of a file");
}

/** An honest answer is as long as it must be; another one is cut. */
function upTo(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  size: number,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let left = size;
  return body.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        left -= chunk.length;
        if (left < 0) controller.terminate();
        else controller.enqueue(chunk);
      },
    }),
  );
}

async function fetchOnce(
  context: Context,
  url: string,
  init: RequestInit,
): Promise<Response> {
  const signal = AbortSignal.any([
    context.signal,
    AbortSignal.timeout(TRANSFER_TIMEOUT),
  ]);
  try {
    return await context.fetch(
      new Request(url, { ...init, redirect: "manual", signal }),
    );
  } catch (cause) {
    context.signal.throwIfAborted();
    throw networkError(new URL(url).host, cause);
  }
}
