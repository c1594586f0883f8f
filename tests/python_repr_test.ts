import { assertEquals } from "@std/assert";
import { pythonRepr, pythonReprList } from "../lib/python_repr.ts";

Deno.test("pythonRepr() quotes as Python does", () => {
  assertEquals(pythonRepr("plain"), "'plain'");
  assertEquals(pythonRepr("it's"), `"it's"`);
  assertEquals(pythonRepr(`it's "both"`), `'it\\'s "both"'`);
  assertEquals(pythonRepr("back\\slash"), "'back\\\\slash'");
  assertEquals(pythonRepr("a\nb\u0001\u007f"), "'a\\nb\\x01\\x7f'");
  assertEquals(pythonRepr("naïve 名"), "'naïve 名'");
});

Deno.test("pythonReprList() sorts", () => {
  assertEquals(pythonReprList(new Set(["b", "a"])), "['a', 'b']");
});
