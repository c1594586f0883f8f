import { errorCode } from "../helpers/cli.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import schema from "../../docs/releasio.schema.json" with { type: "json" };
import { validate } from "../helpers/json_schema.ts";
import {
  assertReleased,
  assetsOf,
  createWorld,
  filesOn,
  GITHUB_TOKEN,
  HOOKS,
  namesIn,
  prepareVariants,
  pyproject,
  SDIST,
  WHEEL,
  type World,
} from "./world.ts";

/** Of a job that may do everything, and whose secrets are in plain sight. */
const SECRETS = {
  ACTIONS_RUNTIME_TOKEN: "runtime-secret",
  ACTIONS_ID_TOKEN_REQUEST_URL: "",
  GH_TOKEN: "gh-secret",
  RELEASIO_PYPI_TOKEN: "pypi-secret",
  PYPI_TOKEN: "pypi-secret",
  TWINE_PASSWORD: "pypi-secret",
  UV_PUBLISH_TOKEN: "pypi-secret",
  POETRY_PYPI_TOKEN_PYPI: "pypi-secret",
  AWS_SECRET_ACCESS_KEY: "aws-secret",
  NPM_TOKEN: "npm-secret",
};

function secretsButUrl(world: World): Record<string, string> {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: _, ...secrets } = SECRETS;
  return {
    ...secrets,
    ...world.pypi.githubEnv(),
    RELEASIO_PUBLISH_REGISTRY: "",
  };
}

Deno.test("release builds, publishes, tags and makes the GitHub release", async () => {
  await using world = await createWorld({
    files: {
      "pyproject.toml": pyproject("1.0", HOOKS),
      "CHANGELOG.md":
        "# Changelog\n\n## [1.0] - 2026-01-31\n\n- The first one.\n\n## 0.9\n\n- Not this.\n",
    },
  });
  const output = `${world.folder}/output.txt`;
  const summary = `${world.folder}/summary.md`;
  const result = await world.run(["release", "--execute", "--json"], {
    env: {
      ...secretsButUrl(world),
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: summary,
    },
  });
  assertEquals(result.code, 0, result.stderr);
  await assertReleased(world, "- The first one.");
  assert(world.pypi.sandbox.state.mintedTokens.every(({ burnt }) => burnt));
  const { body } = world.api.releases[0]!;
  assert(!body.includes("Not this"), body);
  assertStringIncludes(body, "https://pypi.org/project/demo/1.0/");
  assertStringIncludes(body, filesOn(world.pypi)[SDIST]!);
  for (const asset of world.api.releases[0]!.assets) {
    assertEquals(asset.contentLength, String(asset.bytes.length));
  }

  const document = JSON.parse(result.stdout);
  assertEquals(validate(schema, document, { strict: true }), []);
  assertEquals(document.release.packages, [{
    path: ".",
    project: "demo",
    version: "1.0",
    tag: "v1.0",
    commit: await world.git("rev-parse", "HEAD"),
    url: "https://github.com/example/demo/releases/tag/v1.0",
    status: "released",
  }]);
  assertEquals(
    document.release.steps.map(({ step }: { step: string }) => step),
    [
      ...["tree", "branch", "version", "build", "check", "pre-release"],
      ...["draft", "publish", "tag", "post-release", "release"],
    ],
  );

  const outputs = await Deno.readTextFile(output);
  for (
    const [name, value] of [
      ["version", "1.0"],
      ["tag", "v1.0"],
      ["release-url", "https://github.com/example/demo/releases/tag/v1.0"],
    ]
  ) {
    assert(
      new RegExp(`^${name}<<(\\w+)\n${RegExp.escape(value!)}\n\\1$`, "m")
        .test(outputs),
      outputs,
    );
  }
  assertStringIncludes(await Deno.readTextFile(summary), "is released as v1.0");
});

