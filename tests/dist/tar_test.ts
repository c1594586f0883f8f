import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { readTarGz } from "../../lib/dist/tar.ts";
import { ReleasioError } from "../../lib/errors.ts";
import {
  buildTar,
  buildTarGz,
  concat,
  gzip,
  paxRecord,
  type TarMember,
} from "../helpers/archives.ts";

const MAX = 1024 * 1024;

type Seen = [name: string, type: string, content: string];

async function walk(bytes: Uint8Array<ArrayBuffer>): Promise<Seen[]> {
  const seen: Seen[] = [];
  for await (const member of readTarGz(new Blob([bytes]))) {
    const content = new TextDecoder().decode(await member.read(MAX));
    seen.push([member.name, member.type, content]);
  }
  return seen;
}

async function reason(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const error = await assertRejects(() => walk(bytes), ReleasioError);
  assertEquals(error.code, "distribution-unreadable");
  return error.message;
}

Deno.test("readTarGz() reads every way to write a name and a size", async () => {
  const long = `d/${"n".repeat(150)}`;
  const members: [TarMember, Seen][] = [
    [{ name: "d/a", data: "1" }, ["d/a", "file", "1"]],
    [{ name: "d/é", data: "2" }, ["d/é", "file", "2"]],
    [{ name: "b", prefix: "d/e", data: "3" }, ["d/e/b", "file", "3"]],
    [{ name: long, longName: true, data: "4" }, [long, "file", "4"]],
    [{ name: "x", pax: { path: long, size: "1" }, data: "5" }, [
      long,
      "file",
      "5",
    ]],
    [{ name: "d/big", base256: true, data: "6" }, ["d/big", "file", "6"]],
    [{ name: "d/gnu", format: "gnu", data: "7" }, ["d/gnu", "file", "7"]],
    [{ name: "d/v7", format: "v7", type: "\0", data: "8" }, [
      "d/v7",
      "file",
      "8",
    ]],
    [{ name: "d/v7d/", format: "v7", type: "\0" }, ["d/v7d", "directory", ""]],
    [{ name: "d/sub/", type: "5" }, ["d/sub", "directory", ""]],
    [{ name: "d/l", type: "2", link: "a", size: 99 }, ["d/l", "symlink", ""]],
    [{ name: "d/h", type: "1", link: "a", size: 99 }, ["d/h", "link", ""]],
    [{ name: "d/p", type: "6" }, ["d/p", "other", ""]],
    [{ name: "d/512", data: "x".repeat(512) }, [
      "d/512",
      "file",
      "x".repeat(512),
    ]],
  ];
  assertEquals(
    await walk(buildTarGz(members.map(([member]) => member))),
    members.map(([, seen]) => seen),
  );
});

Deno.test("readTarGz() applies a global pax header until a nearer one speaks", async () => {
  const bytes = buildTarGz([
    { name: "g", type: "g", data: paxRecord("path", "global") },
    { name: "a", data: "1" },
    { name: "b", pax: { path: "own" }, data: "2" },
    { name: "c", data: "3" },
  ]);
  assertEquals((await walk(bytes)).map(([name]) => name), [
    "global",
    "own",
    "global",
  ]);
});

Deno.test("readTarGz() reports sparse members of every format", async () => {
  const blob = new Blob([buildTarGz([
    // Byte 482 says that one more block lists holes.
    {
      name: "gnu",
      type: "S",
      format: "gnu",
      patch: [[482, Uint8Array.of(1)]],
      size: 1,
      data: concat([new Uint8Array(512), new TextEncoder().encode("z")]),
    },
    { name: "pax", pax: { "GNU.sparse.major": "1", "GNU.sparse.name": "p" } },
    { name: "plain", data: "x" },
  ])]);
  const seen: [string, boolean][] = [];
  for await (const { name, isSparse } of readTarGz(blob)) {
    seen.push([name, isSparse]);
  }
  assertEquals(seen, [["gnu", true], ["p", true], ["plain", false]]);
});

Deno.test("readTarGz() reads several gzip members and zeros after the last", async () => {
  const tar = buildTar([{ name: "a", data: "1" }, { name: "b", data: "2" }]);
  const bytes = concat([
    gzip(tar.subarray(0, 700)),
    gzip(tar.subarray(700)),
    new Uint8Array(1000),
  ]);
  assertEquals((await walk(bytes)).length, 2);
});

