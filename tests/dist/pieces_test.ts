import { assert, assertEquals } from "@std/assert";
import { denoContext } from "../../lib/deno_context.ts";
import { piecesOf } from "../../lib/dist/pieces.ts";

const SIZES = [0, 1, 65_536, 65_537, 262_144, 262_145, 1_000_003];

function bytesOf(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(size).map((_, i) => i * 7);
}

/** A file of the machine, for as long as a test needs it. */
async function withFile(
  bytes: Uint8Array<ArrayBuffer>,
  test: (blob: Blob) => Promise<void>,
) {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, bytes);
    await test(await denoContext().openFile(path));
  } finally {
    await Deno.remove(path);
  }
}

async function collect(blob: Blob): Promise<Uint8Array> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  // Each is good only until the next one.
  for await (const piece of piecesOf(blob)) pieces.push(piece.slice());
  return await new Blob(pieces).bytes();
}

Deno.test("piecesOf() yields all bytes of files and of blobs, and of parts of them", async () => {
  for (const size of SIZES) {
    const bytes = bytesOf(size);
    const middle = bytes.subarray(size >> 2, size >> 1);
    await withFile(bytes, async (file) => {
      for (const blob of [file, new Blob([bytes])]) {
        assertEquals(await collect(blob), bytes);
        assertEquals(
          await collect(blob.slice(size >> 2, size >> 1)),
          middle,
        );
      }
    });
  }
});

Deno.test("piecesOf() reads a large file into few buffers", async () => {
  await withFile(bytesOf(8_000_000), async (file) => {
    const buffers: WeakRef<ArrayBuffer>[] = [];
    for await (const { buffer } of piecesOf(file)) {
      // The one before is gone, not waiting for the collector.
      assertEquals(buffers.at(-1)?.deref()?.byteLength ?? 0, 0);
      buffers.push(new WeakRef(buffer));
    }
    assert(buffers.length > 20);
  });
});

Deno.test("piecesOf() takes what a stream has that fills no buffers", async () => {
  const bytes = bytesOf(1_000_000);
  const blob = new Blob([bytes]);
  blob.stream = () =>
    ReadableStream.from([bytes]) as ReadableStream<Uint8Array<ArrayBuffer>>;
  assertEquals(await collect(blob), bytes);
});

Deno.test("piecesOf() leaves no file open when nobody reads on", async () => {
  for (const size of SIZES) {
    await withFile(bytesOf(size), async (file) => {
      // The sanitizer of tests finds a file that is still open.
      for await (const _ of piecesOf(file)) break;
    });
  }
});
