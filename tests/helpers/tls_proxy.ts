/**
 * An HTTPS proxy that ends TLS itself and answers for other hosts, so that a
 * process with `HTTPS_PROXY` and `DENO_CERT` meets a sandbox where it looks
 * for PyPI.
 */

import { FIXTURES } from "./paths.ts";

/** What answers for a host. */
export type HostHandler = (request: Request) => Response | Promise<Response>;

/** A running proxy. */
export interface TlsProxy extends AsyncDisposable {
  /** The variables that send a process's https requests here. */
  readonly env: Readonly<Record<string, string>>;
  /** Every request, as `METHOD https://host/path`. */
  readonly requests: readonly string[];
}

const CA = `${FIXTURES}tls/test_only_ca.pem`;

/** Starts a proxy that answers for the given hosts, and for no other. */
export async function startTlsProxy(
  hosts: Readonly<Record<string, HostHandler>>,
): Promise<TlsProxy> {
  const requests: string[] = [];
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    cert: await Deno.readTextFile(`${FIXTURES}tls/test_only_cert.pem`),
    key: await Deno.readTextFile(`${FIXTURES}tls/test_only_key.pem`),
    onListen: () => {},
  }, (request) => {
    const { hostname } = new URL(request.url);
    requests.push(`${request.method} ${request.url}`);
    return hosts[hostname]?.(request) ??
      new Response("nobody here", { status: 502 });
  });
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  const tasks = new Set<Promise<void>>();

  async function tunnel(client: Deno.TcpConn): Promise<void> {
    open.add(client);
    try {
      const host = /^CONNECT ([^ :]+):443 /.exec(await readHead(client))?.[1];
      if (host === undefined || !Object.hasOwn(hosts, host)) {
        await write(client, "HTTP/1.1 403 Forbidden\r\n\r\n");
        return;
      }
      const upstream = await Deno.connect({
        hostname: "127.0.0.1",
        port: server.addr.port,
      });
      open.add(upstream);
      await write(client, "HTTP/1.1 200 Connection established\r\n\r\n");
      await Promise.allSettled([
        client.readable.pipeTo(upstream.writable),
        upstream.readable.pipeTo(client.writable),
      ]);
    } catch {
      // A client that goes away is no news.
    } finally {
      close(client);
    }
  }

  async function accept(): Promise<void> {
    for await (const client of listener) {
      const task = tunnel(client).finally(() => tasks.delete(task));
      tasks.add(task);
    }
  }

  const accepting = accept();
  return {
    env: {
      HTTPS_PROXY: `http://127.0.0.1:${listener.addr.port}`,
      DENO_CERT: CA,
    },
    requests,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      open.forEach(close);
      await Promise.allSettled(tasks);
      await server.shutdown();
    },
  };
}

/** Reads up to the empty line: a client waits there for its answer. */
async function readHead(client: Deno.Conn): Promise<string> {
  let head = "";
  const buffer = new Uint8Array(4096);
  while (!head.includes("\r\n\r\n")) {
    const read = await client.read(buffer);
    if (read === null || head.length > 16_384) return "";
    head += new TextDecoder().decode(buffer.subarray(0, read));
  }
  return head;
}

async function write(client: Deno.Conn, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  for (let sent = 0; sent < bytes.length;) {
    sent += await client.write(bytes.subarray(sent));
  }
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // Closed already.
  }
}