Deno.test("readTarGz() needs no empty blocks at the end", async () => {
  const bytes = buildTarGz([{ name: "a", data: "1" }], { end: false });
  assertEquals(await walk(bytes), [["a", "file", "1"]]);
});

Deno.test("readTarGz() skips members that nobody reads", async () => {
  const blob = new Blob([buildTarGz([
    { name: "big", data: new Uint8Array(3_000_000) },
    { name: "last", data: "x" },
  ])]);
  const names: string[] = [];
  for await (const { name } of readTarGz(blob)) names.push(name);
  assertEquals(names, ["big", "last"]);
});

Deno.test("readTarGz() stops reading when its consumer stops", async () => {
  let cancelled = false;
  const tar = gzip(buildTar([{ name: "a", data: "1" }]));
  class Endless extends Blob {
    override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
      let count = 0;
      return new ReadableStream({
        pull: (controller) => controller.enqueue(count++ ? tar.slice() : tar),
        cancel: () => void (cancelled = true),
      }, { highWaterMark: 0 });
    }
  }
  for await (const member of readTarGz(new Endless())) {
    assertEquals(member.name, "a");
    break;
  }
  assert(cancelled);
});

Deno.test("readTarGz() lets a member be read once, and only in its turn", async () => {
  const blob = new Blob([
    buildTarGz([{ name: "a", data: "1" }, { name: "b" }]),
  ]);
  const members = [];
  for await (const member of readTarGz(blob)) {
    if (member.name === "b") await member.read(MAX);
    members.push(member);
  }
  for (const member of members) {
    await assertRejects(() => member.read(MAX), TypeError, "in its turn");
  }
});

Deno.test("readTarGz() refuses a member that is larger than its reader wants", async () => {
  const blob = new Blob([buildTarGz([{ name: "a", data: "12345" }])]);
  for await (const member of readTarGz(blob)) {
    await assertRejects(
      () => member.read(4),
      ReleasioError,
      '"a" is larger than 4 bytes',
    );
  }
});

Deno.test("readTarGz() refuses what is no compressed tar file", async () => {
  const tar = buildTar([{ name: "a", data: "1" }]);
  assertMatch(await reason(tar), /gzip stream is broken/);
  assertMatch(await reason(new Uint8Array()), /gzip stream is broken/);
  assertMatch(await reason(gzip(new Uint8Array())), /no tar file/);
  assertMatch(await reason(gzip(new Uint8Array(300))), /no tar file/);
  assertMatch(await reason(gzip(new Uint8Array(2000).fill(65))), /no tar file/);
});

Deno.test("readTarGz() refuses damaged and truncated archives", async () => {
  const whole = buildTar([{ name: "a", data: "x".repeat(2000) }]);
  const cut = gzip(whole.slice(0, 1000));
  assertMatch(await reason(cut), /unexpected end of file/);
  const packed = gzip(crypto.getRandomValues(new Uint8Array(9000)));
  assertMatch(await reason(packed.slice(0, 8000)), /gzip stream|no tar file/);
  assertMatch(
    await reason(buildTarGz([{ name: "a" }, { name: "b", checksum: 1 }])),
    /tar header is damaged/,
  );
  assertMatch(
    await reason(buildTarGz([{ name: "a", pax: { size: "many" } }])),
    /pax header is damaged/,
  );
  for (
    const data of ["5 a=b", "99 a=b\n", "x a=b\n", "6 abc\n", "0 a=b\n", "7"]
  ) {
    assertMatch(
      await reason(buildTarGz([{ name: "p", type: "x", data }, { name: "a" }])),
      /pax header is damaged/,
      data,
    );
  }
});

Deno.test("readTarGz() refuses headers that only cost memory and time", async () => {
  assertMatch(
    await reason(buildTarGz([{ name: "L", type: "L", size: 2 ** 30 }])),
    /tar header is too large/,
  );
  const headers = Array.from({ length: 70 }, () => ({ name: "L", type: "L" }));
  assertMatch(await reason(buildTarGz(headers)), /too many tar headers/);
});

Deno.test("readTarGz() gives up on a gzip bomb", async () => {
  // 600 MB of zeros behind one header, in 600 kB.
  const member = buildTar([{ name: "a", size: 700_000_000 }], { end: false });
  const zeros = gzip(new Uint8Array(60_000_000));
  const bomb = concat([gzip(member), ...Array(10).fill(zeros)]);
  const error = await assertRejects(async () => {
    for await (const _ of readTarGz(new Blob([bomb])));
  }, ReleasioError);
  assertMatch(error.message, /unpacks to far too much/);
});
