import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { diagnose, readCiFiles } from "../../lib/trust/mod.ts";
import { parseYaml } from "../../lib/trust/yaml.ts";
import { testContext } from "../helpers/context.ts";
import { fileTree } from "../helpers/files.ts";
import { type DoctorCase, readDoctorCases } from "./doctor_cases.ts";

const RELEASE = ".github/workflows/release.yml";
const CASES = [...readDoctorCases("good"), ...readDoctorCases("bad")];

async function diagnoseFiles(
  files: DoctorCase["files"],
  publishers: DoctorCase["publishers"] = new Map(),
) {
  return diagnose({
    files: await readCiFiles(testContext(fileTree(files)), "."),
    publishers,
    repository: { owner: "octo", repository: "demo" },
  });
}

async function fix(text: string): Promise<string> {
  const { fixes } = await diagnoseFiles({ [RELEASE]: text });
  return fixes[0]?.text ?? text;
}

Deno.test("the fixes settle what they are for, keep every comment, and are done at once", async () => {
  let fixed = 0;
  for (const { name, files, publishers } of CASES) {
    const before = await diagnoseFiles(files, publishers);
    if (before.fixes.length === 0) continue;
    const changed = { ...files };
    for (const { path, text, count } of before.fixes) {
      const comments = (source: string) => source.match(/#.*$/gm) ?? [];
      const kept = comments(text).join("\n");
      for (const comment of comments(files[path]!)) {
        // A comment on the line of a scope that moves goes with it.
        if (!comment.includes("id-token-too-wide")) {
          assertStringIncludes(kept, comment, name);
        }
      }
      assert("node" in parseYaml(text), `${name} is no YAML any more`);
      changed[path] = text;
      fixed += count;
    }
    const after = await diagnoseFiles(changed, publishers);
    assertEquals(after.fixes, [], name);
    const total = before.fixes.reduce((sum, { count }) => sum + count, 0);
    assertEquals(after.findings.length, before.findings.length - total, name);
  }
  assert(fixed > 12, `${fixed} findings were fixed`);
});

const HEAD = `on: { push: { tags: ["v*"] } }\n`;
const JOB = `jobs:
  publish:
    runs-on: ubuntu-latest
`;
const STEPS = `
    # The steps, at last.
    steps:
      - run: uv publish
`;

Deno.test("a fix adds permissions and environment above the steps and what is said of them", async () => {
  assertEquals(
    await fix(`${HEAD}${JOB}${STEPS}`),
    `${HEAD}${JOB}
    permissions:
      contents: read
      id-token: write
    environment: pypi
    # The steps, at last.
    steps:
      - run: uv publish
`,
  );
});

Deno.test("a fix adds to the permissions that a job has", async () => {
  const permissions = (scopes: string) =>
    `${HEAD}${JOB}    environment: pypi\n    permissions:${scopes}\n${STEPS}`;
  assertEquals(
    await fix(permissions("\n      # to read\n      contents: read # yes")),
    permissions(
      "\n      # to read\n      id-token: write\n      contents: read # yes",
    ),
  );
  assertEquals(
    await fix(permissions(" {}")),
    permissions(" { id-token: write }"),
  );
  assertEquals(
    await fix(permissions(" { contents: read }")),
    permissions(" { id-token: write, contents: read }"),
  );
  assertEquals(
    await fix(permissions(" { id-token: none }")),
    permissions(" { id-token: write }"),
  );
});

Deno.test("a fix moves the identity token from the workflow to the job", async () => {
  const build = `  build:
    runs-on: ubuntu-latest
    steps:
      - run: python -m build
`;
  const workflow = (top: string, own: string) =>
    `${HEAD}permissions:${top}\n${JOB}    environment: pypi\n${own}    steps:\n      - run: uv publish\n${build}`;
  assertEquals(
    await fix(workflow("\n  id-token: write # all\n  contents: read", "")),
    workflow(
      "\n  contents: read",
      "    permissions:\n      contents: read\n      id-token: write\n",
    ),
  );
  assertEquals(
    await fix(workflow("\n  id-token: write", "")),
    workflow(" {}", "    permissions:\n      id-token: write\n"),
  );
  assertEquals(
    await fix(workflow(" { contents: read, id-token: write }", "")),
    workflow(
      " { contents: read }",
      "    permissions:\n      contents: read\n      id-token: write\n",
    ),
  );
});

Deno.test("nothing is fixed where it could do harm", async () => {
  const other = (step: string) =>
    `${HEAD}permissions: { id-token: write }
jobs:
  publish:
    environment: pypi
    steps:
      - run: uv publish
  other:
    steps:
      - ${step}
`;
  for (
    const step of [
      "uses: aws-actions/configure-aws-credentials@v4",
      "run: gh release create",
    ]
  ) {
    assertEquals(await fix(other(step)), other(step), step);
  }
  // What a job without any `permissions` may do, only GitHub knows.
  const guess = `${HEAD}${JOB}    environment: pypi
    steps:
      - run: uv publish
      - run: gh release create
`;
  assertEquals(await fix(guess), guess);
});

Deno.test("nothing is fixed at an anchor, since others share it", async () => {
  const { files } = CASES.find(({ name }) => name.includes("anchored_job"))!;
  assertEquals((await diagnoseFiles(files)).fixes, []);
});

Deno.test("a fix keeps the line ends of the file", async () => {
  const fixed = await fix(`${HEAD}${JOB}${STEPS}`.replaceAll("\n", "\r\n"));
  assert(!/[^\r]\n/.test(fixed), JSON.stringify(fixed));
});

Deno.test("a fix gives a GitLab job its environment", async () => {
  const text = `publish:
  id_tokens: { PYPI_ID_TOKEN: { aud: pypi } }
  only: [tags]
  # go
  script: uv publish
`;
  const { fixes } = await diagnoseFiles({ ".gitlab-ci.yml": text });
  assertEquals(
    fixes[0]?.text,
    text.replace("  # go", "  environment: pypi\n  # go"),
  );
});

Deno.test("diagnose() tells which publishers to register", async () => {
  const find = (part: string) =>
    CASES.find(({ name }) => name.includes(part))!.files;
  const { publishers } = await diagnoseFiles(find("testpypi_first"));
  assertEquals(
    publishers.map(({ job, registry, publisher }) => [
      job,
      registry?.name,
      publisher,
    ]),
    (["testpypi", "pypi"] as const).map((environment) => [
      environment,
      environment === "pypi" ? "PyPI" : "TestPyPI",
      {
        provider: "github" as const,
        owner: "octo",
        repository: "demo",
        workflow: "release.yml",
        environment,
      },
    ]),
  );
  const gitlab = await diagnoseFiles(find("gitlab_extends"));
  assertEquals(
    gitlab.publishers.map(({ publisher }) => publisher.provider),
    ["gitlab", "gitlab"],
  );
  assertEquals((await diagnoseFiles(find("bad/poetry"))).publishers, []);
});
