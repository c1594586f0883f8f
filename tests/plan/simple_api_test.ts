import { assert, assertEquals, assertRejects } from "@std/assert";
import { parseRegistry } from "../../lib/config/registry.ts";
import { ReleasioError } from "../../lib/errors.ts";
import { fetchProject } from "../../lib/plan/simple_api.ts";
import { testContext } from "../helpers/context.ts";
import { startFakeIndex } from "../helpers/fake_index.ts";

const REGISTRY = {
  name: "index.example",
  kind: "other",
  uploadUrl: "https://index.example/legacy/",
  simpleUrl: "https://index.example/simple/",
} as const;

function answering(response: () => Response) {
  const requests: Request[] = [];
  const context = testContext({
    fetch: (request) => {
      requests.push(request);
      return Promise.resolve(response());
    },
  });
  return { context, requests };
}

const json = (value: unknown) => () =>
  Response.json(value, {
    headers: { "content-type": "application/vnd.pypi.simple.v1+json" },
  });

const html = (text: string) => () =>
  new Response(text, { headers: { "content-type": "text/html" } });

Deno.test("fetchProject() reads the JSON that PyPI answers with", async () => {
  const { context, requests } = answering(json({
    meta: { "api-version": "1.4", "_last-serial": 1 },
    name: "demo",
    "project-status": { status: "archived" },
    versions: ["1.0"],
    files: [
      {
        filename: "demo-1.0.tar.gz",
        url: "https://files.example/demo-1.0.tar.gz",
        hashes: { sha256: "AB" },
        size: 12,
        "upload-time": "2026-01-02T03:04:05.678901Z",
        yanked: false,
      },
      { filename: 7 },
      null,
    ],
  }));
  assertEquals(await fetchProject(context, REGISTRY, "demo"), {
    kind: "found",
    project: {
      status: "archived",
      files: [{
        filename: "demo-1.0.tar.gz",
        hashes: { sha256: "ab" },
        size: 12,
        uploadTime: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
        isYanked: false,
      }],
    },
  });
  assertEquals(requests[0]!.url, "https://index.example/simple/demo/");
  assertEquals(requests[0]!.headers.get("cache-control"), "no-cache");
});

Deno.test("fetchProject() reads links where an index has only HTML", async () => {
  const { context } = answering(html(`<!DOCTYPE html><html><head>
    <meta name="pypi:project-status" content="quarantined"></head><body>
    <a href="../../packages/demo-1.0.tar.gz#sha256=AbC0">demo-1.0.tar.gz</a><br>
    <A class=x HREF='/f/demo-1.0%2Blocal-py3-none-any.whl?a=1&amp;b#md5=0f'>…</A>
    <a href="demo-1.1.zip">x</a><a href="">y</a><a name="top"><a href="%zz">
    </body></html>`));
  const lookup = await fetchProject(context, REGISTRY, "demo");
  const files = lookup.kind === "found" ? lookup.project.files : [];
  assertEquals(
    files.map(({ filename, hashes }) => [filename, hashes]),
    [
      ["demo-1.0.tar.gz", { sha256: "abc0" }],
      ["demo-1.0+local-py3-none-any.whl", { md5: "0f" }],
      ["demo-1.1.zip", {}],
    ],
  );
  assertEquals(
    lookup.kind === "found" && lookup.project.status,
    "quarantined",
  );
});

Deno.test("fetchProject() tells what was yanked, with a reason or without", async () => {
  const yanked = async (answer: () => Response) => {
    const lookup = await fetchProject(
      answering(answer).context,
      REGISTRY,
      "demo",
    );
    assert(lookup.kind === "found");
    return lookup.project.files.map(({ isYanked }) => isYanked);
  };
  const files = [true, "a mistake", false, "", undefined].map((yanked) => ({
    filename: "demo-1.0.tar.gz",
    yanked,
  }));
  assertEquals(
    await yanked(json({ files })),
    [true, true, false, false, false],
  );
  assertEquals(
    await yanked(html(`
      <a href=demo-1.0.tar.gz data-yanked>a</a>
      <a data-yanked="a mistake" href=demo-1.0.tar.gz>b</a>
      <a data-yanked="" href=demo-1.0.tar.gz>c</a>
      <a href="demo-1.0.tar.gz">d</a>`)),
    [true, true, true, false],
  );
});

/** The names of the files that a page in HTML links to. */
async function linked(text: string): Promise<string[]> {
  const lookup = await fetchProject(
    answering(html(text)).context,
    REGISTRY,
    "demo",
  );
  return lookup.kind === "found"
    ? lookup.project.files.map(({ filename }) => filename)
    : [];
}

