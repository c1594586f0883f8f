/** `publish -r testpypi -r pypi`: each index in turn, as its own self. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Sandbox } from "../../lib/sandbox/mod.ts";
import { runCli } from "../helpers/cli.ts";
import { ROOT } from "../helpers/paths.ts";
import { startSandbox } from "../helpers/sandbox.ts";
import { type HostHandler, startTlsProxy } from "../helpers/tls_proxy.ts";

const DIST = `${ROOT}examples/demo/dist`;
const PUBLISHERS = [{
  project: "releasio-demo",
  publisher: {
    provider: "github",
    owner: "example",
    repository: "demo",
    workflow: "release.yml",
    environment: null,
  },
}] as const;

/** What a run of both came to. */
interface Outcome {
  readonly code: number;
  readonly stderr: string;
  readonly runs: readonly {
    readonly registry: string;
    readonly auth: string | null;
    readonly files: readonly { readonly status: string }[];
  }[];
  /** Every request, as `METHOD https://host/path`. */
  readonly requests: readonly string[];
  readonly testpypi: Sandbox;
  readonly pypi: Sandbox;
}

/** Publishes to TestPyPI and PyPI, TestPyPI seen through a handler. */
async function publishToBoth(
  args: readonly string[],
  through: (testpypi: Sandbox) => HostHandler = ({ handle }) => handle,
): Promise<Outcome> {
  await using running = await startSandbox({ publishers: PUBLISHERS });
  await using test = await startSandbox({
    publishers: PUBLISHERS,
    audience: "testpypi",
    sharesWith: running.sandbox,
  });
  const [pypi, testpypi] = [running.sandbox, test.sandbox];
  await using proxy = await startTlsProxy({
    "test.pypi.org": through(testpypi),
    "pypi.org": pypi.handle,
    "upload.pypi.org": pypi.handle,
  });
  const { code, stdout, stderr } = await runCli(
    ["publish", "--json", "-r", "testpypi", "-r", "pypi", ...args, DIST],
    {
      env: {
        ...running.githubEnv(),
        ...proxy.env,
        RELEASIO_PUBLISH_ATTESTATIONS: "off",
      },
    },
  );
  const { runs } = JSON.parse(stdout);
  return { code, stderr, runs, requests: [...proxy.requests], testpypi, pypi };
}

function statuses({ runs }: Outcome): string[][] {
  return runs.map(({ files }) => files.map(({ status }) => status));
}

Deno.test("publish goes to TestPyPI and then to PyPI, with an audience and a token for each", async () => {
  const outcome = await publishToBoth(["--wait"]);
  const { code, stderr, runs, requests, testpypi, pypi } = outcome;
  assertEquals(code, 0, stderr);
  assertEquals(runs.map(({ registry, auth }) => [registry, auth]), [
    ["https://test.pypi.org/legacy/", "trusted-publishing"],
    ["https://upload.pypi.org/legacy/", "trusted-publishing"],
  ]);
  assertEquals(statuses(outcome), [
    ["uploaded", "uploaded"],
    ["uploaded", "uploaded"],
  ]);
  for (const { state } of [testpypi, pypi]) {
    assertEquals(state.mintedTokens.map(({ burnt }) => burnt), [true]);
  }
  const isTest = requests.map((request) => request.includes("test.pypi.org"));
  assertEquals(isTest.lastIndexOf(true) < isTest.indexOf(false), true);
  assertEquals(
    requests.filter((request) => request.endsWith("/_/oidc/audience")),
    [
      "GET https://test.pypi.org/_/oidc/audience",
      "GET https://upload.pypi.org/_/oidc/audience",
    ],
  );
  for (const index of ["TestPyPI", "PyPI"]) {
    assertStringIncludes(
      stderr,
      `releasio-demo 1.0.0 is on ${index}: 2 files uploaded`,
    );
  }
});

for (
  const [what, args, through, expected] of [
    [
      "has refused a file",
      [],
      (testpypi) => {
        testpypi.fail({ match: "POST /legacy/", delay: 0 });
        testpypi.fail({ match: "POST /legacy/", status: 400 });
        return testpypi.handle;
      },
      { code: 5, statuses: ["uploaded", "failed"] },
    ],
    [
      "does not list every file",
      ["--wait", "--wait-timeout", "1"],
      (testpypi) => (request) =>
        new URL(request.url).pathname.startsWith("/simple/")
          ? new Response("not yet", { status: 404 })
          : testpypi.handle(request),
      { code: 6, statuses: ["uploaded", "uploaded"] },
    ],
  ] as readonly [
    string,
    readonly string[],
    (testpypi: Sandbox) => HostHandler,
    { readonly code: number; readonly statuses: readonly string[] },
  ][]
) {
  Deno.test(`publish tries nothing at PyPI where TestPyPI ${what}, and says so`, async () => {
    const outcome = await publishToBoth(args, through);
    assertEquals(outcome.code, expected.code, outcome.stderr);
    assertEquals(statuses(outcome), [
      [...expected.statuses],
      ["not-attempted", "not-attempted"],
    ]);
    assertEquals(
      outcome.requests.filter((request) => !request.includes("test.pypi.org")),
      [],
    );
    assertStringIncludes(
      outcome.stderr,
      `
Nothing of releasio-demo 1.0.0 went up to PyPI

Not tried (2)
`,
    );
    assertStringIncludes(outcome.stderr, "un the same command again");
  });
}
