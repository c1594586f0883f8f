import {
  assert,
  assertEquals,
  assertObjectMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  resolveConfig,
  type ResolvedConfig,
  type ResolveOptions,
} from "../../lib/config/resolve_config.ts";
import { ReleasioError } from "../../lib/errors.ts";
import { testContext } from "../helpers/context.ts";
import { type FileContent, fileTree } from "../helpers/files.ts";

interface World {
  readonly files?: Readonly<Record<string, FileContent>>;
  readonly env?: Readonly<Record<string, string>>;
}

function resolve(
  { files = {}, env = {} }: World,
  options?: ResolveOptions,
): Promise<ResolvedConfig> {
  return resolveConfig(testContext({ env, ...fileTree(files) }), options);
}

async function refusal(
  world: World,
  options?: ResolveOptions,
): Promise<ReleasioError> {
  return await assertRejects(() => resolve(world, options), ReleasioError);
}

function toml(...lines: readonly string[]): World {
  return { files: { ".releasio.toml": lines.join("\n") } };
}

function originOf(config: ResolvedConfig, key: string): string | undefined {
  return config.list.find((setting) => setting.key === key)?.origin.name;
}

function uploadUrls({ settings }: ResolvedConfig): string[] {
  return settings.registries.map(({ uploadUrl }) => uploadUrl);
}

Deno.test("resolveConfig() has a default for everything", async () => {
  const config = await resolve({});
  const { registries, publishers, ...rest } = config.settings;
  assertEquals(registries.map(({ kind }) => kind), ["pypi"]);
  assertEquals(publishers.size, 0);
  assertEquals(rest, {
    enabled: true,
    trustedPublishing: "auto",
    dist: "dist",
    validateBeforePublish: true,
    checkExistingVersion: true,
    skipExisting: false,
    attestations: "preferred",
    jobs: 4,
    maxFileSize: 104857600,
    maxProjectSize: 10737418240,
    tool: "uv",
  });
  assertEquals(
    new Set(config.list.map(({ origin }) => origin.name)),
    new Set(["default"]),
  );
  assertEquals(config.file, null);
  assertEquals(config.notes, []);
});

Deno.test("resolveConfig() reads every key of .releasio.toml, with its line", async () => {
  const config = await resolve(toml(
    "[publish]",
    "enabled = false",
    'registry = "https://nexus.example/repository/python/"',
    "trusted_publishing = false",
    'dist = "out"',
    "validate_before_publish = false",
    "check_existing_version = false",
    'check_url = "https://nexus.example/listing"',
    "skip_existing = true",
    "attestations = false",
    "jobs = 16",
    'max_file_size = "1.5 GiB"',
    "max_project_size = 123456789",
    'tool = "hatch"',
  ));
  assertObjectMatch({ ...config.settings }, {
    enabled: false,
    registries: [{
      uploadUrl: "https://nexus.example/repository/python/",
      simpleUrl: "https://nexus.example/listing/",
    }],
    trustedPublishing: "never",
    dist: "out",
    validateBeforePublish: false,
    checkExistingVersion: false,
    skipExisting: true,
    attestations: "off",
    jobs: 16,
    maxFileSize: 1610612736,
    maxProjectSize: 123456789,
    tool: "hatch",
  });
  assertEquals(
    new Set(config.list.map(({ origin }) => origin.name)),
    new Set(
      Array.from({ length: 13 }, (_, index) => `.releasio.toml:${index + 2}`),
    ),
  );
});

Deno.test("resolveConfig() reads [tool.releasio.publish] of pyproject.toml", async () => {
  const config = await resolve({
    files: {
      "pyproject.toml":
        '[project]\nname = "x"\n\n[tool.releasio.publish]\nregistry = "testpypi"\n',
    },
  });
  assertEquals(uploadUrls(config), ["https://test.pypi.org/legacy/"]);
  assertEquals(originOf(config, "publish.registry"), "pyproject.toml:5");
});

Deno.test("resolveConfig() takes TestPyPI from a file", async () => {
  const config = await resolve(toml("[publish]", 'registry = "testpypi"'));
  assertEquals(uploadUrls(config), ["https://test.pypi.org/legacy/"]);
  assertEquals(originOf(config, "publish.registry"), ".releasio.toml:2");
});

