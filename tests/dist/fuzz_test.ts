/**
 * Archives with random damage: whatever they hold, reading them ends, with
 * metadata or with our own error.
 */

import { assert, assertEquals } from "@std/assert";
import { readSdistMetadata } from "../../lib/dist/sdist.ts";
import { readTarGz } from "../../lib/dist/tar.ts";
import { readWheelMetadata } from "../../lib/dist/wheel.ts";
import { readZipEntries, readZipEntry } from "../../lib/dist/zip.ts";
import { ReleasioError } from "../../lib/errors.ts";
import { buildTar, buildZip, gzip } from "../helpers/archives.ts";

const ROUNDS = 400;
const METADATA = "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n";

const WHEEL = buildZip([
  { name: "demo/a.py", data: "pass\n".repeat(50), zip64: true },
  { name: "demo/é.bin", data: "stored", method: 0, descriptor: true },
  { name: "demo-1.0.dist-info/METADATA", data: METADATA },
], { zip64: true, comment: "made by hand" });

const TAR = buildTar([
  { name: "demo-1.0", type: "5" },
  { name: `demo-1.0/${"n".repeat(120)}`, longName: true, data: "x" },
  { name: "s", type: "S", format: "gnu", data: "y".repeat(600) },
  { name: "p", pax: { path: "demo-1.0/pax", size: "3" }, data: "zzz" },
  { name: "demo-1.0/PKG-INFO", base256: true, data: METADATA },
]);

/** A small generator of its own, so that a failure can be repeated. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
}

/** Flips, overwrites, cuts out, doubles or truncates a few places. */
function damage(
  whole: Uint8Array<ArrayBuffer>,
  random: (below: number) => number,
): Uint8Array<ArrayBuffer> {
  let bytes = whole.slice();
  for (let i = random(4) + 1; i > 0 && bytes.length > 0; i--) {
    const at = random(bytes.length);
    const length = Math.min(random(40) + 1, bytes.length - at);
    switch (random(6)) {
      case 0:
        bytes[at]! ^= 1 << random(8);
        break;
      case 1:
        bytes.fill([0, 0xff, 0x30][random(3)]!, at, at + length);
        break;
      case 2:
        bytes.copyWithin(at, random(bytes.length), random(bytes.length));
        break;
      case 3:
        bytes = bytes.slice(0, at);
        break;
      case 4:
        bytes = Uint8Array.of(
          ...bytes.subarray(0, at),
          ...bytes.subarray(at + length),
        );
        break;
      default:
        bytes[at] = random(256);
    }
  }
  return bytes;
}

/** Runs a reader on damaged archives; returns how many it could still read. */
async function hammer(
  read: (bytes: Uint8Array<ArrayBuffer>) => Promise<unknown>,
  make: (random: (below: number) => number) => Uint8Array<ArrayBuffer>,
): Promise<number> {
  let survivors = 0;
  for (let seed = 0; seed < ROUNDS; seed++) {
    const start = performance.now();
    try {
      await read(make(randomOf(seed)));
      survivors++;
    } catch (error) {
      assert(error instanceof ReleasioError, `seed ${seed}: ${error}`);
      assertEquals(error.code, "distribution-unreadable", `seed ${seed}`);
    }
    const took = performance.now() - start;
    assert(took < 2000, `seed ${seed} took ${took} ms`);
  }
  return survivors;
}

Deno.test("readWheelMetadata() ends with any damage", async () => {
  const survivors = await hammer(
    (bytes) =>
      readWheelMetadata(new Blob([bytes]), "demo-1.0-py3-none-any.whl"),
    (random) => damage(WHEEL, random),
  );
  assert(survivors > 0 && survivors < ROUNDS, `${survivors} survivors`);
});

Deno.test("readZipEntry() ends with any damage", async () => {
  const survivors = await hammer(async (bytes) => {
    const blob = new Blob([bytes]);
    for (const entry of await readZipEntries(blob)) {
      await readZipEntry(blob, entry, 10_000);
    }
  }, (random) => damage(WHEEL, random));
  assert(survivors > 0 && survivors < ROUNDS, `${survivors} survivors`);
});

Deno.test("readTarGz() ends with any damage to the tar file", async () => {
  const survivors = await hammer(async (bytes) => {
    for await (const member of readTarGz(new Blob([bytes]))) {
      if (member.size < 10_000) await member.read(10_000);
    }
  }, (random) => gzip(damage(TAR, random)));
  assert(survivors > 0 && survivors < ROUNDS, `${survivors} survivors`);
});

Deno.test("readSdistMetadata() ends with any damage to the gzip stream", async () => {
  const packed = gzip(TAR);
  const survivors = await hammer(
    (bytes) => readSdistMetadata(new Blob([bytes]), "demo-1.0.tar.gz"),
    (random) => damage(packed, random),
  );
  assert(survivors > 0 && survivors < ROUNDS, `${survivors} survivors`);
});
