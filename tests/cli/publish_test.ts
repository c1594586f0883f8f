import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import type { GitHubPublisher } from "../../lib/config/settings.ts";
import type { Sandbox } from "../../lib/sandbox/mod.ts";
import { runCli, transcripts } from "../helpers/cli.ts";
import { ROOT } from "../helpers/paths.ts";
import { type RunningSandbox, startSandbox } from "../helpers/sandbox.ts";

const DEMO = `${ROOT}examples/demo/dist`;
const WHEEL = "releasio_demo-1.0.0-py3-none-any.whl";
const SDIST = "releasio_demo-1.0.0.tar.gz";
const PUBLISHER: GitHubPublisher = {
  provider: "github",
  owner: "example",
  repository: "demo",
  workflow: "release.yml",
  environment: null,
};
/** Every secret of every run of this module, for the last test. */
const secrets = new Set<string>();

/** Keeps what a sandbox handed out, and holds it to giving it all back. */
function collectSecrets(sandbox: Sandbox): void {
  for (const { token, burnt } of sandbox.state.mintedTokens) {
    secrets.add(token.reveal());
    assert(burnt, "a minted token was not burnt");
  }
}

async function publishTo(
  running: RunningSandbox,
  options: {
    readonly args?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    readonly identity?: Parameters<RunningSandbox["githubEnv"]>[0];
  } = {},
) {
  const env = running.githubEnv(options.identity);
  secrets.add(env.ACTIONS_ID_TOKEN_REQUEST_TOKEN!);
  const result = await runCli(["publish", ...options.args ?? [DEMO]], {
    env: {
      ...env,
      RELEASIO_PUBLISH_REGISTRY: `${running.url}/legacy/`,
      ...options.env,
    },
  });
  collectSecrets(running.sandbox);
  return result;
}

function filesOn(running: RunningSandbox): string[] {
  return [...running.sandbox.state.projects.values()]
    .flatMap(({ files }) => files.map(({ filename }) => filename)).sort();
}

Deno.test("publish sends a first release through a publisher of the project", async () => {
  await using running = await startSandbox({
    publishers: [{ publisher: PUBLISHER, project: "releasio-demo" }],
  });
  const { code, stdout, stderr } = await publishTo(running);
  assertEquals(code, 0, stderr);
  assertEquals(stdout, "");
  assertStringIncludes(
    stderr,
    "auth: trusted publishing, GitHub example/demo release.yml",
  );
  assertEquals(filesOn(running), [WHEEL, SDIST]);
  const uploads = running.sandbox.state.requests
    .filter(({ path }) => path.startsWith("/legacy/"));
  assert(uploads.every(({ contentLength }) => contentLength !== null));
});

Deno.test("publish finds everything there the second time, and asks for no identity", async () => {
  await using running = await startSandbox({
    publishers: [{ publisher: PUBLISHER, project: "releasio-demo" }],
  });
  await publishTo(running);
  const before = running.sandbox.state.mintedTokens.length;
  const { code, stderr } = await publishTo(running);
  assertEquals(code, 0, stderr);
  assertEquals(running.sandbox.state.mintedTokens.length, before);
  assertStringIncludes(stderr, "already there");
});

Deno.test("publish creates the project of a pending publisher", async () => {
  await using running = await startSandbox({
    pendingPublishers: [{ publisher: PUBLISHER, project: "releasio-demo" }],
  });
  const { code, stderr } = await publishTo(running);
  assertEquals(code, 0, stderr);
  assertEquals(filesOn(running), [WHEEL, SDIST]);
});

Deno.test("publish explains a publisher that does not match, and sends nothing", async () => {
  await using running = await startSandbox({
    publishers: [{
      publisher: { ...PUBLISHER, environment: "release" },
      project: "releasio-demo",
    }],
  });
  const { code, stderr } = await publishTo(running);
  assertEquals(code, 4);
  assertStringIncludes(stderr, "Error: No matching trusted publisher found");
  assertStringIncludes(stderr, "environment");
  assertStringIncludes(stderr, "example/demo");
  assertEquals(filesOn(running), []);
});

