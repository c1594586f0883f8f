import { assertEquals } from "@std/assert";
import { postDistribution } from "../../lib/upload/post_distribution.ts";
import { testContext } from "../helpers/context.ts";
import { credentialsOf, distributionOf } from "../helpers/fake_index.ts";

const REGISTRY = {
  name: "index.example.org",
  kind: "other",
  uploadUrl: "https://index.example.org/legacy/",
  simpleUrl: null,
} as const;

/** Posts a file to an index that answers like this. */
async function post(answer: Response) {
  return await postDistribution(
    testContext({ fetch: () => Promise.resolve(answer) }),
    await distributionOf("demo-1.0-py3-none-any.whl"),
    {
      registry: REGISTRY,
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
    const { reason } = await post(
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
  const { status } = await post(
    new Response(torn, { status: 200, headers: { "content-length": "9" } }),
  );
  assertEquals(status, 200);
});
