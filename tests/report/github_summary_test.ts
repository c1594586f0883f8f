import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { githubSummary } from "../../lib/report/github_summary.ts";
import {
  assertInert,
  fileReport,
  HOSTILE,
  HOSTILE_BODY,
  REFUSED,
  report,
  WARNING,
  wheel,
} from "./samples.ts";

const SHA = "ab".repeat(32);

Deno.test("githubSummary() shows files, sizes, digests, links and the publisher", () => {
  assertEquals(
    githubSummary(
      report([
        fileReport("demo-1.0.tar.gz", "uploaded"),
        fileReport("demo-1.0.whl", "existing"),
      ]),
    ),
    `\
### demo 1.0 is on PyPI: 1 file uploaded, 1 already there (1.23 MB)

**Authentication** trusted publishing, \`GitHub octo/demo release.yml, environment release\`<br>
**Release** [pypi.org/project/demo/1.0/](https://pypi.org/project/demo/1.0/)

| File | Size | Status | SHA-256 |
| --- | ---: | --- | --- |
| \`demo-1.0.tar.gz\` | 1.23 MB | uploaded, signed | \`${SHA}\` |
| \`demo-1.0.whl\` | 1.23 MB | already there | \`${SHA}\` |
`,
  );
});

Deno.test("githubSummary() tells what failed and what to do next", () => {
  const text = githubSummary(report([
    fileReport(wheel(13), "uploaded"),
    fileReport("demo-1.0.tar.gz", "failed"),
  ], { ok: false, exitCode: 5, error: REFUSED, findings: [WARNING] }));
  assertEquals(
    text.slice(text.indexOf("**`demo-1.0.tar.gz` failed")),
    `\
**\`demo-1.0.tar.gz\` failed:** 400 Only one sdist may be uploaded per release. ([upload-refused](https://github.com/releasio/cli/blob/main/docs/troubleshooting.md#upload-refused))<br>
PyPI keeps one sdist per release. Leave this one out.

- **warning** \`demo-1.0.tar.gz\`: No long description (\`description-missing\`)<br>Add readme = "README.md" to \\[project\\].

**Next:** Fix what failed, then run the same command again: what is up is not sent twice.

**Next:** PyPI takes new files for a release for 14 days after its first one.
`,
  );
});

Deno.test("githubSummary() shows what stopped a run before any index", () => {
  assertEquals(
    githubSummary(report([], {
      ok: false,
      exitCode: 3,
      error: {
        code: "no-distributions",
        message: "No distributions in dist",
        hint: null,
      },
    })),
    `\
### Nothing was published

**Error:** No distributions in dist ([no-distributions](https://github.com/releasio/cli/blob/main/docs/troubleshooting.md#no-distributions))
`,
  );
});

Deno.test("githubSummary() says that a dry run sent nothing", () => {
  const text = githubSummary(
    report([fileReport("demo-1.0.tar.gz", "planned")], { dryRun: true }),
  );
  assertStringIncludes(
    text,
    "### Dry run: 1 file would go up to PyPI (1.23 MB)\n",
  );
  assertStringIncludes(text, "| 1.23 MB | would go up |");
});

Deno.test("githubSummary() stays under GitHub's limit of 1 MiB", () => {
  const files = Array.from(
    { length: 3000 },
    (_, i) =>
      fileReport(`${i}-${"x".repeat(280)}.whl`, "failed", {
        error: {
          code: "c",
          message: `${i} ${"y".repeat(2000)}`,
          hint: "z".repeat(5000),
        },
      }),
  );
  const findings = files.map(({ file }) => ({
    ...WARNING,
    file,
    hint: "w".repeat(5000),
  }));
  const text = githubSummary(
    report(files, { ok: false, exitCode: 5, findings }),
  );
  assert(new TextEncoder().encode(text).length < 1024 * 1024, `${text.length}`);
});

Deno.test("githubSummary() shows hostile text as text", () => {
  const markup =
    "</td><img src=x onerror=y>|`` ` ![a](b) [c](javascript:d) @octo\n# e";
  for (const text of [markup, ...HOSTILE, HOSTILE_BODY]) {
    const error = { code: text, message: text, hint: text };
    const summary = githubSummary(report(
      [fileReport(text, "failed", {
        project: text,
        version: text,
        sha256: text,
        url: text,
        error,
      })],
      {
        ok: false,
        exitCode: 5,
        error: { ...error, message: `run: ${text}` },
        findings: [{ ...error, severity: "error", file: text }],
        runs: [{
          registry: text,
          auth: "trusted-publishing",
          publisher: { provider: "github", repository: text, workflow: text },
          files: [
            fileReport(text, "failed", {
              project: text,
              version: text,
              error,
              url: text,
            }),
          ],
        }],
      },
    ));
    assertInert(summary.replaceAll("\u200b", ""), { maxLength: 40_000 });
    // Outside of code, nothing of it is markup.
    const prose = summary.replaceAll(/(`+)(?!`).*?[^`]\1(?!`)/g, "");
    assert(
      !/<img|<\/td>|[^\\]!\[|[^\\]\]\(javascript|@octo/.test(prose),
      prose,
    );
    // A table's row has its own pipes alone.
    const rows = prose.split("\n").filter((line) => line.startsWith("| "));
    for (const row of rows) {
      assertEquals(row.replaceAll("\\|", "").match(/\|/g)?.length, 5, row);
    }
  }
});
