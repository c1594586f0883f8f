/**
 * An index that does as a test says: it keeps what it is sent, and answers
 * uploads with what the test hands it.
 */

import type { Registry } from "../../lib/config/registry.ts";
import type {
  BasicCredentials,
  Credentials,
} from "../../lib/mint/credentials.ts";
import type { HashedDistribution } from "../../lib/dist/distribution.ts";
import { parseCoreMetadata } from "../../lib/dist/core_metadata.ts";
import { normalizeName, parseFilename } from "../../lib/dist/filename.ts";
import { normalizeVersion } from "../../lib/dist/version.ts";
import { Secret } from "../../lib/secret.ts";

/** An upload that the index saw. */
export interface SeenUpload {
  readonly url: string;
  readonly headers: Headers;
  readonly filename: string;
  readonly form: FormData;
  /** The body as it came. */
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Answers an upload; `store` does what the index does by itself. */
export type Answer = (
  upload: SeenUpload,
  store: () => Promise<Response>,
) => Response | Promise<Response>;

/** A running index. */
export interface FakeIndex extends AsyncDisposable {
  readonly registry: Registry;
  readonly port: number;
  /** Uploads, in the order in which they were complete. */
  readonly uploads: readonly SeenUpload[];
  /** Projects asked for at the Simple API. */
  readonly lookups: readonly string[];
  /** SHA-256 by file name. */
  readonly files: Map<string, string>;
  /** Answers for the next uploads, one each; then it stores and says 200. */
  readonly answers: Answer[];
  /** Uploads at a time, at most, until now. */
  readonly mostAtOnce: () => number;
}

/** Options for {@linkcode startFakeIndex}. */
export interface FakeIndexOptions {
  /** Called when an upload begins. */
  readonly onUpload?: (filename: string) => Promise<void> | void;
  /** Answers requests to the Simple API instead. */
  readonly simple?: (request: Request) => Response | Promise<Response>;
  /** What clients connect to instead of the index, such as a proxy. */
  readonly port?: number;
}

/** Starts an index on a loopback port. */
export function startFakeIndex(options: FakeIndexOptions = {}): FakeIndex {
  const uploads: SeenUpload[] = [];
  const lookups: string[] = [];
  const answers: Answer[] = [];
  const files = new Map<string, string>();
  let atOnce = 0;
  let most = 0;

  const upload = async (request: Request): Promise<Response> => {
    most = Math.max(most, ++atOnce);
    try {
      const body = await request.bytes();
      const form = await new Response(body, {
        headers: { "content-type": request.headers.get("content-type")! },
      }).formData();
      const content = form.get("content") as File;
      const { headers, url } = request;
      const seen = { url, headers, filename: content.name, form, body };
      uploads.push(seen);
      await options.onUpload?.(content.name);
      const store = async () => {
        const there = files.get(content.name);
        const digest = await sha256(await content.bytes());
        if (there !== undefined && there !== digest) {
          return new Response("File already exists", { status: 400 });
        }
        files.set(content.name, digest);
        return new Response("OK");
      };
      return await (answers.shift() ?? ((_, store) => store()))(seen, store);
    } finally {
      atOnce--;
    }
  };
  const simple = (project: string): Response => {
    lookups.push(project);
    const listed = [...files].filter(([filename]) =>
      normalizeName(filename.split("-")[0]!) === project
    );
    if (listed.length === 0) return new Response("Not Found", { status: 404 });
    return Response.json({
      meta: { "api-version": "1.4" },
      name: project,
      files: listed.map(([filename, digest]) => ({
        filename,
        url: filename,
        hashes: { sha256: digest },
      })),
    }, { headers: { "content-type": "application/vnd.pypi.simple.v1+json" } });
  };
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: () => {},
    onError: () => new Response("broken", { status: 500 }),
  }, (request) => {
    const { pathname } = new URL(request.url);
    const project = /^\/simple\/([^/]+)\/$/.exec(pathname)?.[1];
    if (project !== undefined) {
      return options.simple?.(request) ?? simple(project);
    }
    return request.method === "POST"
      ? upload(request)
      : new Response("Not Found", { status: 404 });
  });
  const port = options.port ?? server.addr.port;
  return {
    registry: {
      name: `127.0.0.1:${port}`,
      kind: "other",
      uploadUrl: `http://127.0.0.1:${port}/legacy/`,
      simpleUrl: `http://127.0.0.1:${port}/simple/`,
    },
    port: server.addr.port,
    uploads,
    lookups,
    files,
    answers,
    mostAtOnce: () => most,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** The same registry behind another port. */
export function atPort(registry: Registry, port: number): Registry {
  const move = (url: string) => url.replace(/:\d+\//, `:${port}/`);
  return {
    ...registry,
    uploadUrl: move(registry.uploadUrl),
    simpleUrl: move(registry.simpleUrl!),
  };
}

/** A distribution of these bytes, its metadata made up from its name. */
export async function distributionOf(
  filename: string,
  bytes: Uint8Array<ArrayBuffer> = new TextEncoder().encode(filename),
  metadata = "",
): Promise<HashedDistribution> {
  const name = parseFilename(filename);
  if (name.kind === "invalid") throw new TypeError(name.reason);
  const version = normalizeVersion(name.version)!;
  return {
    path: `dist/${filename}`,
    filename,
    blob: new Blob([bytes]),
    kind: name.kind,
    name,
    project: normalizeName(name.name),
    version,
    metadata: parseCoreMetadata(
      `Metadata-Version: 2.1\nName: ${name.name}\nVersion: ${version}\n${metadata}`,
    ),
    size: bytes.length,
    sha256: await sha256(bytes),
  };
}

/** SHA-256 in lower-case hex. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** Credentials that stay, or that have as many others as a test says. */
export function credentialsOf(
  tokens: readonly string[] = ["pypi-token"],
  kind: Credentials["kind"] = "api-token",
): Credentials & { readonly renewals: string[] } {
  const renewals: string[] = [];
  let current = 0;
  return {
    kind,
    renewals,
    current: (): Promise<BasicCredentials> =>
      Promise.resolve({
        username: "__token__",
        password: new Secret(tokens[current]!),
      }),
    renew: (refused) => {
      renewals.push(refused.reveal());
      if (current + 1 >= tokens.length) return Promise.resolve(false);
      current++;
      return Promise.resolve(true);
    },
    close: () => Promise.resolve(),
  };
}
