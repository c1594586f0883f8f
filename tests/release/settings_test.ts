import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { resolveConfig } from "../../lib/config/resolve_config.ts";
import { ReleasioError } from "../../lib/errors.ts";
import { readProject } from "../../lib/release/project.ts";
import {
  parseApiUrl,
  readReleaseSettings,
  requireOwnDist,
} from "../../lib/release/settings.ts";
import { testContext } from "../helpers/context.ts";
import { fileTree } from "../helpers/files.ts";

async function read(text: string) {
  const context = testContext(fileTree({ ".releasio.toml": text }));
  return readReleaseSettings(await resolveConfig(context));
}

Deno.test("readReleaseSettings() has a default for everything", async () => {
  assertEquals(await read(""), {
    allowDirty: false,
    branches: [{ match: "main", prerelease: false }],
    tagPrefix: null,
    changelog: "CHANGELOG.md",
    packages: [],
    hooks: { build: null, preRelease: [], postRelease: [] },
    github: { owner: null, repository: null, apiUrl: null, keepDraft: false },
  });
});

Deno.test("readReleaseSettings() reads the original's tables", async () => {
  const settings = await read(`
default_branch = "trunk"
allow_dirty = true
[version]
tag_prefix = ""
version_files = ["x.py"]
[changelog]
path = "docs/CHANGES.md"
[branches.beta]
match = "beta/*"
prerelease = true
[packages]
paths = ["packages/*"]
[hooks]
build = "make dist"
pre_release = "pytest"
post_release = ["a", "b"]
[github]
owner = "octo"
repo = "demo"
api_url = "https://ghe.example/api/v3/"
draft_releases = true
`);
  assertEquals(settings, {
    allowDirty: true,
    branches: [
      { match: "beta/*", prerelease: true },
      { match: "trunk", prerelease: false },
    ],
    tagPrefix: "",
    changelog: "docs/CHANGES.md",
    packages: ["packages/*"],
    hooks: {
      build: "make dist",
      preRelease: ["pytest"],
      postRelease: ["a", "b"],
    },
    github: {
      owner: "octo",
      repository: "demo",
      apiUrl: "https://ghe.example/api/v3",
      keepDraft: true,
    },
  });
});

const WRONG: readonly [text: string, message: string][] = [
  [
    "[hooks]\nbuild = 1",
    "Cannot use hooks.build: expected a string, found the number 1 (.releasio.toml:2)",
  ],
  [
    "[hooks]\npre_release = [1]",
    "Cannot use hooks.pre_release: expected a list of strings, found a list (.releasio.toml:2)",
  ],
  [
    "[branches]\nmain = true",
    "Cannot use branches.main: expected a table, found the boolean true (.releasio.toml:2)",
  ],
  [
    '[github]\napi_url = "http://ghe.example"',
    "Cannot use github.api_url: expected an https URL",
  ],
];

for (const [text, message] of WRONG) {
  Deno.test(`readReleaseSettings() refuses ${JSON.stringify(text)}`, async () => {
    const error = await assertRejects(() => read(text), ReleasioError, message);
    assertEquals(error.code, "config-wrong-type");
  });
}

Deno.test("parseApiUrl() takes what a token may be sent to", () => {
  assertEquals(parseApiUrl("https://x.example/"), "https://x.example");
  assertEquals(parseApiUrl("http://127.0.0.1:1/"), "http://127.0.0.1:1");
  for (const text of ["http://x.example", "https://a@x.example", "x"]) {
    assertEquals(parseApiUrl(text), undefined, text);
  }
});

Deno.test("requireOwnDist() refuses folders that are not the package's own", () => {
  requireOwnDist("dist");
  requireOwnDist("build/dist/");
  for (const dist of [".", "./", "..", "../dist", "a/../.."]) {
    assertThrows(
      () => requireOwnDist(dist),
      ReleasioError,
      "Cannot build into",
    );
  }
});

const PROJECTS: readonly [
  text: string,
  name: string | null,
  version: string | null,
][] = [
  ['[project]\nname = "De.Mo"\nversion = "v1.0"', "de-mo", "1.0"],
  ['[project]\nname = "demo"\ndynamic = ["version"]', "demo", null],
  ['[tool.poetry]\nname = "demo"\nversion = "1.0"', "demo", "1.0"],
  [
    '[project]\nname = "demo"\ndynamic = ["version"]\n[tool.poetry]\nversion = "0"',
    "demo",
    null,
  ],
  ["", null, null],
];

for (const [text, name, version] of PROJECTS) {
  Deno.test(`readProject() reads ${JSON.stringify(text)}`, async () => {
    const context = testContext(fileTree({ "p/pyproject.toml": text }));
    assertEquals(await readProject(context, "p"), { name, version });
  });
}

Deno.test("readProject() refuses a version that is none", async () => {
  const context = testContext(
    fileTree({ "p/pyproject.toml": '[project]\nversion = "one"' }),
  );
  const error = await assertRejects(
    () => readProject(context, "p"),
    ReleasioError,
  );
  assertEquals(error.code, "version-missing");
});
