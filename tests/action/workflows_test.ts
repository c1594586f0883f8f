import { assertEquals, assertStringIncludes } from "@std/assert";
import { type JobOptions, runJob } from "../helpers/action_runner.ts";
import {
  createWorld,
  filesOn,
  SDIST,
  WHEEL,
  type World,
} from "../release/world.ts";

/** Of the original releasio's documentation, but for the line with `uses:`. */
const RELEASE = `
name: Release
on:
  push:
    branches: [main]
permissions:
  contents: write
  id-token: write
jobs:
  release:
    runs-on: ubuntu-latest
    environment: release
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
      - uses: astral-sh/setup-uv@v4
      - uses: releasio/cli@v1
        with:
          command: release
          dry-run: 'false'
          github-token: \${{ secrets.GITHUB_TOKEN }}
`;

const TESTPYPI = `
name: Publish to TestPyPI
on:
  push:
    branches: [develop]
permissions:
  contents: read
  id-token: write
jobs:
  publish:
    runs-on: ubuntu-latest
    environment: testpypi
    env:
      RELEASIO_PUBLISH_REGISTRY: https://test.pypi.org/legacy/
    steps:
      - uses: actions/checkout@v4
      - uses: releasio/cli@v1
        with:
          command: release
          dry-run: 'false'
          github-token: \${{ secrets.GITHUB_TOKEN }}
`;

const API_TOKEN = `
name: Release
on:
  push:
    branches: [main]
permissions:
  contents: write
jobs:
  release:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
      - uses: releasio/cli@v1
        with:
          command: release
          dry-run: 'false'
          github-token: \${{ secrets.GITHUB_TOKEN }}
          pypi-token: \${{ secrets.PYPI_TOKEN }}
`;

function jobOf(
  world: World,
  secrets: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): JobOptions {
  const { GITHUB_TOKEN, ...rest } = world.jobEnv({ env });
  return {
    cwd: world.project,
    temp: world.folder,
    // A runner's token is no variable: it comes as an input.
    env: rest,
    contexts: { secrets: { GITHUB_TOKEN: GITHUB_TOKEN!, ...secrets } },
  };
}

Deno.test("the release workflow of the original works with this action", async () => {
  await using world = await createWorld();
  const result = await runJob(RELEASE, "release", jobOf(world, {}));
  assertEquals(result.code, 0, result.output);
  assertEquals(Object.keys(filesOn(world.pypi)), [WHEEL, SDIST]);
  assertEquals(result.outputs.tag, "v1.0");
  assertStringIncludes(result.output, "auth: trusted publishing");
});

Deno.test("the TestPyPI workflow of the original works with this action", async () => {
  await using world = await createWorld();
  await world.git("switch", "--quiet", "-c", "develop");
  const result = await runJob(
    TESTPYPI,
    "publish",
    jobOf(world, {}, {
      ...world.testpypi.githubEnv(),
      RELEASIO_PUBLISH_REGISTRY: "https://test.pypi.org/legacy/",
    }),
  );
  assertEquals(result.code, 0, result.output);
  assertEquals(Object.keys(filesOn(world.testpypi)), [WHEEL, SDIST]);
  assertEquals(world.api.requests, []);
  assertEquals(result.outputs.tag, "");
});

for (
  const [title, config] of [
    ["as it is", ""],
    ["with trusted_publishing = false", "trusted_publishing = false\n"],
  ] as const
) {
  Deno.test(`the API token workflow of the original works with this action, ${title}`, async () => {
    await using world = await createWorld();
    if (config !== "") {
      const text = await Deno.readTextFile(`${world.project}/pyproject.toml`);
      await world.write({
        "pyproject.toml": `${text}\n[tool.releasio.publish]\n${config}`,
      });
      await world.commit("Use a token");
    }
    const token = world.pypi.sandbox.createApiToken({ site: "pypi.org" });
    const result = await runJob(
      API_TOKEN,
      "release",
      jobOf(world, { PYPI_TOKEN: token }, {
        ACTIONS_ID_TOKEN_REQUEST_URL: "",
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: "",
      }),
    );
    assertEquals(result.code, 0, result.output);
    assertEquals(Object.keys(filesOn(world.pypi)), [WHEEL, SDIST]);
    assertStringIncludes(result.output, "auth: API token");
    assertEquals(world.api.releases.length, 1);
  });
}
