/**
 * One request that carries one file to the index.
 *
 * @module
 */

import { basicForm } from "../config/credentials.ts";
import type { Registry } from "../config/registry.ts";
import type { Context } from "../context.ts";
import type { HashedDistribution } from "../dist/distribution.ts";
import { ReleasioError } from "../errors.ts";
import { send } from "../http.ts";
import type { BasicCredentials } from "../mint/credentials.ts";
import { networkError } from "../network_error.ts";
import { VERSION } from "../version.ts";
import type { UploadAnswer } from "./explain_refusal.ts";
import { serverReason } from "./server_reason.ts";
import { uploadFields, type UploadForm, uploadForm } from "./upload_form.ts";
import {
  UPLOAD_LIMITS,
  type UploadLimits,
  UploadWatch,
} from "./upload_watch.ts";
import { VerifiedBlob } from "./verified_blob.ts";

/** Options for {@linkcode postDistribution}. */
export interface PostOptions {
  /** The index. */
  readonly registry: Registry;
  /** What to authenticate with. */
  readonly credentials: BasicCredentials;
  /** The file's attestations, each the text of a JSON object. */
  readonly attestations: readonly string[];
  /** Stops the request. */
  readonly signal: AbortSignal;
  /** Called with the bytes handed to the transport so far. */
  readonly onProgress: (sent: number) => void;
  /** Time limits. @default {UPLOAD_LIMITS} */
  readonly limits?: UploadLimits;
}

const MAX_REDIRECTS = 5;

const SMALL_BYTES = 64 * 1024;

/** How much of an answer is read. */
const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * Posts one file to the index, once.
 *
 * @param context The outside world
 * @param distribution The file, with the size and digest that were checked
 * @param options Where to, as whom, and for how long
 * @returns What the index answered, whatever the status
 * @throws {ReleasioError} `network` or `timeout` without an answer,
 * `distribution-changed` when the bytes are not those that were checked, else
 * the reason of `options.signal`
 */
export async function postDistribution(
  context: Context,
  distribution: HashedDistribution,
  options: PostOptions,
): Promise<UploadAnswer> {
  let url = options.registry.uploadUrl;
  for (let redirects = 0;; redirects++) {
    const { answer, location } = await postOnce(
      context,
      url,
      distribution,
      options,
    );
    if (location === null || redirects === MAX_REDIRECTS) return answer;
    url = location;
  }
}

interface Posted {
  readonly answer: UploadAnswer;
  /** Where the index wants the file instead, on the same origin. */
  readonly location: string | null;
}

async function postOnce(
  context: Context,
  url: string,
  distribution: HashedDistribution,
  options: PostOptions,
): Promise<Posted> {
  const { signal, limits = UPLOAD_LIMITS } = options;
  signal.throwIfAborted();
  const { host } = new URL(url);
  const watch = new UploadWatch(host, distribution.size, limits);
  const both = AbortSignal.any([signal, watch.signal]);
  const content = new VerifiedBlob(distribution, (sent) => {
    watch.moved(sent);
    options.onProgress(sent);
  });
  const form = uploadForm(
    distribution,
    uploadFields(distribution, options.attestations),
    content,
  );
  watch.start((timeout) => isReachable(context, url, timeout, both));
  try {
    const response = await context.fetch(
      new Request(url, {
        method: "POST",
        headers: {
          "accept": "application/json;q=1, text/plain;q=0.8, text/html;q=0.7",
          "authorization": basic(options.credentials),
          "content-type": form.contentType,
          "user-agent": `releasio/${VERSION}`,
        },
        body: await bodyOf(form, distribution),
        redirect: "manual",
        signal: both,
      }),
    );
    watch.answered();
    return await readAnswer(response, url, options.credentials);
  } catch (error) {
    if (content.failure !== null) throw content.failure;
    signal.throwIfAborted();
    watch.signal.throwIfAborted();
    if (error instanceof ReleasioError) throw error;
    throw networkError(host, error);
  } finally {
    watch.stop();
    content.release();
  }
}

/**
 * What is small travels in one piece with the head of the request: in pieces,
 * the last one would wait until the others are acknowledged, for 40 ms and
 * more, since the transport does not turn Nagle's algorithm off.
 */
async function bodyOf(
  { body }: UploadForm,
  { size }: HashedDistribution,
): Promise<BodyInit> {
  return size <= SMALL_BYTES ? await body.bytes() : body;
}

function basic({ username, password }: BasicCredentials): string {
  return `Basic ${basicForm(username, password.reveal())}`;
}

async function readAnswer(
  response: Response,
  url: string,
  credentials: BasicCredentials,
): Promise<Posted> {
  const body = await readBeginning(response);
  const said = serverReason({
    status: response.status,
    statusText: response.statusText,
    contentType: response.headers.get("content-type") ?? "",
    body,
  });
  const reason = redact(said, [
    credentials.password.reveal(),
    basic(credentials).slice("Basic ".length),
  ]);
  return {
    answer: { status: response.status, headers: response.headers, reason },
    location: redirection(response, url),
  };
}

/** A server that repeats what it was sent must not make us print it. */
function redact(text: string, secrets: readonly string[]): string {
  // What is shorter is no token, and would be found in every sentence.
  return secrets.filter((secret) => secret.length >= 8)
    .reduce((rest, secret) => rest.replaceAll(secret, "[redacted]"), text);
}

/** The answer counts by its status: a body that breaks off says less, no more. */
async function readBeginning(response: Response): Promise<string> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  try {
    // Streams cost memory, which shows when there are hundreds of uploads.
    if (isShort(response)) return await response.text();
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= MAX_ANSWER_BYTES) break;
    }
  } catch {
    // What came until now is what there is.
  }
  return await new Blob(chunks).slice(0, MAX_ANSWER_BYTES).text();
}

/** Whether the whole body is known to be small: what is packed may unfold. */
function isShort({ headers }: Response): boolean {
  const length = headers.get("content-length");
  return length !== null && Number(length) <= MAX_ANSWER_BYTES &&
    !headers.has("content-encoding");
}

/**
 * Where to post the file instead. Other origins get no token, and 303 means
 * something else than an upload.
 */
function redirection(response: Response, url: string): string | null {
  const location = response.headers.get("location");
  if (location === null || ![301, 302, 307, 308].includes(response.status)) {
    return null;
  }
  const target = URL.parse(location, url);
  return target !== null && target.origin === new URL(url).origin
    ? target.href
    : null;
}

/** Whether the host answers anything at all in time. */
async function isReachable(
  context: Context,
  url: string,
  timeout: number,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await send(context, { url: new URL("/", url).href }, {
      timeout,
      signal,
      maxBytes: MAX_ANSWER_BYTES,
    });
    return true;
  } catch (error) {
    // Too long an answer, or one from elsewhere, is an answer.
    return error instanceof ReleasioError && error.code === "server-error";
  }
}