Deno.test("resolveConfig() takes TestPyPI from RELEASIO_PUBLISH_REGISTRY", async () => {
  const config = await resolve({
    env: { RELEASIO_PUBLISH_REGISTRY: "testpypi" },
  });
  assertEquals(uploadUrls(config), ["https://test.pypi.org/legacy/"]);
  assertEquals(
    originOf(config, "publish.registry"),
    "RELEASIO_PUBLISH_REGISTRY",
  );
});

Deno.test("resolveConfig() lets flags beat environment, environment beat file", async () => {
  const world = {
    ...toml("[publish]", "jobs = 2", 'dist = "file"', "skip_existing = true"),
    env: { RELEASIO_PUBLISH_JOBS: "3", RELEASIO_PUBLISH_DIST: "environment" },
  };
  const config = await resolve(world, { flags: { jobs: "5" } });
  assertObjectMatch({ ...config.settings }, {
    jobs: 5,
    dist: "environment",
    skipExisting: true,
  });
  assertEquals(originOf(config, "publish.jobs"), "--jobs");
  assertEquals(originOf(config, "publish.dist"), "RELEASIO_PUBLISH_DIST");
  assertEquals(originOf(config, "publish.skip_existing"), ".releasio.toml:4");
});

Deno.test("resolveConfig() takes an empty variable and a missing flag as unset", async () => {
  const config = await resolve(
    { env: { RELEASIO_PUBLISH_REGISTRY: "", RELEASIO_PUBLISH_JOBS: " " } },
    { flags: { registry: undefined, jobs: undefined } },
  );
  assertEquals(config.settings.jobs, 4);
  assertEquals(originOf(config, "publish.registry"), "default");
});

Deno.test("resolveConfig() reads every key from the environment", async () => {
  const config = await resolve({
    env: {
      RELEASIO_PUBLISH_ENABLED: "no",
      RELEASIO_PUBLISH_REGISTRY: "https://index.example/upload",
      RELEASIO_PUBLISH_TRUSTED_PUBLISHING: "Always",
      RELEASIO_PUBLISH_DIST: "out",
      RELEASIO_PUBLISH_VALIDATE_BEFORE_PUBLISH: "0",
      RELEASIO_PUBLISH_CHECK_EXISTING_VERSION: "false",
      RELEASIO_PUBLISH_CHECK_URL: "https://index.example/simple/",
      RELEASIO_PUBLISH_SKIP_EXISTING: "1",
      RELEASIO_PUBLISH_ATTESTATIONS: "required",
      RELEASIO_PUBLISH_JOBS: "1",
      RELEASIO_PUBLISH_MAX_FILE_SIZE: "500MB",
      RELEASIO_PUBLISH_MAX_PROJECT_SIZE: "20 GiB",
      RELEASIO_PUBLISH_TOOL: "poetry",
    },
  });
  assertObjectMatch({ ...config.settings }, {
    enabled: false,
    registries: [{
      uploadUrl: "https://index.example/upload",
      simpleUrl: "https://index.example/simple/",
    }],
    trustedPublishing: "always",
    dist: "out",
    validateBeforePublish: false,
    checkExistingVersion: false,
    skipExisting: true,
    attestations: "required",
    jobs: 1,
    maxFileSize: 500_000_000,
    maxProjectSize: 21474836480,
    tool: "poetry",
  });
  assertEquals(
    config.list.every(({ key, origin }) =>
      origin.name === `RELEASIO_${key.replace(".", "_").toUpperCase()}`
    ),
    true,
  );
});

Deno.test("resolveConfig() reads trusted_publishing as a word or a boolean", async () => {
  const cases = {
    "true": "auto",
    "false": "never",
    '"auto"': "auto",
    '"always"': "always",
    '"never"': "never",
  };
  for (const [text, mode] of Object.entries(cases)) {
    const world = toml("[publish]", `trusted_publishing = ${text}`);
    assertEquals((await resolve(world)).settings.trustedPublishing, mode);
  }
});