Deno.test("release gives builds and hooks an environment without any secret", async () => {
  await using world = await createWorld({
    files: { "pyproject.toml": pyproject("1.0", HOOKS) },
  });
  const { code, stderr } = await world.run(["release", "--execute"], {
    env: secretsButUrl(world),
  });
  assertEquals(code, 0, stderr);
  for (const name of ["build", "pre", "post"]) {
    const text = await Deno.readTextFile(`${world.folder}/${name}_env.txt`);
    const names = text.split("\n").map((line) => line.split("=")[0]!);
    const forbidden = names.filter((variable) =>
      /^(?:GITHUB|ACTIONS|TWINE|UV_PUBLISH|PYPI|GH|RUNNER)_|TOKEN|SECRET|PASSWORD/
        .test(variable)
    );
    assertEquals(forbidden, [], name);
    assert(!/secret|ghs_/.test(text), `${name}: ${text}`);
    assertStringIncludes(text, "RELEASIO_VERSION=1.0\n");
    assertStringIncludes(text, "RELEASIO_TAG=v1.0\n");
    const time = await world.git("log", "-1", "--format=%ct");
    assertStringIncludes(text, `SOURCE_DATE_EPOCH=${time}\n`);
    assert(names.includes("PATH"));
  }
  assertEquals(
    await Deno.readTextFile(`${world.folder}/post.txt`),
    "1.0 v1.0\n",
  );
});

Deno.test("release sends the GitHub token to GitHub's API and nowhere else", async () => {
  await using world = await createWorld();
  const { code, stdout, stderr } = await world.run(["release", "--execute"]);
  assertEquals(code, 0, stderr);
  assert(
    world.api.requests.some(({ authorization }) => authorization !== null),
  );
  const withoutMask = stderr.replaceAll(/^::add-mask::.*$/gm, "");
  assert(!(stdout + withoutMask).includes(GITHUB_TOKEN), stderr);
  for (const { headers } of world.pypi.sandbox.state.requests) {
    assert(!headers.includes("x-github-api-version"));
  }
});

Deno.test("release has nothing to do when it is run again", async () => {
  await using world = await createWorld();
  await world.run(["release", "--execute"]);
  const before = world.pypi.sandbox.state.mintedTokens.length;
  const again = await world.run(["release", "--execute", "--json"]);
  assertEquals(again.code, 0, again.stderr);
  assertStringIncludes(again.stderr, "nothing to release");
  await assertReleased(world);
  assertEquals(world.pypi.sandbox.state.mintedTokens.length, before);

  await world.write({ "more.txt": "more" });
  await world.commit("Go on without a new version");
  const later = await world.run(["release", "--execute", "--json"]);
  assertEquals(later.code, 0, later.stderr);
  const [one] = JSON.parse(later.stdout).release.packages;
  assertEquals(one.status, "nothing-to-release");
  assertEquals(one.url, "https://github.com/example/demo/releases/tag/v1.0");
});

Deno.test("release previews without touching anything", async () => {
  await using world = await createWorld({
    files: { "pyproject.toml": pyproject("1.0", HOOKS) },
  });
  const { code, stderr, stdout } = await world.run(["release", "--json"]);
  assertEquals(code, 0, stderr);
  const document = JSON.parse(stdout);
  assertEquals(validate(schema, document, { strict: true }), []);
  assertEquals(document.dryRun, true);
  assertEquals(document.release.packages[0].status, "planned");
  assertStringIncludes(stderr, "This was a preview: --execute does it.");
  assertEquals(filesOn(world.pypi), {});
  assertEquals(world.api.releases, []);
  assertEquals(await world.remoteTag("v1.0"), null);
  const left = await namesIn(world.folder);
  assertEquals(left, ["project", "remote.git", "variants"]);
});

