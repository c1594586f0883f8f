import { assertEquals } from "@std/assert";
import { nearest } from "../lib/nearest.ts";

Deno.test("nearest() finds the word that takes the fewest edits, case aside", () => {
  assertEquals(
    nearest("apache 2.0", ["MIT", "Apache-1.1", "Apache-2.0"]),
    "Apache-2.0",
  );
});

Deno.test("nearest() finds nothing where a third of the word would change", () => {
  assertEquals(nearest("proprietary", ["MIT", "Apache-2.0"]), null);
});
