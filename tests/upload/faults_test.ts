import { assert } from "@std/assert";
import { openCrashSite } from "../faults/killing.ts";
import { muddleSeeds, survivePairs } from "../faults/matrix.ts";

// A tenth of what `deno task test:faults` runs.

Deno.test("publish() survives a tenth of the faults at each stage", async () => {
  assert(await survivePairs(10) > 10);
});

Deno.test("publish() tells the truth and finishes next time, in 50 seeded muddles", async () => {
  assert(await muddleSeeds(50) > 0);
});

Deno.test("publish finishes what ten killed runs began", async () => {
  await using site = await openCrashSite();
  for (let seed = 0; seed < 10; seed++) {
    await site.killAndFinish(seed, "SIGKILL");
  }
});
