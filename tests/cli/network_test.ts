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
import { makeRelease } from "../faults/world.ts";
import { seededRandom } from "../helpers/fault_proxy.ts";
import { FIXTURES, ROOT } from "../helpers/paths.ts";
import { startTlsProxy } from "../helpers/tls_proxy.ts";

const DIST = `${ROOT}examples/demo/dist`;
const CA = `${FIXTURES}tls/test_only_ca.pem`;
/** A port where nobody listens. */
const NOBODY = "http://127.0.0.1:9";

function publish(
  sandbox: Sandbox,
  registry: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [DIST],
) {
  // A token is for the site that made it.
  const site = registry === "pypi" ? "pypi.org" : new URL(registry).hostname;
  return runCli(["publish", "-r", registry, ...args], {
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

/**
 * The sandbox behind TLS, and the versions of HTTP that it is spoken to in.
 *
 * @param offers What it offers; `both` is either, as the client likes
 */
async function startTls(sandbox: Sandbox, offers: "1.1" | "2.0" | "both") {
  const versions = new Set<string>();
  const uploading = new Set<unknown>();
  const converse = async (
    incoming: IncomingMessage | Http2ServerRequest,
    outgoing: ServerResponse | Http2ServerResponse,
  ) => {
    versions.add(incoming.httpVersion);
    const { method = "GET", url = "/" } = incoming;
    if (method === "POST") uploading.add(incoming.socket);
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
  const server = offers !== "1.1"
    ? createSecureServer(
      { ...identity, allowHTTP1: offers === "both" },
      converse,
    )
    : createHttpsServer(identity, converse);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://localhost:${port}`,
    versions,
    /** Connections that files came on. */
    connections: () => uploading.size,
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, "close");
    },
  };
}

for (const version of ["2.0", "1.1"] as const) {
  for (const checkExisting of ["true", "false"]) {
    Deno.test(`publish speaks HTTP/${version} where the index speaks nothing else (check_existing_version = ${checkExisting})`, async () => {
      const sandbox = await createSandbox();
      await using server = await startTls(sandbox, version);
      const { code, stderr } = await publish(
        sandbox,
        `${server.url}/legacy/`,
        {
          SSL_CERT_FILE: CA,
          RELEASIO_PUBLISH_CHECK_EXISTING_VERSION: checkExisting,
        },
      );
      assertEquals(code, 0, stderr);
      assertEquals(filesOn(sandbox), 2);
      assertEquals([...server.versions], [version]);
    });
  }
}

Deno.test("publish gives each upload a connection of its own, where HTTP/2 would give them one", async () => {
  const sandbox = await createSandbox();
  await using server = await startTls(sandbox, "both");
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, bytes] of makeRelease("demo", 4, seededRandom(1))) {
      await Deno.writeFile(`${folder}/${name}`, bytes);
    }
    const { code, stderr } = await publish(
      sandbox,
      `${server.url}/legacy/`,
      { SSL_CERT_FILE: CA },
      [folder, "--no-check"],
    );
    assertEquals(code, 0, stderr);
    assertEquals([...server.versions], ["1.1"]);
    assertEquals(server.connections() > 1, true);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

for (const variable of ["HTTP_PROXY", "http_proxy", "ALL_PROXY"]) {
  Deno.test(`publish tells no proxy of ${variable} what is for this machine`, async () => {
    const sandbox = await createSandbox();
    const told: string[] = [];
    await using proxy = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      ({ url }) => {
        // Deno itself may look for a newer version of itself.
        if (new URL(url).hostname === "127.0.0.1") told.push(url);
        return new Response("not here", { status: 502 });
      },
    );
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      sandbox.handle,
    );
    const { code, stderr } = await publish(
      sandbox,
      `http://127.0.0.1:${server.addr.port}/legacy/`,
      { [variable]: `http://127.0.0.1:${proxy.addr.port}` },
    );
    assertEquals(code, 0, stderr);
    assertEquals(filesOn(sandbox), 2);
    assertEquals(told, []);
  });
}

Deno.test("rehearse leaves this machine through no proxy", async () => {
  const { code, stderr } = await runCli(["rehearse", DIST], {
    env: { HTTP_PROXY: NOBODY, HTTPS_PROXY: NOBODY, ALL_PROXY: NOBODY },
  });
  assertEquals(code, 0, stderr);
});

Deno.test("publish says whose name a certificate does not have, and asks once", async () => {
  const sandbox = await createSandbox();
  await using server = await startTls(sandbox, "1.1");
  const { code, stderr } = await publish(
    sandbox,
    `${server.url.replace("localhost", "127.0.0.1")}/legacy/`,
    {
      SSL_CERT_FILE: CA,
      RELEASIO_PUBLISH_CHECK_EXISTING_VERSION: "false",
    },
  );
  assertEquals(code, 6, stderr);
  assertStringIncludes(stderr, 'certificate not valid for name "127.0.0.1"');
  assertEquals(stderr.includes("retry"), false, stderr);
});

Deno.test("publish says that a host hung up within TLS", async () => {
  const sandbox = await createSandbox();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const hangingUp = (async () => {
    for await (const connection of listener) connection.close();
  })();
  const { code, stderr } = await publish(
    sandbox,
    `https://localhost:${listener.addr.port}/legacy/`,
    { SSL_CERT_FILE: CA },
  );
  listener.close();
  await hangingUp;
  assertEquals(code, 6, stderr);
  assertStringIncludes(stderr, "Error: Lost the connection to localhost:");
});

