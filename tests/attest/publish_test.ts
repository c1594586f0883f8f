import { assertEquals, assertStringIncludes } from "@std/assert";
import { publicGoodServices } from "../../lib/attest/mod.ts";
import { PYPI, TESTPYPI } from "../../lib/config/registry.ts";
import { githubSummary } from "../../lib/report/github_summary.ts";
import { publishDocument } from "../../lib/report/json.ts";
import { renderReport } from "../../lib/report/render_report.ts";
import type { Sandbox } from "../../lib/sandbox/mod.ts";
import { type RunningSandbox, startSandbox } from "../helpers/sandbox.ts";
import { DEMO, PUBLISHERS, publishTo } from "./publish_to.ts";

function pathsOf({ sandbox }: RunningSandbox): string[] {
  return sandbox.state.requests.map(({ method, path }) => `${method} ${path}`);
}

/** A wheel and an sdist. */
async function demoFiles(): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(DEMO), ({ name }) => name)).sort();
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

Deno.test("publish() signs for TestPyPI and then for PyPI in one run", async () => {
  await using pypi = await startSandbox({ publishers: PUBLISHERS });
  await using testpypi = await startSandbox({
    publishers: PUBLISHERS,
    audience: "testpypi",
    sharesWith: pypi.sandbox,
  });
  const hosts: Readonly<Record<string, Sandbox>> = {
    "test.pypi.org": testpypi.sandbox,
    "pypi.org": pypi.sandbox,
    "upload.pypi.org": pypi.sandbox,
    "fulcio.sigstore.dev": pypi.sandbox,
    "rekor.sigstore.dev": pypi.sandbox,
  };
  const { trustedRoot } = await pypi.sandbox.sigstoreServices(pypi.url);
  const report = await publishTo(pypi, {
    policy: "required",
    wait: true,
    registries: [TESTPYPI, PYPI],
    sigstore: { ...publicGoodServices(), trustedRoot },
    fetch: (request) => {
      const { hostname } = new URL(request.url);
      return hosts[hostname]?.handle(request) ?? fetch(request);
    },
  });
  assertEquals(report.error, null);
  assertEquals(report.findings, []);
  for (const [at, { sandbox }] of [testpypi, pypi].entries()) {
    const { registry, files } = report.runs[at]!;
    assertEquals(registry, [TESTPYPI, PYPI][at]!.uploadUrl);
    for (const { file, status, attestations } of files) {
      assertEquals([status, attestations], ["uploaded", 1]);
      const response = await sandbox.handle(
        new Request(
          `https://pypi.org/integrity/releasio-demo/1.0.0/${file}/provenance`,
        ),
      );
      assertEquals(response.status, 200);
      const { attestation_bundles: [bundle] } = await response.json();
      assertEquals(bundle.publisher.repository, "example/demo");
      assertEquals(bundle.attestations.length, 1);
    }
  }
  const tokens = [testpypi, pypi]
    .map(({ sandbox }) => sandbox.state.mintedTokens.length);
  assertEquals(tokens, [1, 1]);
  assertEquals(
    pathsOf(pypi).filter((path) => path === "POST /api/v1/log/entries").length,
    4,
  );
});

Deno.test("publish() never writes to the folder that it publishes", async () => {
  await using running = await startSandbox({ publishers: PUBLISHERS });
  const before = await demoFiles();
  await publishTo(running);
  assertEquals(await demoFiles(), before);
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

Deno.test("publish() notes an attestation that belongs to no file of the run", async () => {
  await using running = await startSandbox({ publishers: PUBLISHERS });
  const folder = await Deno.makeTempDir();
  try {
    const [wheel, sdist] = await demoFiles();
    await Deno.copyFile(`${DEMO}/${wheel}`, `${folder}/${wheel}`);
    const strays = [`${sdist}.publish.attestation`, `${wheel}.attestation`];
    for (const name of strays) {
      await Deno.writeTextFile(`${folder}/${name}`, "");
    }
    for (const status of ["uploaded", "existing"]) {
      const report = await publishTo(running, { path: folder });
      assertEquals(report.error, null);
      assertEquals(report.runs[0]!.files.map((file) => file.status), [status]);
      assertEquals(
        report.findings.map(({ code, severity, file }) => [
          code,
          severity,
          file,
        ]),
        strays.sort().map((name) => ["attestation-stray", "note", name]),
      );
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
