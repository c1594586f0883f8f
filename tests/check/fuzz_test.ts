import { assert } from "@std/assert";
import { fuzzChecks } from "./fuzz.ts";

Deno.test("the checks neither crash nor hang on 1,000 hostile files", async () => {
  const { slowest, passed } = await fuzzChecks(1, 1000);
  assert(slowest < 2000, `the slowest took ${slowest} ms`);
  assert(passed > 0 && passed < 1000, `${passed} passed`);
});
