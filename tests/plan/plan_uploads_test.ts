import { assert, assertEquals, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import { PYPI, type Registry } from "../../lib/config/registry.ts";
import type { HashedDistribution } from "../../lib/dist/distribution.ts";
import { ReleasioError } from "../../lib/errors.ts";
import { type PlanOptions, planUploads } from "../../lib/plan/plan_uploads.ts";
import { testContext } from "../helpers/context.ts";
import { distributionOf } from "../helpers/fake_index.ts";

const DAY = 24 * 60 * 60 * 1000;
const NOW = Date.UTC(2026, 0, 1);

interface Listed {
  filename: string;
  hashes?: Record<string, string>;
  size?: number;
  "upload-time"?: string;
}

function plan(
  distributions: readonly HashedDistribution[],
  listed: readonly Listed[] | null,
  options: Partial<PlanOptions> & { status?: string; registry?: Registry } = {},
) {
  const context = testContext({
    fetch: () =>
      Promise.resolve(
        listed === null ? new Response("", { status: 404 }) : Response.json({
          "project-status": { status: options.status ?? "active" },
          files: listed.map((file) => ({ hashes: {}, ...file })),
        }, {
          headers: { "content-type": "application/vnd.pypi.simple.v1+json" },
        }),
      ),
  });
  return planUploads(context, options.registry ?? PYPI, distributions, {
    checkExisting: true,
    skipExisting: false,
    maxProjectSize: 10_000,
    ...options,
  });
}

function uploaded(ms: number): string {
  return new Date(ms).toISOString();
}

const wheel = await distributionOf("demo-1.0-py3-none-any.whl");
const sdist = await distributionOf("demo-1.0.tar.gz");
const OTHER: Registry = { ...PYPI, name: "index.example", kind: "other" };

Deno.test("planUploads() sends everything to an index that has nothing", async () => {
  const { files, newProjects, findings } = await plan([sdist, wheel], null);
  assertEquals(
    files.map(({ distribution, status }) => [distribution.filename, status]),
    [[wheel.filename, "planned"], [sdist.filename, "planned"]],
  );
  assertEquals(newProjects, ["demo"]);
  assertEquals(findings.map(({ code }) => code), ["project-new"]);
});

Deno.test("planUploads() asks nothing when it may not look", async () => {
  const context = testContext();
  const { files, findings } = await planUploads(context, PYPI, [wheel], {
    checkExisting: false,
    skipExisting: false,
    maxProjectSize: 0,
  });
  assertEquals(files.map(({ status }) => status), ["planned"]);
  assertEquals(findings, []);
});

Deno.test("planUploads() finds what is there with the same digest", async () => {
  const { files } = await plan([wheel, sdist], [
    { filename: wheel.filename, hashes: { sha256: wheel.sha256 } },
  ]);
  assertEquals(files.map(({ status }) => status), ["existing", "planned"]);
});

Deno.test("planUploads() compares by an older digest where there is no SHA-256", async () => {
  const md5 = (text: string) => createHash("md5").update(text).digest("hex");
  const listed = (digest: string) => [
    { filename: wheel.filename, hashes: { md5: digest } },
  ];
  const same = await plan([wheel], listed(md5(wheel.filename)));
  assertEquals(same.files[0]!.status, "existing");
  const different = await plan([wheel], listed(md5("other")));
  const { status, error } = different.files[0]!;
  assertEquals(status, "failed");
  assertEquals(
    error!.message,
    `PyPI has another "${wheel.filename}": ` +
      `md5 ${md5("other")} there, SHA-256 ${wheel.sha256} here`,
  );
});

Deno.test("planUploads() stops at a name with other bytes and shows both digests", async () => {
  const there = "0".repeat(64);
  const listed = [{ filename: wheel.filename, hashes: { sha256: there } }];
  const { files } = await plan([wheel], listed);
  const { status, error } = files[0]!;
  assertEquals([status, error?.code], ["failed", "file-conflict"]);
  assert(error!.message.includes(there));
  assert(error!.message.includes(wheel.sha256));

  const skipped = await plan([wheel], listed, { skipExisting: true });
  assertEquals(skipped.files[0]!.status, "skipped");
  assertEquals(skipped.files[0]!.error, null);
  assertEquals(
    skipped.findings.map(({ code, severity }) => [code, severity]),
    [["file-conflict", "warning"]],
  );
});

Deno.test("planUploads() says so when the index gives no digest", async () => {
  const { files } = await plan([wheel], [{ filename: wheel.filename }]);
  assertEquals(files[0]!.error?.code, "file-conflict");
  assert(files[0]!.error!.message.includes("no digest"));
});

Deno.test("planUploads() knows that a release is closed after 14 days", async () => {
  const listed = (age: number) => [
    {
      filename: "demo-1.0.0-cp311-cp311-win32.whl",
      "upload-time": uploaded(NOW - age),
    },
    {
      filename: "demo-1.0-cp312-cp312-win32.whl",
      "upload-time": uploaded(NOW - DAY),
    },
  ];
  const open = await plan([wheel], listed(14 * DAY));
  assertEquals(open.files[0]!.status, "planned");
  const closed = await plan([wheel], listed(14 * DAY + 1));
  assertEquals(closed.files[0]!.error?.code, "release-closed");
  const elsewhere = await plan([wheel], listed(15 * DAY), { registry: OTHER });
  assertEquals(elsewhere.files[0]!.status, "planned");
});

Deno.test("planUploads() lets a closed release keep what it has", async () => {
  const { files } = await plan([wheel], [{
    filename: wheel.filename,
    hashes: { sha256: wheel.sha256 },
    "upload-time": uploaded(NOW - 100 * DAY),
  }]);
  assertEquals(files[0]!.status, "existing");
});

Deno.test("planUploads() refuses a second sdist and sends the wheels", async () => {
  const { files } = await plan([wheel, sdist], [{ filename: "demo-1.0.zip" }]);
  assertEquals(
    files.map(({ status, error }) => [status, error?.code]),
    [["planned", undefined], ["failed", "second-sdist"]],
  );
});

Deno.test("planUploads() refuses projects that take no files", async () => {
  for (const status of ["archived", "quarantined"]) {
    const { files } = await plan([wheel], [], { status });
    assertEquals(files[0]!.error?.code, "project-closed");
  }
  const { files } = await plan([wheel], [], { status: "deprecated" });
  assertEquals(files[0]!.status, "planned");
});

Deno.test("planUploads() knows when a project grows too large, and that a larger one may", async () => {
  const grow = (size: number) =>
    plan([wheel], [{ filename: "demo-0.1.tar.gz", size }], {
      maxProjectSize: 1000,
    });
  assertEquals((await grow(900)).files[0]!.status, "planned");
  assertEquals(
    (await grow(1000)).files[0]!.error?.code,
    "project-too-large",
  );
  assertEquals((await grow(1001)).files[0]!.status, "planned");
});

Deno.test("planUploads() warns of a version that is lower than the newest", async () => {
  const warnings = async (...filenames: string[]) =>
    (await plan([wheel], filenames.map((filename) => ({ filename })))).findings
      .map(({ code }) => code);
  assertEquals(await warnings("demo-2.0.tar.gz"), ["version-older"]);
  assertEquals(await warnings("demo-0.9.tar.gz", "demo-2.0rc1.tar.gz"), []);
  assertEquals(await warnings("demo-2.0.tar.gz", "demo-1.0.0.zip"), []);
  assertEquals(await warnings("not a distribution"), []);
});

Deno.test("planUploads() counts new projects against the day's limit", async () => {
  const many = await Promise.all(
    ["a", "b", "c", "d", "e"].map((name) =>
      distributionOf(`${name}-1.0.tar.gz`)
    ),
  );
  const warned = await plan(many, null);
  assertEquals(warned.newProjects, ["a", "b", "c", "d", "e"]);
  assertEquals(
    warned.findings.map(({ code, severity }) => [code, severity]),
    [["project-new", "note"], ["too-many-new-projects", "warning"]],
  );
  const fine = await plan(many.slice(1), null);
  assertEquals(fine.findings.map(({ code }) => code), ["project-new"]);
});

Deno.test("planUploads() sends everything, with a warning, when the index can't be read", async () => {
  const { files, findings, newProjects } = await plan([wheel], null, {
    registry: { ...OTHER, simpleUrl: null },
  });
  assertEquals(files[0]!.status, "planned");
  assertEquals(findings.map(({ code }) => code), ["index-unreadable"]);
  assertEquals(newProjects, []);
});

Deno.test("planUploads() fails when the index does", async () => {
  const context = testContext({
    fetch: () => Promise.reject(new TypeError("connection refused")),
  });
  const error = await assertRejects(
    () =>
      planUploads(context, PYPI, [wheel], {
        checkExisting: true,
        skipExisting: false,
        maxProjectSize: 1,
      }),
    ReleasioError,
  );
  assertEquals(error.code, "network");
});
