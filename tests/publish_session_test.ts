/** What a run comes to with what it authenticates with, and with the index's limits. */

import { assert, assertEquals } from "@std/assert";
import { parseRegistry, type Registry } from "../lib/config/registry.ts";
import { resolveConfig } from "../lib/config/resolve_config.ts";
import type { Settings } from "../lib/config/settings.ts";
import type { Context } from "../lib/context.ts";
import { publish } from "../lib/publish.ts";
import type { PublishReport } from "../lib/report/report.ts";
import { TOKEN_REQUEST_PATH } from "../lib/sandbox/github_job.ts";
import { gitlabClaims } from "../lib/sandbox/mod.ts";
import { makeRelease } from "./faults/world.ts";
import { testContext } from "./helpers/context.ts";
import { type Answer, startFakeIndex } from "./helpers/fake_index.ts";
import { fileTree } from "./helpers/files.ts";
import {
  DEMO_PUBLISHER,
  type RunningSandbox,
  startSandbox,
} from "./helpers/sandbox.ts";

const GITLAB = {
  provider: "gitlab",
  namespace: "example",
  project: "demo",
  workflow: ".gitlab-ci.yml",
  environment: null,
  issuer: "https://gitlab.com",
} as const;

type Files = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/** Three wheels and an sdist of each project. */
function releasesOf(projects: readonly string[]): Files {
  return new Map(
    projects.flatMap((project) => [...makeRelease(project, 3, () => 0.5)]),
  );
}

/** What is published, where to, and as whom. */
interface Run {
  readonly files: Files;
  readonly registry: Registry;
  readonly env?: Readonly<Record<string, string>>;
  readonly settings?: Partial<Settings>;
  readonly fetch?: Context["fetch"];
}

/** What a run came to. */
interface Outcome {
  readonly report: PublishReport;
  readonly statuses: Readonly<Record<string, string>>;
}

/** Publishes one file after the other, with a clock that does not wait. */
async function publishFiles(
  { files, registry, env = {}, settings, ...run }: Run,
): Promise<Outcome> {
  const context: Context = {
    ...testContext({
      env,
      ...fileTree(
        Object.fromEntries(
          [...files].map(([name, bytes]) => [`dist/${name}`, bytes]),
        ),
      ),
    }),
    fetch: run.fetch ?? ((request) => fetch(request)),
    now: Date.now,
    sleep: () => Promise.resolve(),
  };
  const resolved = await resolveConfig(context, {});
  const report = await publish(context, {
    settings: {
      ...resolved.settings,
      attestations: "off",
      validateBeforePublish: false,
      jobs: 1,
      ...settings,
      registries: [registry],
    },
  });
  const statuses = Object.fromEntries(
    report.runs[0]!.files.map(({ file, status }) => [file, status]),
  );
  return { report, statuses };
}

function registryOf({ url }: RunningSandbox): Registry {
  return parseRegistry(`${url}/legacy/`);
}

/** How many requests the sandbox saw, by method and beginning of the path. */
function countOf({ sandbox }: RunningSandbox, beginning: string): number {
  return sandbox.state.requests
    .filter(({ method, path }) => `${method} ${path}`.startsWith(beginning))
    .length;
}

async function gitlabJob(
  { sandbox }: RunningSandbox,
): Promise<Record<string, string>> {
  const options = { audience: "pypi", now: Date.now() };
  return {
    GITLAB_CI: "true",
    PYPI_ID_TOKEN: await sandbox.issueToken(gitlabClaims({}, options)),
  };
}

Deno.test("publish() asks for no identity when nothing is left to send", async () => {
  await using running = await startSandbox({
    publishers: [{ publisher: DEMO_PUBLISHER, project: "demo" }],
  });
  const files = releasesOf(["demo"]);
  const registry = registryOf(running);
  const first = await publishFiles({
    files,
    registry,
    env: running.githubEnv(),
  });
  assertEquals(first.report.exitCode, 0);
  assertEquals(countOf(running, `GET ${TOKEN_REQUEST_PATH}`), 1);
  for (const env of [running.githubEnv(), {}]) {
    running.sandbox.state.requests.length = 0;
    const { report, statuses } = await publishFiles({
      files,
      registry,
      env,
      settings: { trustedPublishing: "always" },
    });
    assertEquals([report.exitCode, report.error], [0, null]);
    assertEquals(new Set(Object.values(statuses)), new Set(["existing"]));
    assertEquals(countOf(running, `GET ${TOKEN_REQUEST_PATH}`), 0);
    assertEquals(countOf(running, "POST "), 0);
  }
});

