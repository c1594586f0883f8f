import { assert } from "@std/assert";
import { fuzzChecks } from "../check/fuzz.ts";

const MEMORY_LIMIT = 100 * 1024 * 1024;

Deno.test("the checks neither crash, hang nor swell on 20,000 hostile files", async () => {
  const { slowest, memory, passed } = await fuzzChecks(100_000, 20_000);
  assert(slowest < 2000, `the slowest took ${slowest} ms`);
  assert(passed > 0, "none passed");
  // What all of them leave behind is the collector's to free when it likes.
  assert(memory < MEMORY_LIMIT, `one took ${Math.round(memory / 2 ** 20)} MiB`);
});
