import { assertEquals, assertStringIncludes } from "@std/assert";
import { parseRegistry } from "../../lib/config/registry.ts";
import { resolveConfig } from "../../lib/config/resolve_config.ts";
import type { AttestationPolicy } from "../../lib/config/settings.ts";
import type { Context } from "../../lib/context.ts";
import { denoContext } from "../../lib/deno_context.ts";
import { publish } from "../../lib/publish.ts";
import { githubSummary } from "../../lib/report/github_summary.ts";
import { publishDocument } from "../../lib/report/json.ts";
import { renderReport } from "../../lib/report/render_report.ts";
import type { GitHubIdentity } from "../../lib/sandbox/mod.ts";
import { testContext } from "../helpers/context.ts";
import { ROOT } from "../helpers/paths.ts";
import { type RunningSandbox, startSandbox } from "../helpers/sandbox.ts";

const DEMO = `${ROOT}examples/demo/dist`;
const PUBLISHER = {
  provider: "github",
  owner: "example",
  repository: "demo",
  workflow: "release.yml",
  environment: null,
} as const;
const PUBLISHERS = [{ publisher: PUBLISHER, project: "releasio-demo" }];

interface Run {
  readonly policy?: AttestationPolicy;
  readonly identity?: GitHubIdentity;
  readonly wait?: boolean;
  readonly path?: string;
  /** Further indexes, after the first one. */
  readonly also?: readonly RunningSandbox[];
}

/** Publishes to a sandbox, with a clock that does not wait. */
async function publishTo(
  running: RunningSandbox,
  { policy = "preferred", identity, wait, path = DEMO, also = [] }: Run = {},
) {
  const real = denoContext();
  const context: Context = {
    ...testContext({ env: running.githubEnv(identity) }),
    fetch: real.fetch,
    openFile: real.openFile,
    readDirectory: real.readDirectory,
    now: Date.now,
    sleep: () => Promise.resolve(),
  };
  const { settings } = await resolveConfig(context, {});
  return await publish(context, {
    settings: {
      ...settings,
      attestations: policy,
      registries: [running, ...also]
        .map(({ url }) => parseRegistry(`${url}/legacy/`)),
    },
    paths: [path],
    waitTimeout: wait ? 60 : 0,
    sigstore: await running.sandbox.sigstoreServices(running.url),
  });
}

function pathsOf({ sandbox }: RunningSandbox): string[] {
  return sandbox.state.requests.map(({ method, path }) => `${method} ${path}`);
}

Deno.test("publish() signs every file before it mints and uploads", async () => {
  await using running = await startSandbox({ publishers: PUBLISHERS });
  const report = await publishTo(running, { policy: "required", wait: true });
  assertEquals(report.error, null);
  assertEquals(report.findings, []);
  assertEquals(report.runs[0]!.files.map((file) => file.attestations), [1, 1]);
  const paths = pathsOf(running).filter((path) => /^POST|integrity/.test(path));
  assertEquals(paths.slice(0, 6), [
    "POST /api/v2/signingCert",
    "POST /api/v1/log/entries",
    "POST /api/v1/log/entries",
    "POST /_/oidc/mint-token",
    "POST /legacy/",
    "POST /legacy/",
  ]);
  // Burnt in between; then read back, file by file.
  assertEquals(
    paths.filter((path) => path.startsWith("GET /integrity")).length,
    2,
  );
});

Deno.test("publish() signs nothing that is there already", async () => {
  await using running = await startSandbox({ publishers: PUBLISHERS });
  await publishTo(running);
  running.sandbox.state.requests.length = 0;
  const report = await publishTo(running);
  assertEquals(report.ok, true);
  assertEquals(
    pathsOf(running).filter((path) => path.includes("/api/")),
    [],
  );
});

