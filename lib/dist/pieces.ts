/**
 * The bytes of a file, piece by piece.
 *
 * @module
 */

const PIECE_BYTES = 256 * 1024;

/**
 * Reads a blob from its beginning to its end, all pieces into one buffer where
 * the blob allows it: otherwise they pile up to 64 MB until the collector finds
 * it worth its while.
 *
 * @param blob What to read
 * @returns Its pieces, each good only until the next one is asked for
 */
export async function* piecesOf(
  blob: Blob,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const stream = blob.stream();
  // What fits into one buffer leaves little behind.
  const reader = blob.size > PIECE_BYTES ? openReader(stream) : null;
  if (reader === null) return yield* stream;
  let buffer = new ArrayBuffer(PIECE_BYTES);
  try {
    for (;;) {
      const { value, done } = await reader.read(new Uint8Array(buffer));
      if (done || value === undefined) return;
      yield value;
      buffer = value.buffer;
    }
  } finally {
    // Whoever stops early leaves no file open.
    await reader.cancel();
  }
}

/** A reader that fills buffers, or `null` for a stream that has its own. */
function openReader(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): ReadableStreamBYOBReader | null {
  try {
    return stream.getReader({ mode: "byob" });
  } catch {
    return null;
  }
}
