import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { PYPI } from "../../lib/config/registry.ts";
import { denoContext } from "../../lib/deno_context.ts";
import { ReleasioError } from "../../lib/errors.ts";
import {
  requireListing,
  requireReadable,
  type WaitOptions,
  waitUntilListed,
} from "../../lib/plan/wait.ts";
import { testContext } from "../helpers/context.ts";
import { distributionOf, startFakeIndex } from "../helpers/fake_index.ts";

const file = await distributionOf("demo-1.0.tar.gz");

/** This run uploaded the file, and waits for ten seconds. */
const OPTIONS: WaitOptions = {
  timeout: 10_000,
  uploaded: new Set([file.filename]),
};

/** What an index lists, with the file's own digest if a test gives no other. */
function listing(fragment = `#sha256=${file.sha256}`): Response {
  return new Response(`<a href="${file.filename}${fragment}">`, {
    headers: { "content-type": "text/html" },
  });
}

const real = () => testContext({ fetch: (request) => fetch(request) });

Deno.test("waitUntilListed() returns at once when everything is listed", async () => {
  await using index = startFakeIndex();
  index.files.set(file.filename, file.sha256);
  const context = real();
  assertEquals(
    await waitUntilListed(context, index.registry, [file], OPTIONS),
    [],
  );
  assertEquals(context.slept, []);
  await waitUntilListed(context, index.registry, [], {
    ...OPTIONS,
    timeout: 0,
  });
});

Deno.test("waitUntilListed() asks again until the listing is fresh", async () => {
  let asked = 0;
  await using index = startFakeIndex({
    simple: () => {
      asked++;
      return asked < 4
        ? new Response("", { status: asked === 2 ? 418 : 404 })
        : listing();
    },
  });
  const context = real();
  await waitUntilListed(context, index.registry, [file], OPTIONS);
  assertEquals(asked, 4);
  assertEquals(context.slept.length, 3);
  assert(context.slept.every((ms) => ms > 0));
});

Deno.test("waitUntilListed() gives up when time is up and names what is missing", async () => {
  await using index = startFakeIndex();
  const error = await assertRejects(
    () => waitUntilListed(real(), index.registry, [file], OPTIONS),
    ReleasioError,
    file.filename,
  );
  assertEquals(error.code, "wait-timeout");
  assertEquals(error.details.missing, [file.filename]);
});

const OTHER_DIGEST = `#sha256=${"0".repeat(64)}`;

Deno.test("waitUntilListed() does not wait for other bytes of a file that was there before", async () => {
  const context = real();
  await using index = startFakeIndex({ simple: () => listing(OTHER_DIGEST) });
  const error = await assertRejects(
    () =>
      waitUntilListed(context, index.registry, [file], {
        ...OPTIONS,
        uploaded: new Set(),
      }),
    ReleasioError,
  );
  assertEquals(error.code, "file-conflict");
  assertEquals(context.slept, []);
});

Deno.test("waitUntilListed() outlasts a page that still has the bytes that an upload replaced", async () => {
  let asked = 0;
  await using index = startFakeIndex({
    simple: () => ++asked < 3 ? listing(OTHER_DIGEST) : listing(),
  });
  await waitUntilListed(real(), index.registry, [file], OPTIONS);
  assertEquals(asked, 3);
});

Deno.test("waitUntilListed() reports other bytes of an uploaded file when time is up", async () => {
  const context = real();
  await using index = startFakeIndex({ simple: () => listing(OTHER_DIGEST) });
  const other = await distributionOf("demo-1.0-py3-none-any.whl");
  const start = context.now();
  const error = await assertRejects(
    () =>
      waitUntilListed(context, index.registry, [other, file], {
        ...OPTIONS,
        uploaded: new Set([file.filename, other.filename]),
      }),
    ReleasioError,
    file.filename,
  );
  assertEquals(error.code, "file-conflict");
  assertStringIncludes(error.hint!, "cache");
  assertEquals(context.now() - start, OPTIONS.timeout);
});

Deno.test("waitUntilListed() warns of files that are listed without a digest", async () => {
  await using index = startFakeIndex({ simple: () => listing("") });
  const findings = await waitUntilListed(
    real(),
    index.registry,
    [file],
    OPTIONS,
  );
  assertEquals(
    findings.map(({ code, severity }) => [code, severity]),
    [["digest-missing", "warning"]],
  );
  assertStringIncludes(findings[0]!.message, file.filename);
});

Deno.test("waitUntilListed() does not outlast its time when the index stalls", async () => {
  const stalled = Promise.withResolvers<Response>();
  await using index = startFakeIndex({ simple: () => stalled.promise });
  const { fetch } = real();
  const context = denoContext();
  const start = Date.now();
  try {
    const error = await assertRejects(
      () =>
        waitUntilListed({ ...context, fetch }, index.registry, [file], {
          ...OPTIONS,
          timeout: 300,
        }),
      ReleasioError,
    );
    assertEquals(error.code, "wait-timeout");
    assertStringIncludes(error.hint!, "did not answer");
    assert(Date.now() - start < 5000);
  } finally {
    stalled.resolve(new Response());
  }
});

