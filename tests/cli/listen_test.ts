import { assertEquals, assertRejects } from "@std/assert";
import { listen } from "../../lib/cli/listen.ts";

/** Sends bytes as they are, and reads until the server closes. */
async function converse(origin: string, request: string): Promise<string> {
  const { hostname, port } = new URL(origin);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(new TextEncoder().encode(request));
  const bytes = await new Response(connection.readable).bytes();
  return new TextDecoder("latin1").decode(bytes);
}

Deno.test("listen() writes the handler's own words into the status line", async () => {
  await using listener = await listen(
    () =>
      Promise.resolve(
        new Response("no", { status: 400, statusText: "Zu groß" }),
      ),
    0,
  );
  const answer = await converse(
    listener.origin,
    "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
  );
  assertEquals(answer.split("\r\n")[0], "HTTP/1.1 400 Zu groß");
});

Deno.test("listen() hands on method, address, headers and body", async () => {
  const seen: unknown[] = [];
  await using listener = await listen(async (request) => {
    const { method, url, headers } = request;
    seen.push([method, url, headers.get("x-odd"), await request.text()]);
    return new Response("done", { headers: { "x-own": "1" } });
  }, 0);
  const response = await fetch(`${listener.origin}/a%20b?c=d`, {
    method: "POST",
    headers: { "x-odd": "yes" },
    body: "the body",
  });
  assertEquals(
    [response.status, response.headers.get("x-own"), await response.text()],
    [200, "1", "done"],
  );
  assertEquals(seen, [
    ["POST", `${listener.origin}/a%20b?c=d`, "yes", "the body"],
  ]);
});

Deno.test("listen() survives a handler that fails and a client that leaves", async () => {
  await using listener = await listen((request) => {
    if (request.url.endsWith("/fail")) throw new TypeError("broken");
    return request.text().then((text) => new Response(text));
  }, 0);
  await assertRejects(() => fetch(`${listener.origin}/fail`));
  const { hostname, port } = new URL(listener.origin);
  {
    using client = await Deno.connect({ hostname, port: Number(port) });
    await client.write(
      new TextEncoder().encode(
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf",
      ),
    );
  }
  const response = await fetch(listener.origin, { method: "POST", body: "ok" });
  assertEquals(await response.text(), "ok");
});

Deno.test("listen() rejects when it can't have its port", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  await assertRejects(() => listen(() => Promise.reject(), port), Error);
});
