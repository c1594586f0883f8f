/**
 * A project with a git remote, a GitHub and a PyPI of its own: everything that
 * a release touches, on this machine.
 */

import { createHash } from "node:crypto";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { buildSdist, buildWheel } from "../helpers/archives.ts";
import { childEnv, type CliResult, denoArgs } from "../helpers/cli.ts";
import { type GitHubApi, startGitHubApi } from "../helpers/github_api.ts";
import {
  DEMO_PUBLISHER,
  type RunningSandbox,
  startSandbox,
} from "../helpers/sandbox.ts";
import { startTlsProxy, type TlsProxy } from "../helpers/tls_proxy.ts";

/** The token of the stand-in, which must reach nobody else. */
export const GITHUB_TOKEN = "ghs_onlyForTheApi0123456789";

/** Everything that a release touches. */
export interface World extends AsyncDisposable {
  readonly folder: string;
  readonly project: string;
  readonly pypi: RunningSandbox;
  readonly testpypi: RunningSandbox;
  readonly api: GitHubApi;
  readonly proxy: TlsProxy;
  /** Runs git in the project. */
  readonly git: (...args: string[]) => Promise<string>;
  /** Writes files of the project. */
  readonly write: (files: Readonly<Record<string, string>>) => Promise<void>;
  /** Commits everything and pushes it. */
  readonly commit: (message: string) => Promise<string>;
  /** Runs the command line in the project, as a job of GitHub Actions. */
  readonly run: (
    args: readonly string[],
    options?: RunOptions,
  ) => Promise<CliResult>;
  /** The environment of such a job. */
  readonly jobEnv: (options?: RunOptions) => Record<string, string>;
  /** The commit of a tag at the remote, or `null`. */
  readonly remoteTag: (tag: string) => Promise<string | null>;
}

/** Options for a run. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Called for each chunk of standard error; may kill the process. */
  readonly watch?: (stderr: string, kill: () => void) => void;
}

/** Options for {@linkcode createWorld}. */
export interface WorldOptions {
  /** Files of the project; `pyproject.toml` and a build are there by default. */
  readonly files?: Readonly<Record<string, string>>;
  /** Names of the projects that the publisher may publish. */
  readonly projects?: readonly string[];
  /** The name of the project's folder. */
  readonly folderName?: string;
}

/** The files of each variant. */
export const WHEEL = "demo-1.0-py3-none-any.whl";
export const SDIST = "demo-1.0.tar.gz";

/** Hooks that leave a trace beside the project. */
export const HOOKS = `pre_release = ["env > ../pre_env.txt"]
post_release = ["env > ../post_env.txt; echo {version} {tag} >> ../post.txt"]
`;

/** The table that has a prepared pair of files copied for each build. */
export const SCRIPTED_BUILD = `[tool.releasio.hooks]
build = "sh build.sh"
`;

/**
 * Every build takes the next variant: the wheel is the same each time, the
 * sdist never.
 */
const BUILD_SCRIPT = `set -e
env > "$RELEASIO_PROJECT_PATH/../build_env.txt"
count=$(ls ../builds 2>/dev/null | wc -l)
mkdir -p ../builds dist
touch ../builds/$count
cp ../variants/$((count % 4))/*demo* dist/
echo "built $RELEASIO_VERSION at $SOURCE_DATE_EPOCH"
`;

/** The default `pyproject.toml`. */
export function pyproject(version = "1.0", more = ""): string {
  return `[project]
name = "demo"
version = "${version}"

${SCRIPTED_BUILD}${more}`;
}

