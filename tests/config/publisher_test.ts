import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  resolveConfig,
  type ResolvedConfig,
} from "../../lib/config/resolve_config.ts";
import type { Publisher } from "../../lib/config/settings.ts";
import { ReleasioError } from "../../lib/errors.ts";
import { testContext } from "../helpers/context.ts";
import { fileTree } from "../helpers/files.ts";

const PYPI_URL = "https://upload.pypi.org/legacy/";
const TESTPYPI_URL = "https://test.pypi.org/legacy/";

function resolve(
  text: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ResolvedConfig> {
  const files = fileTree({ ".releasio.toml": text });
  return resolveConfig(testContext({ env, ...files }));
}

async function publisherOf(text: string): Promise<Publisher | undefined> {
  return (await resolve(text)).settings.publishers.get(PYPI_URL);
}

async function refusal(
  text: string,
  env?: Readonly<Record<string, string>>,
): Promise<ReleasioError> {
  return await assertRejects(() => resolve(text, env), ReleasioError);
}

const GITHUB = `
[publish.publisher]
owner = "octo"
repository = "demo"
workflow = "release.yml"
`;

Deno.test("publisher is a GitHub publisher on PyPI by default", async () => {
  assertEquals(await publisherOf(GITHUB), {
    provider: "github",
    owner: "octo",
    repository: "demo",
    workflow: "release.yml",
    environment: null,
  });
  const named = await publisherOf(
    `${GITHUB}\nprovider = "GitHub"\nenvironment = "Release"`,
  );
  assertEquals(named?.provider === "github" && named.environment, "Release");
});

Deno.test("publisher reads a GitLab publisher", async () => {
  const text = `
[publish.publisher]
provider = "gitlab"
namespace = "group/sub"
project = "demo"
workflow = ".gitlab-ci.yml"
`;
  const expected = {
    provider: "gitlab",
    namespace: "group/sub",
    project: "demo",
    workflow: ".gitlab-ci.yml",
    environment: null,
    issuer: "https://gitlab.com",
  } as const;
  assertEquals(await publisherOf(text), expected);
  assertEquals(
    await publisherOf(
      `${text}issuer = "https://git.example/"\nenvironment = "pypi/$X"`,
    ),
    { ...expected, issuer: "https://git.example", environment: "pypi/$X" },
  );
});

Deno.test("publisher reads Google and ActiveState publishers", async () => {
  assertEquals(
    await publisherOf(`
publish.publisher = { provider = "google", email = "ci@p.iam.gserviceaccount.com" }
`),
    { provider: "google", email: "ci@p.iam.gserviceaccount.com", sub: null },
  );
  assertEquals(
    await publisherOf(`
[publish.publisher]
provider = "activestate"
organization = "octo"
project = "demo"
actor = "me"
`),
    {
      provider: "activestate",
      organization: "octo",
      project: "demo",
      actor: "me",
    },
  );
});

Deno.test("publishers has a table a registry, by name or by URL", async () => {
  const { settings, list } = await resolve(`
[publish.publishers.pypi]
owner = "octo"
repository = "demo"
workflow = "release.yml"
environment = "pypi"
[publish.publishers.testpypi]
owner = "octo"
repository = "demo"
workflow = "test.yml"
[publish.publishers."https://index.example/legacy"]
provider = "google"
email = "ci@example.com"
`);
  assertEquals([...settings.publishers.keys()], [
    PYPI_URL,
    TESTPYPI_URL,
    "https://index.example/legacy/",
  ]);
  assertEquals(
    list.filter(({ key }) => key.startsWith("publish.publishers.testpypi"))
      .map(({ key, value, origin }) => `${key}=${value} ${origin.name}`),
    [
      "publish.publishers.testpypi.provider=github default",
      "publish.publishers.testpypi.owner=octo .releasio.toml:8",
      "publish.publishers.testpypi.repository=demo .releasio.toml:9",
      "publish.publishers.testpypi.workflow=test.yml .releasio.toml:10",
      "publish.publishers.testpypi.environment=null default",
    ],
  );
  assertEquals(
    list.find(({ key }) => key.endsWith(".email"))?.key,
    'publish.publishers."https://index.example/legacy".email',
  );
});

Deno.test("publisher and publishers.pypi are one table: both is an error", async () => {
  const error = await refusal(
    `${GITHUB}[publish.publishers.pypi]\nowner = "octo"`,
  );
  assertEquals(error.code, "config-invalid");
  assertStringIncludes(error.message, "publish.publisher is for the same");
  assertStringIncludes(error.message, ".releasio.toml:6");
});

Deno.test("a variable sets one field of a publisher, or all of them", async () => {
  const one = await resolve(GITHUB, {
    RELEASIO_PUBLISH_PUBLISHER_WORKFLOW: "other.yml",
  });
  assertEquals(
    one.list.filter(({ key }) => key.startsWith("publish.publisher."))
      .map(({ value, origin }) => `${value} ${origin.name}`).slice(2, 4),
    [
      "demo .releasio.toml:4",
      "other.yml RELEASIO_PUBLISH_PUBLISHER_WORKFLOW",
    ],
  );
  const all = await resolve("", {
    RELEASIO_PUBLISH_PUBLISHERS_TESTPYPI_PROVIDER: "google",
    RELEASIO_PUBLISH_PUBLISHERS_TESTPYPI_EMAIL: "ci@example.com",
    RELEASIO_PUBLISH_PUBLISHER_OWNER: "",
  });
  assertEquals([...all.settings.publishers], [
    [TESTPYPI_URL, { provider: "google", email: "ci@example.com", sub: null }],
  ]);
});

Deno.test("a publisher without a required field says which, and where", async () => {
  const error = await refusal('\n[publish.publisher]\nowner = "octo"');
  assertEquals(error.code, "config-invalid");
  assertStringIncludes(
    error.message,
    '"repository" is missing (.releasio.toml:2)',
  );

  const blank = await refusal(GITHUB.replace("octo", " "));
  assertStringIncludes(blank.message, '"owner" is missing');

  const variable = await refusal("", { RELEASIO_PUBLISH_PUBLISHER_OWNER: "o" });
  assertStringIncludes(variable.message, "RELEASIO_PUBLISH_PUBLISHER_OWNER");
});

Deno.test("a publisher's unknown field gets the nearest known one", async () => {
  const cases = {
    workflow_filename: 'Did you mean "workflow"?',
    repo: 'Did you mean "repository"?',
    enviroment: 'Did you mean "environment"?',
    namespace:
      '"namespace" belongs to provider = "gitlab"; this one is "github".',
  };
  for (const [field, hint] of Object.entries(cases)) {
    const error = await refusal(`${GITHUB}${field} = "x"`);
    assertEquals(error.code, "config-unknown-key");
    assertStringIncludes(error.message, `publish.publisher.${field}`);
    assertStringIncludes(error.message, ".releasio.toml:6");
    assertEquals(error.hint, hint);
  }
});

Deno.test("a publisher's provider and fields have types", async () => {
  const provider = await refusal(`${GITHUB}provider = "gitea"`);
  assertEquals(provider.code, "config-wrong-type");
  assertStringIncludes(provider.message, "`github`, `gitlab`");
  const number = await refusal(`${GITHUB}environment = 1`);
  assertEquals(number.code, "config-wrong-type");
});

Deno.test("a GitHub publisher follows PyPI's form", async () => {
  const cases: [string, string, string, string][] = [
    [
      "owner",
      "octo/demo",
      "user or organization",
      'owner = "octo" and repository = "demo"',
    ],
    ["owner", "octo cat", "user or organization", 'owner = "octo"'],
    [
      "repository",
      "octo/demo",
      "GitHub repository",
      'owner = "octo" and repository = "demo"',
    ],
    [
      "repository",
      "https://github.com/octo/demo.git",
      "GitHub repository",
      'owner = "octo" and repository = "demo"',
    ],
    [
      "workflow",
      ".github/workflows/release.yml",
      "is a path",
      'workflow = "release.yml"',
    ],
    ["workflow", "Release", "does not end in", "release.yml"],
    ["environment", "a,b", "environment", "CI's settings"],
    ["environment", "a\\u0007b", "environment", "CI's settings"],
  ];
  for (const [field, value, reason, hint] of cases) {
    const text = GITHUB.replace(new RegExp(`^${field} = .*$`, "m"), "");
    const error = await refusal(`${text}${field} = "${value}"`);
    assertEquals(error.code, "config-invalid", value);
    assertStringIncludes(error.message, reason);
    assertStringIncludes(error.message, "(.releasio.toml:6)");
    assertStringIncludes(error.hint!, hint);
  }
});

Deno.test("a GitLab publisher follows PyPI's form", async () => {
  const good: Record<string, string> = {
    namespace: "group",
    project: "demo",
    workflow: "ci/release.yml",
  };
  const cases: [string, string, string][] = [
    ["namespace", "group/", "address"],
    ["namespace", "my--group", "address"],
    ["project", "group/demo", 'namespace = "group" and project = "demo"'],
    ["project", "demo.git", "address"],
    ["workflow", "/.gitlab-ci.yml", 'workflow = ".gitlab-ci.yml"'],
    ["workflow", "ci.json", "release.yml"],
    ["environment", "a!b", "CI's settings"],
    ["issuer", "http://git.example", "https://gitlab.com"],
    ["issuer", "git.example", "https://gitlab.com"],
  ];
  for (const [field, value, hint] of cases) {
    const fields = { provider: "gitlab", ...good, [field]: value };
    const lines = Object.entries(fields).map(([key, text]) =>
      `${key} = "${text}"`
    );
    const error = await refusal(`[publish.publisher]\n${lines.join("\n")}`);
    assertEquals(error.code, "config-invalid", value);
    assertStringIncludes(error.hint!, hint);
  }
});

Deno.test("Google and ActiveState publishers follow PyPI's forms", async () => {
  const email = await refusal(
    'publish.publisher = { provider = "google", email = "ci" }',
  );
  assertStringIncludes(email.message, "e-mail");
  for (const project of ["ab", "a--b", "-ab", "octo/demo"]) {
    const error = await refusal(`[publish.publisher]
provider = "activestate"
organization = "octo"
actor = "me"
project = "${project}"`);
    assertEquals(error.code, "config-invalid", project);
  }
});

Deno.test("publishers refuses a registry that is none", async () => {
  const error = await refusal('[publish.publishers.pipy]\nowner = "octo"');
  assertEquals(error.code, "registry-invalid");
  assertEquals(error.hint, 'Did you mean "pypi"?');
  assertStringIncludes(error.message, "(.releasio.toml:1)");
});
