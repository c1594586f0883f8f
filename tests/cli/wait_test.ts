import { assertEquals } from "@std/assert";
import { waitSeconds } from "../../lib/cli/publish.ts";

Deno.test("waitSeconds() waits only when it is asked to, and then for 300 s", () => {
  assertEquals(waitSeconds({}), 0);
  assertEquals(waitSeconds({ wait: true }), 300);
});

Deno.test("waitSeconds() takes --wait-timeout for --wait too", () => {
  assertEquals(waitSeconds({ waitTimeout: 3 }), 3);
  assertEquals(waitSeconds({ wait: true, waitTimeout: 3 }), 3);
});
