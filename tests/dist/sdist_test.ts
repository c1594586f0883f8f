import { assert, assertEquals, assertRejects } from "@std/assert";
import { readSdistMetadata } from "../../lib/dist/sdist.ts";
import { ReleasioError } from "../../lib/errors.ts";
import { buildTarGz, buildZip, type TarMember } from "../helpers/archives.ts";

const FILENAME = "demo-1.0.tar.gz";
const METADATA = "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n";

function tar(...members: TarMember[]): Blob {
  return new Blob([buildTarGz(members)]);
}

Deno.test("readSdistMetadata() reads PKG-INFO from the top folder", async () => {
  const blob = tar(
    { name: "demo-1.0", type: "5" },
    { name: "demo-1.0/demo.egg-info/PKG-INFO", data: "Name: deep\n" },
    { name: "PKG-INFO", data: "Name: shallow\n" },
    { name: "demo-1.0/PKG-INFO", data: METADATA },
  );
  assertEquals((await readSdistMetadata(blob, FILENAME)).name, "demo");
});

Deno.test("readSdistMetadata() takes names that start with a dot and a slash", async () => {
  const blob = tar({ name: "./demo-1.0/PKG-INFO", data: METADATA });
  assertEquals((await readSdistMetadata(blob, FILENAME)).name, "demo");
});

Deno.test("readSdistMetadata() reads no further than PKG-INFO", async () => {
  const bytes = buildTarGz([
    { name: "demo-1.0/PKG-INFO", data: METADATA },
    {
      name: "demo-1.0/noise",
      data: crypto.getRandomValues(new Uint8Array(60_000)),
    },
    ...Array.from({ length: 100 }, (_, i) => ({
      name: `demo-1.0/${i}`,
      data: crypto.getRandomValues(new Uint8Array(60_000)),
    })),
  ]);
  let sent = 0;
  class Slow extends Blob {
    override get size(): number {
      return bytes.length;
    }
    override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
      return new ReadableStream({
        pull(controller) {
          controller.enqueue(bytes.slice(sent, sent + 16_384));
          sent += 16_384;
          if (sent >= bytes.length) controller.close();
        },
      }, { highWaterMark: 0 });
    }
  }
  assertEquals((await readSdistMetadata(new Slow(), FILENAME)).name, "demo");
  assert(sent < 1_000_000, `${sent} of ${bytes.length} bytes were read`);
});

Deno.test("readSdistMetadata() reads a .zip too, which some indexes take", async () => {
  const blob = new Blob([
    buildZip([{ name: "demo-1.0/PKG-INFO", data: METADATA }]),
  ]);
  assertEquals((await readSdistMetadata(blob, "demo-1.0.zip")).name, "demo");
});

Deno.test("readSdistMetadata() names the file and what is wrong with it", async () => {
  const cases: [Blob, string, string][] = [
    [tar({ name: "demo-1.0/setup.py" }), FILENAME, "no PKG-INFO"],
    [
      tar({ name: "demo-1.0/PKG-INFO", type: "2", link: "/etc/passwd" }),
      FILENAME,
      "no PKG-INFO",
    ],
    [
      tar({ name: "demo-1.0/PKG-INFO", data: "x".repeat(9_000_000) }),
      FILENAME,
      '"demo-1.0/PKG-INFO" is larger than 8388608 bytes',
    ],
    [new Blob(["hello"]), FILENAME, "its gzip stream is broken"],
    [tar({ name: "demo-1.0/PKG-INFO" }), "demo-1.0.zip", "it is no ZIP file"],
    [new Blob([buildZip([{ name: "x" }])]), "demo-1.0.zip", "no PKG-INFO"],
  ];
  for (const [blob, filename, reason] of cases) {
    const error = await assertRejects(
      () => readSdistMetadata(blob, filename),
      ReleasioError,
      `Cannot read sdist "${filename}": ${reason}`,
    );
    assertEquals(error.code, "distribution-unreadable");
  }
});
