import { assert, assertEquals } from "@std/assert";
import { openCrashSite } from "./killing.ts";

Deno.test("publish finishes what a killed run began", async (t) => {
  await using site = await openCrashSite();
  const ends = [];
  for (let seed = 0; seed < 100; seed++) {
    ends.push(await site.killAndFinish(seed, "SIGKILL"));
  }
  const killed = ends.filter(({ end }) => end === "SIGKILL");
  const halfway = killed.filter(({ files }) => files > 0 && files < 6);
  await t.step(
    `100 runs, ${killed.length} killed, ${halfway.length} halfway`,
    () => assert(halfway.length > 10),
  );
});

Deno.test("publish burns its tokens when it is asked to stop", async () => {
  await using site = await openCrashSite();
  for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    const ends = [];
    for (let seed = 1000; seed < 1010; seed++) {
      ends.push(await site.killAndFinish(seed + code, signal));
    }
    for (const { end } of ends) {
      // Before it listens, a signal ends it as any process.
      assert(end === 0 || end === code || end === signal, String(end));
    }
    assertEquals(ends.some(({ end }) => end === code), true);
  }
});
