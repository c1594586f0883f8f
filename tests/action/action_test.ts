import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import deno from "../../deno.json" with { type: "json" };
import {
  type JobOptions,
  readAction,
  runComposite,
} from "../helpers/action_runner.ts";
import {
  createWorld,
  filesOn,
  SDIST,
  WHEEL,
  type World,
} from "../release/world.ts";

/** A project whose files are built, in a job that may publish. */
async function createBuilt(): Promise<World> {
  const world = await createWorld();
  await Deno.mkdir(`${world.project}/dist`);
  for (const name of [WHEEL, SDIST]) {
    await Deno.copyFile(
      `${world.folder}/variants/0/${name}`,
      `${world.project}/dist/${name}`,
    );
  }
  return world;
}

function jobOf(
  world: World,
  env: Readonly<Record<string, string>> = {},
): JobOptions {
  return {
    cwd: world.project,
    temp: world.folder,
    env: world.jobEnv({ env: { GITHUB_TOKEN: "", ...env } }),
  };
}

/** A job without `id-token: write`. */
const NO_IDENTITY = {
  ACTIONS_ID_TOKEN_REQUEST_URL: "",
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: "",
};

Deno.test("action.yml pins what it runs, and this package's own version", async () => {
  const { runs, inputs } = await readAction();
  for (const { uses } of runs.steps) {
    if (uses !== undefined) assertMatch(uses, /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
  }
  assertEquals(inputs["releasio-version"]!.default, deno.version);
  assertStringIncludes(JSON.stringify(runs.steps), '"deno-version":"v2.');
});

Deno.test("action.yml hands inputs to the shell through the environment only", async () => {
  const { runs, inputs } = await readAction();
  const env = runs.steps.flatMap((step) => Object.values(step.env ?? {}));
  for (const { run } of runs.steps) assert(!run?.includes("${{"), run);
  for (const name of Object.keys(inputs)) {
    const isThere = env.some((value) =>
      new RegExp(`\\binputs\\.${name}(?![\\w-])`).test(value)
    );
    assert(isThere, `${name} goes nowhere`);
  }
});

Deno.test("the action publishes dist/ by default, and tells version and files", async () => {
  await using world = await createBuilt();
  const result = await runComposite({}, jobOf(world));
  assertEquals(result.code, 0, result.output);
  assertEquals(Object.keys(filesOn(world.pypi)), [WHEEL, SDIST]);
  assertEquals(result.outputs.version, "1.0");
  const files = JSON.parse(result.outputs.files!);
  assertEquals(files.map(({ file }: { file: string }) => file), [WHEEL, SDIST]);
});

Deno.test("the action releases, and tells tag and release", async () => {
  await using world = await createWorld();
  const result = await runComposite({
    command: "release",
    "github-token": world.jobEnv().GITHUB_TOKEN!,
  }, jobOf(world));
  assertEquals(result.code, 0, result.output);
  assertEquals(Object.keys(filesOn(world.pypi)), [WHEEL, SDIST]);
  assertEquals(result.outputs.version, "1.0");
  assertEquals(result.outputs.tag, "v1.0");
  assertEquals(
    result.outputs["release-url"],
    "https://github.com/example/demo/releases/tag/v1.0",
  );
});

Deno.test("the action releases what an earlier job built", async () => {
  await using world = await createBuilt();
  const result = await runComposite({
    command: "release",
    "packages-dir": "dist/",
    "github-token": world.jobEnv().GITHUB_TOKEN!,
  }, jobOf(world));
  assertEquals(result.code, 0, result.output);
  assert(!result.output.includes("built 1.0 at"), result.output);
  assertEquals(Object.keys(filesOn(world.pypi)), [WHEEL, SDIST]);
  assertEquals(world.api.releases.length, 1);
});

Deno.test("the action sends nothing with dry-run", async () => {
  await using world = await createBuilt();
  for (const command of ["publish", "release"]) {
    const result = await runComposite(
      { command, "dry-run": "true" },
      jobOf(world),
    );
    assertEquals(result.code, 0, result.output);
  }
  assertEquals(filesOn(world.pypi), {});
  assertEquals(world.api.releases, []);
});

Deno.test("the action checks and finds the project's folder", async () => {
  await using world = await createBuilt();
  const job = { ...jobOf(world), cwd: world.folder };
  const result = await runComposite(
    { command: "check", "working-directory": "project" },
    job,
  );
  assertEquals(result.code, 0, result.output);
  const lost = await runComposite({ "working-directory": "nowhere" }, job);
  assertEquals(lost.code, 2, lost.output);
  assertStringIncludes(lost.output, 'working-directory "nowhere"');
});

for (const separator of ["-", "_"]) {
  Deno.test(`the action takes gh-action-pypi-publish's names with "${separator}"`, async () => {
    await using world = await createBuilt();
    await Deno.rename(`${world.project}/dist`, `${world.project}/out`);
    const token = world.testpypi.sandbox.createApiToken({
      site: "test.pypi.org",
    });
    const named = {
      "repository-url": "https://test.pypi.org/legacy/",
      "packages-dir": "out/",
      "verify-metadata": "false",
      "skip-existing": "true",
      "print-hash": "true",
    };
    const inputs = Object.fromEntries(
      Object.entries(named).map(([name, value]) => [
        name.replaceAll("-", separator),
        value,
      ]),
    );
    const result = await runComposite(
      { ...inputs, user: "__token__", password: token, verbose: "true" },
      jobOf(world),
    );
    assertEquals(result.code, 0, result.output);
    assertEquals(Object.keys(filesOn(world.testpypi)), [WHEEL, SDIST]);
    assertStringIncludes(result.output, "auth: API token");
    const visible = result.output.replaceAll(/^::add-mask::.*$/gm, "");
    assert(!visible.includes(token));
  });
}

Deno.test("the action prefers trusted publishing to pypi-token", async () => {
  await using world = await createBuilt();
  const token = world.pypi.sandbox.createApiToken({ site: "pypi.org" });
  const both = await runComposite({ "pypi-token": token }, jobOf(world));
  assertEquals(both.code, 0, both.output);
  assertStringIncludes(both.output, "auth: trusted publishing");
});

Deno.test("the action uses pypi-token in a job without an identity, and says so", async () => {
  await using world = await createBuilt();
  const token = world.pypi.sandbox.createApiToken({ site: "pypi.org" });
  const job = jobOf(world, NO_IDENTITY);
  const always = { ...job.env, RELEASIO_PUBLISH_TRUSTED_PUBLISHING: "always" };
  const refused = await runComposite(
    { "pypi-token": token },
    { ...job, env: always },
  );
  assertEquals(refused.code, 4, refused.output);

  const result = await runComposite({ "pypi-token": token }, job);
  assertEquals(result.code, 0, result.output);
  assertStringIncludes(result.output, "so pypi-token is used");
  assertStringIncludes(result.output, "auth: API token");
});

Deno.test("the action never asks for an identity when a password is given", async () => {
  await using world = await createBuilt();
  const token = world.pypi.sandbox.createApiToken({ site: "pypi.org" });
  const result = await runComposite({ password: token }, jobOf(world));
  assertEquals(result.code, 0, result.output);
  assertStringIncludes(result.output, "auth: API token");
  assertEquals(world.pypi.sandbox.state.mintedTokens.length, 0);
});

Deno.test("the action refuses registry together with repository-url", async () => {
  await using world = await createBuilt();
  const result = await runComposite({
    registry: "testpypi",
    repository_url: "https://test.pypi.org/legacy/",
  }, jobOf(world));
  assertEquals(result.code, 2, result.output);
  assertStringIncludes(result.output, "registry and repository-url together");
});

Deno.test("the action says which of the original's commands are not here yet", async () => {
  await using world = await createBuilt();
  for (const command of ["release-pr", "do-release"]) {
    const result = await runComposite({ command }, jobOf(world));
    assertEquals(result.code, 2, result.output);
    assertStringIncludes(result.output, `${command} is not here yet`);
    assertStringIncludes(result.output, "mikeleppane/releasio");
  }
  const typo = await runComposite({ command: "relaese" }, jobOf(world));
  assertEquals(typo.code, 2, typo.output);
  assertStringIncludes(typo.output, 'Did you mean "release"?');
});

const HOSTILE =
  '\'; touch pwned; echo "$(touch pwned)" `touch pwned` ${HOME}\n touch pwned #';

/** Inputs that `release` does more with than `publish`. */
const RELEASE_INPUTS = ["packages-dir", "github-token", "skip-publish"];

Deno.test("the action runs nothing that stands in an input", async () => {
  await using world = await createBuilt();
  const { inputs } = await readAction();
  for (const name of Object.keys(inputs)) {
    const command = RELEASE_INPUTS.includes(name) ? "release" : "publish";
    const result = await runComposite(
      { command, "dry-run": "true", [name]: HOSTILE },
      jobOf(world),
    );
    assert(result.code !== 126 && result.code !== 127, result.output);
  }
  for (const folder of [world.folder, world.project]) {
    for await (const entry of Deno.readDir(folder)) {
      assert(entry.name !== "pwned", `${folder}: ${entry.name}`);
    }
  }
});

Deno.test("the action runs no version but an exact one", async () => {
  await using world = await createBuilt();
  for (const version of ["latest", "^0.1.0", "0.1.0 --allow-run", ""]) {
    const result = await runComposite(
      { "releasio-version": version },
      jobOf(world),
    );
    assertEquals(result.code, 2, result.output);
    assertStringIncludes(result.output, "must be an exact version");
  }
});
