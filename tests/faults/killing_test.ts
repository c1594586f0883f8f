import { assert, assertEquals } from "@std/assert";
import { type Killed, openCrashSite } from "./killing.ts";

/** Crash sites side by side: a run that is on its own waits for its index. */
const SITES = 3;

/** Kills a run for each seed. */
async function killAll(
  first: number,
  count: number,
  signal: Deno.Signal,
): Promise<Killed[]> {
  const ends: Killed[] = [];
  let seed = first;
  await Promise.all(Array.from({ length: SITES }, async () => {
    await using site = await openCrashSite();
    while (seed < first + count) {
      ends.push(await site.killAndFinish(seed++, signal));
    }
  }));
  return ends;
}

Deno.test("publish finishes what a killed run began", async (t) => {
  const ends = await killAll(0, 100, "SIGKILL");
  const killed = ends.filter(({ end }) => end === "SIGKILL");
  const halfway = killed.filter(({ files }) => files > 0 && files < 6);
  await t.step(
    `${ends.length} runs, ${killed.length} killed, ${halfway.length} halfway`,
    () => assert(halfway.length > 10),
  );
});

Deno.test("publish burns its tokens when it is asked to stop", async () => {
  for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    const ends = await killAll(1000 + code * 10, 10, signal);
    for (const { end } of ends) {
      // Before it listens, a signal ends it as any process.
      assert(end === 0 || end === code || end === signal, String(end));
    }
    assertEquals(ends.some(({ end }) => end === code), true);
  }
});
