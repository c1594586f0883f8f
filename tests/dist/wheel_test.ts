import { assert, assertEquals, assertRejects } from "@std/assert";
import { denoContext } from "../../lib/deno_context.ts";
import { readWheelMetadata } from "../../lib/dist/wheel.ts";
import { ReleasioError } from "../../lib/errors.ts";
import { buildWheel, buildZip } from "../helpers/archives.ts";

const FILENAME = "demo-1.0-py3-none-any.whl";
const METADATA = "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n";

async function message(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const error = await assertRejects(
    () => readWheelMetadata(new Blob([bytes]), FILENAME),
    ReleasioError,
  );
  assertEquals(error.code, "distribution-unreadable");
  assertEquals(error.details.file, FILENAME);
  return error.message;
}

Deno.test("readWheelMetadata() reads METADATA from the folder of the file name", async () => {
  const bytes = buildZip([
    { name: "other-2.0.dist-info/METADATA", data: "Name: other\n" },
    { name: "demo/demo-1.0.dist-info/METADATA", data: "Name: deep\n" },
    { name: "demo-1.0.dist-info/METADATA", data: METADATA },
  ]);
  const metadata = await readWheelMetadata(new Blob([bytes]), FILENAME);
  assertEquals(metadata.name, "demo");
});

Deno.test("readWheelMetadata() takes the last of two members of one name, as Python does", async () => {
  const name = "demo-1.0.dist-info/METADATA";
  const bytes = buildZip([{ name, data: "Name: a\n" }, {
    name,
    data: METADATA,
  }]);
  const metadata = await readWheelMetadata(new Blob([bytes]), FILENAME);
  assertEquals(metadata.name, "demo");
});

Deno.test("readWheelMetadata() takes the only folder that is spelled otherwise", async () => {
  const bytes = buildZip([
    { name: "Demo-1.0.0.dist-info/METADATA", data: METADATA },
  ]);
  const metadata = await readWheelMetadata(new Blob([bytes]), FILENAME);
  assertEquals(metadata.name, "demo");
});

Deno.test("readWheelMetadata() names the file and what is wrong with it", async () => {
  assertEquals(
    await message(buildZip([{ name: "demo.py" }])),
    `Cannot read wheel "${FILENAME}": no METADATA at "demo-1.0.dist-info/METADATA"`,
  );
  assertEquals(
    await message(
      buildZip([
        { name: "a-1.dist-info/METADATA" },
        { name: "b-1.dist-info/METADATA" },
      ]),
    ),
    `Cannot read wheel "${FILENAME}": several .dist-info folders, ` +
      'none of them "demo-1.0.dist-info"',
  );
  assertEquals(
    await message(new Uint8Array(100)),
    `Cannot read wheel "${FILENAME}": it is no ZIP file, or its end is missing`,
  );
  const huge = buildWheel({ description: "x".repeat(9_000_000) });
  assertEquals(
    await message(huge),
    `Cannot read wheel "${FILENAME}": ` +
      '"demo-1.0.dist-info/METADATA" is larger than 8388608 bytes',
  );
});

Deno.test("readWheelMetadata() names a file that vanished", async () => {
  const path = await Deno.makeTempFile();
  const blob = await denoContext().openFile(path);
  await Deno.remove(path);
  const error = await assertRejects(
    () => readWheelMetadata(blob, FILENAME),
    ReleasioError,
    `Cannot read wheel "${FILENAME}": `,
  );
  assertEquals(error.code, "distribution-unreadable");
});

/** A blob that counts what is read from it, slices included. */
class CountingBlob extends Blob {
  readonly #blob: Blob;
  readonly #count: { bytes: number };

  constructor(blob: Blob, count: { bytes: number }) {
    super([]);
    this.#blob = blob;
    this.#count = count;
  }

  override get size(): number {
    return this.#blob.size;
  }

  override slice(start?: number, end?: number): Blob {
    return new CountingBlob(this.#blob.slice(start, end), this.#count);
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    const buffer = await this.#blob.arrayBuffer();
    this.#count.bytes += buffer.byteLength;
    return buffer;
  }
}

Deno.test("readWheelMetadata() reads kilobytes of a wheel of a gigabyte", async () => {
  const path = await Deno.makeTempFile();
  try {
    // The bulk of the wheel is one member of holes, which no disk stores.
    const size = 2 ** 30;
    const bulk = { name: "demo/data.bin", method: 0, raw: new Uint8Array() };
    const head = buildZip([{ ...bulk, size, compressedSize: size }]);
    const tail = buildZip([
      { ...bulk, size, compressedSize: size, local: null },
      {
        name: "demo-1.0.dist-info/METADATA",
        data: METADATA,
      },
    ]);
    using file = await Deno.open(path, { write: true });
    await file.write(head.subarray(0, 30 + bulk.name.length));
    await file.seek(size, Deno.SeekMode.Current);
    await file.write(tail);

    const count = { bytes: 0 };
    const blob = new CountingBlob(await denoContext().openFile(path), count);
    assert(blob.size > size);
    const metadata = await readWheelMetadata(blob, FILENAME);
    assertEquals(metadata.name, "demo");
    assert(count.bytes < 200_000, `${count.bytes} bytes were read`);
  } finally {
    await Deno.remove(path);
  }
});
