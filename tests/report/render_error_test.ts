import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ReleasioError } from "../../lib/errors.ts";
import { toErrorReport } from "../../lib/report/error_report.ts";
import { renderError } from "../../lib/report/render_error.ts";
import { assertInert, HOSTILE, HOSTILE_BODY } from "./samples.ts";

const NOT_FOUND = new ReleasioError(
  "publisher-not-found",
  "No matching trusted publisher found",
  {
    hint:
      "The job runs in no environment, and the publisher asks for one. Add `environment: release` to the job.",
    details: {
      rows: [
        { field: "Owner", publisher: "octo", token: "octo", note: null },
        { field: "Environment", publisher: "release", token: null, note: null },
      ],
      claims: { repository: "octo/demo" },
    },
    cause: new TypeError("422 from the index", { cause: "the reason\nof it" }),
  },
);

Deno.test("renderError() lays out what was compared, then the fix", () => {
  assertEquals(
    renderError(NOT_FOUND, { colour: false }),
    `\
Error: No matching trusted publisher found

  field        publisher  token
  Owner        octo       octo
  Environment  release    (none)

  The job runs in no environment, and the publisher asks for one. Add
  \`environment: release\` to the job.

  https://github.com/releasio/cli/blob/main/docs/troubleshooting.md#publisher-not-found`,
  );
});

Deno.test("renderError() shows claims where there are no rows", () => {
  const { code, message } = NOT_FOUND;
  const claims = {
    repository: "octo/demo",
    environment: " release",
    run_id: 7,
  };
  assertEquals(
    renderError({ code, message, hint: null, details: { claims } }, {
      colour: false,
    }),
    `\
Error: No matching trusted publisher found

  repository   octo/demo
  environment  " release"
  run_id       7

  https://github.com/releasio/cli/blob/main/docs/troubleshooting.md#publisher-not-found`,
  );
});

Deno.test("renderError() stacks rows that are too wide for columns", () => {
  const path = "octo/demo/.github/workflows/release.yml@refs/heads/main";
  const rows = [{ field: "job_workflow_ref", expected: path, actual: path }];
  assertStringIncludes(
    renderError({ ...toErrorReport(NOT_FOUND), details: { rows } }, {
      colour: false,
    }),
    `
  job_workflow_ref
    expected  ${path}
    actual    ${path}
`,
  );
});

Deno.test("renderError() shows the chain of causes when verbose", () => {
  const text = renderError(NOT_FOUND, { colour: false, verbose: true });
  assertStringIncludes(
    text,
    "  Cause: TypeError: 422 from the index\n  Cause: the reason of it\n",
  );
  assert(!renderError(NOT_FOUND, { colour: false }).includes("Cause"));
});

Deno.test("renderError() shows where a bug is when verbose", () => {
  const bug = toErrorReport(new TypeError("x is not a function"));
  assertEquals(bug.code, "unexpected");
  assertStringIncludes(
    renderError(bug, { colour: false, verbose: true }),
    "  Cause: TypeError: x is not a function\n    at ",
  );
});

Deno.test("renderError() is one line for an error that says it all", () => {
  assertEquals(
    renderError(new ReleasioError("usage", 'Unknown option "--x"'), {
      colour: false,
    }),
    'Error: Unknown option "--x"',
  );
});

Deno.test("renderError() colours its first word", () => {
  assertEquals(
    renderError(new ReleasioError("usage", "No"), { colour: true }),
    "\x1b[1m\x1b[31mError:\x1b[39m\x1b[22m No",
  );
});

Deno.test("renderError() keeps hostile text inert", () => {
  for (const text of [...HOSTILE, HOSTILE_BODY]) {
    const details = [
      { rows: Array(100).fill({ [text]: text, b: { c: text } }) },
      { claims: { [text]: text, b: [text] } },
      { rows: [text], claims: [text] },
    ];
    for (const each of details) {
      assertInert(
        renderError({
          code: text,
          message: text,
          hint: text,
          details: each,
          cause: new Error(text, { cause: text }),
        }, { colour: false, verbose: true }),
        { maxLength: 120_000 },
      );
    }
  }
});

Deno.test("renderError() ends with a chain of causes that does not", () => {
  const loop = new Error("loop");
  loop.cause = loop;
  const text = renderError({
    code: "network",
    message: "m",
    hint: null,
    cause: loop,
  }, { colour: false, verbose: true });
  assertEquals(text.match(/Cause/g)?.length, 8);
});

Deno.test("toErrorReport() takes whatever was thrown", () => {
  assertEquals(toErrorReport("text").message, "text");
  const { code, message, hint, details } = NOT_FOUND;
  assertEquals(toErrorReport(NOT_FOUND), {
    code,
    message,
    hint,
    details,
    cause: NOT_FOUND.cause,
  });
  assert(!("cause" in toErrorReport(new ReleasioError("usage", "x"))));
});
