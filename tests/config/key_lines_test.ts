import { assertEquals } from "@std/assert";
import { dottedKey, findKeyLines } from "../../lib/config/key_lines.ts";

Deno.test("findKeyLines() finds keys in tables, dotted keys and quoted keys", () => {
  const { lineOf } = findKeyLines([
    "top = 1", // 1
    "# [comment]",
    "[a]",
    "b.c = 2", // 4
    "[a . \"x.y\" . 'z' ] # trailing",
    '"quoted \\u006bey" = 3', // 6
    "[[list]]",
    "item = 4", // 8
  ].join("\n"));
  assertEquals(lineOf(["top"]), 1);
  assertEquals(lineOf(["a"]), 3);
  assertEquals(lineOf(["a", "b", "c"]), 4);
  assertEquals(lineOf(["a", "x.y", "z"]), 5);
  assertEquals(lineOf(["a", "x.y", "z", "quoted key"]), 6);
  assertEquals(lineOf(["list", "item"]), 8);
});

Deno.test("findKeyLines() takes nothing inside a value for a key", () => {
  const { lineOf } = findKeyLines([
    'a = """', // 1
    "fake = 1",
    '[fake2] \\"""',
    '"quoted" """',
    "b = '''", // 5
    "fake = 1'''",
    "c = [", // 7
    "  [1, 2], # ] fake = 1",
    '  "]", "x\\"]",',
    "]",
    "d = { e = 'f', g = [1] }", // 11
    'h = "fake = 1 \\" # [x"', // 12
    "i = 1979-05-27T00:00:00Z", // 13
    'j = """""" # empty', // 14
    'k = """two quotes""""" ', // 15
    "l = ''", // 16
    "m = 1",
  ].join("\n"));
  assertEquals(lineOf(["fake"]), null);
  assertEquals(lineOf(["fake2"]), null);
  assertEquals(
    ["a", "b", "c", "d", "h", "i", "j", "k", "l", "m"].map((key) =>
      lineOf([key])
    ),
    [1, 5, 7, 11, 12, 13, 14, 15, 16, 17],
  );
});

Deno.test("findKeyLines() gives a key of an inline table the line of the table", () => {
  const { lineOf } = findKeyLines(
    "\n[publish]\npublisher = { owner = 'octo' }",
  );
  assertEquals(lineOf(["publish", "publisher", "owner"]), 3);
  assertEquals(lineOf(["publish", "nothing"]), 2);
  assertEquals(lineOf(["nothing"]), null);
});

Deno.test("findKeyLines() tells keys that were there before", () => {
  const { repeated } = findKeyLines("[a]\nb = 1\n\nb = 2\n[c]\nb = 1");
  assertEquals(repeated, [{ path: ["a", "b"], line: 4 }]);
});

Deno.test("findKeyLines() ends on text that is no TOML", () => {
  for (
    const text of [
      "[",
      "a",
      "= = =",
      '"',
      "'''",
      "[[a]",
      "a = [",
      "\0",
      "a.=1",
      "é = 1",
    ]
  ) {
    findKeyLines(text);
  }
});

Deno.test("dottedKey() quotes what TOML wants quoted", () => {
  assertEquals(dottedKey(["a", "b-c", "d.e"]), 'a.b-c."d.e"');
});
