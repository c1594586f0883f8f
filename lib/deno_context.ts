/**
 * The real outside world, through Deno.
 *
 * @module
 */

import { dirname } from "node:path";
import type {
  ChildCommand,
  ChildResult,
  Context,
  DirectoryEntry,
} from "./context.ts";
import { createFetch } from "./deno_fetch.ts";

/**
 * Small, so that the garbage of a long upload is found before much of it piles
 * up: the collector runs by the number of pieces rather than by their size.
 */
const CHUNK_BYTES = 64 * 1024;

/**
 * A file as a `Blob`: its size is known, its bytes are read when they are
 * wanted, a slice costs nothing.
 *
 * `FormData` with such a blob is sent streamed and with a `Content-Length`,
 * in constant memory; a `File` read into memory costs three times its size.
 */
class FileBlob extends Blob {
  readonly #path: string;
  readonly #start: number;
  readonly #end: number;

  constructor(path: string, start: number, end: number, type = "") {
    super([], { type });
    this.#path = path;
    this.#start = start;
    this.#end = end;
  }

  override get size(): number {
    return this.#end - this.#start;
  }

  override slice(start = 0, end = this.size, type = ""): Blob {
    const from = clampOffset(start, this.size);
    const to = Math.max(from, clampOffset(end, this.size));
    return new FileBlob(this.#path, this.#start + from, this.#start + to, type);
  }

  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    const path = this.#path;
    const start = this.#start;
    let left = this.size;
    let file: Deno.FsFile | undefined;
    let isCancelled = false;
    return new ReadableStream({
      type: "bytes",
      async start() {
        file = await Deno.open(path);
        if (isCancelled) return file.close();
        await file.seek(start, Deno.SeekMode.Start);
      },
      async pull(controller) {
        const { byobRequest } = controller;
        if (left > 0) {
          const buffer = bufferOf(byobRequest) ??
            new Uint8Array(Math.min(left, CHUNK_BYTES));
          const read = await file!.read(buffer.subarray(0, left));
          if (read !== null) {
            left -= read;
            if (byobRequest !== null) byobRequest.respond(read);
            else controller.enqueue(buffer.subarray(0, read));
            return;
          }
        }
        file!.close();
        controller.close();
        byobRequest?.respond(0);
      },
      cancel() {
        isCancelled = true;
        file?.close();
      },
    });
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    return (await this.bytes()).buffer;
  }

  override async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    using file = await Deno.open(this.#path);
    await file.seek(this.#start, Deno.SeekMode.Start);
    const bytes = new Uint8Array(this.size);
    let length = 0;
    while (length < bytes.length) {
      const read = await file.read(bytes.subarray(length));
      if (read === null) break;
      length += read;
    }
    return length === bytes.length ? bytes : bytes.slice(0, length);
  }

  override async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes());
  }
}

function bufferOf(
  request: ReadableStreamBYOBRequest | null,
): Uint8Array<ArrayBuffer> | null {
  const view = request?.view;
  if (!view) return null;
  return new Uint8Array(
    view.buffer as ArrayBuffer,
    view.byteOffset,
    view.byteLength,
  );
}

function clampOffset(offset: number, size: number): number {
  return offset < 0 ? Math.max(size + offset, 0) : Math.min(offset, size);
}

async function openFile(path: string): Promise<Blob> {
  const { size, isDirectory, isFifo } = await Deno.stat(path);
  if (isDirectory) {
    throw new Deno.errors.IsADirectory(`Is a directory: ${path}`);
  }
  // It has no size, and opening it waits for somebody who writes.
  if (isFifo) throw new Deno.errors.NotSupported(`Is a pipe: ${path}`);
  return new FileBlob(path, 0, size);
}

async function readDirectory(path: string): Promise<DirectoryEntry[]> {
  const entries: DirectoryEntry[] = [];
  for await (const entry of Deno.readDir(path)) {
    entries.push({
      name: entry.name,
      kind: await kindOf(path, entry),
      isLink: entry.isSymlink,
    });
  }
  return entries.sort((a, b) => a.name < b.name ? -1 : 1);
}

async function kindOf(
  directory: string,
  entry: Deno.DirEntry,
): Promise<DirectoryEntry["kind"]> {
  let info: { isFile: boolean; isDirectory: boolean } = entry;
  if (entry.isSymlink) {
    try {
      info = await Deno.stat(`${directory}/${entry.name}`);
    } catch {
      return "other";
    }
  }
  return info.isFile ? "file" : info.isDirectory ? "directory" : "other";
}

async function writeFile(
  path: string,
  bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeFile(path, bytes);
}

async function run(command: ChildCommand): Promise<ChildResult> {
  const timer = new AbortController();
  const timeout = command.timeout === undefined
    ? undefined
    : setTimeout(() => timer.abort(), command.timeout);
  const child = new Deno.Command(command.command, {
    args: [...command.args],
    env: { ...command.env },
    clearEnv: true,
    ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
    stdin: command.stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
    signal: timer.signal,
  }).spawn();
  const [stdout, stderr, status] = await Promise.all([
    collect(child.stdout, command.onOutput),
    collect(child.stderr, command.onOutput),
    child.status,
    command.stdin === undefined ? undefined : feed(child.stdin, command.stdin),
  ]);
  clearTimeout(timeout);
  return { code: timer.signal.aborted ? -1 : status.code, stdout, stderr };
}

async function collect(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  onOutput: ((text: string) => void) | undefined,
): Promise<string> {
  let text = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    onOutput?.(chunk);
  }
  return text;
}

async function feed(
  stdin: WritableStream<Uint8Array<ArrayBuffer>>,
  text: string,
): Promise<void> {
  const writer = stdin.getWriter();
  try {
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
  } catch {
    // The child may end without reading its input; its exit code tells.
  }
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

function env(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch {
    // Not permitted: an optional variable counts as unset.
    return undefined;
  }
}

// GitHub Actions reads commands from standard error too, where no output of
// ours can be mistaken for them.
function mask(secret: string): void {
  if (env("GITHUB_ACTIONS") !== "true") return;
  let line = new TextEncoder().encode(`::add-mask::${secret}\n`);
  // A line that is cut short would mask a part, and print the rest.
  while (line.length > 0) line = line.subarray(Deno.stderr.writeSync(line));
}

/**
 * The real outside world.
 *
 * @param signal Aborts when the run is interrupted; by default it never does
 * @returns A context that works on this machine, with this process's permissions
 */
export function denoContext(
  signal: AbortSignal = new AbortController().signal,
): Context {
  return {
    fetch: createFetch(env),
    env,
    now: () => Date.now(),
    sleep,
    random: () => Math.random(),
    openFile,
    readDirectory,
    writeTextFile: (path, text, options) =>
      Deno.writeTextFile(path, text, { append: options?.append ?? false }),
    writeFile,
    removeFile: (path) => Deno.remove(path),
    run,
    mask,
    signal,
  };
}
