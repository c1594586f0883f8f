/**
 * A handler of requests behind a loopback port.
 *
 * @module
 */

import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { once } from "node:events";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** Nobody else on the network can reach what listens here. */
const HOSTNAME = "127.0.0.1";

/** A handler that listens. */
export interface Listener extends AsyncDisposable {
  /** Such as `http://127.0.0.1:49152`. */
  readonly origin: string;
  /** Settles once nothing listens any more. */
  readonly finished: Promise<void>;
}

/**
 * Lets a handler listen on 127.0.0.1.
 *
 * Not with `Deno.serve`, which writes status lines of its own: PyPI says there
 * why it refuses a file, and twine prints what it reads there.
 *
 * @param handle Answers one request
 * @param port The port; 0 for any free one
 * @returns What listens, until it is disposed of
 * @throws {Error} If the port can't be had
 */
export async function listen(
  handle: (request: Request) => Promise<Response>,
  port: number,
): Promise<Listener> {
  const server = createServer((incoming, outgoing) => {
    converse(handle, incoming, outgoing).catch(() => outgoing.destroy());
  });
  const finished = new Promise<void>((resolve) =>
    server.on("close", () => resolve())
  );
  server.listen(port, HOSTNAME);
  await once(server, "listening");
  const address = server.address() as { readonly port: number };
  return {
    origin: `http://${HOSTNAME}:${address.port}`,
    finished,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeIdleConnections();
      await finished;
    },
  };
}

async function converse(
  handle: (request: Request) => Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const response = await handle(toRequest(incoming));
  outgoing.writeHead(
    response.status,
    ...response.statusText === "" ? [] : [response.statusText],
    [...response.headers].flat(),
  );
  if (response.body === null) outgoing.end();
  else await pipeline(response.body, outgoing);
}

function toRequest(incoming: IncomingMessage): Request {
  const { method = "GET", url = "/", rawHeaders } = incoming;
  const headers = new Headers();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    headers.append(rawHeaders[at]!, rawHeaders[at + 1]!);
  }
  const body = method === "GET" || method === "HEAD"
    ? null
    : Readable.toWeb(incoming) as ReadableStream<Uint8Array<ArrayBuffer>>;
  return new Request(`http://${headers.get("host") ?? HOSTNAME}${url}`, {
    method,
    headers,
    body,
  });
}
