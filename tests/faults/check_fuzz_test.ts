import { assert } from "@std/assert";
import { fuzzChecks } from "../check/fuzz.ts";

const MEMORY_LIMIT = 200 * 1024 * 1024;

Deno.test("the checks neither crash, hang nor swell on 20,000 hostile files", async () => {
  const before = Deno.memoryUsage().rss;
  const { slowest, memory, passed } = await fuzzChecks(100_000, 20_000);
  assert(slowest < 2000, `the slowest took ${slowest} ms`);
  assert(passed > 0, "none passed");
  // The runtime and what ran before are not theirs.
  const more = memory - before;
  assert(more < MEMORY_LIMIT, `they took ${Math.round(more / 2 ** 20)} MiB`);
});
