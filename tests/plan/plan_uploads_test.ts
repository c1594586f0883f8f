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
  yanked?: boolean | string;
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

Deno.test("planUploads() compares by the best digest that there is", async () => {
  const { filename } = wheel;
  const digest = (algorithm: string) =>
    createHash(algorithm).update(filename).digest("hex");
  const status = async (hashes: Record<string, string>) =>
    (await plan([wheel], [{ filename, hashes }])).files[0]!.status;
  assertEquals(await status({ sha512: digest("sha512") }), "existing");
  assertEquals(await status({ sha512: digest("sha1") }), "failed");
  const wrong = "0".repeat(32);
  assertEquals(await status({ md5: wrong, sha1: digest("sha1") }), "existing");
  assertEquals(await status({ md5: digest("md5"), sha1: wrong }), "failed");
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

/** The codes of what becomes of files of 80 bytes where 1000 may be. */
async function sizes(
  filenames: readonly string[],
  listed: readonly Listed[] | null,
  options: { registry?: Registry } = {},
) {
  const distributions = await Promise.all(
    filenames.map((name) => distributionOf(name, new Uint8Array(80))),
  );
  const { files } = await plan(distributions, listed, {
    maxProjectSize: 1000,
    ...options,
  });
  return files.map(({ error, status }) => error?.code ?? status);
}

Deno.test("planUploads() adds up what all releases of a project bring", async () => {
  const two = ["demo-1.0.tar.gz", "demo-2.0.tar.gz"];
  const listed = (size: number) => [{ filename: "demo-0.1.tar.gz", size }];
  assertEquals(await sizes(two, listed(840)), ["planned", "planned"]);
  assertEquals(await sizes(two, listed(841)), [
    "project-too-large",
    "project-too-large",
  ]);
  assertEquals(
    await sizes(["other-1.0.tar.gz", ...two.slice(1)], listed(900)),
    ["planned", "planned"],
  );
});

Deno.test("planUploads() counts no file against the size that won't be sent", async () => {
  const there = await distributionOf("demo-1.0.tar.gz", new Uint8Array(80));
  const { filename, sha256 } = there;
  assertEquals(
    await sizes([filename, "demo-2.0.tar.gz"], [
      { filename, hashes: { sha256 }, size: 80 },
      { filename: "demo-0.1.tar.gz", size: 830 },
    ]),
    ["existing", "planned"],
  );
});

Deno.test("planUploads() knows when a new project is too large", async () => {
  const names = Array.from({ length: 13 }, (_, n) => `demo-${n}.0.tar.gz`);
  assertEquals(
    new Set(await sizes(names, null)),
    new Set(["project-too-large"]),
  );
  assertEquals(
    new Set(await sizes(names.slice(1), null)),
    new Set(["planned"]),
  );
  assertEquals(
    new Set(await sizes(names, null, { registry: OTHER })),
    new Set(["planned"]),
  );
});

Deno.test("planUploads() adds up the sizes that are listed where not all are", async () => {
  const withOther = (size: number) =>
    sizes(["demo-1.0.tar.gz"], [
      { filename: "demo-0.1.tar.gz" },
      { filename: "demo-0.2.tar.gz", size },
    ]);
  assertEquals(await withOther(920), ["planned"]);
  assertEquals(await withOther(921), ["project-too-large"]);
});

Deno.test("planUploads() tells a byte too much from none", async () => {
  const limit = 10 * 2 ** 30;
  const { files } = await plan(
    [await distributionOf("demo-1.0.tar.gz", new Uint8Array(1))],
    [{ filename: "demo-0.1.tar.gz", size: limit }],
    { maxProjectSize: limit },
  );
  assertEquals(
    files[0]!.error?.message,
    "demo would grow to 10,737,418,241 bytes on PyPI, beyond 10,737,418,240 bytes",
  );
});

/** Codes of findings when a file meets a listing. */
async function warnings(
  filename: string,
  ...listed: readonly (string | Listed)[]
): Promise<string[]> {
  const { findings } = await plan(
    [await distributionOf(filename)],
    listed.map((one) => typeof one === "string" ? { filename: one } : one),
  );
  return findings.map(({ code }) => code);
}

Deno.test("planUploads() warns of a version that is lower than the newest", async () => {
  const OLDER = ["version-older"];
  assertEquals(await warnings("demo-1.0.tar.gz", "demo-2.0.tar.gz"), OLDER);
  assertEquals(
    await warnings("demo-1.0.tar.gz", "demo-0.9.tar.gz", "demo-2.0rc1.tar.gz"),
    [],
  );
  assertEquals(
    await warnings(wheel.filename, "demo-2.0.tar.gz", "demo-1.0.0.zip"),
    [],
  );
  assertEquals(await warnings("demo-1.0.tar.gz", "not a distribution"), []);
});

Deno.test("planUploads() compares a pre-release with pre-releases, too", async () => {
  const older = ["version-older"];
  assertEquals(await warnings("demo-1.0a1.tar.gz", "demo-2.0a1.zip"), older);
  assertEquals(await warnings("demo-1.0a1.tar.gz", "demo-1.0.zip"), older);
  assertEquals(await warnings("demo-2.0a1.tar.gz", "demo-1.0.zip"), []);
});

Deno.test("planUploads() measures no version by a yanked one", async () => {
  const yanked = { filename: "demo-2024.1.tar.gz", yanked: "a mistake" };
  assertEquals(await warnings("demo-1.0.zip", yanked, "demo-0.9.zip"), []);
  assertEquals(
    await warnings("demo-1.0.zip", yanked, "demo-2024.1-py3-none-any.whl"),
    ["version-older"],
  );
  // A release that was yanked is there all the same.
  assertEquals(
    await warnings(
      wheel.filename,
      { filename: "demo-1.0.zip", yanked: true },
      "demo-2.0.zip",
    ),
    [],
  );
});

Deno.test("planUploads() reads old names of sdists from the project's name on", async () => {
  const older = ["version-older"];
  assertEquals(await warnings("demo-3.0.zip", "demo-2.0-2024.tar.gz"), []);
  assertEquals(await warnings("demo-3.0.zip", "demo-4.0-beta.tar.gz"), []);
  assertEquals(await warnings("demo-3.0.zip", "Demo-4.0-1.tar.gz"), older);
  assertEquals(
    await warnings("a_b_2-3.0.tar.gz", "A.b-2-4.0-1.tar.gz", "a-b-5.zip"),
    older,
  );
  assertEquals(await warnings("a_b_2-3.0.tar.gz", "a.b-2-2.0-9.zip"), []);
});

for (
  const [there, same] of [
    ["1", "1.0.0"],
    ["1.0.post0", "1.post0"],
    ["1!1.0rc1", "1!1rc1"],
    ["1.10.0.dev1", "1.10.dev1"],
    ["10.0.0", "10"],
  ]
) {
  Deno.test(`planUploads() knows ${there} as ${same}`, async () => {
    const { files } = await plan(
      [await distributionOf(`demo-${same}.tar.gz`)],
      [{ filename: `demo-${there}.zip` }],
    );
    assertEquals(files[0]!.error?.code, "second-sdist");
  });
}

Deno.test("planUploads() looks at the release alone for its sdist and its age", async () => {
  const listed = [{
    filename: "demo-0.9.tar.gz",
    "upload-time": uploaded(NOW - 100 * DAY),
  }, {
    filename: "demo-1-cp312-cp312-win32.whl",
    "upload-time": uploaded(NOW - DAY),
  }];
  const { files } = await plan([wheel, sdist], listed);
  assertEquals(files.map(({ status }) => status), ["planned", "planned"]);
});

Deno.test("planUploads() compares many releases with a long listing in no time", async () => {
  const listed = Array.from({ length: 5000 }, (_, n) => ({
    filename: `demo-0.${n >> 3}.${n & 7}-cp311-cp311-win32.whl`,
    "upload-time": uploaded(NOW - 100 * DAY),
  }));
  const releases = await Promise.all(
    Array.from({ length: 150 }, (_, n) => distributionOf(`demo-9.${n}.zip`)),
  );
  const start = performance.now();
  const { files } = await plan(releases, listed, { maxProjectSize: 1e9 });
  assert(performance.now() - start < 3000);
  assert(files.every(({ status }) => status === "planned"));
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
  const elsewhere = await plan(many, null, { registry: OTHER });
  assertEquals(elsewhere.findings.map(({ code }) => code), ["project-new"]);
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
