/**
 * Stands between Deno and the npm registry, and counts. A program of its own,
 * since tests themselves may only speak to loopback: it prints its port, and
 * answers `/-/counted` with what went through.
 */

import { gzipSync } from "node:zlib";

const UPSTREAM = "https://registry.npmjs.org/";

let bytes = 0;
const packages = new Set<string>();

const server = Deno.serve({
  port: 0,
  hostname: "127.0.0.1",
  onListen: ({ port }) => {
    Deno.stdout.writeSync(new TextEncoder().encode(`${port}\n`));
  },
}, async (request) => {
  const { origin, pathname } = new URL(request.url);
  if (pathname === "/-/counted") {
    return Response.json({ bytes, packages: [...packages] });
  }
  const answer = await fetch(new URL(pathname.slice(1), UPSTREAM));
  const isArchive = pathname.endsWith(".tgz");
  if (isArchive) packages.add(pathname.slice(1).split("/-/")[0] ?? "");
  if (isArchive) {
    const body = await answer.bytes();
    bytes += body.length;
    return new Response(body, { status: answer.status });
  }
  // Archives are to come through here as well. Metadata travels compressed, as
  // it does from the npm registry.
  const text = (await answer.text()).replaceAll(UPSTREAM, `${origin}/`);
  const body = new Uint8Array(gzipSync(text));
  bytes += body.length;
  return new Response(body, {
    status: answer.status,
    headers: { "content-encoding": "gzip" },
  });
});

await server.finished;