Deno.test("resolveConfig() takes several registries from a repeated flag, each once", async () => {
  const config = await resolve({}, {
    flags: { registry: ["testpypi", "pypi", "https://test.pypi.org/legacy/"] },
  });
  assertEquals(uploadUrls(config), [
    "https://test.pypi.org/legacy/",
    "https://upload.pypi.org/legacy/",
  ]);
  assertEquals(
    config.list.find(({ key }) => key === "publish.registry")?.value,
    uploadUrls(config),
  );
});

Deno.test("resolveConfig() refuses one check_url for several registries", async () => {
  const error = await refusal({}, {
    flags: {
      registry: ["testpypi", "pypi"],
      check_url: "https://pypi.org/simple/",
    },
  });
  assertEquals(error.code, "usage");
});

Deno.test("resolveConfig() does not take a file's check_url to another registry", async () => {
  const world = toml(
    "[publish]",
    'registry = "https://index.example/upload"',
    'check_url = "https://index.example/simple/"',
  );
  const config = await resolve(world, { flags: { registry: "testpypi" } });
  assertEquals(
    config.settings.registries[0]?.simpleUrl,
    "https://test.pypi.org/simple/",
  );
  assertStringIncludes(config.notes.join(), ".releasio.toml:3");
});

Deno.test("resolveConfig() refuses an unknown key, with the nearest known one", async () => {
  const error = await refusal(toml("[publish]", "", 'registri = "pypi"'));
  assertEquals(error.code, "config-unknown-key");
  assertEquals(
    error.message,
    'Unknown setting "publish.registri" (.releasio.toml:3)',
  );
  assertEquals(error.hint, 'Did you mean "registry"?');

  const far = await refusal(toml("[publish]", "colour = 1"));
  assertStringIncludes(far.hint!, "trusted_publishing");
});

Deno.test("resolveConfig() refuses an unknown table, and a setting outside its table", async () => {
  const table = await refusal(toml("[publsh]", 'registry = "testpypi"'));
  assertEquals(table.code, "config-unknown-key");
  assertEquals(table.hint, 'Did you mean "publish"?');

  const outside = await refusal(toml('registry = "testpypi"'));
  assertEquals(outside.code, "config-unknown-key");
  assertEquals(outside.hint, '"registry" belongs under [publish].');
});

Deno.test("resolveConfig() says what was found where another type is expected", async () => {
  const cases: [string, string, string?][] = [
    [
      'jobs = "4"',
      'publish.jobs: expected a whole number from 1 to 16, found "4"',
      "Write it without quotes: 4.",
    ],
    ["jobs = 17", "found the number 17"],
    ["jobs = 1.5", "found the number 1.5"],
    ["enabled = 1", "expected `true` or `false`, found the number 1"],
    [
      'skip_existing = "true"',
      'found "true"',
      "Write it without quotes: true.",
    ],
    ["registry = true", "found the boolean true"],
    ['registry = ["pypi"]', "found a list"],
    ["dist = 1979-05-27", "found a date"],
    ['dist = ""', 'expected a path, found ""'],
    [
      'trusted_publishing = "yes"',
      "`auto`, `always`, `never`, `true` or `false`",
    ],
    ["attestations = { a = 1 }", "found a table"],
    ['max_file_size = "big"', 'such as `"100 MiB"`'],
    ["max_file_size = 0", "found the number 0"],
    ["max_file_size = -1", "found the number -1"],
    ['tool = "pip"', "`build` or `twine`, found"],
    ["publisher = true", "expected a table"],
    ["publishers = 1", "expected a table"],
    ["publishers = { pypi = 1 }", "publish.publishers.pypi: expected a table"],
  ];
  for (const [line, message, hint] of cases) {
    const error = await refusal(toml("# a comment", "[publish]", line));
    assertEquals(error.code, "config-wrong-type", line);
    assertStringIncludes(error.message, message);
    assertStringIncludes(error.message, "(.releasio.toml:3)");
    if (hint !== undefined) assertEquals(error.hint, hint);
  }
  assertEquals((await refusal(toml("publish = 1"))).code, "config-wrong-type");
  assertEquals((await refusal(toml("hooks = 1"))).code, "config-wrong-type");
});