/** Makes a world; dispose of it. */
export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const { folderName = "project", projects = ["demo"] } = options;
  const folder = await Deno.makeTempDir({ prefix: "releasio-world-" });
  const project = `${folder}/${folderName}`;
  const entries = projects.map((name) => ({
    publisher: DEMO_PUBLISHER,
    project: name,
  }));
  const pypi = await startSandbox({ publishers: entries });
  const testpypi = await startSandbox({
    publishers: entries,
    audience: "testpypi",
  });
  const api = startGitHubApi(GITHUB_TOKEN);
  const proxy = await startTlsProxy({
    "pypi.org": pypi.sandbox.handle,
    "upload.pypi.org": pypi.sandbox.handle,
    "test.pypi.org": testpypi.sandbox.handle,
  });

  const git = (...args: string[]) => runGit(project, args);
  const write = async (files: Readonly<Record<string, string>>) => {
    for (const [path, text] of Object.entries(files)) {
      const whole = `${project}/${path}`;
      await Deno.mkdir(whole.slice(0, whole.lastIndexOf("/")), {
        recursive: true,
      });
      await Deno.writeTextFile(whole, text);
    }
  };
  const commit = async (message: string) => {
    await git("add", "--all");
    await git("commit", "--quiet", "--allow-empty", "-m", message);
    await git("push", "--quiet", "origin", "HEAD");
    return await git("rev-parse", "HEAD");
  };
  const jobEnv = ({ env = {} }: RunOptions = {}) =>
    childEnv({
      ...pypi.githubEnv(),
      ...GIT_IDENTITY,
      ...proxy.env,
      GITHUB_API_URL: api.url,
      GITHUB_TOKEN,
      RELEASIO_PUBLISH_REGISTRY: "",
      RELEASIO_PUBLISH_ATTESTATIONS: "off",
      ...env,
    });
  const world: World = {
    folder,
    project,
    pypi,
    testpypi,
    api,
    proxy,
    git,
    write,
    commit,
    jobEnv,
    async run(args, options = {}) {
      const child = new Deno.Command(Deno.execPath(), {
        args: [...denoArgs(), ...args],
        cwd: options.cwd ?? project,
        env: jobEnv(options),
        clearEnv: true,
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      return await follow(child, options.watch);
    },
    async remoteTag(tag) {
      const found = await git("ls-remote", "origin", `refs/tags/${tag}`);
      return found.split("\t")[0] || null;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(
        [pypi, testpypi, api, proxy].map((one) => one[Symbol.asyncDispose]()),
      );
      await Deno.remove(folder, { recursive: true });
    },
  };
  await Deno.mkdir(project);
  await prepareVariants(folder, "1.0");
  await runGit(folder, [
    "init",
    "--quiet",
    "--bare",
    "-b",
    "main",
    "remote.git",
  ]);
  await git("init", "--quiet", "-b", "main");
  await git("remote", "add", "origin", `${folder}/remote.git`);
  await write({
    ".gitignore": "dist/\n",
    "build.sh": BUILD_SCRIPT,
    "pyproject.toml": pyproject(),
    ...options.files,
  });
  await commit("Begin");
  return world;
}

/** Makes four builds of a version that differ in their sdist. */
export async function prepareVariants(
  folder: string,
  version: string,
  name = "demo",
): Promise<void> {
  for (let variant = 0; variant < 4; variant++) {
    const place = `${folder}/variants/${variant}`;
    await Deno.mkdir(place, { recursive: true });
    const spec = { name, version, description: "A demo." };
    await Deno.writeFile(
      `${place}/${name}-${version}-py3-none-any.whl`,
      buildWheel(spec),
    );
    await Deno.writeFile(
      `${place}/${name}-${version}.tar.gz`,
      buildSdist({ ...spec, files: { "build_number.txt": `${variant}\n` } }),
    );
  }
}

/** What is in a folder, sorted. */
export async function namesIn(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return entries.map(({ name }) => name).sort();
}

/** Names and digests of what an index has. */
export function filesOn({ sandbox }: RunningSandbox): Record<string, string> {
  return Object.fromEntries(
    [...sandbox.state.projects.values()].flatMap(({ files }) =>
      files.map((file) => [file.filename, file.sha256] as const)
    ).sort(),
  );
}

/** Names and digests of a release's files on GitHub. */
export function assetsOf(api: GitHubApi, tag: string): Record<string, string> {
  const release = api.releases.find(({ tag_name }) => tag_name === tag);
  return Object.fromEntries(
    (release?.assets ?? []).map(({ name, bytes }) =>
      [name, createHash("sha256").update(bytes).digest("hex")] as const
    ).sort(),
  );
}

/** What a finished release looks like, whatever way it came about. */
export async function assertReleased(
  world: World,
  body?: string,
): Promise<void> {
  const { pypi, api } = world;
  assertEquals(Object.keys(filesOn(pypi)), [WHEEL, SDIST]);
  assertEquals(assetsOf(api, "v1.0"), filesOn(pypi));
  assertEquals(
    await world.remoteTag("v1.0"),
    await world.git("rev-parse", "HEAD"),
  );
  assertEquals(
    api.releases.map(({ tag_name, draft, prerelease, target_commitish }) => [
      tag_name,
      draft,
      prerelease,
      target_commitish,
    ]),
    [["v1.0", false, false, await world.git("rev-parse", "HEAD")]],
  );
  const release = api.releases[0]!;
  assert(!release.body.includes("<!--"), release.body);
  if (body !== undefined) assertStringIncludes(release.body, body);
  const leaks = api.requests.filter(({ path, authorization }) =>
    path.startsWith("/storage/") && authorization !== null
  );
  assertEquals(leaks, []);
}

const GIT_IDENTITY = {
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "Test",
  GIT_AUTHOR_EMAIL: "test@example.com",
  GIT_COMMITTER_NAME: "Test",
  GIT_COMMITTER_EMAIL: "test@example.com",
};

async function runGit(cwd: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command("git", {
    args: [...args],
    cwd,
    env: GIT_IDENTITY,
  }).output();
  const text = new TextDecoder().decode(stdout).trim();
  if (code === 0) return text;
  throw new Error(`git ${args[0]}: ${new TextDecoder().decode(stderr)}`);
}

async function follow(
  child: Deno.ChildProcess,
  watch: RunOptions["watch"],
): Promise<CliResult> {
  const kill = () => {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
  };
  const collect = async (
    stream: ReadableStream<Uint8Array<ArrayBuffer>>,
    onText?: (text: string) => void,
  ) => {
    let text = "";
    for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      onText?.(text);
    }
    return text;
  };
  const [stdout, stderr, { code }] = await Promise.all([
    collect(child.stdout),
    collect(child.stderr, (text) => watch?.(text, kill)),
    child.status,
  ]);
  return { code, stdout, stderr };
}
