import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createHash } from "node:crypto";
import { createSandbox, type Sandbox } from "../../lib/sandbox/mod.ts";
import { buildSdist, buildWheel } from "../helpers/archives.ts";
import { startSandbox } from "../helpers/sandbox.ts";
import { get, uploadRequest, WHEEL } from "./requests.ts";

const NOW = Date.UTC(2026, 0, 1);
const JSON_TYPE = "application/vnd.pypi.simple.v1+json";
const WHEEL_BYTES = buildWheel();

async function filledSandbox(): Promise<Sandbox> {
  const sandbox = await createSandbox({ now: () => NOW });
  const token = sandbox.createApiToken();
  const fields = { requires_python: ">=3.9", name: "Demo" };
  const uploads = [
    { filename: WHEEL, bytes: WHEEL_BYTES },
    { filename: "demo-1.0.tar.gz", bytes: buildSdist() },
  ];
  for (const upload of uploads) {
    const request = uploadRequest({ token, fields, ...upload });
    assertEquals((await sandbox.handle(request)).status, 200);
  }
  return sandbox;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

Deno.test("the Simple API lists a project's files in JSON", async () => {
  const sandbox = await filledSandbox();
  const response = await sandbox.handle(
    get("/simple/demo/", { accept: JSON_TYPE }),
  );
  const page = await response.json();
  assertEquals(response.headers.get("content-type"), JSON_TYPE);
  assertEquals(response.headers.get("vary"), "Accept");
  assertEquals(
    response.headers.get("x-pypi-last-serial"),
    String(page.meta["_last-serial"]),
  );
  assertEquals(page.meta["api-version"], "1.4");
  assertEquals(page.name, "demo");
  assertEquals(page["project-status"], { status: "active" });
  assertEquals(page.versions, ["1.0"]);

  const [wheel, sdist] = page.files;
  assertEquals(wheel.filename, WHEEL);
  assertEquals(wheel.hashes, { sha256: sha256(WHEEL_BYTES) });
  assertEquals(wheel.size, WHEEL_BYTES.length);
  assertEquals(wheel["upload-time"], "2026-01-01T00:00:00.000Z");
  assertEquals(wheel["requires-python"], ">=3.9");
  assertEquals(wheel.yanked, false);
  assertEquals(sdist["core-metadata"], false);

  const metadata = await sandbox.handle(
    new Request(`${wheel.url}.metadata`),
  );
  assertEquals(
    sha256(await metadata.bytes()),
    wheel["core-metadata"].sha256,
  );
  const download = await sandbox.handle(new Request(wheel.url));
  assertEquals(await download.bytes(), WHEEL_BYTES);
});

Deno.test("the Simple API lists a project's files in HTML", async () => {
  const sandbox = await filledSandbox();
  const response = await sandbox.handle(get("/simple/demo/"));
  const page = await response.text();
  assertEquals(
    response.headers.get("content-type"),
    "text/html; charset=UTF-8",
  );
  assertStringIncludes(page, `#sha256=${sha256(WHEEL_BYTES)}"`);
  assertStringIncludes(page, 'data-requires-python="&gt;=3.9"');
  assertStringIncludes(page, 'data-core-metadata="sha256=');
});

const ACCEPTS: readonly (readonly [string, string])[] = [
  // What pip, uv and a browser send.
  [
    `${JSON_TYPE}, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01`,
    JSON_TYPE,
  ],
  [
    `${JSON_TYPE}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01`,
    JSON_TYPE,
  ],
  ["text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=UTF-8"],
  [
    "application/vnd.pypi.simple.v1+html",
    "application/vnd.pypi.simple.v1+html",
  ],
  ["*/*", "text/html; charset=UTF-8"],
  ["image/png", "text/html; charset=UTF-8"],
];

for (const [accept, type] of ACCEPTS) {
  Deno.test(`the Simple API answers "${accept}" with ${type}`, async () => {
    const sandbox = await filledSandbox();
    const response = await sandbox.handle(get("/simple/demo/", { accept }));
    await response.body?.cancel();
    assertEquals(response.headers.get("content-type"), type);
  });
}

Deno.test("the Simple API lists projects", async () => {
  const sandbox = await filledSandbox();
  const response = await sandbox.handle(get("/simple/", { accept: JSON_TYPE }));
  const { projects } = await response.json();
  assertEquals(projects.map(({ name }: { name: string }) => name), ["Demo"]);
  const page = await (await sandbox.handle(get("/simple/"))).text();
  assertStringIncludes(page, '<a href="/simple/demo/">Demo</a>');
});

Deno.test("the Simple API answers an unchanged page with 304", async () => {
  const sandbox = await filledSandbox();
  const first = await sandbox.handle(get("/simple/demo/"));
  await first.body?.cancel();
  const etag = first.headers.get("etag")!;
  const again = get("/simple/demo/", { "if-none-match": etag });
  assertEquals((await sandbox.handle(again)).status, 304);

  sandbox.deleteFile(WHEEL);
  const changed = await sandbox.handle(
    get("/simple/demo/", { "if-none-match": etag }),
  );
  assertEquals(changed.status, 200);
  await changed.body?.cancel();
});

Deno.test("other spellings of a project's address redirect", async () => {
  const sandbox = await filledSandbox();
  for (
    const [path, location] of [
      ["/simple/De.Mo/", "/simple/de-mo/"],
      ["/simple/demo", "/simple/demo/"],
      ["/simple", "/simple/"],
    ] as const
  ) {
    const response = await sandbox.handle(get(path));
    assertEquals(response.status, 301);
    assertEquals(
      new URL(response.headers.get("location")!).pathname,
      location,
    );
  }
});

Deno.test("what is not there is 404 in plain text", async () => {
  const sandbox = await filledSandbox();
  for (const path of ["/simple/none/", "/files/x", "/pypi/none/json", "/x"]) {
    const response = await sandbox.handle(get(path));
    assertEquals(response.status, 404);
    assert(response.headers.get("content-type")?.startsWith("text/plain"));
    await response.body?.cancel();
  }
});

Deno.test("a path that can't be decoded is the client's error", async () => {
  const sandbox = await filledSandbox();
  for (const path of ["/simple/%ff/", "/files/%ff"]) {
    const response = await sandbox.handle(get(path));
    assertEquals(response.status, 400);
    assertStringIncludes(await response.text(), "Invalid bytes in URL.");
  }
});

Deno.test("a quarantined project lists no files", async () => {
  const sandbox = await filledSandbox();
  sandbox.state.projects.get("demo")!.status = "quarantined";
  const response = await sandbox.handle(
    get("/simple/demo/", { accept: JSON_TYPE }),
  );
  const page = await response.json();
  assertEquals(page.files, []);
  assertEquals(page["project-status"], { status: "quarantined" });
});

Deno.test("the JSON API lists files with their digests", async () => {
  const sandbox = await filledSandbox();
  const response = await sandbox.handle(get("/pypi/Demo/json"));
  const { info, urls, releases } = await response.json();
  assertEquals(info, { name: "Demo", version: "1.0" });
  assertEquals(urls, releases["1.0"]);
  assertEquals(urls[0].digests.sha256, sha256(WHEEL_BYTES));
});

Deno.test("the home page lists projects, and HEAD has no body", async () => {
  const sandbox = await filledSandbox();
  const page = await (await sandbox.handle(get("/"))).text();
  assertStringIncludes(page, "Demo");
  const request = new Request(get("/"), { method: "HEAD" });
  assertEquals((await sandbox.handle(request)).body, null);
});

Deno.test("downloads name their length", async () => {
  await using running = await startSandbox();
  const token = running.sandbox.createApiToken();
  await (await fetch(
    uploadRequest({ token, bytes: WHEEL_BYTES, origin: running.url }),
  )).body?.cancel();
  const page = await fetch(`${running.url}/simple/demo/`, {
    headers: { accept: JSON_TYPE },
  });
  const { files } = await page.json();
  const response = await fetch(files[0].url);
  assertEquals(
    response.headers.get("content-length"),
    String(WHEEL_BYTES.length),
  );
  assertEquals(await response.bytes(), WHEEL_BYTES);
});
