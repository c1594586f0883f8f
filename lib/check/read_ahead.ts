/**
 * A blob that reads ahead, for many small reads that follow one another.
 *
 * @module
 */

const WINDOW_BYTES = 256 * 1024;

/** A view of a blob whose slices come from one window that moves along. */
export class ReadAheadBlob extends Blob {
  readonly #blob: Blob;
  #start = 0;
  #window: Promise<ArrayBuffer> = Promise.resolve(new ArrayBuffer());
  #length = 0;

  /**
   * Wraps a blob.
   *
   * @param blob The blob
   */
  constructor(blob: Blob) {
    super();
    this.#blob = blob;
  }

  /** Bytes. */
  override get size(): number {
    return this.#blob.size;
  }

  /**
   * A range of the blob; read by `arrayBuffer()`, it comes from the window.
   *
   * @param start Offset of the first byte
   * @param end Offset after the last byte
   * @returns The range
   */
  override slice(start = 0, end: number = this.size): Blob {
    const range = this.#blob.slice(start, end);
    range.arrayBuffer = () => this.#read(start, Math.min(end, this.size));
    return range;
  }

  async #read(start: number, end: number): Promise<ArrayBuffer> {
    if (start < this.#start || end > this.#start + this.#length) {
      this.#start = start;
      this.#length = Math.max(end - start, WINDOW_BYTES);
      this.#window = this.#blob.slice(start, start + this.#length)
        .arrayBuffer();
    }
    const from = start - this.#start;
    return (await this.#window).slice(from, from + end - start);
  }
}