Deno.test("publish() sends several projects with one token", async () => {
  const projects = ["aa", "bb", "cc"];
  await using running = await startSandbox({
    publishers: projects.map((project) => ({
      publisher: DEMO_PUBLISHER,
      project,
    })),
  });
  const { report, statuses } = await publishFiles({
    files: releasesOf(projects),
    registry: registryOf(running),
    env: running.githubEnv(),
    settings: { jobs: 4 },
  });
  assertEquals(report.exitCode, 0);
  assertEquals(Object.values(statuses), Array(12).fill("uploaded"));
  assertEquals(
    running.sandbox.state.mintedTokens.map(({ burnt }) => burnt),
    [true],
  );
});

Deno.test("publish() ends with the only token of a job, and goes on in the next job", async () => {
  await using running = await startSandbox({
    publishers: [{ publisher: GITLAB, project: "demo" }],
  });
  const { sandbox } = running;
  const files = releasesOf(["demo"]);
  const registry = registryOf(running);
  const ended = await publishFiles({
    files,
    registry,
    env: await gitlabJob(running),
    fetch: async (request) => {
      const response = await fetch(request);
      if (countOf(running, "POST /legacy/") === 2) sandbox.expireTokens();
      return response;
    },
  });
  assertEquals(ended.report.exitCode, 4);
  assertEquals(ended.report.error?.code, "token-expired");
  assertEquals(Object.values(ended.statuses).toSorted(), [
    "failed",
    "not-attempted",
    "uploaded",
    "uploaded",
  ]);
  assertEquals(countOf(running, "POST /_/oidc/mint-token"), 1);
  assertEquals(countOf(running, "POST /legacy/"), 3);

  const next = await publishFiles({
    files,
    registry,
    env: await gitlabJob(running),
  });
  assertEquals(next.report.exitCode, 0);
  for (const [file, status] of Object.entries(ended.statuses)) {
    assertEquals(
      next.statuses[file],
      status === "uploaded" ? "existing" : "uploaded",
    );
  }
  assertEquals(countOf(running, "POST /legacy/"), 3 + 2);
  assertEquals(sandbox.state.mintedTokens.map(({ burnt }) => burnt), [
    true,
    true,
  ]);
});

Deno.test("publish() tries no other new project after one too many, and sends the old ones", async () => {
  await using index = startFakeIndex();
  index.files.set("old-0.9.tar.gz", "0".repeat(64));
  const refuseNew: Answer = ({ filename }, store) =>
    filename.startsWith("old-")
      ? store()
      : new Response("Too many new projects created", { status: 429 });
  index.answers.push(...Array(20).fill(refuseNew));
  const { report, statuses } = await publishFiles({
    files: releasesOf(["alpha", "beta", "gamma", "old"]),
    registry: index.registry,
    env: { PYPI_TOKEN: "secret" },
  });
  assertEquals(report.exitCode, 6);
  assertEquals(report.error?.code, "too-many-new-projects");
  const isOld = (filename: string) => filename.startsWith("old-");
  for (const [file, status] of Object.entries(statuses)) {
    if (isOld(file)) assertEquals(status, "uploaded");
    else assert(["failed", "not-attempted"].includes(status), file);
  }
  const sent = index.uploads.map(({ filename }) => filename);
  assertEquals(sent.filter((name) => !isOld(name)).length, 1);
  assertEquals(sent.filter(isOld).length, 4);
});

Deno.test("publish() sends nothing that would make a project larger than `maxProjectSize`", async () => {
  await using running = await startSandbox({
    publishers: [{ publisher: DEMO_PUBLISHER, project: "demo" }],
  });
  const files = releasesOf(["demo"]);
  const size = [...files.values()].reduce((sum, { length }) => sum + length, 0);
  // Other kinds of indexes have no such limit.
  const registry: Registry = { ...registryOf(running), kind: "pypi" };
  const run = { registry, env: running.githubEnv() };
  await publishFiles({ ...run, files: new Map([...files].slice(0, 1)) });
  running.sandbox.state.requests.length = 0;
  const tooLarge = await publishFiles({
    ...run,
    files,
    settings: { maxProjectSize: size - 1 },
  });
  assertEquals(tooLarge.report.exitCode, 5);
  assertEquals(tooLarge.report.error?.code, "project-too-large");
  assertEquals(Object.values(tooLarge.statuses).toSorted(), [
    "existing",
    "failed",
    "failed",
    "failed",
  ]);
  assertEquals(countOf(running, "POST "), 0);
  const enough = await publishFiles({
    ...run,
    files,
    settings: { maxProjectSize: size },
  });
  assertEquals(enough.report.exitCode, 0);
});
