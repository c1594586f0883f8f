/**
 * The bytes of a distribution on their way to the index.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { HashedDistribution } from "../dist/distribution.ts";
import { ReleasioError } from "../errors.ts";

/**
 * A distribution's bytes that are hashed while they are sent: the stream ends
 * only if they are the bytes that were checked, else it errors before its last
 * piece, so that the request dies and the index stores nothing.
 *
 * A `Blob` that overrides `size` and `stream()` is sent streamed and with a
 * `Content-Length`, in constant memory.
 */
export class VerifiedBlob extends Blob {
  readonly #distribution: HashedDistribution;
  readonly #onProgress: (sent: number) => void;
  #failure: ReleasioError | null = null;
  #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | null = null;
  #isReleased = false;

  /**
   * Wraps a distribution's bytes.
   *
   * @param distribution The distribution, with the size and digest to expect
   * @param onProgress Called with the bytes handed over so far
   */
  constructor(
    distribution: HashedDistribution,
    onProgress: (sent: number) => void = () => {},
  ) {
    super([], { type: "application/octet-stream" });
    this.#distribution = distribution;
    this.#onProgress = onProgress;
  }

  /** Why the stream errored, or `null`: the transport hides the reason. */
  get failure(): ReleasioError | null {
    return this.#failure;
  }

  /** Lets go of the file: a request that dies does not tell its body. */
  release(): void {
    this.#isReleased = true;
    this.#reader?.cancel().catch(() => {});
  }

  /** The size that was checked. */
  override get size(): number {
    return this.#distribution.size;
  }

  /**
   * The bytes, verified.
   *
   * @returns A stream that errors with `distribution-changed`
   */
  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    const { blob, size, sha256, filename } = this.#distribution;
    const reader = blob.stream().getReader();
    this.#reader = reader;
    const hash = createHash("sha256");
    let read = 0;
    let sent = 0;
    // The last piece waits here until the digest of the whole is known.
    let held: Uint8Array<ArrayBuffer> | null = null;

    const fail = (detail: string, cause?: unknown): ReleasioError => {
      this.#failure = new ReleasioError(
        "distribution-changed",
        `"${filename}" changed while it was being sent: ${detail}`,
        {
          hint:
            "Nothing was stored. Make sure that no build writes to the folder, and run the command again.",
          ...(cause === undefined ? {} : { cause }),
        },
      );
      reader.cancel().catch(() => {});
      return this.#failure;
    };
    const next = async (): Promise<Uint8Array<ArrayBuffer> | null> => {
      try {
        const { value = null } = await reader.read();
        if (!this.#isReleased) return value;
      } catch (error) {
        if (!this.#isReleased) throw fail("it can't be read any more", error);
      }
      // What ends early since nobody reads on has not changed.
      throw new Error("Nobody reads on");
    };

    return new ReadableStream({
      pull: async (controller) => {
        while (true) {
          const piece = await next();
          if (piece?.length === 0) continue;
          if (piece !== null) {
            read += piece.length;
            if (read > size) throw fail(`it is longer than ${size} bytes`);
            hash.update(piece);
          } else {
            if (read < size) throw fail(`it has ${read} of ${size} bytes`);
            if (hash.digest("hex") !== sha256) throw fail("other SHA-256");
          }
          const ready = held;
          held = piece;
          if (ready !== null) {
            sent += ready.length;
            controller.enqueue(ready);
            this.#onProgress(sent);
          }
          if (piece === null) return controller.close();
          if (ready !== null) return;
        }
      },
      cancel: () => this.release(),
    }, { highWaterMark: 0 });
  }
}
