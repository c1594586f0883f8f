import { assertEquals } from "@std/assert";
import { isConnectError } from "../lib/network_error.ts";
import { startFaultProxy } from "./helpers/fault_proxy.ts";
import { ReleasioError } from "../lib/errors.ts";

/** What Deno's own `fetch` rejects with. */
async function rejection(url: string): Promise<unknown> {
  try {
    await (await fetch(url, { method: "POST", body: "x" })).body?.cancel();
  } catch (error) {
    return error;
  }
}

Deno.test("isConnectError() knows a connection that was refused", async () => {
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: () => {},
  }, () => new Response());
  const { port } = server.addr;
  await server.shutdown();
  const error = await rejection(`http://127.0.0.1:${port}/`);
  assertEquals(isConnectError(error), true);
  const wrapped = new ReleasioError("network", "No", { cause: error });
  assertEquals(isConnectError(wrapped), true);
});

Deno.test("isConnectError() takes a connection that broke for one that stood", async () => {
  await using server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: () => {},
  }, () => new Response());
  for (
    const fault of [
      { kind: "truncate", after: 0 },
      { kind: "reset", after: 10 },
    ] as const
  ) {
    await using proxy = startFaultProxy(server.addr.port, {
      fault: () => fault,
    });
    const error = await rejection(`http://127.0.0.1:${proxy.port}/`);
    assertEquals(error instanceof Error, true);
    assertEquals(isConnectError(error), false);
  }
});

Deno.test("isConnectError() takes what it doesn't know for a connection that stood", () => {
  for (const error of [undefined, "client error (Connect)", new Error("No")]) {
    assertEquals(isConnectError(error), false);
  }
});
