/**
 * BLAKE2b with 256-bit digests
 * ({@link https://www.rfc-editor.org/rfc/rfc7693 | RFC 7693}): PyPI names and
 * compares files by it, and neither Web Crypto nor `node:crypto` has it.
 *
 * @module
 */

const BLOCK_BYTES = 128;
const DIGEST_BYTES = 32;

// A 64-bit word is two 32-bit halves throughout, the low one first.
// deno-fmt-ignore
const IV = new Uint32Array([
  0xf3bcc908, 0x6a09e667, 0x84caa73b, 0xbb67ae85, 0xfe94f82b, 0x3c6ef372,
  0x5f1d36f1, 0xa54ff53a, 0xade682d1, 0x510e527f, 0x2b3e6c1f, 0x9b05688c,
  0xfb41bd6b, 0x1f83d9ab, 0x137e2179, 0x5be0cd19,
]);

/** Where each of the twelve rounds takes its sixteen message words. */
const SCHEDULE = Uint8Array.from(
  [
    "0123456789abcdef",
    "ea489fd61c02b753",
    "b8c052fdae367194",
    "7931dcbe265a40f8",
    "905724afe1bc683d",
    "2c6a0b834d75fe19",
    "c51fed4a0763928b",
    "db7ec13950f4862a",
    "6fe9b308c2d714a5",
    "a2847615fb9e3cd0",
    "0123456789abcdef",
    "ea489fd61c02b753",
  ].join(""),
  (digit) => parseInt(digit, 16) * 2,
);

/** The four words that each of a round's eight steps mixes. */
// deno-fmt-ignore
const STEPS = new Uint8Array([
  0, 8, 16, 24,  2, 10, 18, 26,  4, 12, 20, 28,  6, 14, 22, 30,
  0, 10, 20, 30,  2, 12, 22, 24,  4, 14, 16, 26,  6, 8, 18, 28,
]);

/** A BLAKE2b-256 digest in the making. */
export class Blake2b256 {
  readonly #state = new Uint32Array(IV);
  readonly #block = new Uint8Array(BLOCK_BYTES);
  readonly #view = new DataView(this.#block.buffer);
  readonly #words = new Uint32Array(32);
  readonly #mixed = new Uint32Array(32);
  #filled = 0;
  #length = 0;

  /** Starts with no bytes. */
  constructor() {
    this.#state[0]! ^= 0x01010000 ^ DIGEST_BYTES;
  }

  /**
   * Takes more bytes in.
   *
   * @param bytes The bytes
   */
  update(bytes: Uint8Array): void {
    let offset = 0;
    while (offset < bytes.length) {
      // The last block is told apart, so a full one waits for more bytes.
      if (this.#filled === BLOCK_BYTES) this.#compress(false);
      const taken = Math.min(BLOCK_BYTES - this.#filled, bytes.length - offset);
      this.#block.set(bytes.subarray(offset, offset + taken), this.#filled);
      this.#filled += taken;
      this.#length += taken;
      offset += taken;
    }
  }

  /**
   * Ends the digest.
   *
   * @returns The digest, in lower-case hex
   */
  hex(): string {
    this.#block.fill(0, this.#filled);
    this.#compress(true);
    const digest = new DataView(new ArrayBuffer(DIGEST_BYTES));
    for (let i = 0; i < DIGEST_BYTES / 4; i++) {
      digest.setUint32(i * 4, this.#state[i]!, true);
    }
    return new Uint8Array(digest.buffer).toHex();
  }

  #compress(isLast: boolean): void {
    const [state, words, mixed] = [this.#state, this.#words, this.#mixed];
    for (let i = 0; i < 32; i++) words[i] = this.#view.getUint32(i * 4, true);
    mixed.set(state);
    mixed.set(IV, 16);
    mixed[24]! ^= this.#length;
    mixed[25]! ^= this.#length / 2 ** 32;
    if (isLast) {
      mixed[28] = ~mixed[28]!;
      mixed[29] = ~mixed[29]!;
    }
    for (let round = 0; round < 12; round++) {
      for (let step = 0; step < 8; step++) {
        const x = SCHEDULE[round * 16 + step * 2]!;
        const y = SCHEDULE[round * 16 + step * 2 + 1]!;
        mix(
          mixed,
          STEPS[step * 4]!,
          STEPS[step * 4 + 1]!,
          STEPS[step * 4 + 2]!,
          STEPS[step * 4 + 3]!,
          words[x]!,
          words[x + 1]!,
          words[y]!,
          words[y + 1]!,
        );
      }
    }
    for (let i = 0; i < 16; i++) state[i]! ^= mixed[i]! ^ mixed[i + 16]!;
    this.#filled = 0;
  }
}

/** The mixing function of the RFC, on the words at `a`, `b`, `c` and `d`. */
function mix(
  v: Uint32Array,
  a: number,
  b: number,
  c: number,
  d: number,
  xLow: number,
  xHigh: number,
  yLow: number,
  yHigh: number,
): void {
  let bLow = v[b]!, bHigh = v[b + 1]!;
  // a += b + x
  let sum = v[a]! + bLow + xLow;
  let aLow = sum >>> 0;
  let aHigh = (v[a + 1]! + bHigh + xHigh + (sum - aLow) / 2 ** 32) >>> 0;
  // d = (d ^ a) rotated by 32
  let dLow = (v[d + 1]! ^ aHigh) >>> 0;
  let dHigh = (v[d]! ^ aLow) >>> 0;
  // c += d
  sum = v[c]! + dLow;
  let cLow = sum >>> 0;
  let cHigh = (v[c + 1]! + dHigh + (sum - cLow) / 2 ** 32) >>> 0;
  // b = (b ^ c) rotated by 24
  let low = bLow ^ cLow;
  let high = bHigh ^ cHigh;
  bLow = (low >>> 24 | high << 8) >>> 0;
  bHigh = (high >>> 24 | low << 8) >>> 0;
  // a += b + y
  sum = aLow + bLow + yLow;
  aLow = sum >>> 0;
  aHigh = (aHigh + bHigh + yHigh + (sum - aLow) / 2 ** 32) >>> 0;
  // d = (d ^ a) rotated by 16
  low = dLow ^ aLow;
  high = dHigh ^ aHigh;
  dLow = (low >>> 16 | high << 16) >>> 0;
  dHigh = (high >>> 16 | low << 16) >>> 0;
  // c += d
  sum = cLow + dLow;
  cLow = sum >>> 0;
  cHigh = (cHigh + dHigh + (sum - cLow) / 2 ** 32) >>> 0;
  // b = (b ^ c) rotated by 63
  low = bLow ^ cLow;
  high = bHigh ^ cHigh;
  v[a] = aLow;
  v[a + 1] = aHigh;
  v[b] = high >>> 31 | low << 1;
  v[b + 1] = low >>> 31 | high << 1;
  v[c] = cLow;
  v[c + 1] = cHigh;
  v[d] = dLow;
  v[d + 1] = dHigh;
}
