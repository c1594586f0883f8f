/**
 * A TCP proxy that does to connections what networks do: delay, refuse, reset,
 * stall, cut short.
 */

/** What happens to one connection. */
export type Fault =
  | { readonly kind: "none" }
  /** It is closed as soon as it stands. */
  | { readonly kind: "refuse" }
  /** It is closed once the client has sent so many bytes. */
  | { readonly kind: "reset"; readonly after: number }
  /** Nothing moves any more once the client has sent so many bytes. */
  | { readonly kind: "stall"; readonly after: number }
  /** It is closed once the server has answered so many bytes. */
  | { readonly kind: "truncate"; readonly after: number };

/** Options for {@linkcode startFaultProxy}. */
export interface FaultProxyOptions {
  /** Milliseconds that a byte and its answer take at least. @default {0} */
  readonly roundTrip?: number;
  /** What happens to a connection, numbered from 0. @default {nothing} */
  readonly fault?: (connection: number) => Fault;
}

/** A running proxy. */
export interface FaultProxy extends AsyncDisposable {
  /** Its port on 127.0.0.1. */
  readonly port: number;
  /** Connections taken so far. */
  readonly connections: () => number;
  /** Closes the connections that are open, without a word. */
  readonly cut: () => void;
}

/** Bytes that may be on their way: the wire is wide, only its length counts. */
const MAX_IN_FLIGHT = 16 * 1024 * 1024;

/** Starts a proxy before a server on 127.0.0.1. */
export function startFaultProxy(
  target: number,
  options: FaultProxyOptions = {},
): FaultProxy {
  const { roundTrip = 0, fault = () => ({ kind: "none" }) } = options;
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  const tasks = new Set<Promise<void>>();
  let connections = 0;
  let ended = Promise.withResolvers<void>();

  const serve = async (client: Deno.TcpConn, fault: Fault) => {
    if (fault.kind === "refuse") return;
    // The handshake is a round trip too, and the kernel has made it in none.
    await sleep(roundTrip);
    const server = await Deno.connect({ hostname: "127.0.0.1", port: target });
    open.add(server);
    try {
      client.setNoDelay();
      server.setNoDelay();
      const sends = fault.kind === "reset" || fault.kind === "stall";
      const up = pump(client, server, {
        delay: roundTrip / 2,
        limit: sends ? fault.after : Infinity,
      });
      const down = pump(server, client, {
        delay: roundTrip / 2,
        limit: fault.kind === "truncate" ? fault.after : Infinity,
      });
      const first = await Promise.race([up, down]);
      // What nobody reads fills the buffers, until the client can't send.
      if (first === "limit" && fault.kind === "stall") await ended.promise;
    } finally {
      open.delete(server);
      close(server);
    }
  };
  const accepting = (async () => {
    for await (const client of listener) {
      open.add(client);
      const task: Promise<void> = serve(client, fault(connections++))
        .catch(() => {})
        .finally(() => {
          open.delete(client);
          close(client);
          tasks.delete(task);
        });
      tasks.add(task);
    }
  })();
  const cut = () => {
    ended.resolve();
    ended = Promise.withResolvers();
    open.forEach(close);
  };
  return {
    port: listener.addr.port,
    connections: () => connections,
    cut,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      cut();
      await Promise.all(tasks);
    },
  };
}

/** Copies bytes, each piece delayed, to the end of the stream or of the limit. */
async function pump(
  from: Deno.Conn,
  to: Deno.Conn,
  { delay, limit }: { readonly delay: number; readonly limit: number },
): Promise<"end" | "limit"> {
  let left = limit;
  let inFlight = 0;
  let written = Promise.resolve();
  while (left > 0) {
    const buffer = new Uint8Array(64 * 1024);
    const read = await from.read(buffer);
    if (read === null) break;
    const piece = buffer.subarray(0, Math.min(read, left));
    left -= piece.length;
    inFlight += piece.length;
    // Pieces travel together, and arrive in order.
    written = Promise.all([written, sleep(delay)]).then(async () => {
      for (let done = 0; done < piece.length;) {
        done += await to.write(piece.subarray(done));
      }
      inFlight -= piece.length;
    });
    if (delay === 0 || inFlight > MAX_IN_FLIGHT) await written;
    // A failure is met at the next await; it is not to go unhandled before.
    else written.catch(() => {});
  }
  await written;
  return left > 0 ? "end" : "limit";
}

function close(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // It is closed already.
  }
}

function sleep(ms: number): Promise<void> {
  if (ms === 0) return Promise.resolve();
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Random numbers from 0 to 1 that depend on the seed alone (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}
