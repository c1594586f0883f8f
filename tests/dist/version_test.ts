import { assertEquals, assertThrows } from "@std/assert";
import {
  compareVersions,
  hasLocalVersion,
  isDevRelease,
  isPrerelease,
  isValidSpecifier,
  normalizeVersion,
} from "../../lib/dist/version.ts";
import { fixtureTable } from "../helpers/fixtures.ts";

type Answer = [string, boolean, boolean, boolean] | null;
const table = await fixtureTable<{
  versions: Record<string, Answer>;
  order: [string, string, number][];
  specifiers: Record<string, boolean>;
}>("versions.json");

Deno.test("normalizeVersion() spells versions as packaging does", () => {
  for (const [text, answer] of Object.entries(table.versions)) {
    assertEquals(normalizeVersion(text), answer?.[0] ?? null, text);
  }
});

Deno.test("isPrerelease(), isDevRelease() and hasLocalVersion() agree with packaging", () => {
  for (const [text, answer] of Object.entries(table.versions)) {
    if (answer === null) continue;
    assertEquals(
      [isPrerelease(text), isDevRelease(text), hasLocalVersion(text)],
      answer.slice(1),
      text,
    );
  }
});

Deno.test("compareVersions() orders versions as packaging does", () => {
  for (const [a, b, order] of table.order) {
    assertEquals(Math.sign(compareVersions(a, b)), order, `${a} and ${b}`);
    assertEquals(Math.sign(compareVersions(b, a)), -order + 0, `${b} and ${a}`);
  }
});

Deno.test("compareVersions() is exact for numbers that a JavaScript number isn't", () => {
  const a = "1.0.20240131123456123456";
  const b = "1.0.20240131123456123457";
  assertEquals(Math.sign(compareVersions(a, b)), -1);
});

Deno.test("compareVersions() throws a TypeError for what is no version", () => {
  assertThrows(() => compareVersions("1.0", "dog"), TypeError, '"dog"');
});

Deno.test("normalizeVersion() refuses endless text at once", () => {
  assertEquals(normalizeVersion("1".repeat(1e6)), null);
});

Deno.test("isValidSpecifier() agrees with packaging", () => {
  for (const [text, isValid] of Object.entries(table.specifiers)) {
    assertEquals(isValidSpecifier(text), isValid, JSON.stringify(text));
  }
});