Deno.test("publish refuses a fork's pull request before it asks for anything", async () => {
  await using running = await startSandbox();
  const event = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await Deno.writeTextFile(
      event,
      JSON.stringify({ pull_request: { head: { repo: { fork: true } } } }),
    );
    const env = running.githubEnv({ event: "pull_request" });
    delete env.ACTIONS_ID_TOKEN_REQUEST_URL;
    delete env.ACTIONS_ID_TOKEN_REQUEST_TOKEN;
    const { code, stderr } = await runCli(["publish", DEMO], {
      env: {
        ...env,
        GITHUB_EVENT_PATH: event,
        RELEASIO_PUBLISH_REGISTRY: `${running.url}/legacy/`,
      },
    });
    assertEquals(code, 4);
    assertStringIncludes(stderr, "fork");
    assertEquals(filesOn(running), []);
  } finally {
    await Deno.remove(event);
  }
});

Deno.test("publish names the permission that a job lacks", async () => {
  await using running = await startSandbox();
  const env = running.githubEnv();
  delete env.ACTIONS_ID_TOKEN_REQUEST_URL;
  delete env.ACTIONS_ID_TOKEN_REQUEST_TOKEN;
  const { code, stderr } = await runCli(["publish", DEMO], {
    env: { ...env, RELEASIO_PUBLISH_REGISTRY: `${running.url}/legacy/` },
  });
  assertEquals(code, 4);
  assertStringIncludes(stderr, "Error: OIDC token request failed");
  assertStringIncludes(stderr, "id-token: write");
});

/** Puts other bytes under the wheel's name. */
async function takeName(running: RunningSandbox): Promise<void> {
  const token = running.sandbox.createApiToken();
  secrets.add(token);
  const form = new FormData();
  const other = await Deno.readFile(`${DEMO}/${WHEEL}`);
  const archive = new Uint8Array(other);
  // An archive comment is the least that makes it another file.
  archive[archive.length - 2] = 1;
  const bytes = new Uint8Array([...archive, 0x20]);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  for (
    const [name, value] of Object.entries({
      ":action": "file_upload",
      protocol_version: "1",
      metadata_version: "2.1",
      name: "releasio-demo",
      version: "1.0.0",
      filetype: "bdist_wheel",
      pyversion: "py3",
      sha256_digest: digest.toHex(),
    })
  ) form.append(name, value);
  form.append("content", new Blob([bytes]), WHEEL);
  const answer = await fetch(`${running.url}/legacy/`, {
    method: "POST",
    body: form,
    headers: { authorization: `Basic ${btoa(`__token__:${token}`)}` },
  });
  assertEquals(answer.status, 200, await answer.text());
}

Deno.test("publish stops at a name that is taken by other bytes before it sends anything", async () => {
  await using running = await startSandbox({
    publishers: [{ publisher: PUBLISHER, project: "releasio-demo" }],
  });
  await takeName(running);
  const { code, stderr } = await publishTo(running);
  assertEquals(code, 5);
  assertStringIncludes(stderr, `has another "${WHEEL}"`);
  assertMatch(stderr, /^::error title=file-conflict::/m);
  assertEquals(filesOn(running), [WHEEL]);
  assertEquals(running.sandbox.state.mintedTokens.length, 0);
});

Deno.test("publish --skip-existing warns of a name that is taken, whoever finds out", async () => {
  await using running = await startSandbox({
    publishers: [{ publisher: PUBLISHER, project: "releasio-demo" }],
  });
  await takeName(running);
  const skip = async (env = {}) => {
    const args = ["--json", "--skip-existing", DEMO];
    const { code, stdout } = await publishTo(running, { args, env });
    const { findings, runs } = JSON.parse(stdout);
    assertEquals(code, 0);
    assertEquals(
      findings.filter(({ severity }: { severity: string }) =>
        severity === "warning"
      ).map(({ code, file }: { code: string; file: string }) => [code, file]),
      [["file-conflict", WHEEL]],
    );
    return runs[0].files.map(({ status }: { status: string }) => status);
  };
  // The index does, when nobody looks before.
  assertEquals(
    await skip({ RELEASIO_PUBLISH_CHECK_EXISTING_VERSION: "false" }),
    ["skipped", "uploaded"],
  );
  assertEquals(await skip(), ["skipped", "existing"]);
});

Deno.test("publish with --json prints the one document and nothing else to standard output", async () => {
  await using running = await startSandbox({
    publishers: [{ publisher: PUBLISHER, project: "releasio-demo" }],
  });
  const { stdout } = await publishTo(running, { args: ["--json", DEMO] });
  const document = JSON.parse(stdout);
  assertEquals(document.schema, 1);
  assertEquals(document.ok, true);
  assertEquals(document.runs[0].auth, "trusted-publishing");
  assertEquals(document.runs[0].publisher, {
    provider: "github",
    repository: "example/demo",
    workflow: "release.yml",
    environment: null,
    ref: "refs/heads/main",
  });
  assertEquals(
    document.runs[0].files.map((file: { status: string }) => file.status),
    ["uploaded", "uploaded"],
  );
});

