import { assertEquals, assertStringIncludes } from "@std/assert";
import { unicodeWidth } from "@std/cli/unicode-width";
import { nextSteps, renderReport } from "../../lib/report/render_report.ts";
import {
  assertInert,
  fileReport,
  HOSTILE,
  HOSTILE_BODY,
  report,
  wheel,
} from "./samples.ts";

const PLAIN = { colour: false };
const SDIST = "demo-1.0.tar.gz";
const PARTIAL = report([
  fileReport(wheel(13), "uploaded"),
  fileReport(wheel(12), "existing"),
  fileReport(SDIST, "failed", { attempts: 3 }),
  fileReport(wheel(11), "not-attempted"),
], { ok: false, exitCode: 5 });

Deno.test("renderReport() is two lines when all went well", () => {
  assertEquals(
    renderReport(
      report([
        fileReport(wheel(13), "uploaded"),
        fileReport(SDIST, "uploaded"),
      ]),
      PLAIN,
    ),
    `\
demo 1.0 is on PyPI: 2 files uploaded (2.47 MB)
  https://pypi.org/project/demo/1.0/`,
  );
});

Deno.test("renderReport() tells what is up, what is not and how to finish", () => {
  assertEquals(
    renderReport(PARTIAL, PLAIN),
    `\
demo 1.0 is not complete on PyPI: 2 of 4 files not up
  https://pypi.org/project/demo/1.0/

Up now (1)
  ${wheel(13)}

Already there (1)
  ${wheel(12)}

Failed (1)
  demo-1.0.tar.gz
    400 Only one sdist may be uploaded per release. (upload-refused, 3 tries)
    PyPI keeps one sdist per release. Leave this one out.

Not tried (1)
  ${wheel(11)}

Fix what failed, then run the same command again: what is up is not sent twice.
PyPI takes new files for a release for 14 days after its first one.`,
  );
});

Deno.test("renderReport() fits one screen after a bad day with a hundred wheels", () => {
  const error = {
    code: "server-error",
    message: "The index answered 503 Service Unavailable",
    hint: null,
  };
  const files = Array.from({ length: 100 }, (_, i) =>
    fileReport(
      wheel(i),
      (["uploaded", "existing", "failed", "not-attempted"] as const)[i % 4]!,
      i % 4 === 2 ? { error } : {},
    ));
  const lines = renderReport(report(files, { ok: false, exitCode: 6 }), PLAIN)
    .split("\n");
  assertEquals(lines.length, 24);
  assertEquals(lines.filter((line) => unicodeWidth(line) > 80), []);
  assertEquals(
    lines.slice(2).join("\n"),
    `
Up now (25)

Already there (25)

Failed (25)
  ${wheel(2)}
  ${wheel(6)}
  ${wheel(10)}
  ${wheel(14)}
  and 21 more
    The index answered 503 Service Unavailable (server-error)

Not tried (25)
  ${wheel(3)}
  ${wheel(7)}
  ${wheel(11)}
  ${wheel(15)}
  and 21 more

Run the same command again: what is up is not sent twice.
PyPI takes new files for a release for 14 days after its first one.`,
  );
});

Deno.test("renderReport() names the command that finishes the job, in one piece", () => {
  const command = `releasio publish -r testpypi -r pypi ${
    Array.from({ length: 150 }, (_, i) => wheel(i)).join(" ")
  }`;
  const text = renderReport(PARTIAL, PLAIN, command);
  assertStringIncludes(
    text,
    `
Fix what failed, then run the same command again: what is up is not sent twice.
  ${command}
PyPI takes`,
  );
  const done = report([fileReport(SDIST, "uploaded")]);
  assertEquals(renderReport(done, PLAIN, command), renderReport(done, PLAIN));
});

Deno.test("renderReport() says when nothing went up", () => {
  assertEquals(
    renderReport(
      report([fileReport(SDIST, "planned")], { ok: false, exitCode: 4 }),
      PLAIN,
    ),
    `\
Nothing of demo 1.0 went up to PyPI

Not tried (1)
  demo-1.0.tar.gz

Fix what failed, then run the same command again: what is up is not sent twice.`,
  );
});

