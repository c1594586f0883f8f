import { assertEquals } from "@std/assert";
import { Blake2b256 } from "../../lib/sandbox/blake2b.ts";

function digest(...texts: string[]): string {
  const hash = new Blake2b256();
  for (const text of texts) hash.update(new TextEncoder().encode(text));
  return hash.hex();
}

// Computed with Python's hashlib.
Deno.test("Blake2b256 agrees with Python", () => {
  assertEquals(
    digest(),
    "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8",
  );
  assertEquals(
    digest("abc"),
    "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319",
  );
  assertEquals(
    digest("x".repeat(128)),
    "164ffb7089bae6f5a62fb0795e751dc9e88eac92e1a5b2fafe93a25abf2d9c3b",
  );
  assertEquals(
    digest("y".repeat(1000)),
    "31068c31698fb659449d56bfca789cfa63529ac640b514dee3bac0b8a3da9248",
  );
});

Deno.test("Blake2b256 does not care how bytes are cut", () => {
  assertEquals(
    digest("y".repeat(127), "y", "y".repeat(129), "", "y".repeat(743)),
    digest("y".repeat(1000)),
  );
});
