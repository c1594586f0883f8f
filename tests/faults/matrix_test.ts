import { assert, assertEquals } from "@std/assert";
import { muddleSeeds, survivePairs } from "./matrix.ts";

Deno.test("publish() survives every fault at every stage", async () => {
  assert(await survivePairs() > 100);
});

Deno.test("publish() tells the truth and finishes next time, in 500 seeded muddles", async () => {
  const survived = await muddleSeeds(500);
  assertEquals(survived > 100 && survived < 500, true, `${survived} survived`);
});
