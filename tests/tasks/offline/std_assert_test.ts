/** What the tests ask of `@std/assert`: each assertion can hold and can fail. */

import {
  assert,
  assertAlmostEquals,
  assertArrayIncludes,
  assertEquals,
  assertExists,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  AssertionError,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertNotMatch,
  assertObjectMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  fail,
} from "@std/assert";

class Custom extends Error {
  override readonly name = "Custom";
}

function throwing(error: unknown): () => never {
  return () => {
    throw error;
  };
}

const nested = { a: { b: [1, { c: 2 }], d: "x" }, e: null };
const bare = Object.assign(Object.create(null), { a: 1 });

const HOLDS: Record<string, () => void> = {
  "assert()": () => assert(1),
  "assertFalse()": () => assertFalse(0),
  "assertEquals() deeply": () => assertEquals(structuredClone(nested), nested),
  "assertEquals() on NaN": () => assertEquals(NaN, NaN),
  "assertEquals() on bytes": () =>
    assertEquals(new Uint8Array([1]), new Uint8Array([1])),
  "assertEquals() on maps and sets": () =>
    assertEquals(
      [new Map([["a", [1]]]), new Set([1])],
      [new Map([["a", [1]]]), new Set([1])],
    ),
  "assertEquals() on an object without prototype": () =>
    assertEquals({ list: [bare] }, { list: [{ a: 1 }] }),
  "assertNotEquals()": () => assertNotEquals({ a: 1 }, { a: 2 }),
  "assertStrictEquals()": () => assertStrictEquals(nested, nested),
  "assertExists()": () => assertExists(""),
  "assertInstanceOf()": () => assertInstanceOf(new Custom(), Error),
  "assertMatch()": () => assertMatch("abc", /b/g),
  "assertNotMatch()": () => assertNotMatch("abc", /x/),
  "assertStringIncludes()": () => assertStringIncludes("abc", "bc"),
  "assertArrayIncludes() deeply": () =>
    assertArrayIncludes([{ a: 1 }, { a: 2 }], [{ a: 2 }]),
  "assertObjectMatch() on a part": () =>
    assertObjectMatch(nested, { a: { d: "x" } }),
  "assertObjectMatch() on an error": () =>
    assertObjectMatch(Object.assign(new Custom("m"), { code: "c" }), {
      code: "c",
      message: "m",
    }),
  "assertObjectMatch() inside arrays": () =>
    assertObjectMatch(nested, { a: { b: [1, { c: 2 }] } }),
  "assertGreater()": () => assertGreater(2, 1),
  "assertGreaterOrEqual()": () => assertGreaterOrEqual(1, 1),
  "assertLess()": () => assertLess(1, 2),
  "assertLessOrEqual()": () => assertLessOrEqual(1, 1),
  "assertAlmostEquals()": () => assertAlmostEquals(0.1 + 0.2, 0.3),
  "assertAlmostEquals() within a tolerance": () =>
    assertAlmostEquals(1, 1.4, 0.5),
  "assertThrows() anything": () => void assertThrows(throwing("text")),
  "assertThrows() a class with a text": () =>
    void assertThrows(throwing(new Custom("some text")), Custom, "text"),
};

const FAILS: Record<string, () => void> = {
  "assert()": () => assert(""),
  "assertFalse()": () => assertFalse("x"),
  "assertEquals() on a missing key": () =>
    assertEquals<unknown>({ a: undefined }, {}),
  "assertEquals() on types": () => assertEquals<unknown>(1, "1"),
  "assertEquals() on classes": () =>
    assertEquals<unknown>(new Custom("m"), new Error("m")),
  "assertEquals() on bytes": () =>
    assertEquals(new Uint8Array([1]), new Uint8Array([2])),
  "assertEquals() on order": () => assertEquals([1, 2], [2, 1]),
  "assertNotEquals()": () => assertNotEquals({ a: [1] }, { a: [1] }),
  "assertStrictEquals()": () => assertStrictEquals({ ...nested }, nested),
  "assertExists()": () => assertExists(null),
  "assertInstanceOf()": () => assertInstanceOf(new Error(), Custom),
  "assertMatch()": () => assertMatch("abc", /x/),
  "assertNotMatch()": () => assertNotMatch("abc", /b/),
  "assertStringIncludes()": () => assertStringIncludes("abc", "x"),
  "assertArrayIncludes()": () => assertArrayIncludes([1, 2], [3]),
  "assertObjectMatch() on a value": () =>
    assertObjectMatch(nested, { a: { d: "y" } }),
  "assertObjectMatch() on a missing key": () =>
    assertObjectMatch(nested, { z: 1 }),
  "assertObjectMatch() inside arrays": () =>
    assertObjectMatch(nested, { a: { b: [1, { c: 3 }] } }),
  "assertGreater()": () => assertGreater(1, 1),
  "assertGreaterOrEqual()": () => assertGreaterOrEqual(0, 1),
  "assertLess()": () => assertLess(1, 1),
  "assertLessOrEqual()": () => assertLessOrEqual(2, 1),
  "assertAlmostEquals()": () => assertAlmostEquals(1, 1.1),
  "assertThrows() when nothing is thrown": () =>
    void assertThrows(() => undefined),
  "assertThrows() another class": () =>
    void assertThrows(throwing(new Error("m")), Custom),
  "assertThrows() another text": () =>
    void assertThrows(throwing(new Custom("m")), Custom, "other"),
  "fail()": () => fail("on purpose"),
};

for (const [name, holds] of Object.entries(HOLDS)) {
  Deno.test(`${name} holds`, holds);
}

for (const [name, fails] of Object.entries(FAILS)) {
  Deno.test(`${name} can fail`, () => {
    try {
      fails();
    } catch (error) {
      if (error instanceof AssertionError) return;
      throw error;
    }
    throw new Error(`${name} did not fail`);
  });
}

Deno.test("assertEquals() shows both values and the message", () => {
  const error = assertThrows(
    () => assertEquals(["left"], ["right"], "the message"),
    AssertionError,
    "the message",
  );
  assertStringIncludes(error.message, "left");
  assertStringIncludes(error.message, "right");
});

Deno.test("assertThrows() answers with what was thrown", () => {
  const error = new Custom("m");
  assertStrictEquals(assertThrows(throwing(error), Custom), error);
  assertStrictEquals(assertThrows(throwing(error)), error);
});

Deno.test("assertRejects() holds, fails, and answers with the reason", async () => {
  const error = new Custom("some text");
  const rejecting = () => Promise.reject(error);
  assertStrictEquals(await assertRejects(rejecting), error);
  assertStrictEquals(await assertRejects(rejecting, Custom, "text"), error);
  const failing: (() => Promise<unknown>)[] = [
    () => assertRejects(() => Promise.resolve()),
    () => assertRejects(rejecting, TypeError),
    () => assertRejects(rejecting, Custom, "other"),
    () => assertRejects(throwing(error)),
  ];
  for (const fails of failing) await assertRejects(fails, AssertionError);
});
