import { assertEquals } from "@std/assert";
import { burnToken } from "../../lib/mint/burn_token.ts";
import { Secret } from "../../lib/secret.ts";
import { testContext } from "../helpers/context.ts";
import { networkContext, serve } from "../oidc/loopback.ts";
import { fakeIndex, PYPI } from "./fake_index.ts";

const TOKEN = new Secret("pypi-token");
const expires = () => 0;

Deno.test("burnToken() burns at the origin of the upload URL", async () => {
  await using index = fakeIndex({ expires });
  assertEquals(await burnToken(networkContext(), index.registry, TOKEN), true);
  assertEquals(index.burnt, ["pypi-token"]);
  assertEquals(index.requests[0]?.url, `${index.origin}/_/oidc/burn-token`);
  assertEquals(JSON.parse(index.requests[0]!.body), { token: "pypi-token" });
});

Deno.test("burnToken() burns after an interruption", async () => {
  await using index = fakeIndex({ expires });
  const stop = new AbortController();
  stop.abort(new Error("interrupted"));
  const context = networkContext({ signal: stop.signal });
  assertEquals(await burnToken(context, index.registry, TOKEN), true);
});

Deno.test("burnToken() makes no error of an index that can't burn", async () => {
  for (const status of [200, 400, 404, 405]) {
    await using index = fakeIndex({
      expires,
      onBurn: () => new Response("", { status }),
    });
    const context = networkContext();
    assertEquals(await burnToken(context, index.registry, TOKEN), false);
    assertEquals(index.requests.length, 1);
  }
});

Deno.test("burnToken() tries again when the index stumbles, and gives up in time", async () => {
  let stumbles = 2;
  await using index = fakeIndex({
    expires,
    onBurn: () => new Response("", { status: stumbles-- > 0 ? 502 : 202 }),
  });
  assertEquals(await burnToken(networkContext(), index.registry, TOKEN), true);
  assertEquals(index.requests.length, 3);
  stumbles = Infinity;
  assertEquals(await burnToken(networkContext(), index.registry, TOKEN), false);
  assertEquals(index.requests.length, 7);
});

Deno.test("burnToken() never rejects", async () => {
  const unreachable = testContext({
    fetch: () => Promise.reject(new TypeError("no route")),
  });
  assertEquals(await burnToken(unreachable, PYPI, TOKEN), false);
  const clear = { ...PYPI, uploadUrl: "http://upload.pypi.org/legacy/" };
  assertEquals(await burnToken(testContext(), clear, TOKEN), false);
});

Deno.test("burnToken() takes the token to no other host", async () => {
  await using other = serve(() => new Response(null, { status: 202 }));
  await using index = fakeIndex({
    expires,
    onBurn: () => Response.redirect(`${other.origin}/x`, 308),
  });
  assertEquals(await burnToken(networkContext(), index.registry, TOKEN), false);
  assertEquals(other.requests.length, 0);
});