Deno.test("publish() releases without attestations when Sigstore is down, and says so everywhere", async () => {
  await using running = await startSandbox({ publishers: PUBLISHERS });
  running.sandbox.fail({
    match: "POST /api/v1/log/entries",
    status: 502,
    times: 999,
  });
  const report = await publishTo(running);
  assertEquals(report.exitCode, 0);
  assertEquals(report.runs[0]!.files.map((file) => file.attestations), [0, 0]);
  assertEquals(report.runs[0]!.files.map((file) => file.status), [
    "uploaded",
    "uploaded",
  ]);
  const text = "Published without attestations";
  assertStringIncludes(report.findings[0]!.message, text);
  assertStringIncludes(publishDocument(report), text);
  assertStringIncludes(githubSummary(report), text);
  assertStringIncludes(renderReport(report, { colour: false }), text);
});

Deno.test("publish() sends nothing under required when Sigstore is down", async () => {
  await using running = await startSandbox({ publishers: PUBLISHERS });
  running.sandbox.fail({
    match: "POST /api/v2/signingCert",
    status: 503,
    times: 999,
  });
  const report = await publishTo(running, { policy: "required" });
  assertEquals(report.exitCode, 6);
  assertEquals(report.error?.code, "sigstore-unavailable");
  assertEquals(running.sandbox.state.mintedTokens.length, 0);
  assertEquals(
    pathsOf(running).some((path) => path.startsWith("POST /legacy")),
    false,
  );
  assertEquals(report.runs[0]!.files.map((file) => file.status), [
    "not-attempted",
    "not-attempted",
  ]);
});

Deno.test("publish() stops under required in a reusable workflow, before anything is signed", async () => {
  await using running = await startSandbox({ publishers: PUBLISHERS });
  const report = await publishTo(running, {
    policy: "required",
    identity: {
      jobWorkflowRef: "example/demo/.github/workflows/up.yml@refs/heads/main",
    },
  });
  assertEquals(report.exitCode, 2);
  assertEquals(report.error?.code, "attestations-reusable-workflow");
  assertEquals(
    pathsOf(running).filter((path) => path.startsWith("POST")),
    [],
  );
});

Deno.test("publish() goes on with attestations for the next index", async () => {
  await using first = await startSandbox({ publishers: PUBLISHERS });
  // A second index that believes the first one's Sigstore instance.
  const second = first.url.replace("127.0.0.1", "localhost");
  const report = await publishTo(first, {
    policy: "required",
    also: [{ ...first, url: second }],
  });
  assertEquals(report.error, null);
  assertEquals(
    report.runs.flatMap(({ files }) => files.map(({ status }) => status)),
    ["uploaded", "uploaded", "existing", "existing"],
  );
});

Deno.test("publish() never writes to the folder that it publishes", async () => {
  await using running = await startSandbox({ publishers: PUBLISHERS });
  const names = async () =>
    (await Array.fromAsync(Deno.readDir(DEMO), ({ name }) => name)).sort();
  const before = await names();
  await publishTo(running);
  assertEquals(await names(), before);
});

Deno.test("publish() sends the attestation that lies next to a file", async () => {
  await using running = await startSandbox({ publishers: PUBLISHERS });
  await publishTo(running);
  const [file] = running.sandbox.state.projects.get("releasio-demo")!.files;
  const [attestation] = JSON.parse(file!.attestations!);
  const folder = await Deno.makeTempDir();
  try {
    await Deno.copyFile(
      `${DEMO}/${file!.filename}`,
      `${folder}/${file!.filename}`,
    );
    await Deno.writeTextFile(
      `${folder}/${file!.filename}.publish.attestation`,
      JSON.stringify(attestation),
    );
    running.sandbox.state.projects.get("releasio-demo")!.files.length = 0;
    running.sandbox.state.requests.length = 0;
    const report = await publishTo(running, { path: folder });
    assertEquals(report.error, null);
    assertEquals(report.runs[0]!.files[0]!.attestations, 1);
    assertEquals(
      pathsOf(running).some((path) => path.includes("/api/")),
      false,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
