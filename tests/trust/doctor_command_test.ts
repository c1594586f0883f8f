import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { dirname } from "node:path";
import schema from "../../docs/releasio.schema.json" with { type: "json" };
import { isOnIndex } from "../../lib/cli/doctor.ts";
import { PYPI } from "../../lib/config/registry.ts";
import { ReleasioError } from "../../lib/errors.ts";
import { requireMatch } from "../../lib/trust/mod.ts";
import { githubClaims } from "../../lib/sandbox/mod.ts";
import { DOCTOR_RULES } from "../../lib/trust/doctor_rules.ts";
import {
  DOCTOR_PAGE,
  renderDoctorPage,
} from "../../tasks/write_doctor_page.ts";
import { type CliOptions, errorCode, runCli } from "../helpers/cli.ts";
import { testContext } from "../helpers/context.ts";
import { validate } from "../helpers/json_schema.ts";
import { ROOT } from "../helpers/paths.ts";
import { type RunningSandbox, startSandbox } from "../helpers/sandbox.ts";

const WORKFLOW = ".github/workflows/release.yml";
const BAD = `on: { push: { tags: ["v*"] } }
jobs:
  publish:
    runs-on: ubuntu-latest
    # Only this.
    steps:
      - uses: denoland/setup-deno@v2
      - run: deno run -NERW jsr:@releasio/cli@0.1.0 publish
`;
const PYPROJECT = `[project]\nname = "releasio-demo"\n`;
const PUBLISHER = {
  provider: "github",
  owner: "example",
  repository: "demo",
  workflow: "release.yml",
  environment: "release",
} as const;

