import { assertEquals, assertRejects } from "@std/assert";
import { ReleasioError } from "../../lib/errors.ts";
import { VerifiedBlob } from "../../lib/upload/verified_blob.ts";
import { distributionOf } from "../helpers/fake_index.ts";

const BYTES = crypto.getRandomValues(new Uint8Array(60_000));

async function blobThatYields(pieces: readonly Uint8Array<ArrayBuffer>[]) {
  const distribution = await distributionOf("demo-1.0.tar.gz", BYTES);
  const blob = new Blob();
  blob.stream = () =>
    ReadableStream.from(pieces) as ReadableStream<Uint8Array<ArrayBuffer>>;
  return { ...distribution, blob };
}

async function read(blob: Blob): Promise<number> {
  let length = 0;
  for await (const piece of blob.stream()) length += piece.length;
  return length;
}

Deno.test("VerifiedBlob passes on the bytes that were checked, and says how far it is", async () => {
  const seen: number[] = [];
  const distribution = await blobThatYields([
    BYTES.slice(0, 20_000),
    new Uint8Array(),
    BYTES.slice(20_000),
  ]);
  const blob = new VerifiedBlob(distribution, (sent) => seen.push(sent));
  assertEquals(blob.size, BYTES.length);
  assertEquals(await new Response(blob.stream()).bytes(), BYTES);
  assertEquals(seen, [20_000, 60_000]);
  assertEquals(blob.failure, null);
});

const changed = BYTES.slice();
changed[59_999]! ^= 1;

for (
  const [what, pieces] of [
    ["one bit differs", [changed.slice(0, 30_000), changed.slice(30_000)]],
    ["one piece with other bytes", [changed]],
    ["it is shorter", [BYTES.slice(0, 30_000)]],
    ["it is longer", [BYTES, new Uint8Array(1)]],
    ["it is empty", []],
  ] as const
) {
  Deno.test(`VerifiedBlob errors before its last byte when ${what}`, async () => {
    const distribution = await blobThatYields(pieces);
    let sent = 0;
    const blob = new VerifiedBlob(distribution, (bytes) => sent = bytes);
    const error = await assertRejects(() => read(blob), ReleasioError);
    assertEquals(error.code, "distribution-changed");
    assertEquals(blob.failure, error);
    assertEquals(sent < BYTES.length, true);
  });
}

Deno.test("VerifiedBlob says so when the file can't be read any more", async () => {
  const distribution = await distributionOf("demo-1.0.tar.gz", BYTES);
  const blob = new Blob();
  blob.stream = () =>
    new ReadableStream({
      pull: () => Promise.reject(new Error("gone")),
    });
  const error = await assertRejects(
    () => read(new VerifiedBlob({ ...distribution, blob })),
    ReleasioError,
    "can't be read any more",
  );
  assertEquals(error.code, "distribution-changed");
});

Deno.test("VerifiedBlob lets go of the file, which has not changed for that", async () => {
  const distribution = await distributionOf("demo-1.0.tar.gz", BYTES);
  const blob = new Blob();
  let isCancelled = false;
  blob.stream = () =>
    new ReadableStream({
      // The read is still under way when nobody wants it any more.
      pull: () => new Promise(() => {}),
      cancel: () => void (isCancelled = true),
    });
  const verified = new VerifiedBlob({ ...distribution, blob });
  const reading = assertRejects(() => read(verified));
  // Wrapped in another blob, as it is sent, it is not told.
  await new Promise((resolve) => setTimeout(resolve));
  verified.release();
  await reading;
  assertEquals(isCancelled, true);
  assertEquals(verified.failure, null);
});
