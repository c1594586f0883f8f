import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { readZipEntries, readZipEntry } from "../../lib/dist/zip.ts";
import { ReleasioError } from "../../lib/errors.ts";
import {
  buildZip,
  concat,
  extraField,
  type ZipMember,
  type ZipOptions,
} from "../helpers/archives.ts";

const MAX = 1024 * 1024;

function zip(members: ZipMember[], options?: ZipOptions): Blob {
  return new Blob([buildZip(members, options)]);
}

async function contents(blob: Blob): Promise<Record<string, string>> {
  const all: Record<string, string> = {};
  for (const entry of await readZipEntries(blob)) {
    const bytes = await readZipEntry(blob, entry, MAX);
    all[entry.name] = new TextDecoder().decode(bytes);
  }
  return all;
}

async function reason(promise: Promise<unknown>): Promise<string> {
  const error = await assertRejects(() => promise, ReleasioError);
  assertEquals(error.code, "distribution-unreadable");
  return error.message;
}

Deno.test("readZipEntry() reads stored and deflated members", async () => {
  const blob = zip([
    { name: "a", data: "x".repeat(1000) },
    { name: "b/é", data: "plain", method: 0 },
    { name: "empty" },
  ]);
  assertEquals(await contents(blob), {
    a: "x".repeat(1000),
    "b/é": "plain",
    empty: "",
  });
});

Deno.test("readZipEntries() reads ZIP64, comments, prefixes and data descriptors", async () => {
  const member = { name: "a", data: "text" };
  const variants: Blob[] = [
    zip([{ ...member, zip64: true }], { zip64: true }),
    zip([{ ...member, zip64: true }], { zip64: true, comment: "hi" }),
    zip([member], { comment: "PK\x05\x06 and more" }),
    zip([member], { comment: "c".repeat(0xffff) }),
    zip([member], { prefix: new Uint8Array(99), prefixCounts: false }),
    zip([member], { prefix: new Uint8Array(99) }),
    zip([{ ...member, zip64: true }], {
      zip64: true,
      prefix: new Uint8Array(99),
      prefixCounts: false,
    }),
    zip([{ ...member, descriptor: true }]),
    zip([{ ...member, extra: extraField(0x5455, new Uint8Array(5)) }]),
    zip([member], { suffix: new Uint8Array(7) }),
  ];
  for (const [i, blob] of variants.entries()) {
    assertEquals(await contents(blob), { a: "text" }, `variant ${i}`);
  }
});

Deno.test("readZipEntries() reads names without the UTF-8 flag as code page 437", async () => {
  const [entry] = await readZipEntries(
    zip([{ name: Uint8Array.of(0x61, 0x81, 0xe1, 0xff), flags: 0 }]),
  );
  assertEquals(entry?.name, "aüß\u00a0");
});

Deno.test("readZipEntries() refuses what is no ZIP file", async () => {
  for (const bytes of [[], [0x50], Array(5000).fill(0)]) {
    const blob = new Blob([Uint8Array.from(bytes)]);
    assertMatch(await reason(readZipEntries(blob)), /no ZIP file/);
  }
});

Deno.test("readZipEntries() refuses a damaged central directory", async () => {
  const member = { name: "abc", data: "text" };
  const forged: ZipOptions[] = [
    { end: { directorySize: 10 } },
    { end: { directorySize: 60 } },
    { end: { directorySize: 5_000_000 } },
    { gap: new Uint8Array(10), end: { directorySize: 55 } },
  ];
  for (const options of forged) {
    assertMatch(
      await reason(readZipEntries(zip([member], options))),
      /damaged|end of file/,
      JSON.stringify(options),
    );
  }
  const extra = Uint8Array.of(1, 0, 50, 0, 1);
  const blob = zip([{ ...member, central: { extra } }]);
  assertMatch(await reason(readZipEntries(blob)), /extra field is damaged/);
});

Deno.test("readZipEntry() refuses damaged and forged members", async () => {
  const data = "text ".repeat(100);
  const cases: [ZipMember, RegExp][] = [
    [{ name: "a", data, crc: 1 }, /"a" is damaged/],
    [{ name: "a", data, size: 499 }, /"a" is damaged/],
    [{ name: "a", data, size: 5 }, /"a" is damaged/],
    [{ name: "a", data, size: 501 }, /"a" is damaged/],
    [{ name: "a", data, raw: new Uint8Array(9).fill(255) }, /"a" is damaged/],
    [{ name: "a", data, compressedSize: 3 }, /"a" is damaged/],
    [{ name: "a", data, compressedSize: 9999 }, /unexpected end of file/],
    [{ name: "a", data, flags: 1 }, /"a" is encrypted/],
    [{ name: "a", data, method: 12 }, /compressed by method 12/],
    [{ name: "a", data, central: { offset: 3 } }, /no "a" where/],
    [{ name: "a", data, central: { offset: 9e6 } }, /unexpected end of file/],
    [{ name: "a", data, local: { name: "b" } }, /no "a" where/],
    [{ name: "a", data, local: { name: "ab" } }, /no "a" where/],
    [{ name: "a", data, size: MAX + 1 }, /larger than 1048576 bytes/],
    [{ name: "a", data, compressedSize: 9e8 }, /larger than 1048576 bytes/],
  ];
  for (const [member, pattern] of cases) {
    const blob = zip([member]);
    const [entry] = await readZipEntries(blob);
    assertMatch(
      await reason(readZipEntry(blob, entry!, MAX)),
      pattern,
      JSON.stringify(member),
    );
  }
});

Deno.test("readZipEntry() refuses offsets in front of the file", async () => {
  const blob = zip([{ name: "a" }], { end: { directoryOffset: 5_000_000 } });
  const [entry] = await readZipEntries(blob);
  assert(entry!.offset < 0);
  assertMatch(
    await reason(readZipEntry(blob, entry!, MAX)),
    /unexpected end of file/,
  );
});

Deno.test("readZipEntry() doesn't unpack a bomb that claims to be small", async () => {
  const bomb = buildZip([{ name: "a", data: new Uint8Array(200e6) }]);
  const blob = zip([{
    name: "a",
    raw: bomb.slice(31, -69),
    size: 1000,
  }]);
  const [entry] = await readZipEntries(blob);
  const start = performance.now();
  await reason(readZipEntry(blob, entry!, MAX));
  assert(performance.now() - start < 1000);
});

Deno.test("readZipEntries() refuses a directory of many megabytes", async () => {
  const size = 40 * 1024 * 1024;
  const head = new Uint8Array(size);
  const end = buildZip([], { end: { directorySize: size } });
  const blob = new Blob([concat([head, end])]);
  assertMatch(await reason(readZipEntries(blob)), /too large/);
});
