/** The networks between a user and an index. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { Readable } from "node:stream";
import { createSandbox, type Sandbox } from "../../lib/sandbox/mod.ts";
import { runCli } from "../helpers/cli.ts";
import { FIXTURES, ROOT } from "../helpers/paths.ts";
import { startSandbox } from "../helpers/sandbox.ts";
import { startTlsProxy } from "../helpers/tls_proxy.ts";

const DIST = `${ROOT}examples/demo/dist`;
const CA = `${FIXTURES}tls/test_only_ca.pem`;
/** A port where nobody listens. */
const NOBODY = "http://127.0.0.1:9";

function publish(
  sandbox: Sandbox,
  registry: string,
  env: Readonly<Record<string, string>>,
) {
  // A token is for the site that made it.
  const site = registry === "pypi" ? "pypi.org" : new URL(registry).hostname;
  return runCli(["publish", "-r", registry, DIST], {
    env: {
      RELEASIO_PYPI_TOKEN: sandbox.createApiToken({ site }),
      RELEASIO_PUBLISH_TRUSTED_PUBLISHING: "never",
      ...env,
    },
  });
}

function filesOn({ state }: Sandbox): number {
  return [...state.projects.values()]
    .reduce((sum, { files }) => sum + files.length, 0);
}

/** The sandbox behind TLS, and the versions of HTTP that it is spoken to in. */
async function startTls(sandbox: Sandbox, version: "1.1" | "2.0") {
  const versions = new Set<string>();
  const converse = async (
    incoming: IncomingMessage | Http2ServerRequest,
    outgoing: ServerResponse | Http2ServerResponse,
  ) => {
    versions.add(incoming.httpVersion);
    const { method = "GET", url = "/" } = incoming;
    const headers = Object.entries(incoming.headers)
      .filter(([name]) => !name.startsWith(":"));
    const response = await sandbox.handle(
      new Request(new URL(url, "https://localhost"), {
        method,
        headers: headers as [string, string][],
        body: method === "POST"
          ? Readable.toWeb(incoming) as ReadableStream<Uint8Array<ArrayBuffer>>
          : null,
      }),
    );
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.end(await response.bytes());
  };
  const identity = {
    cert: await Deno.readTextFile(`${FIXTURES}tls/test_only_cert.pem`),
    key: await Deno.readTextFile(`${FIXTURES}tls/test_only_key.pem`),
  };
  const server = version === "2.0"
    ? createSecureServer(identity, converse)
    : createHttpsServer(identity, converse);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://localhost:${port}`,
    versions,
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, "close");
    },
  };
}

for (const version of ["2.0", "1.1"] as const) {
  Deno.test(`publish speaks HTTP/${version} where the index does`, async () => {
    const sandbox = await createSandbox();
    await using server = await startTls(sandbox, version);
    const { code, stderr } = await publish(
      sandbox,
      `${server.url}/legacy/`,
      { SSL_CERT_FILE: CA },
    );
    assertEquals(code, 0, stderr);
    assertEquals(filesOn(sandbox), 2);
    assertEquals([...server.versions], [version]);
  });
}

Deno.test("publish trusts no authority that nobody named", async () => {
  const sandbox = await createSandbox();
  await using server = await startTls(sandbox, "1.1");
  const { code, stderr } = await publish(
    sandbox,
    `${server.url}/legacy/`,
    { RELEASIO_PUBLISH_CHECK_EXISTING_VERSION: "false" },
  );
  assertEquals(code, 6, stderr);
  assertStringIncludes(stderr, "nobody known signed its certificate");
  // It would be the same the next time.
  assertEquals(stderr.includes("retry"), false, stderr);
  assertEquals(filesOn(sandbox), 0);
});

for (const variable of ["SSL_CERT_FILE", "DENO_CERT"]) {
  Deno.test(`publish goes through HTTPS_PROXY and believes ${variable}`, async () => {
    const sandbox = await createSandbox();
    await using proxy = await startTlsProxy({
      "pypi.org": sandbox.handle,
      "upload.pypi.org": sandbox.handle,
    });
    const { code, stderr } = await publish(sandbox, "pypi", {
      HTTPS_PROXY: proxy.env.HTTPS_PROXY!,
      [variable]: CA,
    });
    assertEquals(code, 0, stderr);
    assertEquals(filesOn(sandbox), 2);
    assertEquals(
      proxy.requests.filter((request) => request.startsWith("POST")),
      Array.from({ length: 2 }, () => "POST https://upload.pypi.org/legacy/"),
    );
  });
}

Deno.test("publish goes past the proxy where NO_PROXY says so", async () => {
  const sandbox = await createSandbox();
  await using server = await startTls(sandbox, "1.1");
  const { code, stderr } = await publish(sandbox, `${server.url}/legacy/`, {
    HTTPS_PROXY: NOBODY,
    NO_PROXY: "localhost",
    SSL_CERT_FILE: CA,
  });
  assertEquals(code, 0, stderr);
  assertEquals(filesOn(sandbox), 2);
});

Deno.test("publish does without an SSL_CERT_FILE that is not there", async () => {
  await using running = await startSandbox();
  const { code, stderr } = await publish(
    running.sandbox,
    `${running.url}/legacy/`,
    { SSL_CERT_FILE: "/nowhere/ca.pem" },
  );
  assertEquals(code, 0, stderr);
});

Deno.test("publish reaches an index on IPv6 and follows it inside its origin", async () => {
  const sandbox = await createSandbox();
  let redirected = 0;
  await using server = Deno.serve(
    { hostname: "::1", port: 0, onListen: () => {} },
    (request) => {
      const { pathname } = new URL(request.url);
      if (pathname !== "/upload/") return sandbox.handle(request);
      redirected++;
      return new Response(null, {
        status: 308,
        headers: { location: "/legacy/" },
      });
    },
  );
  const { code, stderr } = await publish(
    sandbox,
    `http://[::1]:${server.addr.port}/upload/`,
    {
      RELEASIO_PUBLISH_CHECK_URL: `http://[::1]:${server.addr.port}/simple/`,
    },
  );
  assertEquals(code, 0, stderr);
  assertEquals(filesOn(sandbox), 2);
  assertEquals(redirected, 2);
});
