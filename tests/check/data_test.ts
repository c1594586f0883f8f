import { assert, assertEquals } from "@std/assert";
import * as classifiers from "../../lib/check/data/classifiers.ts";
import * as spdx from "../../lib/check/data/spdx.ts";
import * as stdlib from "../../lib/check/data/stdlib_modules.ts";
import { decodeFrontCoded } from "../../lib/check/front_coding.ts";

Deno.test("decodeFrontCoded() joins each line with what it shares with the one before", () => {
  assertEquals(decodeFrontCoded("0abc\n2x\n0b"), ["abc", "abx", "b"]);
});

for (const [name, data] of Object.entries({ classifiers, spdx, stdlib })) {
  Deno.test(`the list of ${name} says what it was made from, and when`, () => {
    assert(/ \d+\.\d+/.test(data.SOURCE), data.SOURCE);
    assert(/^20\d\d-\d\d-\d\d$/.test(data.DATE), data.DATE);
  });
}

Deno.test("the lists are sorted, without doubles", () => {
  const lists = [
    classifiers.CLASSIFIERS,
    spdx.LICENSES,
    spdx.EXCEPTIONS,
    stdlib.STDLIB_MODULES,
  ];
  for (const words of lists.map(decodeFrontCoded)) {
    assert(words.length > 70);
    assertEquals(words, [...new Set(words)].sort());
  }
});

Deno.test("the lists have what everybody uses", () => {
  assert(
    decodeFrontCoded(classifiers.CLASSIFIERS)
      .includes("License :: OSI Approved :: MIT License"),
  );
  assert(decodeFrontCoded(spdx.LICENSES).includes("Apache-2.0"));
  assert(decodeFrontCoded(stdlib.STDLIB_MODULES).includes("os-path"));
});