Deno.test("publish stops at what the checks refuse before it asks for an identity or sends anything", async () => {
  await using running = await startSandbox({
    publishers: [{ publisher: PUBLISHER, project: "releasio-demo" }],
  });
  const { code, stdout, stderr } = await publishTo(running, {
    args: ["--json", "--tag", "v9.0.0", DEMO],
  });
  assertEquals(code, 3, stderr);
  const { error, findings } = JSON.parse(stdout);
  assertEquals(error.code, "checks-failed");
  assertEquals(
    findings.map(({ code }: { code: string }) => code),
    ["tag-mismatch", "tag-mismatch"],
  );
  const asked = running.sandbox.state.requests.map(({ path }) => path);
  // What the index is asked meanwhile tells it nothing.
  const harmless = ["/", "/simple/releasio-demo/", "/_/oidc/audience"];
  assertEquals(asked.filter((path) => !harmless.includes(path)), []);
});

Deno.test("publish --dry-run plans, asks for no token and sends nothing", async () => {
  await using running = await startSandbox({
    publishers: [{ publisher: PUBLISHER, project: "releasio-demo" }],
  });
  const { code, stderr } = await publishTo(running, { args: ["-n", DEMO] });
  assertEquals(code, 0, stderr);
  assertEquals(filesOn(running), []);
  assertEquals(running.sandbox.state.mintedTokens.length, 0);
});

Deno.test("publish --wait sends nothing to an index whose listing it does not know", async () => {
  await using running = await startSandbox({
    publishers: [{ publisher: PUBLISHER, project: "releasio-demo" }],
  });
  const { code, stderr } = await publishTo(running, {
    args: ["--wait", DEMO],
    env: { RELEASIO_PUBLISH_REGISTRY: `${running.url}/elsewhere/` },
  });
  assertEquals(code, 2, stderr);
  assertStringIncludes(stderr, "Error: Cannot wait: The address of");
  assertEquals(filesOn(running), []);
  assertEquals(running.sandbox.state.mintedTokens.length, 0);
});

Deno.test("publish burns its token when it is interrupted", async () => {
  const answered = Promise.withResolvers<void>();
  await using running = await startSandbox({
    publishers: [{ publisher: PUBLISHER, project: "releasio-demo" }],
    sleep: () => answered.promise,
  });
  let child: Deno.ChildProcess | undefined;
  running.sandbox.fail({ match: "POST /legacy/", delay: 30_000 });
  const interrupted = interruptWhenMinted(running, () => child!);
  const env = running.githubEnv();
  secrets.add(env.ACTIONS_ID_TOKEN_REQUEST_TOKEN!);
  const { code, stderr } = await runCli(["publish", DEMO], {
    env: { ...env, RELEASIO_PUBLISH_REGISTRY: `${running.url}/legacy/` },
    onStart: (started) => child = started,
  });
  await interrupted;
  answered.resolve();
  assertEquals(code, 130, stderr);
  assertEquals(running.sandbox.state.mintedTokens.length, 1);
  collectSecrets(running.sandbox);
  assertMatch(stderr, /not (tried|attempted|sent)|failed/i);
});

async function interruptWhenMinted(
  running: RunningSandbox,
  child: () => Deno.ChildProcess,
): Promise<void> {
  while (running.sandbox.state.mintedTokens.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  child().kill("SIGINT");
}

Deno.test("publish uses an API token where there is no identity", async () => {
  await using running = await startSandbox();
  const token = running.sandbox.createApiToken();
  secrets.add(token);
  const { code, stderr } = await runCli(["publish", DEMO], {
    env: {
      PYPI_TOKEN: token,
      RELEASIO_PUBLISH_REGISTRY: `${running.url}/legacy/`,
    },
  });
  assertEquals(code, 0, stderr);
  assertStringIncludes(stderr, "API token from PYPI_TOKEN");
  assertEquals(filesOn(running), [WHEEL, SDIST]);
});

// The last test: it looks at what all others made the command line print.
Deno.test("no run printed a secret, but for the lines that mask it", () => {
  assert(secrets.size > 5);
  assert(transcripts.length > 20);
  const printed = transcripts.join("\n").split("\n")
    .filter((line) => !line.startsWith("::add-mask::")).join("\n");
  for (const secret of secrets) {
    assertEquals(printed.includes(secret), false);
    assertEquals(printed.includes(btoa(`__token__:${secret}`)), false);
  }
});
