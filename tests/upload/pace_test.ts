import { assertEquals } from "@std/assert";
import { Pace } from "../../lib/upload/pace.ts";
import { testContext } from "../helpers/context.ts";

const FOREVER = new AbortController().signal;

Deno.test("Pace halves the workers when an index is overloaded, and adds one with each success", () => {
  const pace = new Pace(testContext(), 8, 100);
  assertEquals(pace.workers, 8);
  const after = (step: () => void) => {
    step();
    return pace.workers;
  };
  const slow = () => pace.slowDown(0);
  assertEquals([1, 2, 3, 4].map(() => after(slow)), [4, 2, 1, 1]);
  const fast = () => pace.speedUp();
  assertEquals([1, 2, 3].map(() => after(fast)), [2, 3, 4]);
  for (let success = 0; success < 10; success++) fast();
  assertEquals(pace.workers, 8);
});

Deno.test("Pace makes everyone wait as long as the longest wish", async () => {
  const world = testContext();
  const pace = new Pace(world, 4, 10);
  const start = world.now();
  pace.slowDown(5000);
  pace.slowDown(20_000);
  pace.slowDown(1000);
  await Promise.all([pace.wait(FOREVER), pace.wait(FOREVER)]);
  assertEquals(world.now() - start >= 20_000, true);
});

Deno.test("Pace lets an interruption end the wait", async () => {
  const stop = new AbortController();
  const world = testContext({
    sleep: (_ms, signal) =>
      new Promise((_, reject) =>
        signal?.addEventListener("abort", () => reject(signal.reason))
      ),
  });
  const pace = new Pace(world, 4, 10);
  pace.slowDown(60_000);
  const waiting = pace.wait(stop.signal).catch((reason) => reason);
  stop.abort("enough");
  assertEquals(await waiting, "enough");
});
