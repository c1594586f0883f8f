import { dirname } from "node:path";
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { gatherAnswers, publishersOf } from "../../lib/cli/init_answers.ts";
import type { ProjectFiles } from "../../lib/cli/project.ts";
import { resolveConfig } from "../../lib/config/resolve_config.ts";
import { ReleasioError } from "../../lib/errors.ts";
import {
  publisherTables,
  withPublisherTables,
} from "../../lib/trust/settings_text.ts";
import schema from "../../docs/releasio.schema.json" with { type: "json" };
import { runCli } from "../helpers/cli.ts";
import { testContext } from "../helpers/context.ts";
import { fileTree } from "../helpers/files.ts";
import { validate } from "../helpers/json_schema.ts";
import { ROOT } from "../helpers/paths.ts";

const DIST = `${ROOT}examples/demo/dist`;
const GIT = {
  ".git/HEAD": "ref: refs/heads/trunk\n",
  ".git/config":
    `[core]\n\tbare = false\n[remote "origin"]\n\turl = git@github.com:octo/demo.git\n`,
};
const WORKFLOW = ".github/workflows/release.yml";

/** A project's files, as people have them. */
const PROJECTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "an empty": {},
  "a poetry": {
    ...GIT,
    "pyproject.toml": `[tool.poetry] # ours
name = "Releasio_Demo"
version = "1.0.0"

[build-system]
requires = ["poetry-core"]
build-backend = "poetry.core.masonry.api"
`,
  },
  "a setuptools": {
    ...GIT,
    "setup.cfg": "[metadata]\nname = releasio-demo\nversion = 1.0.0\n",
    "setup.py": "from setuptools import setup\n\nsetup()\n",
  },
  "a hatch": {
    ...GIT,
    "pyproject.toml": `# A comment that stays.
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "releasio-demo"   # aligned
version = "1.0.0"

[tool.hatch.build.targets.wheel]
packages = ["src/releasio_demo"]
`,
  },
};

async function withProject(
  files: Readonly<Record<string, string>>,
  body: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(dirname(`${folder}/${path}`), { recursive: true });
      await Deno.writeTextFile(`${folder}/${path}`, text);
    }
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function init(folder: string, ...args: readonly string[]) {
  return runCli(["init", "--yes", "--offline", ...args], { cwd: folder });
}

for (const [name, files] of Object.entries(PROJECTS)) {
  Deno.test(`init in ${name} project, then doctor and rehearse: published`, async () => {
    await withProject(files, async (folder) => {
      const repository = files[".git/config"] === undefined
        ? ["--repository", "octo/demo", "--name", "releasio-demo"]
        : [];
      const written = await init(folder, ...repository);
      assertEquals(written.code, 0, written.stderr);
      assertStringIncludes(written.stdout, "PyPI Project Name  releasio-demo");
      assertStringIncludes(written.stdout, "Environment name   pypi");

      const before = files["pyproject.toml"];
      if (before !== undefined) {
        const after = await Deno.readTextFile(`${folder}/pyproject.toml`);
        assert(after.startsWith(before), after);
      }
      const doctor = await runCli(["doctor", "--offline", "--json"], {
        cwd: folder,
      });
      assertEquals(doctor.code, 0, doctor.stdout);
      const document = JSON.parse(doctor.stdout);
      assertEquals(document.findings, []);
      assertEquals(validate(schema, document, { strict: true }), []);

      await Deno.mkdir(`${folder}/dist`);
      for await (const { name } of Deno.readDir(DIST)) {
        await Deno.copyFile(`${DIST}/${name}`, `${folder}/dist/${name}`);
      }
      const rehearsed = await runCli(["rehearse", "--json"], { cwd: folder });
      assertEquals(rehearsed.code, 0, rehearsed.stderr);
      const { runs } = JSON.parse(rehearsed.stdout);
      assertEquals(runs[0].publisher.workflow, "release.yml");
      assertEquals(runs[0].publisher.environment, "pypi");
      assertEquals(
        runs[0].files.map(({ status }: { status: string }) => status),
        ["uploaded", "uploaded"],
      );
    });
  });
}

Deno.test("init leaves what is there, unless it is forced", async () => {
  const files = {
    ...GIT,
    [WORKFLOW]: "# mine\non: push\njobs: {}\n",
    ".releasio.toml": '# mine too\n[publish.publisher]\nowner = "x"\n' +
      'repository = "y"\nworkflow = "z.yml"\n\n[publish]\njobs = 2\n',
  };
  await withProject(files, async (folder) => {
    const kept = await init(folder, "--json");
    const document = JSON.parse(kept.stdout);
    assertEquals(validate(schema, document, { strict: true }), []);
    assertEquals(document.written, []);
    assertEquals(document.kept, [".releasio.toml", WORKFLOW]);
    assertStringIncludes(kept.stderr, "--force");
    for (const path of [WORKFLOW, ".releasio.toml"] as const) {
      assertEquals(await Deno.readTextFile(`${folder}/${path}`), files[path]);
    }

    const forced = await init(folder, "--force", "--testpypi");
    assertEquals(forced.code, 0, forced.stderr);
    const settings = await Deno.readTextFile(`${folder}/.releasio.toml`);
    assertStringIncludes(settings, "# mine too");
    assertStringIncludes(settings, "jobs = 2");
    assertEquals(settings.includes("z.yml"), false);
    const doctor = await runCli(["doctor", "--offline"], { cwd: folder });
    assertEquals(doctor.code, 0, doctor.stdout);
    assertStringIncludes(doctor.stdout, "No problems found");
    assertStringIncludes(doctor.stdout, "TestPyPI");
  });
});