async function doctor(
  files: Readonly<Record<string, string>>,
  args: readonly string[],
  options: CliOptions = {},
  look?: (folder: string) => Promise<void>,
) {
  const folder = await Deno.makeTempDir();
  try {
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(dirname(`${folder}/${path}`), { recursive: true });
      await Deno.writeTextFile(`${folder}/${path}`, text);
    }
    const result = await runCli(["doctor", "--offline", ...args], {
      ...options,
      cwd: folder,
    });
    await look?.(folder);
    return result;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("doctor tells what is wrong, where, and what to register", async () => {
  const { code, stdout, stderr } = await doctor({ [WORKFLOW]: BAD }, [], {
    env: { GITHUB_REPOSITORY: "octo/demo" },
  });
  assertEquals(code, 4);
  assertStringIncludes(stdout, WORKFLOW);
  assertStringIncludes(stdout, 'error    line 3: Job "publish" publishes');
  assertStringIncludes(stdout, "(id-token-missing)");
  assertStringIncludes(stdout, "(environment-missing)");
  assertStringIncludes(stdout, "1 error, 2 warnings in 1 file");
  assertMatch(stdout, /Owner +octo/);
  assertStringIncludes(stderr, "doctor --fix");
});

Deno.test("doctor --fix makes the safe changes, and no others", async () => {
  const { code, stdout, stderr } = await doctor(
    { [WORKFLOW]: BAD },
    ["--fix", "--json"],
    {},
    async (folder) => {
      assertEquals(
        await Deno.readTextFile(`${folder}/${WORKFLOW}`),
        BAD.replace(
          "    # Only this.\n",
          "    permissions:\n      contents: read\n      id-token: write\n" +
            "    environment: pypi\n    # Only this.\n",
        ),
      );
    },
  );
  assertEquals(code, 0, stdout);
  assertStringIncludes(stderr, `Fixed 2 problems in ${WORKFLOW}`);
  const document = JSON.parse(stdout);
  assertEquals(validate(schema, document, { strict: true }), []);
  assertEquals(document.fixed, [WORKFLOW]);
  assertEquals(
    document.findings.map(({ code }: { code: string }) => code),
    ["action-unpinned"],
  );
});

Deno.test("doctor --json has findings, publishers and the error", async () => {
  const { code, stdout } = await doctor(
    { [WORKFLOW]: BAD, "pyproject.toml": PYPROJECT },
    ["--json"],
    { env: { GITHUB_REPOSITORY: "octo/demo" } },
  );
  assertEquals(code, 4);
  const document = JSON.parse(stdout);
  assertEquals(validate(schema, document, { strict: true }), []);
  assertEquals(document.error.code, "doctor-found-errors");
  assertEquals(document.findings[0].line, 3);
  const [publisher] = document.publishers;
  assertStringIncludes(
    publisher.formUrl,
    "/manage/project/releasio-demo/settings/publishing/?provider=github&owner=octo",
  );
  assertEquals(
    publisher.pendingFormUrl,
    "https://pypi.org/manage/account/publishing/",
  );
});

Deno.test("doctor annotates the lines on GitHub", async () => {
  const { stderr } = await doctor({ [WORKFLOW]: BAD }, [], {
    env: { GITHUB_ACTIONS: "true" },
  });
  assertStringIncludes(
    stderr,
    `::error file=${WORKFLOW},line=3,title=id-token-missing::`,
  );
});

Deno.test("doctor says so in a CI that PyPI does not know", async () => {
  const { code, stdout } = await doctor({}, [], { env: { CIRCLECI: "true" } });
  assertEquals(code, 0, stdout);
  assertStringIncludes(stdout, "(oidc-provider-unsupported)");
});

Deno.test("isOnIndex() asks once, and does not mind when it can't", async () => {
  const ask = (status: number) => {
    let requests = 0;
    const context = testContext({
      fetch: () => {
        requests++;
        return Promise.resolve(
          status === 200
            ? Response.json({ files: [] })
            : new Response("", { status }),
        );
      },
    });
    return isOnIndex(context, PYPI, "demo").then((found) => [found, requests]);
  };
  assertEquals(await ask(200), [true, 1]);
  assertEquals(await ask(404), [false, 1]);
  assertEquals(await ask(503), [null, 1]);
});

function exchange(
  running: RunningSandbox,
  args: readonly string[] = [],
  files: Readonly<Record<string, string>> = {},
) {
  return doctor(
    { [WORKFLOW]: BAD, "pyproject.toml": PYPROJECT, ...files },
    ["--exchange", ...args],
    {
      env: running.githubEnv({ environment: "release" }),
    },
  );
}

function settingsFor(
  running: RunningSandbox,
  environment: string,
): Record<string, string> {
  return {
    ".releasio.toml": `[publish.publishers."${running.url}/legacy/"]
owner = "example"
repository = "demo"
workflow = "release.yml"
environment = "${environment}"
`,
  };
}

Deno.test("doctor --exchange mints and burns, and shows the claims beside the publisher", async () => {
  await using running = await startSandbox({
    publishers: [{ publisher: PUBLISHER, project: "releasio-demo" }],
  });
  const { stdout, stderr } = await exchange(
    running,
    [],
    settingsFor(running, "release"),
  );
  assertStringIncludes(stdout, "It works:", stderr);
  assertMatch(stdout, /environment +matches +release +the same/);
  assertEquals(
    running.sandbox.state.mintedTokens.map(({ burnt }) => burnt),
    [true],
  );
  for (const { token } of running.sandbox.state.mintedTokens) {
    assert(!stdout.includes(token.reveal()));
  }
});

Deno.test("doctor --exchange --json has the exchange", async () => {
  await using running = await startSandbox({
    publishers: [{ publisher: PUBLISHER, project: "releasio-demo" }],
  });
  const { stdout } = await exchange(running, ["--json"]);
  const document = JSON.parse(stdout);
  assertEquals(validate(schema, document, { strict: true }), []);
  assertEquals(document.exchange.isBurnt, true);
  assertEquals(document.exchange.publisher.environment, "release");
});

Deno.test("doctor --exchange does not create a project, unless it may", async () => {
  await using running = await startSandbox({
    pendingPublishers: [{ publisher: PUBLISHER, project: "releasio-demo" }],
  });
  const refused = await exchange(running);
  assertEquals(refused.code, 4);
  assertEquals(errorCode(refused), "exchange-creates-project");
  assertStringIncludes(refused.stderr, "releasio-demo is not there");
  assertStringIncludes(refused.stderr, "--allow-pending");
  assertEquals(running.sandbox.state.mintedTokens, []);
  assertEquals(running.sandbox.state.projects.size, 0);

  const nameless = await exchange(running, [], { "pyproject.toml": "" });
  assertStringIncludes(nameless.stderr, "name is not known");

  const allowed = await exchange(running, ["--allow-pending"]);
  assertStringIncludes(allowed.stderr, "this creates its project");
  assertStringIncludes(allowed.stdout, "It works:");
  assertEquals([...running.sandbox.state.projects.keys()], ["releasio-demo"]);
});

Deno.test("doctor --exchange is loud when it fails", async () => {
  await using running = await startSandbox({
    publishers: [{
      publisher: { ...PUBLISHER, environment: "other" },
      project: "releasio-demo",
    }],
  });
  const { code, stderr } = await exchange(running);
  assertEquals(code, 4);
  assertStringIncludes(stderr, "Error: No matching trusted publisher found");
});

Deno.test("doctor --exchange fails outside a CI", async () => {
  const { code, stderr } = await doctor({}, ["--exchange"]);
  assertEquals(code, 4);
  assertStringIncludes(stderr, "this is no CI");
});

Deno.test("publish holds the job against the configured publisher before it mints", async () => {
  await using running = await startSandbox({
    publishers: [{ publisher: PUBLISHER, project: "releasio-demo" }],
  });
  const folder = await Deno.makeTempDir();
  try {
    const [[name, text]] = Object.entries(settingsFor(running, "pypi")) as [
      [string, string],
    ];
    await Deno.writeTextFile(`${folder}/${name}`, text);
    const { code, stderr } = await runCli(
      ["publish", `${ROOT}examples/demo/dist`],
      { cwd: folder, env: running.githubEnv({ environment: "release" }) },
    );
    assertEquals(code, 4);
    assertStringIncludes(stderr, "not the publisher that is configured");
    assertMatch(stderr, /environment +differs +pypi +release\n/);
    assertEquals(running.sandbox.state.mintedTokens, []);
    assertEquals(
      running.sandbox.state.requests.some(({ path }) =>
        path.includes("mint-token")
      ),
      false,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("requireMatch() names each claim that differs", () => {
  const claims = githubClaims({ environment: "release", workflow: "x.yml" }, {
    audience: "pypi",
    now: 0,
  });
  let error: unknown;
  try {
    requireMatch(PYPI, PUBLISHER, claims);
  } catch (caught) {
    error = caught;
  }
  assert(error instanceof ReleasioError);
  assertEquals(error.code, "publisher-mismatch");
  assertStringIncludes(error.message, "`job_workflow_ref` differ");
  requireMatch(PYPI, { ...PUBLISHER, workflow: "x.yml" }, claims);
});

Deno.test("docs/doctor.md lists the rules as they are", async () => {
  assertEquals(
    await Deno.readTextFile(DOCTOR_PAGE),
    renderDoctorPage(DOCTOR_RULES),
    "run: deno task rules",
  );
});

Deno.test("every rule of doctor has a code, a summary and a hint", () => {
  const codes = DOCTOR_RULES.map(({ code }) => code);
  assertEquals(new Set(codes).size, codes.length);
  for (const { code, summary, hint } of DOCTOR_RULES) {
    assertMatch(code, /^[a-z0-9]+(?:-[a-z0-9]+)*$/);
    assertMatch(summary, /^[A-Z`].*\.$/);
    assertMatch(hint, /\.$/);
  }
});
