import { assertEquals, assertRejects } from "@std/assert";
import type { Context } from "../../lib/context.ts";
import { denoContext } from "../../lib/deno_context.ts";
import type { HashedDistribution } from "../../lib/dist/distribution.ts";
import { ReleasioError } from "../../lib/errors.ts";
import { postDistribution } from "../../lib/upload/post_distribution.ts";
import { testContext } from "../helpers/context.ts";
import { credentialsOf, distributionOf } from "../helpers/fake_index.ts";
import { startFaultProxy } from "../helpers/fault_proxy.ts";

const REGISTRY = {
  name: "index.example.org",
  kind: "other",
  uploadUrl: "https://index.example.org/legacy/",
  simpleUrl: null,
} as const;

/** More than the wire takes. */
const BYTES = new Uint8Array(32_000_000);

/** Posts a file to an index that answers like this. */
async function answered(answer: Response) {
  return await post(
    await distributionOf("demo-1.0-py3-none-any.whl"),
    () => Promise.resolve(answer),
  );
}

async function post(
  distribution: HashedDistribution,
  fetch: Context["fetch"],
  uploadUrl: string = REGISTRY.uploadUrl,
) {
  return await postDistribution(
    testContext({ fetch }),
    distribution,
    {
      registry: { ...REGISTRY, uploadUrl },
      credentials: await credentialsOf().current(),
      attestations: [],
      signal: new AbortController().signal,
      onProgress: () => {},
    },
  );
}

/** A body that goes on for ever. */
function endless(): ReadableStream<Uint8Array<ArrayBuffer>> {
  const piece = new TextEncoder().encode("no ".repeat(1000));
  return new ReadableStream({
    async pull(controller) {
      // Lets the test's own limit in time have its turn.
      await new Promise((resolve) => setTimeout(resolve));
      controller.enqueue(piece);
    },
  });
}

for (
  const [what, headers] of [
    ["of unknown length", {}],
    ["of a length that is too much", { "content-length": "1000000000000" }],
    ["of no real length", { "content-length": "many" }],
    ["that unfolds", { "content-length": "99", "content-encoding": "gzip" }],
  ] as const
) {
  Deno.test(`postDistribution() reads the beginning of an answer ${what}`, async () => {
    const { reason } = await answered(
      new Response(endless(), {
        status: 400,
        headers: { "content-type": "text/plain", ...headers },
      }),
    );
    assertEquals(reason.startsWith("no no no"), true, reason);
  });
}

Deno.test("postDistribution() takes an answer by its status when its body breaks off", async () => {
  const torn = new ReadableStream({
    pull: (controller) => controller.error(new TypeError("torn")),
  });
  const { status } = await answered(
    new Response(torn, { status: 200, headers: { "content-length": "9" } }),
  );
  assertEquals(status, 200);
});

Deno.test("postDistribution() leaves no file open when a connection breaks", async () => {
  const path = await Deno.makeTempFile();
  await Deno.writeFile(path, BYTES);
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      await request.bytes().catch(() => {});
      return new Response("thanks");
    },
  );
  await using proxy = startFaultProxy(server.addr.port, {
    fault: () => ({ kind: "reset", after: 300_000 }),
  });
  try {
    const { openFile, fetch } = denoContext();
    const distribution = {
      ...await distributionOf("demo-1.0-py3-none-any.whl", BYTES),
      blob: await openFile(path),
    };
    // The sanitizer of tests finds what is still open.
    const error = await assertRejects(
      () => post(distribution, fetch, `http://127.0.0.1:${proxy.port}/legacy/`),
      ReleasioError,
    );
    assertEquals(error.code, "network");
  } finally {
    await Deno.remove(path);
  }
});
