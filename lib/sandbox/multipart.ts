/**
 * Reads `multipart/form-data` as it arrives
 * ({@link https://www.rfc-editor.org/rfc/rfc7578 | RFC 7578}), in constant
 * memory: `Request.formData()` holds a file several times over.
 *
 * @module
 */

const MAX_HEADER_BYTES = 16 * 1024;
const CR = 0x0d;

/** A body that is no `multipart/form-data`. */
export class MultipartError extends Error {
  /** Always `"MultipartError"`. */
  override readonly name = "MultipartError";
}

/** One part of a form. */
export interface Part {
  /** The field's name. */
  readonly name: string;
  /** The file's name; `null` for a plain value. */
  readonly filename: string | null;
  /** The part's content type; `null` without one. */
  readonly type: string | null;
  /** The value. What is left unread is skipped. */
  readonly body: AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/**
 * The boundary that a content type names.
 *
 * @param contentType A `Content-Type` header
 * @returns The boundary, or `null` if it is no form's
 */
export function boundaryOf(contentType: string): string | null {
  if (!/^multipart\/form-data\s*;/i.test(contentType)) return null;
  const match = /;\s*boundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i
    .exec(contentType);
  return match?.[1] ?? match?.[2] ?? null;
}

/**
 * Reads the parts of a form one after the other.
 *
 * @param body The bytes
 * @param boundary What {@linkcode boundaryOf} found
 * @returns The parts; each one's body ends when the next is asked for, and
 * the bytes are read to their end however the parts end
 * @throws {MultipartError} If the bytes are no form, or end too early
 */
export async function* readParts(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  boundary: string,
): AsyncGenerator<Part> {
  const scanner = new Scanner(body);
  const delimiter = new TextEncoder().encode(`\r\n--${boundary}`);
  try {
    // The first delimiter may stand at the very start, without a line before it.
    scanner.prepend("\r\n");
    for await (const _ of scanner.until(delimiter)) {
      // A preamble says nothing.
    }
    while (await scanner.line() !== "--") {
      const headers = await readHeaders(scanner);
      const content = scanner.until(delimiter);
      yield { ...describePart(headers), body: content };
      for await (const _ of content) {
        // What the reader left is skipped.
      }
    }
  } finally {
    // An answer before the end of the body would break the connection.
    await scanner.drain();
  }
}

async function readHeaders(scanner: Scanner): Promise<Map<string, string>> {
  const headers = new Map<string, string>();
  let length = 0;
  for (;;) {
    const line = await scanner.line();
    if (line === "") return headers;
    length += line.length;
    const colon = line.indexOf(":");
    if (colon < 1 || length > MAX_HEADER_BYTES) {
      throw new MultipartError("Cannot read form: a part's header is broken");
    }
    headers.set(
      line.slice(0, colon).trim().toLowerCase(),
      line.slice(colon + 1).trim(),
    );
  }
}

function describePart(headers: Map<string, string>): Omit<Part, "body"> {
  const disposition = headers.get("content-disposition") ?? "";
  const name = parameter(disposition, "name");
  if (name === null) {
    throw new MultipartError("Cannot read form: a part has no name");
  }
  return {
    name,
    filename: parameter(disposition, "filename"),
    type: headers.get("content-type") ?? null,
  };
}

function parameter(header: string, name: string): string | null {
  // `filename*` is in no form that browsers or Python send (RFC 7578, 4.2).
  const match = new RegExp(
    String.raw`;\s*${name}=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))`,
    "i",
  ).exec(header);
  if (match === null) return null;
  const quoted = match[1]?.replaceAll(/\\(["\\])/g, "$1")
    .replaceAll("%22", '"').replaceAll("%0D", "\r").replaceAll("%0A", "\n");
  return quoted ?? match[2]!;
}

/** Looks for a delimiter in bytes that arrive bit by bit. */
class Scanner {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  #buffer = new Uint8Array(0);

  constructor(body: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#reader = body.getReader();
  }

  prepend(text: string): void {
    this.#append(new TextEncoder().encode(text));
  }

  /** The bytes before the delimiter, which is passed over. */
  async *until(
    delimiter: Uint8Array,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
    for (;;) {
      const index = indexOf(this.#buffer, delimiter);
      const end = index === -1
        // Its first bytes may be the last ones here.
        ? Math.max(0, this.#buffer.length - delimiter.length + 1)
        : index;
      const found = this.#take(end);
      if (index !== -1) this.#take(delimiter.length);
      if (found.length > 0) yield found;
      if (index !== -1) return;
      await this.#fill();
    }
  }

  /** The text up to the next line end, which is passed over. */
  async line(): Promise<string> {
    let end: number;
    while ((end = indexOf(this.#buffer, LINE_END)) === -1) {
      if (this.#buffer.length > MAX_HEADER_BYTES) {
        throw new MultipartError("Cannot read form: a header is too long");
      }
      // Nothing need follow the last delimiter's dashes.
      if (!await this.#read()) return this.#takeRest();
    }
    const line = new TextDecoder().decode(this.#take(end));
    this.#take(LINE_END.length);
    // Blanks may follow a delimiter.
    return line.trimEnd();
  }

  /** Reads to the end, for nothing. */
  async drain(): Promise<void> {
    while (await this.#read()) this.#buffer = this.#buffer.subarray(0, 0);
    this.#reader.releaseLock();
  }

  #takeRest(): string {
    const rest = new TextDecoder().decode(this.#take(this.#buffer.length));
    if (rest !== "--") throw tooShort();
    return rest;
  }

  async #fill(): Promise<void> {
    if (!await this.#read()) throw tooShort();
  }

  async #read(): Promise<boolean> {
    const { done, value } = await this.#reader.read().catch(brokenOff);
    if (done) return false;
    this.#append(value);
    return true;
  }

  #append(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#buffer.length === 0) {
      this.#buffer = bytes;
      return;
    }
    const joined = new Uint8Array(this.#buffer.length + bytes.length);
    joined.set(this.#buffer);
    joined.set(bytes, this.#buffer.length);
    this.#buffer = joined;
  }

  #take(length: number): Uint8Array<ArrayBuffer> {
    const taken = this.#buffer.subarray(0, length);
    this.#buffer = this.#buffer.subarray(length);
    return taken;
  }
}

const LINE_END = new TextEncoder().encode("\r\n");

function brokenOff(cause: unknown): never {
  throw new MultipartError("Cannot read form: its sender broke off", { cause });
}

function tooShort(): MultipartError {
  return new MultipartError("Cannot read form: it ends too early");
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array): number {
  // Everything that is looked for starts with a carriage return.
  let index = bytes.indexOf(CR);
  while (index !== -1 && index + wanted.length <= bytes.length) {
    if (
      // One carriage return in 256 bytes is usual: most end here.
      bytes[index + 1] === wanted[1] &&
      wanted.every((byte, offset) => bytes[index + offset] === byte)
    ) return index;
    index = bytes.indexOf(CR, index + 1);
  }
  return -1;
}
