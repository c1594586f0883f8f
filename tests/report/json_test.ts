import { assert, assertEquals } from "@std/assert";
import { Secret } from "../../lib/secret.ts";
import { createClaimsReport } from "../../lib/report/claims_report.ts";
import {
  checkDocument,
  claimsDocument,
  commandDocument,
  configDocument,
  doctorDocument,
  eventLine,
  publishDocument,
} from "../../lib/report/json.ts";
import schema from "../../docs/releasio.schema.json" with { type: "json" };
import { validate } from "../helpers/json_schema.ts";
import {
  assertInert,
  EVENTS,
  fileReport,
  HOSTILE,
  PYPI,
  REFUSED,
  report,
  TOKENS,
  WARNING,
  wheel,
} from "./samples.ts";

function assertValid(text: string): void {
  assertEquals(validate(schema, JSON.parse(text), { strict: true }), [], text);
}

const PARTIAL = report([
  fileReport(wheel(13), "uploaded"),
  fileReport("demo-1.0.tar.gz", "failed"),
], { ok: false, exitCode: 5, findings: [WARNING], error: REFUSED });

Deno.test("publishDocument() has the contract's shape", () => {
  const text = publishDocument(
    report([fileReport("demo-1.0.tar.gz", "failed")], {
      ok: false,
      exitCode: 5,
      findings: [WARNING],
      error: { ...REFUSED, details: { secret: 1 }, cause: new Error("x") },
    }),
  );
  assertEquals(JSON.parse(text), {
    schema: 1,
    command: "publish",
    ok: false,
    exitCode: 5,
    dryRun: false,
    findings: [{
      code: "description-missing",
      severity: "warning",
      file: "demo-1.0.tar.gz",
      message: "No long description",
      hint: 'Add readme = "README.md" to [project].',
    }],
    error: {
      code: "upload-refused",
      message: "400 Only one sdist may be uploaded per release.",
      hint: "PyPI keeps one sdist per release. Leave this one out.",
    },
    runs: [{
      registry: PYPI,
      auth: "trusted-publishing",
      publisher: {
        provider: "github",
        repository: "octo/demo",
        workflow: "release.yml",
        environment: "release",
        ref: "refs/heads/main",
      },
      files: [{
        file: "demo-1.0.tar.gz",
        project: "demo",
        version: "1.0",
        size: 1_234_567,
        sha256: "ab".repeat(32),
        status: "failed",
        attempts: 1,
        attestations: 0,
        url: "https://pypi.org/project/demo/1.0/",
        error: {
          code: "upload-refused",
          message: "400 Only one sdist may be uploaded per release.",
          hint: "PyPI keeps one sdist per release. Leave this one out.",
        },
      }],
    }],
  });
});

Deno.test("every document is as the schema says", () => {
  const outcome = { ok: true, exitCode: 0 };
  const origin = { kind: "file", name: ".releasio.toml:3" } as const;
  const claims = {
    iss: "https://gitlab.com",
    aud: "pypi",
    iat: 1,
    exp: 1e300,
    project_path: "o/r",
    x: [1],
  };
  assertValid(publishDocument(PARTIAL));
  assertValid(publishDocument(PARTIAL, "rehearse"));
  assertValid(
    checkDocument(outcome, [{ ...WARNING, line: 3 }], [
      fileReport("a.whl", "planned"),
    ]),
  );
  assertValid(doctorDocument(outcome, [WARNING]));
  assertValid(configDocument([{ key: "publish.jobs", value: 4, origin }]));
  assertValid(claimsDocument(createClaimsReport(claims, "gitlab")));
  assertValid(commandDocument({ command: "completions", ...outcome }));
});

Deno.test("a command that fails early prints its whole document", () => {
  const commands = [
    "publish",
    "rehearse",
    "check",
    "doctor",
    "config",
    "claims",
    "verify",
    "no-such",
  ];
  for (const command of commands) {
    assertValid(
      commandDocument({ command, ok: false, exitCode: 2, error: REFUSED }),
    );
  }
});

Deno.test("eventLine() writes every event as the schema says, on one line", () => {
  for (const event of Object.values(EVENTS)) {
    const line = eventLine(event);
    assertValid(line);
    assert(!line.includes("\n"));
    assertEquals(JSON.parse(line), event);
  }
});

Deno.test("the schema refuses what is not in the contract", () => {
  const good = JSON.parse(publishDocument(PARTIAL));
  const file = good.runs[0].files[0];
  const bad = [
    { ...good, schema: 2 },
    { ...good, command: "publishing", exitCode: "5" },
    { ...good, runs: undefined },
    { ...good, error: { code: "x" } },
    { ...good, findings: [{ ...WARNING, severity: "fatal" }] },
    { ...good, runs: [{ ...good.runs[0], auth: "password" }] },
    {
      ...good,
      runs: [{ ...good.runs[0], files: [{ ...file, status: "lost" }] }],
    },
    {
      ...good,
      runs: [{ ...good.runs[0], files: [{ ...file, sha256: "AB" }] }],
    },
    { type: "upload-end", file: "x" },
    { type: "upload-began" },
  ].map((value) => JSON.parse(JSON.stringify(value)));
  for (const value of bad) {
    assert(validate(schema, value).length > 0, JSON.stringify(value));
  }
});

Deno.test("JSON carries hostile text unchanged, and inert", () => {
  for (const text of HOSTILE.filter((text) => !TOKENS.includes(text))) {
    const json = publishDocument(report([
      fileReport(text, "failed", {
        error: { code: "x", message: text, hint: text },
      }),
    ]));
    assertEquals(JSON.parse(json).runs[0].files[0].error.message, text);
    assertInert(json);
    const line = eventLine({ type: "note", message: text });
    assertEquals(JSON.parse(line).message, text);
    assertInert(line);
  }
});

Deno.test("no token gets into JSON", () => {
  for (const token of TOKENS) {
    const secret = new Secret(token);
    const error = {
      ...REFUSED,
      message: token,
      hint: `x ${token}`,
      details: { token },
      cause: token,
    };
    const texts = [
      publishDocument(
        report([fileReport("a.whl", "failed", { error })], { error }),
      ),
      configDocument([{
        key: "k",
        value: { secret, token },
        origin: { kind: "flag", name: token },
      }]),
      claimsDocument(createClaimsReport({ sub: token, deep: [token] }, null)),
      commandDocument({ command: "x", ok: true, exitCode: 0 }, {
        secret,
        token,
      }),
      eventLine({ type: "note", message: token }),
      // What a caller adds to an event's finding stays out.
      eventLine({
        type: "finding",
        finding: { ...WARNING, ...{ token: secret.reveal() } },
      }),
    ];
    for (const text of texts) {
      JSON.parse(text);
      assert(!text.includes(token), text);
    }
  }
});
