/** What the configuration asks of `@std/toml`. */

import {
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertThrows,
} from "@std/assert";
import { parse } from "@std/toml";
import { parse as parseAlone } from "@std/toml/parse";

Deno.test("parse() reads tables, arrays and every type of value", () => {
  const text = `
title = "a \\"b\\" \\u00e9"
literal = 'C:\\x'
count = 1_000
ratio = 2.5
on = true
list = [1, "two", [3],]
point = { x = 1, y.z = 2 }
"quoted.key" = 1
long = """
two
lines"""
when = 1979-05-27T07:32:00Z

[tool.releasio.publish]
registry = "pypi"

[[file]]
name = "a"
[[file]]
name = "b"
`;
  const when = new Date("1979-05-27T07:32:00Z");
  const { when: date, ...rest } = parse(text);
  assertInstanceOf(date, Date);
  assertEquals(date.getTime(), when.getTime());
  assertEquals<unknown>(rest, {
    title: 'a "b" é',
    literal: "C:\\x",
    count: 1000,
    ratio: 2.5,
    on: true,
    list: [1, "two", [3]],
    point: { x: 1, y: { z: 2 } },
    "quoted.key": 1,
    long: "two\nlines",
    tool: { releasio: { publish: { registry: "pypi" } } },
    file: [{ name: "a" }, { name: "b" }],
  });
  assertEquals<unknown>(parseAlone("a = 1\r\nb = 2"), { a: 1, b: 2 });
  assertEquals<unknown>(parse(""), {});
});

Deno.test("parse() names the line of a mistake in a SyntaxError", () => {
  for (
    const text of [
      "a = 1\nb = 'open\n",
      "a = 1\nb\n",
      "a = 1\nb = [1,,2]\n",
      'a = 1\nb = "\\x"\n',
    ]
  ) {
    const error = assertThrows(() => parse(text), SyntaxError);
    assertMatch(error.message, /\bline [23], column \d+: ./, text);
  }
});

Deno.test("parse() pollutes no prototype", () => {
  try {
    parse("[__proto__]\npolluted = true");
  } catch (error) {
    assertInstanceOf(error, SyntaxError);
  }
  assertEquals(({} as Record<string, unknown>)["polluted"], undefined);
});