Deno.test("renderReport() says when there was nothing to do", () => {
  const files = [
    fileReport(wheel(13), "existing"),
    fileReport(SDIST, "existing"),
  ];
  assertEquals(
    renderReport(report(files), PLAIN),
    `\
Nothing to do, demo 1.0 is on PyPI with all 2 files
  https://pypi.org/project/demo/1.0/`,
  );
  assertStringIncludes(
    renderReport(report(files, { dryRun: true }), PLAIN),
    "Dry run: nothing to do, demo 1.0 is on PyPI with all 2 files\n",
  );
  assertStringIncludes(
    renderReport(report([...files, fileReport("a.whl", "skipped")]), PLAIN),
    "Nothing to do, demo 1.0 is on PyPI: 2 files already there, 1 skipped\n",
  );
  assertStringIncludes(
    renderReport(report([fileReport("a.whl", "skipped")]), PLAIN),
    "Nothing to do for demo 1.0 on PyPI: 1 file skipped\n",
  );
});

Deno.test("renderReport() says what a dry run would do", () => {
  assertEquals(
    renderReport(
      report([
        fileReport(wheel(13), "planned", { url: null }),
        fileReport(SDIST, "planned", { url: null }),
        fileReport(wheel(12), "existing", { url: null }),
      ], { dryRun: true }),
      PLAIN,
    ),
    "Dry run: 2 files would go up to PyPI (2.47 MB), 1 already there",
  );
});

Deno.test("renderReport() says what a dry run could not do", () => {
  assertEquals(
    renderReport(
      report([
        fileReport(SDIST, "failed", {
          url: null,
          error: {
            code: "file-conflict",
            message: "PyPI has other bytes under this name",
            hint: null,
          },
        }),
        fileReport(wheel(12), "planned", { url: null }),
      ], { dryRun: true, ok: false, exitCode: 5 }),
      PLAIN,
    ),
    `\
Dry run: 1 file can't go up to PyPI

Failed (1)
  demo-1.0.tar.gz
    PyPI has other bytes under this name (file-conflict)`,
  );
});

Deno.test("renderReport() says when a dry run has no plan", () => {
  const text = renderReport(
    report([fileReport(SDIST, "not-attempted")], { dryRun: true, exitCode: 6 }),
    PLAIN,
  );
  assertStringIncludes(text, "Dry run: no plan for demo 1.0 on PyPI\n");
});

Deno.test("renderReport() tells of several releases and several indexes", () => {
  const one = report([
    fileReport("a.whl", "uploaded", {
      project: "a",
      url: "https://test.pypi.org/project/a/1.0/",
    }),
    fileReport("b.whl", "uploaded", {
      project: "b",
      url: "https://test.pypi.org/project/b/1.0/",
    }),
  ]).runs[0]!;
  const runs = [
    { ...one, registry: "https://test.pypi.org/legacy/" },
    ...PARTIAL.runs,
  ];
  const text = renderReport({ ...PARTIAL, runs }, PLAIN);
  assertStringIncludes(
    text,
    `\
a 1.0 and 1 other release are on TestPyPI: 2 files uploaded (2.47 MB)
  https://test.pypi.org/project/a/1.0/
  https://test.pypi.org/project/b/1.0/

demo 1.0 is not complete on PyPI: 2 of 4 files not up
`,
  );
});

Deno.test("renderReport() is empty when no index was reached", () => {
  assertEquals(renderReport({ ...PARTIAL, runs: [] }, PLAIN), "");
  assertEquals(renderReport(report([]), PLAIN), "");
});

Deno.test("renderReport() colours the headline", () => {
  const text = renderReport(
    report([fileReport(SDIST, "uploaded", { url: null })]),
    { colour: true },
  );
  assertEquals(
    text,
    "\x1b[1m\x1b[32mdemo 1.0 is on PyPI: 1 file uploaded (1.23 MB)\x1b[39m\x1b[22m",
  );
});

Deno.test("nextSteps() speaks of 14 days only on PyPI, once a file is up", () => {
  const [run] = PARTIAL.runs;
  const runs = [{ ...run!, registry: "https://pypi.example.com/legacy/" }];
  assertEquals(nextSteps({ ...PARTIAL, runs }).length, 1);
  assertEquals(nextSteps(PARTIAL).length, 2);
  assertEquals(nextSteps({ ...PARTIAL, dryRun: true }), []);
});

Deno.test("renderReport() keeps hostile text inert", () => {
  for (const text of [...HOSTILE, HOSTILE_BODY]) {
    const error = { code: text, message: text, hint: text };
    const overrides = { project: text, version: text, url: text, error };
    const files =
      (["uploaded", "existing", "skipped", "failed", "not-attempted"] as const)
        .map((status) => fileReport(text, status, overrides));
    const hostile = report(files, { ok: false, exitCode: 6 });
    const runs = [{ ...hostile.runs[0]!, registry: text }];
    assertInert(renderReport({ ...hostile, runs }, PLAIN));
    assertInert(renderReport({ ...hostile, runs, dryRun: true }, PLAIN));
  }
});
