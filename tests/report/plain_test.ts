import { assert, assertEquals } from "@std/assert";
import { plain } from "../../lib/report/plain.ts";
import { assertInert, HOSTILE, HOSTILE_BODY, TOKENS } from "./samples.ts";

Deno.test("plain() leaves ordinary text as it is", () => {
  for (
    const text of [
      "",
      "demo-1.0-py3-none-any.whl",
      "Zażółć gęślą jaźń, 天地玄黃 🦕",
      "Programming Language :: Python :: 3.13",
      "## heading [link]",
      "https://[::1]:8080/legacy/",
      "std::string",
    ]
  ) assertEquals(plain(text), text);
});

Deno.test("plain() removes escape sequences whole", () => {
  assertEquals(
    plain("\x1b[1;31mred\x1b[0m and \x9b4mlines\x1b(B"),
    "red and lines",
  );
  assertEquals(
    plain("\x1b]8;;https://a.example\x07click\x1b]8;;\x1b\\"),
    "click",
  );
});

Deno.test("plain() makes one line of several", () => {
  assertEquals(
    plain("  one\r\ntwo\tthree\u2028four\x85 "),
    "one two three four",
  );
});

Deno.test("plain() shows what can't be seen", () => {
  assertEquals(
    plain("a\u202eb\u200bc\0d\ud800"),
    "a\\u{202e}b\\u{200b}c\\u{0}d\\u{d800}",
  );
});

Deno.test("plain() defuses the log commands of CI systems", () => {
  assertEquals(plain("::error::x"), ": :error::x");
  assertEquals(plain("x ::add-mask::y"), "x : :add-mask::y");
  assertEquals(plain("a ##[group]b"), "a # #[group]b");
  assertEquals(plain("##vso[task.complete]"), "# #vso[task.complete]");
});

Deno.test("plain() defuses what removing escape sequences brings about", () => {
  assertEquals(plain(":\x1b[0m:error::x"), ": :error::x");
  assertEquals(plain("#\x1b[0m#[error]x"), "# #[error]x");
});

Deno.test("plain() bounds length without cutting a character in two", () => {
  assertEquals(plain("abcdef", 4), "abc…");
  assertEquals(plain("abcd", 4), "abcd");
  assertEquals(plain("ab🦕cd", 4), "ab…");
  assert(plain(HOSTILE_BODY).length <= 1000);
});

Deno.test("plain() redacts tokens, split by escape sequences too", () => {
  for (const token of TOKENS) {
    assertEquals(plain(`got ${token}!`), "got [redacted]!");
    const split = `${token.slice(0, 10)}\x1b[0m${token.slice(10)}`;
    assertEquals(plain(split), "[redacted]");
  }
});

Deno.test("plain() makes any mixture inert, and applying it twice changes nothing", () => {
  const pieces = [...HOSTILE, ":", "#", "[", "\x1b", " ", "\n", "x", "…"];
  // A small fixed generator: a failure must come again.
  let seed = 7;
  const next = (n: number) =>
    (seed = (seed * 1103515245 + 12345) % 2 ** 31) % n;
  for (let round = 0; round < 3000; round++) {
    const text = Array.from(
      { length: next(8) },
      () => pieces[next(pieces.length)]!.slice(0, next(40)),
    ).join("");
    const limit = 5 + next(60);
    const once = plain(text, limit);
    assertInert(once, { maxLength: limit + 1 });
    assertEquals(plain(once, limit), once);
  }
});
