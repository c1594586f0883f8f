import { assert, assertEquals, assertThrows } from "@std/assert";
import { expandBraces, matchesGlob } from "../../lib/dist/glob.ts";

Deno.test("matchesGlob() matches whole names", () => {
  const cases: [string, string, boolean][] = [
    ["*.whl", "a.whl", true],
    ["*.whl", "a.whl.asc", false],
    ["a?c", "abc", true],
    ["a?c", "ac", false],
    ["[a-c]x", "bx", true],
    ["[!a-c]x", "bx", false],
    ["[^a-c]x", "dx", true],
    ["[]]x", "]x", true],
    ["[!]]x", "ax", true],
    ["[!]]x", "]x", false],
    ["[!]", "a", false],
    ["[x", "[x", true],
    ["{a,b}{1,2}", "b2", true],
    ["{a,{b,c}}", "c", true],
    ["{a}", "{a}", true],
    ["{a", "{a", true],
    ["a.b", "axb", false],
    ["(a|b)+$", "(a|b)+$", true],
    ["[\\d]", "1", false],
    ["", "", true],
    ["?", "é", true],
    ["?", "☕", true],
    ["?", "😀", true],
  ];
  for (const [pattern, name, expected] of cases) {
    assertEquals(matchesGlob(pattern, name), expected, `${pattern} ${name}`);
  }
});

Deno.test("expandBraces() keeps the order that was written", () => {
  assertEquals(expandBraces("{a,b}-{c,d}"), ["a-c", "a-d", "b-c", "b-d"]);
  assertEquals(expandBraces("x"), ["x"]);
});

Deno.test("expandBraces() refuses to multiply without end", () => {
  assertThrows(() => expandBraces("{a,b}".repeat(20)), RangeError);
});

Deno.test("matchesGlob() takes any pattern", () => {
  for (
    const pattern of ["[z-a]", "[a-]", "[-", "[[]", "[\\", "[!]", "}{", "{,}"]
  ) {
    assert(typeof matchesGlob(pattern, "x") === "boolean", pattern);
  }
});
