/**
 * Requests as they go over the wire, byte for byte.
 *
 * @module
 */

/** One part of a form. */
export interface WirePart {
  /** Its header lines, as sent. */
  readonly headers: readonly string[];
  readonly name: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** One upload. */
export interface WireRequest {
  /** The request line. */
  readonly line: string;
  /** Names and values as sent, in order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly parts: readonly WirePart[];
}

/** A server that writes down what it is sent, and takes every upload. */
export interface Recorder extends AsyncDisposable {
  readonly uploadUrl: string;
  /** The uploads so far. */
  readonly uploads: readonly WireRequest[];
}

const EMPTY_LINE = [13, 10, 13, 10];

/** Starts to record. */
export function startRecorder(): Recorder {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const uploads: WireRequest[] = [];
  const tasks = new Set<Promise<void>>();

  /** One request a connection: the answer says that it closes. */
  async function converse(client: Deno.Conn): Promise<void> {
    using connection = client;
    const head = await readUntil(connection, EMPTY_LINE);
    if (head === null) return;
    const [line = "", ...lines] = latin1(head.before).split("\r\n");
    const headers = lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
    });
    const header = (name: string) =>
      headers.find(([known]) => known.toLowerCase() === name)?.[1] ?? "";
    const isUpload = line.startsWith("POST ");
    if (isUpload) {
      const body = await readLength(
        connection,
        head.after,
        Number(header("content-length")),
      );
      const boundary = /boundary="?([^";]+)/.exec(header("content-type"))?.[1];
      uploads.push({ line, headers, parts: splitForm(body, boundary ?? "") });
    }
    const status = isUpload ? "200 OK" : "404 Not Found";
    await connection.write(
      new TextEncoder().encode(
        `HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
      ),
    );
  }

  async function accept(): Promise<void> {
    for await (const client of listener) {
      const task = converse(client).finally(() => tasks.delete(task));
      tasks.add(task);
    }
  }

  const accepting = accept();
  return {
    uploadUrl: `http://127.0.0.1:${listener.addr.port}/legacy/`,
    uploads,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      await Promise.all(tasks);
    },
  };
}

/** Text whose characters are the bytes. */
function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

async function readUntil(
  connection: Deno.Conn,
  mark: readonly number[],
): Promise<
  { before: Uint8Array; after: Uint8Array<ArrayBuffer> } | null
> {
  let bytes: Uint8Array<ArrayBuffer> = new Uint8Array();
  for (;;) {
    const at = indexOf(bytes, mark, 0);
    if (at !== -1) {
      return {
        before: bytes.subarray(0, at),
        after: bytes.slice(at + mark.length),
      };
    }
    const chunk = new Uint8Array(65_536);
    const read = await connection.read(chunk);
    if (read === null) return null;
    bytes = join(bytes, chunk.subarray(0, read));
  }
}

async function readLength(
  connection: Deno.Conn,
  start: Uint8Array<ArrayBuffer>,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  bytes.set(start);
  for (let have = start.length; have < length;) {
    const read = await connection.read(bytes.subarray(have));
    if (read === null) throw new Error("The request breaks off");
    have += read;
  }
  return bytes;
}

function splitForm(
  body: Uint8Array<ArrayBuffer>,
  boundary: string,
): WirePart[] {
  const mark = [...new TextEncoder().encode(`--${boundary}`)];
  const parts: WirePart[] = [];
  for (let at = mark.length + 2;;) {
    const end = indexOf(body, [13, 10, ...mark], at);
    if (end === -1) return parts;
    const part = body.subarray(at, end);
    const split = indexOf(part, EMPTY_LINE, 0);
    const headers = new TextDecoder().decode(part.subarray(0, split))
      .split("\r\n");
    parts.push({
      headers,
      name: / name="([^"]*)"/.exec(headers.join("\n"))?.[1] ?? "",
      body: part.slice(split + EMPTY_LINE.length),
    });
    at = end + mark.length + 4;
  }
}

function indexOf(
  bytes: Uint8Array,
  mark: readonly number[],
  from: number,
): number {
  for (let at = bytes.indexOf(mark[0]!, from); at !== -1;) {
    if (mark.every((byte, offset) => bytes[at + offset] === byte)) return at;
    at = bytes.indexOf(mark[0]!, at + 1);
  }
  return -1;
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}