Deno.test("release stops at uncommitted changes and at the wrong branch", async () => {
  await using world = await createWorld();
  await world.write({ "notes.txt": "not committed" });
  const dirty = await world.run(["release", "--execute"]);
  assertEquals(dirty.code, 2, dirty.stderr);
  assertEquals(errorCode(dirty), "tree-dirty");
  assertStringIncludes(dirty.stderr, "notes.txt");
  await world.write({
    "pyproject.toml": pyproject("1.0", "[tool.releasio]\nallow_dirty = true\n"),
  });
  const allowed = await world.run(["release"]);
  assertEquals(allowed.code, 0, allowed.stderr);
  assertStringIncludes(allowed.stderr, "2 uncommitted, which is allowed");
  await world.git("checkout", "--quiet", "pyproject.toml");
  await Deno.remove(`${world.project}/notes.txt`);
  await world.git("switch", "--quiet", "-c", "feature");
  const branch = await world.run(["release", "--execute"]);
  assertEquals(branch.code, 2, branch.stderr);
  assertEquals(errorCode(branch), "branch-wrong");
  assertStringIncludes(branch.stderr, 'Cannot release from branch "feature"');
  assertEquals(filesOn(world.pypi), {});
});

Deno.test("release takes the branches that are configured", async () => {
  await using world = await createWorld({
    files: {
      "pyproject.toml": pyproject(
        "1.0",
        '[tool.releasio.branches.beta]\nmatch = "beta/*"\nprerelease = true\n',
      ),
    },
  });
  await world.git("switch", "--quiet", "-c", "beta/1");
  const { code, stderr } = await world.run(["release", "--execute"]);
  assertEquals(code, 0, stderr);
  assertEquals(world.api.releases[0]!.prerelease, true);
  await world.git("switch", "--quiet", "main");
  assertEquals((await world.run(["release"])).code, 2);
});

Deno.test("release to TestPyPI leaves no trace in the repository", async () => {
  await using world = await createWorld();
  await world.git("switch", "--quiet", "-c", "develop");
  const { code, stderr, stdout } = await world.run(
    ["release", "--execute", "--json", "-r", "testpypi"],
    { env: { ...world.testpypi.githubEnv(), RELEASIO_PUBLISH_REGISTRY: "" } },
  );
  assertEquals(code, 0, stderr);
  assertEquals(Object.keys(filesOn(world.testpypi)), [WHEEL, SDIST]);
  assertEquals(filesOn(world.pypi), {});
  assertEquals(world.api.requests, []);
  assertEquals(await world.remoteTag("v1.0"), null);
  assertEquals(JSON.parse(stdout).release.packages[0].status, "released");
});

Deno.test("release without a GitHub token says what is left out", async () => {
  await using world = await createWorld();
  const { code, stderr } = await world.run(["release", "--execute"], {
    env: { GITHUB_TOKEN: "" },
  });
  assertEquals(code, 0, stderr);
  assertStringIncludes(stderr, "no GitHub release: there is no GITHUB_TOKEN");
  assertEquals(Object.keys(filesOn(world.pypi)), [WHEEL, SDIST]);
  assertEquals(
    await world.remoteTag("v1.0"),
    await world.git("rev-parse", "HEAD"),
  );
  assertEquals(world.api.requests, []);
});

Deno.test("release with --skip-publish tags and makes the GitHub release only", async () => {
  await using world = await createWorld();
  const { code, stderr } = await world.run([
    "release",
    "--execute",
    "--skip-publish",
  ]);
  assertEquals(code, 0, stderr);
  assertEquals(filesOn(world.pypi), {});
  assertEquals(Object.keys(assetsOf(world.api, "v1.0")), [WHEEL, SDIST]);
  assertEquals(world.api.releases[0]!.draft, false);
  assert(await world.remoteTag("v1.0") !== null);
});

Deno.test("release with --no-build takes what another job built", async () => {
  await using world = await createWorld();
  await Deno.mkdir(`${world.project}/dist`);
  for (const name of [WHEEL, SDIST]) {
    await Deno.copyFile(
      `${world.folder}/variants/3/${name}`,
      `${world.project}/dist/${name}`,
    );
  }
  const { code, stderr } = await world.run([
    "release",
    "--execute",
    "--no-build",
  ]);
  assertEquals(code, 0, stderr);
  await assertReleased(world);
  assert(!stderr.includes("built 1.0"));
});

