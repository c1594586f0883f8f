/**
 * The index that every tool uploads to, in a process of its own: a sandbox
 * that keeps digests only, behind a wire of a given length. It says where it
 * is, and when its standard input ends, what it saw.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- it speaks to its parent

import { createSandbox, digestOnlyStorage } from "../../lib/sandbox/mod.ts";

const NAME = "blake2_256_digest";

const roundTrip = Number(Deno.args[0]);
const sandbox = await createSandbox({
  storage: digestOnlyStorage(),
  limits: { maxFileSize: 4 * 1024 ** 3 },
});
const server = Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen: () => {} },
  (request) => sandbox.handle(withoutBlake2b(request)),
);
// Without delay the tools speak to the index itself.
const port = roundTrip === 0
  ? server.addr.port
  : await layWire(server.addr.port, roundTrip);

console.log(JSON.stringify({ port, token: sandbox.createApiToken() }));

function layWire(port: number, roundTrip: number): Promise<number> {
  const wire = new Worker(new URL("./wire.ts", import.meta.url), {
    type: "module",
  });
  wire.postMessage({ port, roundTrip });
  return new Promise((resolve) => {
    wire.onmessage = ({ data }) => resolve(data);
  });
}

/**
 * uv and twine send a BLAKE2b digest, which takes JavaScript longer to check
 * than everything else together. No tool shall wait for that.
 */
function withoutBlake2b(request: Request): Request {
  if (request.body === null) return request;
  let isStart = true;
  const rename = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      if (isStart) blank(chunk, NAME);
      // The fields come before the file, in the first bytes.
      isStart = isStart && chunk.length < 64 * 1024;
      controller.enqueue(chunk);
    },
  });
  return new Request(request.url, {
    method: request.method,
    headers: request.headers,
    body: request.body.pipeThrough(rename),
  });
}

function blank(chunk: Uint8Array, name: string): void {
  const text = new TextDecoder("latin1").decode(chunk.subarray(0, 64 * 1024));
  const start = text.indexOf(name);
  if (start !== -1) chunk.fill("x".charCodeAt(0), start, start + name.length);
}

await Deno.stdin.readable.pipeTo(new WritableStream());
console.log(JSON.stringify({
  requests: sandbox.state.requests.length,
  files: sandbox.state.projects.get("bench")?.files.length ?? 0,
}));
Deno.exit();