Deno.test("fetchProject() reads links as browsers do", async () => {
  assertEquals(
    await linked(`
      <a data-requires-python=">=3.8" href="a-1.tar.gz#sha256=ab">a</a>
      <a data-requires-python='>="3"' href = b-1.tar.gz >b</a>
      <a title="it's > that" data-yanked href='c-1.tar.gz'/>
      <a data-yanked="" href="d-1&#43;x&#x2B;y-py3-none-any.whl">d</a>
      <a href="e-1.tar.gz&#35;sha256=ab" href="no.tar.gz">e</a>
      <a href="f-1.tar.gz?&#1114112;&nbsp;">f</a>
      <!-- <a href="old-1.tar.gz"> --><abbr href="no.tar.gz"></abbr>
      1 < 2 <a
      href="g-1.tar.gz">g</a><a href="unclosed-1.tar.gz`),
    [
      "a-1.tar.gz",
      "b-1.tar.gz",
      "c-1.tar.gz",
      "d-1+x+y-py3-none-any.whl",
      "e-1.tar.gz",
      "f-1.tar.gz",
      "g-1.tar.gz",
    ],
  );
});

for (
  const part of ["<a ", "<", "<!--", '<a href="', "<a a='>\"", "<a b=", "<a/ ="]
) {
  Deno.test(`fetchProject() reads a page of ${part} in no time`, async () => {
    const text = part.repeat(2_000_000 / part.length);
    const start = performance.now();
    await linked(text);
    await linked(text + "&#".repeat(500_000));
    await linked(part + " ".repeat(1_000_000) + part);
    assert(performance.now() - start < 2000);
  });
}

Deno.test("fetchProject() tells a project that isn't there from an index that can't be read", async () => {
  const status = async (code: number) =>
    (await fetchProject(
      answering(() => new Response("", { status: code })).context,
      REGISTRY,
      "demo",
    )).kind;
  assertEquals(await status(404), "absent");
  assertEquals(await status(401), "unreadable");
  assertEquals(await status(403), "unreadable");
  const nowhere = { ...REGISTRY, simpleUrl: null };
  const lookup = await fetchProject(testContext(), nowhere, "demo");
  assertEquals(lookup.kind, "unreadable");
});

Deno.test("fetchProject() believes a 404 below a guessed +simple/ only from devpi", async () => {
  const registry = parseRegistry("https://index.example/some/repository/");
  const answer = async (headers: HeadersInit) =>
    await fetchProject(
      answering(() => new Response("", { status: 404, headers })).context,
      registry,
      "demo",
    );
  assertEquals(await answer({ "X-Devpi-API-Version": "2" }), {
    kind: "absent",
  });
  assertEquals(await answer({}), {
    kind: "unreadable",
    reason:
      "index.example has nothing at https://index.example/some/repository/+simple/ (404)",
    hint: "Set `check_url` to the address that installers use.",
  });
});

/** What a redirect to a place comes to. */
async function afterRedirect(location: string) {
  const { context } = answering(() =>
    new Response(null, { status: 303, headers: { location } })
  );
  return await fetchProject(context, REGISTRY, "demo");
}

Deno.test("fetchProject() takes a referral to PyPI for absence, as pypiserver means it", async () => {
  const lookup = await afterRedirect("https://pypi.org/simple/demo/");
  assertEquals(lookup, { kind: "absent" });
});

for (
  const location of [
    "https://cdn.example/simple/demo/",
    "https://login.example/?next=/simple/demo/",
    "https://pypi.org/simple/other/",
    "https://pypi.org.example/simple/demo/",
  ]
) {
  Deno.test(`fetchProject() learns nothing from a redirect to ${location}`, async () => {
    assertEquals(await afterRedirect(location), {
      kind: "unreadable",
      reason: `index.example redirects to another host, ${
        new URL(location).host
      }`,
      hint: "Set `check_url` to the address that installers use.",
    });
  });
}

for (
  const [what, response] of [
    ["no list of files", json({ meta: {} })],
    ["version 2.0", json({ meta: { "api-version": "2.0" }, files: [] })],
    ["no list of files", json([])],
    ["status 418", () => new Response("", { status: 418 })],
    ["status 500", () => new Response("", { status: 500 })],
  ] as const
) {
  Deno.test(`fetchProject() refuses an answer with ${what} (${response().status})`, async () => {
    const { context } = answering(response);
    const error = await assertRejects(
      () => fetchProject(context, REGISTRY, "demo"),
      ReleasioError,
      what,
    );
    assertEquals(error.code, "server-error");
  });
}

Deno.test("fetchProject() tries again when the index stumbles", async () => {
  let stumbles = 2;
  await using index = startFakeIndex({
    simple: () =>
      stumbles-- > 0
        ? new Response("", { status: 503 })
        : new Response("<a href=demo-1.0.tar.gz>", {
          headers: { "content-type": "text/html" },
        }),
  });
  const context = testContext({ fetch: (request) => fetch(request) });
  const lookup = await fetchProject(context, index.registry, "demo");
  assertEquals(lookup.kind, "found");
  assertEquals(context.slept.length, 2);
});
