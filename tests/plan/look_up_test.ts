import { assertEquals, assertRejects } from "@std/assert";
import { startLookups } from "../../lib/plan/look_up.ts";
import { planUploads } from "../../lib/plan/plan_uploads.ts";
import { ReleasioError } from "../../lib/errors.ts";
import { testContext } from "../helpers/context.ts";
import { distributionOf, startFakeIndex } from "../helpers/fake_index.ts";

const real = () => testContext({ fetch: (request) => fetch(request) });

Deno.test("startLookups() asks for each project once, eight at a time", async () => {
  let atOnce = 0;
  let most = 0;
  await using index = startFakeIndex({
    simple: async () => {
      most = Math.max(most, ++atOnce);
      await new Promise((resolve) => setTimeout(resolve, 10));
      atOnce--;
      return new Response("", { status: 404 });
    },
  });
  const names = Array.from({ length: 20 }, (_, number) => `p${number}`);
  const lookups = startLookups(real(), index.registry, [...names, ...names]);
  const found = await Promise.all(lookups.values());
  assertEquals(found.map(({ kind }) => kind), Array(20).fill("absent"));
  assertEquals(most, 8);
});

Deno.test("startLookups() lets a failure wait until somebody asks", async () => {
  const context = testContext({
    fetch: () => Promise.reject(new TypeError("no route")),
  });
  await using index = startFakeIndex();
  const lookups = startLookups(context, index.registry, ["demo"]);
  await new Promise((resolve) => setTimeout(resolve, 10));
  await assertRejects(() => lookups.get("demo")!, ReleasioError);
});

Deno.test("planUploads() asks only for what is not on its way", async () => {
  await using index = startFakeIndex();
  const context = real();
  const lookups = startLookups(context, index.registry, ["a"]);
  await planUploads(
    context,
    index.registry,
    await Promise.all([
      distributionOf("a-1.0.tar.gz"),
      distributionOf("b-1.0.tar.gz"),
    ]),
    { checkExisting: true, skipExisting: false, maxProjectSize: 1, lookups },
  );
  assertEquals(index.lookups.toSorted(), ["a", "b"]);
});
