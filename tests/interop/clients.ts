/**
 * Other people's upload tools, each as its users call it.
 *
 * @module
 */

import { join } from "node:path";
import type { Sandbox } from "../../lib/sandbox/mod.ts";
import { buildSdist, buildWheel } from "../helpers/archives.ts";
import { startTlsProxy } from "../helpers/tls_proxy.ts";
import type { PythonTools, ToolResult } from "./python.ts";

/** A project that is ready to be published. */
export interface Project {
  readonly folder: string;
  /** Its distributions; flit builds its own. */
  readonly files: readonly string[];
}

/** Where to. */
export interface Target {
  readonly url: string;
  /** An API token, or `null` for trusted publishing. */
  readonly token: string | null;
}

/** An upload tool. */
export interface Client {
  /** The package that pins its version. */
  readonly name: string;
  /** What it is called with. */
  readonly command: string;
  /** Publishes a project. */
  readonly publish: (
    python: PythonTools,
    project: Project,
    target: Target,
    options?: PublishOptions,
  ) => Promise<ToolResult>;
  /** What makes it pass over what is there, if anything does. */
  readonly skip: readonly string[] | null;
  /** Whether it does so on PyPI and TestPyPI alone. */
  readonly skipsOnPypiOnly?: boolean;
  /** What makes it get its token by trusted publishing, if anything does. */
  readonly trustedPublishing: readonly string[] | null;
}

/** Options of one run of a client. */
export interface PublishOptions {
  /** Further arguments. */
  readonly args?: readonly string[];
  /** Further variables. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The upload tools. */
export const CLIENTS: readonly Client[] = [
  {
    name: "twine",
    command: "twine upload",
    skip: ["--skip-existing"],
    skipsOnPypiOnly: true,
    trustedPublishing: [],
    publish: (python, { folder, files }, { url, token }, options = {}) =>
      python.run("twine", [
        ...["upload", "--disable-progress-bar", ...options.args ?? []],
        ...files,
      ], {
        cwd: folder,
        env: {
          COLUMNS: "400",
          TWINE_NON_INTERACTIVE: "1",
          TWINE_REPOSITORY_URL: url,
          TWINE_USERNAME: "__token__",
          ...(token === null ? {} : { TWINE_PASSWORD: token }),
          ...options.env,
        },
      }),
  },
  {
    name: "uv",
    command: "uv publish",
    skip: null,
    trustedPublishing: ["--trusted-publishing", "always"],
    publish: (python, { folder, files }, { url, token }, options = {}) =>
      python.run("uv", [
        "publish",
        ...options.args ?? ["--trusted-publishing", "never"],
        ...files,
      ], {
        cwd: folder,
        env: {
          UV_PUBLISH_URL: url,
          ...(token === null ? {} : { UV_PUBLISH_TOKEN: token }),
          ...options.env,
        },
      }),
  },
  {
    name: "flit",
    command: "flit publish",
    skip: null,
    trustedPublishing: null,
    publish: (python, { folder }, { url, token }, options = {}) =>
      python.run("flit", ["publish", ...options.args ?? []], {
        cwd: folder,
        env: {
          FLIT_INDEX_URL: url,
          FLIT_USERNAME: "__token__",
          FLIT_PASSWORD: token ?? "",
          ...options.env,
        },
      }),
  },
  {
    name: "hatch",
    command: "hatch publish",
    skip: null,
    trustedPublishing: null,
    publish: (python, { folder, files }, { url, token }, options = {}) =>
      python.run("hatch", [
        ...["publish", "--no-prompt", ...options.args ?? [], ...files],
      ], {
        cwd: folder,
        env: {
          HATCH_INDEX_REPO: url,
          HATCH_INDEX_USER: "__token__",
          HATCH_INDEX_AUTH: token ?? "",
          ...options.env,
        },
      }),
  },
  {
    name: "poetry",
    command: "poetry publish",
    skip: ["--skip-existing"],
    trustedPublishing: null,
    publish: (python, { folder }, { url, token }, options = {}) =>
      python.run("poetry", [
        ...["publish", "--no-interaction", "--repository", "box"],
        ...options.args ?? [],
      ], {
        cwd: folder,
        env: {
          POETRY_REPOSITORIES_BOX_URL: url,
          POETRY_HTTP_BASIC_BOX_USERNAME: "__token__",
          POETRY_HTTP_BASIC_BOX_PASSWORD: token ?? "",
          ...options.env,
        },
      }),
  },
];

/** What a project is like. */
export interface ProjectSpec {
  readonly name: string;
  /** A line in its only module, which makes other bytes. */
  readonly line?: string;
  readonly summary?: string;
}

/** Writes a project that every tool can publish, distributions included. */
export async function makeProject(
  folder: string,
  { name, line = "", summary = "A project" }: ProjectSpec,
): Promise<Project> {
  const module = name.replaceAll("-", "_");
  const source = `"""${summary}"""\n__version__ = "1.0"\n${line}\n`;
  const dist = join(folder, "dist");
  await Deno.mkdir(dist, { recursive: true });
  await Deno.writeTextFile(join(folder, `${module}.py`), source);
  await Deno.writeTextFile(
    join(folder, "pyproject.toml"),
    `[build-system]
requires = ["flit_core"]
build-backend = "flit_core.buildapi"

[project]
name = "${name}"
version = "1.0"
description = "${summary}"
authors = [{ name = "Maker", email = "maker@example.org" }]
`,
  );
  const spec = {
    name,
    headers: `Summary: ${summary}\n`,
    files: { [`${module}.py`]: source },
  };
  const wheel = join(dist, `${module}-1.0-py3-none-any.whl`);
  const sdist = join(dist, `${module}-1.0.tar.gz`);
  await Deno.writeFile(wheel, buildWheel(spec));
  await Deno.writeFile(sdist, buildSdist(spec));
  return { folder, files: [wheel, sdist] };
}

/** Not PyPI, where twine still asks a host of long ago what is there. */
export const TESTPYPI = "https://test.pypi.org/legacy/";

/** Puts a sandbox in TestPyPI's place, TLS included, for whoever has the variables. */
export async function poseAsTestPypi(
  sandbox: Sandbox,
): Promise<AsyncDisposable & { env: Record<string, string> }> {
  const proxy = await startTlsProxy({ "test.pypi.org": sandbox.handle });
  const { HTTPS_PROXY = "", DENO_CERT = "" } = proxy.env;
  return {
    env: {
      HTTPS_PROXY,
      SSL_CERT_FILE: DENO_CERT,
      REQUESTS_CA_BUNDLE: DENO_CERT,
    },
    [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
  };
}