Deno.test("waitUntilListed() says that it could not ask to the last", async () => {
  await using index = startFakeIndex({
    simple: () => new Response("", { status: 418 }),
  });
  const error = await assertRejects(
    () => waitUntilListed(real(), index.registry, [file], OPTIONS),
    ReleasioError,
  );
  assertEquals(error.code, "wait-timeout");
  assertStringIncludes(error.hint!, "answers with status 418");
});

Deno.test("waitUntilListed() takes a longer time than a timer does", async () => {
  let asked = 0;
  await using index = startFakeIndex({
    // Timers that are too long fire before the first answer is there.
    simple: async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return ++asked < 3 ? new Response("", { status: 404 }) : listing();
    },
  });
  await waitUntilListed(real(), index.registry, [file], {
    ...OPTIONS,
    timeout: 2 ** 32,
  });
  assertEquals(asked, 3);
});

Deno.test("waitUntilListed() says that a cache may be behind when the project is there", async () => {
  await using index = startFakeIndex();
  index.files.set("demo-0.9.tar.gz", "0".repeat(64));
  const error = await assertRejects(
    () => waitUntilListed(real(), index.registry, [file], OPTIONS),
    ReleasioError,
  );
  assertStringIncludes(error.hint!, "a cache may be behind");
});

for (
  const [what, simple] of [
    ["does not have the project", () => new Response("", { status: 404 })],
    [
      "sends those who ask elsewhere",
      () => Response.redirect("https://pypi.org/simple/demo/"),
    ],
  ] as const
) {
  Deno.test(`waitUntilListed() points to check_url when the index ${what}`, async () => {
    await using index = startFakeIndex({ simple });
    const error = await assertRejects(
      () => waitUntilListed(real(), index.registry, [file], OPTIONS),
      ReleasioError,
    );
    assertEquals(error.code, "wait-timeout");
    assertStringIncludes(
      error.hint!,
      `${index.registry.simpleUrl} has no project demo`,
    );
    assertStringIncludes(error.hint!, "`check_url`");
    assertFalse(error.hint!.includes("cache"));
  });
}

for (const status of [401, 403]) {
  Deno.test(`waitUntilListed() outlasts ${status} that passes, and names one that stays`, async () => {
    let asked = 0;
    await using passing = startFakeIndex({
      simple: () => ++asked === 1 ? new Response("", { status }) : listing(),
    });
    await waitUntilListed(real(), passing.registry, [file], OPTIONS);
    assertEquals(asked, 2);

    await using staying = startFakeIndex({
      simple: () => new Response("", { status }),
    });
    const error = await assertRejects(
      () => waitUntilListed(real(), staying.registry, [file], OPTIONS),
      ReleasioError,
    );
    assertEquals(error.code, "wait-timeout");
    assertStringIncludes(
      error.hint!,
      `does not let everyone read it (${status})`,
    );
  });
}

Deno.test("requireListing() refuses an index whose listing is not known", () => {
  const registry = { ...PYPI, simpleUrl: null };
  const error = assertThrows(() => requireListing(registry), ReleasioError);
  assertEquals(error.code, "usage");
  assertStringIncludes(error.hint!, "`check_url`");
  requireListing(PYPI);
});

Deno.test("requireReadable() hands on what would make the index readable", () => {
  const finding = {
    code: "index-unreadable",
    severity: "warning",
    file: null,
    message: "It wants credentials",
    hint: "Set them.",
  } as const;
  const error = assertThrows(() => requireReadable([finding]), ReleasioError);
  assertEquals(error.code, "usage");
  assertEquals(error.message, "Cannot wait: It wants credentials");
  assertEquals(error.hint, "Set them. Or leave out `--wait`.");
  requireReadable([{ ...finding, code: "project-new" }]);
});

for (const seconds of [3, 100]) {
  Deno.test(`waitUntilListed() ends in time when the index asks for ${seconds} s each time`, async () => {
    await using index = startFakeIndex({
      simple: () =>
        new Response("", {
          status: 429,
          headers: { "retry-after": String(seconds) },
        }),
    });
    const context = real();
    const start = context.now();
    const error = await assertRejects(
      () =>
        waitUntilListed(context, index.registry, [file], {
          ...OPTIONS,
          timeout: 9000,
        }),
      ReleasioError,
    );
    assertEquals(error.code, "wait-timeout");
    const waited = context.now() - start;
    assert(waited >= 9000 && waited <= 12_000, `${waited} ms`);
  });
}