Deno.test("init writes a GitLab pipeline that doctor has nothing against", async () => {
  const git = {
    ...GIT,
    ".git/config": GIT[".git/config"].replace(
      "github.com:octo/demo",
      "gitlab.com:octo/team/demo",
    ),
  };
  await withProject(git, async (folder) => {
    const { code, stdout, stderr } = await init(folder, "--testpypi");
    assertEquals(code, 0, stderr);
    assertStringIncludes(stdout, "octo/team");
    const pipeline = await Deno.readTextFile(`${folder}/.gitlab-ci.yml`);
    assertStringIncludes(pipeline, "aud: testpypi");
    const doctor = await runCli(["doctor", "--offline"], { cwd: folder });
    assertEquals(doctor.code, 0, doctor.stdout);
    assertStringIncludes(doctor.stdout, "No problems found");
  });
});

Deno.test("init tells of other workflows that publish", async () => {
  const other = ".github/workflows/publish.yml";
  await withProject(
    {
      ...GIT,
      [other]: "on: push\njobs: { p: { steps: [{ run: uv publish }] } }",
    },
    async (folder) => {
      const { stderr } = await init(folder);
      assertStringIncludes(stderr, `${other} publishes too`);
    },
  );
});

Deno.test("init and doctor find the workflows at the repository's root", async () => {
  const files = { ...GIT, "packages/demo/pyproject.toml": "" };
  await withProject(files, async (folder) => {
    const { code, stderr } = await init(`${folder}/packages/demo`);
    assertEquals(code, 0, stderr);
    await Deno.stat(`${folder}/${WORKFLOW}`);
    const doctor = await runCli(["doctor", "--offline"], {
      cwd: `${folder}/packages/demo`,
    });
    assertStringIncludes(doctor.stdout, "No problems found");
  });
});

Deno.test("init can't guess the repository", async () => {
  await withProject({}, async (folder) => {
    const { code, stderr } = await init(folder);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "--repository owner/name");
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
  });
});

const NOTHING: ProjectFiles = {
  root: ".",
  name: null,
  backend: null,
  pyproject: null,
  remote: null,
  branch: "main",
};

Deno.test("gatherAnswers() asks what neither files nor flags tell", async () => {
  const asked: string[] = [];
  const replies = ["octo/demo", "", "release", "y"];
  const answers = await gatherAnswers(NOTHING, {}, (question, fallback) => {
    asked.push(`${question} [${fallback}]`);
    return Promise.resolve(replies[asked.length - 1] || fallback);
  });
  assertEquals(asked, [
    "Repository, as owner/name []",
    "Project on PyPI [demo]",
    "Environment of the publishing job [pypi]",
    "Publish to TestPyPI first, y or n [n]",
  ]);
  assertEquals(answers, {
    name: "demo",
    owner: "octo",
    repository: "demo",
    workflow: "release.yml",
    environment: "release",
    testEnvironment: "testpypi",
    isGitLab: false,
  });
});

Deno.test("publishersOf() refuses what the form would not take", async () => {
  const answers = await gatherAnswers(NOTHING, {
    repository: "octo/demo",
    workflow: "release",
  }, null);
  const error = await assertRejects(
    () => Promise.resolve().then(() => publishersOf(answers)),
    ReleasioError,
  );
  assertEquals(error.code, "config-invalid");
});

Deno.test("the tables that are written are read as the same publishers", async () => {
  const answers = {
    ...await gatherAnswers(NOTHING, { repository: "octo/demo" }, null),
    testEnvironment: "testpypi",
  };
  for (const isGitLab of [false, true]) {
    const publishers = publishersOf({
      ...answers,
      isGitLab,
      workflow: isGitLab ? ".gitlab-ci.yml" : "release.yml",
    });
    const { settings } = await resolveConfig(testContext(
      fileTree({ ".releasio.toml": publisherTables(publishers, "") }),
    ));
    assertEquals(
      [...settings.publishers.values()],
      publishers.map(([, publisher]) => publisher),
    );
  }
});

Deno.test("withPublisherTables() replaces its tables alone, and keeps line ends", () => {
  const publisher = {
    provider: "google",
    email: "a@b.example",
    sub: null,
  } as const;
  const table = (email: string) =>
    `[publish.publisher]\r\nprovider = "google"\r\nemail = "${email}"\r\n`;
  const source = `# top\r\n[publish]\r\njobs = 1 # one\r\n\r\n${
    table("x@y.example")
  }\r\n[version]\r\ntag_prefix = "v"\r\n`;
  assertEquals(
    withPublisherTables(source, [["pypi", publisher]], ""),
    `# top\r\n[publish]\r\njobs = 1 # one\r\n\r\n[version]\r\ntag_prefix = "v"\r\n\r\n${
      table("a@b.example")
    }`,
  );
});