Deno.test("resolveConfig() names the variable or the flag of a wrong value", async () => {
  const variable = await refusal({ env: { RELEASIO_PUBLISH_JOBS: "many" } });
  assertEquals(variable.code, "config-wrong-type");
  assertStringIncludes(
    variable.message,
    'found "many" (RELEASIO_PUBLISH_JOBS)',
  );

  const flag = await refusal({}, { flags: { attestations: "maybe" } });
  assertStringIncludes(flag.message, 'found "maybe" (--attestations)');

  const registry = await refusal({
    env: { RELEASIO_PUBLISH_REGISTRY: "https://pypi.org/simple/" },
  });
  assertEquals(registry.code, "registry-invalid");
  assertStringIncludes(registry.message, "(RELEASIO_PUBLISH_REGISTRY)");
  assertEquals(
    registry.hint,
    'Use "pypi" or "https://upload.pypi.org/legacy/".',
  );
});

Deno.test("resolveConfig() never shows a token that is in the wrong place", async () => {
  const error = await refusal({
    env: { RELEASIO_PUBLISH_TRUSTED_PUBLISHING: "pypi-AgEIcHlwaS5vcmcC" },
  });
  assertEquals(error.message.includes("AgEI"), false);
});

Deno.test("resolveConfig() tells the first mistake of a file first", async () => {
  const error = await refusal(toml("[publish]", "jobs = 99", "enabled = 1"));
  assertStringIncludes(error.message, ".releasio.toml:2");
});

Deno.test("resolveConfig() reports a file's mistake even where a flag overrides it", async () => {
  const error = await refusal(toml("[publish]", "jobs = 99"), {
    flags: { jobs: 1 },
  });
  assertEquals(error.code, "config-wrong-type");
});

Deno.test("resolveConfig() keeps what other commands read, and lists it", async () => {
  const config = await resolve(toml(
    'default_branch = "main"',
    "allow_dirty = false",
    "[version]",
    'tag_prefix = "v"',
    "[hooks]",
    'build = "make"',
    "pre_release = [",
    '  "a", # "b"',
    "]",
    "[packages]",
    'paths = ["a", "b"]',
    "[commits.types]",
    '"odd key" = 1',
    "[changelog]",
    "[github]",
    "[security]",
    "[branches.beta]",
    "prerelease = true",
  ));
  assertEquals(config.raw["default_branch"], "main");
  assertEquals(config.raw["packages"], { paths: ["a", "b"] });
  assertEquals("publish" in config.raw, false);
  const others = config.list.filter(({ key }) => !key.startsWith("publish."));
  assertEquals(others.map(({ key, origin }) => `${key} ${origin.name}`), [
    "default_branch .releasio.toml:1",
    "allow_dirty .releasio.toml:2",
    "version.tag_prefix .releasio.toml:4",
    "hooks.build .releasio.toml:6",
    "hooks.pre_release .releasio.toml:7",
    "packages.paths .releasio.toml:11",
    'commits.types."odd key" .releasio.toml:13',
    "branches.beta.prerelease .releasio.toml:18",
  ]);
});

Deno.test("resolveConfig() checks the settings that are in no table", async () => {
  for (const line of ["default_branch = 1", 'allow_dirty = "no"']) {
    assertEquals((await refusal(toml(line))).code, "config-wrong-type");
  }
});

Deno.test("resolveConfig() is not fooled by keys that JavaScript knows", async () => {
  for (const key of ["constructor", "toString", "hasOwnProperty"]) {
    for (const lines of [[`${key} = 1`], [`[publish]`, `${key} = 1`]]) {
      const error = await refusal(toml(...lines));
      assertEquals(error.code.startsWith("config-"), true, key);
    }
  }
  for (
    const table of ["__proto__", "publish.__proto__", "constructor.prototype"]
  ) {
    const error = await refusal(toml(`[${table}]`, 'registry = "testpypi"'));
    assertEquals(error.code, "config-unknown-key", table);
  }
  // Parsers differ: one drops the key, another hands it over as it is.
  const file = toml('__proto__ = { publish = { registry = "testpypi" } }');
  const refused = await resolve(file).then(uploadUrls).catch(({ code }) =>
    code
  );
  assert(
    refused === "config-unknown-key" ||
      refused[0] === "https://upload.pypi.org/legacy/",
  );
  assertEquals("registry" in {}, false);
});
