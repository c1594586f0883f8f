import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { denoContext } from "../../lib/deno_context.ts";
import { ReleasioError } from "../../lib/errors.ts";
import { waitUntilListed } from "../../lib/plan/wait.ts";
import { testContext } from "../helpers/context.ts";
import { distributionOf, startFakeIndex } from "../helpers/fake_index.ts";

const file = await distributionOf("demo-1.0.tar.gz");

const real = () => testContext({ fetch: (request) => fetch(request) });

Deno.test("waitUntilListed() returns at once when everything is listed", async () => {
  await using index = startFakeIndex();
  index.files.set(file.filename, file.sha256);
  const context = real();
  await waitUntilListed(context, index.registry, [file], { timeout: 1000 });
  assertEquals(context.slept, []);
  await waitUntilListed(context, index.registry, [], { timeout: 0 });
});

Deno.test("waitUntilListed() asks again until the listing is fresh", async () => {
  let asked = 0;
  await using index = startFakeIndex({
    simple: () => {
      asked++;
      return asked < 4
        ? new Response("", { status: asked === 2 ? 418 : 404 })
        : new Response(
          `<a href="${file.filename}#sha256=${file.sha256}">`,
          { headers: { "content-type": "text/html" } },
        );
    },
  });
  const context = real();
  await waitUntilListed(context, index.registry, [file], { timeout: 60_000 });
  assertEquals(asked, 4);
  assertEquals(context.slept.length, 3);
  assert(context.slept.every((ms) => ms > 0));
});

Deno.test("waitUntilListed() gives up when time is up and names what is missing", async () => {
  await using index = startFakeIndex();
  const error = await assertRejects(
    () => waitUntilListed(real(), index.registry, [file], { timeout: 10_000 }),
    ReleasioError,
    file.filename,
  );
  assertEquals(error.code, "wait-timeout");
  assertEquals(error.details.missing, [file.filename]);
});

Deno.test("waitUntilListed() does not wait for other bytes", async () => {
  await using index = startFakeIndex();
  index.files.set(file.filename, "0".repeat(64));
  const error = await assertRejects(
    () => waitUntilListed(real(), index.registry, [file], { timeout: 10_000 }),
    ReleasioError,
  );
  assertEquals(error.code, "file-conflict");
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
    () => waitUntilListed(real(), index.registry, [file], { timeout: 10_000 }),
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
      return ++asked < 3 ? new Response("", { status: 404 }) : new Response(
        `<a href="${file.filename}#sha256=${file.sha256}">`,
        { headers: { "content-type": "text/html" } },
      );
    },
  });
  await waitUntilListed(real(), index.registry, [file], { timeout: 2 ** 32 });
  assertEquals(asked, 3);
});

Deno.test("waitUntilListed() can't wait for an index that it can't read", async () => {
  await using index = startFakeIndex();
  const error = await assertRejects(
    () =>
      waitUntilListed(real(), { ...index.registry, simpleUrl: null }, [file], {
        timeout: 1,
      }),
    ReleasioError,
  );
  assertEquals(error.code, "usage");
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
      () => waitUntilListed(context, index.registry, [file], { timeout: 9000 }),
      ReleasioError,
    );
    assertEquals(error.code, "wait-timeout");
    const waited = context.now() - start;
    assert(waited >= 9000 && waited <= 12_000, `${waited} ms`);
  });
}
