/**
 * Where the snippets run: a project with distributions, and sandboxes in the
 * places of PyPI and TestPyPI, so that commands and programs run as they are
 * written.
 */

import {
  createSandbox,
  githubClaims,
  gitlabClaims,
  type Sandbox,
} from "../../lib/sandbox/mod.ts";
import { childEnv, CONFIG, homeEnv } from "../helpers/cli.ts";
import { ROOT } from "../helpers/paths.ts";
import type { Snippet } from "./pages.ts";

/** A project, and the indexes around it. */
export interface World extends AsyncDisposable {
  /** The project's folder. */
  readonly folder: string;
  /** Deno's flags for whatever runs here. */
  readonly denoFlags: readonly string[];
  /** The environment of a job of GitHub Actions. */
  readonly ciEnv: () => Record<string, string>;
  /** The environment of a job of GitLab CI/CD. */
  readonly gitlabEnv: () => Record<string, string>;
  /** The environment of a person who can type an API token. */
  readonly laptopEnv: () => Record<string, string>;
  /** An API token of PyPI. */
  readonly apiToken: string;
}

/** Makes a world; each has a project and indexes of its own. */
export async function createWorld(): Promise<World> {
  const folder = await Deno.makeTempDir({ prefix: "releasio-docs-" });
  await copyDemo(folder);
  const indexes = {
    pypi: await serveIndex("pypi"),
    testpypi: await serveIndex("testpypi"),
  };
  const { pypi, testpypi } = indexes;
  const github = serveIdentities(indexes);
  const home = await homeEnv(folder);
  const gitlabTokens = {
    PYPI_ID_TOKEN: await issueGitlabToken(pypi.sandbox, "pypi"),
    TESTPYPI_ID_TOKEN: await issueGitlabToken(testpypi.sandbox, "testpypi"),
  };
  const apiToken = pypi.sandbox.createApiToken({ site: "pypi.org" });
  await Deno.writeTextFile(
    `${folder}/.redirect.ts`,
    redirection({
      "pypi.org": pypi.url,
      "upload.pypi.org": pypi.url,
      "test.pypi.org": testpypi.url,
    }),
  );
  const env = {
    ...home,
    // There is no Sigstore here.
    RELEASIO_PUBLISH_ATTESTATIONS: "off",
    RUNNER_TEMP: `${folder}/.runner`,
  };
  return {
    folder,
    apiToken,
    denoFlags: [
      "--no-prompt",
      ...["-c", CONFIG],
      ...["--preload", `${folder}/.redirect.ts`],
    ],
    ciEnv() {
      const job = pypi.sandbox.githubEnvironment(pypi.url, JOB);
      // The snippets say themselves where to publish.
      delete job.RELEASIO_PUBLISH_REGISTRY;
      return childEnv({
        ...env,
        ...job,
        ACTIONS_ID_TOKEN_REQUEST_URL: `${github.url}/?api-version=2.0`,
        GITHUB_STEP_SUMMARY: `${folder}/.runner/summary.md`,
        GITHUB_OUTPUT: `${folder}/.runner/outputs`,
      });
    },
    gitlabEnv: () => childEnv({ ...env, ...gitlabTokens, GITLAB_CI: "true" }),
    laptopEnv: () => childEnv(env),
    async [Symbol.asyncDispose]() {
      await Promise.all([pypi.stop(), testpypi.stop(), github.stop()]);
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** The job that the pages speak of. */
const JOB = { owner: "octo", repository: "demo", environment: "pypi" };

async function copyDemo(folder: string): Promise<void> {
  const demo = `${ROOT}examples/demo`;
  await Deno.mkdir(`${folder}/dist`);
  await Deno.mkdir(`${folder}/.runner`);
  await Deno.mkdir(`${folder}/.git`);
  await Deno.writeTextFile(
    `${folder}/.git/config`,
    '[remote "origin"]\n\turl = https://github.com/octo/demo.git\n',
  );
  await Deno.copyFile(`${demo}/pyproject.toml`, `${folder}/pyproject.toml`);
  for await (const { name } of Deno.readDir(`${demo}/dist`)) {
    await Deno.copyFile(`${demo}/dist/${name}`, `${folder}/dist/${name}`);
  }
}

interface Served {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

function serve(handle: (request: Request) => Promise<Response>): Served {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    handle,
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    stop: () => server.shutdown(),
  };
}

async function serveIndex(
  audience: string,
): Promise<Served & { readonly sandbox: Sandbox }> {
  const project = "releasio-demo";
  const sandbox = await createSandbox({
    audience,
    publishers: [
      {
        project,
        publisher: {
          provider: "github",
          ...JOB,
          workflow: "release.yml",
        },
      },
      {
        project,
        publisher: {
          provider: "gitlab",
          namespace: "octo",
          project: "demo",
          workflow: ".gitlab-ci.yml",
          environment: "pypi",
          issuer: "https://gitlab.com",
        },
      },
    ],
  });
  return { sandbox, ...serve(sandbox.handle) };
}

function issueGitlabToken(
  { issueToken }: Sandbox,
  audience: string,
): Promise<string> {
  const { owner: namespace, repository: project, environment } = JOB;
  return issueToken(
    gitlabClaims({ namespace, project, environment }, {
      audience,
      now: Date.now(),
    }),
  );
}

/** GitHub's token service: one job may publish to both indexes. */
function serveIdentities(
  indexes: Readonly<Record<string, { readonly sandbox: Sandbox }>>,
): Served {
  return serve(async ({ url }) => {
    const audience = new URL(url).searchParams.get("audience") ?? "";
    const value = await indexes[audience]!.sandbox.issueToken(
      githubClaims(JOB, { audience, now: Date.now() }),
    );
    return Response.json({ value });
  });
}

/** A module that sends what is for an index to the sandbox in its place. */
function redirection(targets: Readonly<Record<string, string>>): string {
  return `
const targets = new Map(Object.entries(${JSON.stringify(targets)}));
const send = globalThis.fetch;
globalThis.fetch = (input, init) => {
  const request = new Request(input, init);
  const { host, pathname, search } = new URL(request.url);
  const target = targets.get(host);
  return send(
    target === undefined
      ? request
      : new Request(target + pathname + search, request),
  );
};
`;
}

/** Writes the files that a page shows, so that its commands find them. */
export async function writeFiles(
  { folder }: World,
  snippets: readonly Snippet[],
): Promise<void> {
  for (const { file, text } of snippets) {
    if (file === null) continue;
    const path = `${folder}/${file}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(path, text);
  }
}
