import { assertEquals } from "@std/assert";
import {
  hang,
  padEnd,
  padStart,
  truncateMiddle,
  widest,
  wrap,
} from "../../lib/report/width.ts";

Deno.test("padEnd() and padStart() count columns, not characters", () => {
  assertEquals(padEnd("天地", 6), "天地  ");
  assertEquals(padStart("ab", 4), "  ab");
  assertEquals(padEnd("abc", 2), "abc");
});

Deno.test("widest() is 0 for nothing", () => {
  assertEquals(widest([]), 0);
  assertEquals(widest(["abc", "天地"]), 4);
});

Deno.test("truncateMiddle() keeps both ends of a name", () => {
  assertEquals(
    truncateMiddle("demo-1.0-cp313-manylinux.whl", 16),
    "demo-1.0…nux.whl",
  );
  assertEquals(truncateMiddle("short", 5), "short");
  assertEquals(truncateMiddle("天地玄黃宇宙", 8), "天地…宙");
});

Deno.test("wrap() breaks at spaces and keeps long words whole", () => {
  assertEquals(wrap("one two three", 8, "  "), ["  one", "  two", "  three"]);
  assertEquals(
    wrap("see https://pypi.org/long/address now", 12),
    ["see", "https://pypi.org/long/address", "now"],
  );
  assertEquals(wrap("", 10), []);
});

Deno.test("hang() starts further lines below the first one's text", () => {
  assertEquals(hang("note: ", "one two three", 13), [
    "note: one two",
    "      three",
  ]);
  assertEquals(hang("name  ", "", 20), ["name"]);
});