Deno.test("release takes a dynamic version from what was built", async () => {
  await using world = await createWorld({
    files: {
      "pyproject.toml": pyproject().replace(
        'version = "1.0"',
        'dynamic = ["version"]',
      ),
    },
  });
  const wrong = await world.run([
    "release",
    "--execute",
    "--release-version",
    "2.0",
  ]);
  assertEquals(wrong.code, 2, wrong.stderr);
  assertEquals(errorCode(wrong), "version-mismatch");
  assertStringIncludes(wrong.stderr, "Cannot release 2.0");
  const { code, stderr } = await world.run([
    "release",
    "--execute",
    "--release-version",
    "v1.0.0",
  ]);
  assertEquals(code, 0, stderr);
  await assertReleased(world);
});

Deno.test("release ends with 7 when the build or a hook fails", async () => {
  await using world = await createWorld({
    files: { "build.sh": "echo it is broken >&2; exit 3\n" },
  });
  const build = await world.run(["release", "--execute", "--json"]);
  assertEquals(build.code, 7, build.stderr);
  const { error } = JSON.parse(build.stdout);
  assertEquals(error.code, "build-failed");
  assertEquals(error.hint, "It says: it is broken");

  await world.write({
    "build.sh": "mkdir -p dist; cp ../variants/0/* dist/\n",
    "pyproject.toml": pyproject("1.0", 'pre_release = "false"\n'),
  });
  await world.commit("Mend the build, break the hook");
  const hook = await world.run(["release", "--execute", "--json"]);
  assertEquals(hook.code, 7, hook.stderr);
  assertEquals(JSON.parse(hook.stdout).error.code, "hook-failed");
  assertEquals(world.api.releases, []);

  await world.write({
    "pyproject.toml": pyproject().replace(/\[tool[^]*/, "") +
      '[tool.releasio.publish]\ntool = "pdm"\n',
  });
  await world.commit("Name a tool that is not there");
  const tool = await world.run(["release", "--execute", "--json"], {
    env: { PATH: await Deno.realPath("/usr/bin") },
  });
  assertEquals(tool.code, 7, tool.stderr);
  assertStringIncludes(JSON.parse(tool.stdout).error.hint, "Install pdm");
});

Deno.test("release ends with 7 when the remote refuses the tag, and finishes the next time", async () => {
  await using world = await createWorld();
  const hook = `${world.project}/../remote.git/hooks/pre-receive`;
  await Deno.writeTextFile(hook, "#!/bin/sh\necho not today >&2\nexit 1\n");
  await Deno.chmod(hook, 0o755);
  const refused = await world.run(["release", "--execute"]);
  assertEquals(refused.code, 7, refused.stderr);
  assertEquals(errorCode(refused), "git-failed");
  assertStringIncludes(refused.stderr, "not today");
  await Deno.remove(hook);
  const again = await world.run(["release", "--execute"]);
  assertEquals(again.code, 0, again.stderr);
  await assertReleased(world);
});

Deno.test("release refuses a tag that is on another commit while the index has nothing", async () => {
  await using world = await createWorld();
  await world.git("tag", "v1.0");
  await world.git("push", "--quiet", "origin", "v1.0");
  await world.write({ "more.txt": "more" });
  await world.commit("Move on");
  const { code, stderr, stdout } = await world.run([
    "release",
    "--execute",
    "--json",
  ]);
  assertEquals(code, 7, stderr);
  assertEquals(JSON.parse(stdout).error.code, "tag-conflict");
  assertEquals(filesOn(world.pypi), {});
});

Deno.test("release finds what the index would refuse before anything is public", async () => {
  await using world = await createWorld();
  await prepareVariants(world.folder, "1.0", "other_demo");
  const { code, stderr } = await world.run(["release", "--execute"]);
  assertEquals(code, 2, stderr);
  assertStringIncludes(stderr, "Cannot release demo");
  assertEquals(world.api.releases, []);
  assertEquals(await world.remoteTag("v1.0"), null);
});

Deno.test("release stops with 6 when GitHub refuses, and goes on when run again", async () => {
  await using world = await createWorld();
  world.api.intercept = ({ method }) =>
    method === "POST"
      ? Response.json(
        { message: "Resource not accessible by integration" },
        { status: 403 },
      )
      : null;
  const refused = await world.run(["release", "--execute", "--json"]);
  assertEquals(refused.code, 6, refused.stderr);
  const { error } = JSON.parse(refused.stdout);
  assertEquals(error.code, "github-failed");
  assertStringIncludes(error.hint, "contents: write");
  assertEquals(filesOn(world.pypi), {});
  world.api.intercept = () => null;
  assertEquals((await world.run(["release", "--execute"])).code, 0);
  await assertReleased(world);
});

Deno.test("release of a monorepo mints once and tags each package", async () => {
  const build = (name: string) =>
    `[project]\nname = "${name}"\nversion = "1.0"\n`;
  await using world = await createWorld({
    projects: ["core-demo", "extra-demo"],
    files: {
      "pyproject.toml": '[tool.releasio.packages]\npaths = ["packages/*"]\n' +
        '[tool.releasio.hooks]\nbuild = "mkdir -p dist; cp ../../../variants/0/$(basename {project_path})_* dist/"\n',
      "packages/core/pyproject.toml": build("core-demo"),
      "packages/extra/pyproject.toml": build("extra-demo"),
      "packages/extra/.releasio.toml":
        '[version]\ntag_prefix = "extra/"\n[hooks]\nbuild = "mkdir -p dist; cp ../../../variants/0/extra_* dist/"\n',
    },
  });
  await prepareVariants(world.folder, "1.0", "core_demo");
  await prepareVariants(world.folder, "1.0", "extra_demo");
  const { code, stderr, stdout } = await world.run([
    "release",
    "--execute",
    "--json",
  ]);
  assertEquals(code, 0, stderr);
  assertEquals(Object.keys(filesOn(world.pypi)).length, 4);
  assertEquals(world.pypi.sandbox.state.mintedTokens.length, 1);
  const head = await world.git("rev-parse", "HEAD");
  assertEquals(await world.remoteTag("core-demo-v1.0"), head);
  assertEquals(await world.remoteTag("extra/1.0"), head);
  assertEquals(
    JSON.parse(stdout).release.packages.map((one: { status: string }) =>
      one.status
    ),
    ["released", "released"],
  );

  await world.write({
    "packages/core/pyproject.toml": build("core-demo").replace("1.0", "1.1"),
  });
  await prepareVariants(world.folder, "1.1", "core_demo");
  for (const name of await namesIn(`${world.folder}/variants/0`)) {
    if (!name.startsWith("core_demo-1.0")) continue;
    await Deno.remove(`${world.folder}/variants/0/${name}`);
  }
  await world.commit("Raise one of them");
  const next = await world.run(["release", "--execute", "--json"]);
  assertEquals(next.code, 0, next.stderr);
  assertEquals(
    JSON.parse(next.stdout).release.packages.map((
      one: { project: string; status: string },
    ) => [one.project, one.status]),
    [["core-demo", "released"], ["extra-demo", "nothing-to-release"]],
  );
  assert(await world.remoteTag("core-demo-v1.1") !== null);
});

Deno.test("release never runs what stands in a path", {
  ignore: Deno.build.os === "windows",
}, async () => {
  await using world = await createWorld({
    folderName: `it's "odd" $(touch pwned) \`touch pwned\`\n; touch pwned`,
    files: {
      "pyproject.toml": pyproject(
        "1.0",
        `pre_release = [
  "printf '%s' {project_path} > ../bare.txt",
  "printf '%s' \\"{project_path}\\" > ../double.txt",
  "printf '%s' '{project_path}' > ../single.txt",
  "printf '%s' \\"$(printf '%s' \\"{project_path}\\")\\" > ../nested.txt",
]
`,
      ),
    },
  });
  const { code, stderr } = await world.run(["release", "--execute"]);
  assertEquals(code, 0, stderr);
  const path = await Deno.realPath(world.project);
  for (const quotes of ["bare", "double", "single"]) {
    const text = await Deno.readTextFile(`${world.folder}/${quotes}.txt`);
    assertEquals(text, path, quotes);
  }
  for (const folder of [world.folder, world.project]) {
    const left = await namesIn(folder);
    assert(!left.includes("pwned"), left.join());
  }
});