Deno.test("publish says that DENO_CERT names no file, and does not retry", async () => {
  const sandbox = await createSandbox();
  await using server = await startTls(sandbox, "1.1");
  const { code, stderr } = await publish(
    sandbox,
    `${server.url}/legacy/`,
    { DENO_CERT: "/nowhere/ca.pem" },
  );
  assertEquals(code, 2, stderr);
  assertStringIncludes(
    stderr,
    "Error: Cannot use DENO_CERT, /nowhere/ca.pem: ",
  );
});

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

for (
  const [name, variable] of [
    ["HTTPS_PROXY", "SSL_CERT_FILE"],
    ["HTTPS_PROXY", "DENO_CERT"],
    ["https_proxy", "SSL_CERT_FILE"],
  ] as const
) {
  Deno.test(`publish goes through ${name} and believes ${variable}`, async () => {
    const sandbox = await createSandbox();
    await using proxy = await startTlsProxy({
      "pypi.org": sandbox.handle,
      "upload.pypi.org": sandbox.handle,
    });
    const { code, stderr } = await publish(sandbox, "pypi", {
      [name]: proxy.env.HTTPS_PROXY!,
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

Deno.test("publish can't do without the proxy that HTTPS_PROXY names", async () => {
  const sandbox = await createSandbox();
  await using server = await startTls(sandbox, "1.1");
  const { code, stderr } = await publish(sandbox, `${server.url}/legacy/`, {
    HTTPS_PROXY: NOBODY,
    SSL_CERT_FILE: CA,
  });
  assertEquals(code, 6, stderr);
  assertStringIncludes(stderr, "a proxy (`HTTPS_PROXY`)");
  assertEquals([...server.versions], []);
});

for (
  const [proxy, exception] of [
    ["HTTPS_PROXY", "NO_PROXY"],
    ["https_proxy", "no_proxy"],
  ] as const
) {
  Deno.test(`publish goes past the proxy where ${exception} says so`, async () => {
    const sandbox = await createSandbox();
    await using server = await startTls(sandbox, "1.1");
    const { code, stderr } = await publish(sandbox, `${server.url}/legacy/`, {
      [proxy]: NOBODY,
      [exception]: "localhost",
      SSL_CERT_FILE: CA,
    });
    assertEquals(code, 0, stderr);
    assertEquals(filesOn(sandbox), 2);
  });
}

Deno.test("publish takes no file and no token to where an index redirects it", async () => {
  const sandbox = await createSandbox();
  const elsewhere: string[] = [];
  await using other = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    ({ method, url }) => {
      elsewhere.push(`${method} ${url}`);
      return new Response("thanks");
    },
  );
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) =>
      request.method === "POST"
        ? Response.redirect(`http://127.0.0.1:${other.addr.port}/legacy/`, 307)
        : sandbox.handle(request),
  );
  const { code, stderr } = await publish(
    sandbox,
    `http://127.0.0.1:${server.addr.port}/legacy/`,
    {},
  );
  assertEquals(code, 5, stderr);
  assertEquals(elsewhere, []);
  assertEquals(filesOn(sandbox), 0);
});

for (
  const [what, text, why] of [
    ["is not there", null, "(os error 2)"],
    ["holds no certificate", "-----BEGIN RUBBISH-----\n", "no certificate"],
    [
      "holds a broken one",
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
      "ertificate",
    ],
  ] as const
) {
  for (const checkExisting of ["true", "false"]) {
    Deno.test(`publish says that SSL_CERT_FILE ${what} (check_existing_version = ${checkExisting})`, async () => {
      const sandbox = await createSandbox();
      await using server = await startTls(sandbox, "1.1");
      const path = await Deno.makeTempFile({ suffix: ".pem" });
      try {
        if (text === null) await Deno.remove(path);
        else await Deno.writeTextFile(path, text);
        const { code, stderr } = await publish(
          sandbox,
          `${server.url}/legacy/`,
          {
            SSL_CERT_FILE: path,
            RELEASIO_PUBLISH_CHECK_EXISTING_VERSION: checkExisting,
          },
        );
        assertEquals(code, 2, stderr);
        assertStringIncludes(
          stderr,
          `Error: Cannot use SSL_CERT_FILE, ${path}: `,
        );
        assertStringIncludes(stderr, why);
        assertEquals(stderr.includes("retry"), false, stderr);
      } finally {
        if (text !== null) await Deno.remove(path);
      }
    });
  }
}

Deno.test("publish does without an SSL_CERT_FILE that it may not read", async () => {
  const sandbox = await createSandbox();
  await using server = await startTls(sandbox, "1.1");
  const { code, stderr } = await runCli(
    ["publish", "-r", `${server.url}/legacy/`, DIST],
    {
      env: {
        RELEASIO_PYPI_TOKEN: sandbox.createApiToken({ site: "localhost" }),
        RELEASIO_PUBLISH_TRUSTED_PUBLISHING: "never",
        SSL_CERT_FILE: "/nowhere/ca.pem",
      },
      permissions: ["--allow-env", "--allow-net", `--allow-read=${DIST}`],
    },
  );
  assertEquals(code, 6, stderr);
  assertStringIncludes(stderr, "nobody known signed its certificate");
  assertStringIncludes(stderr.replaceAll(/\s+/g, " "), "permit Deno to read");
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
