import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { ReleasioError } from "../../lib/errors.ts";
import { mintToken } from "../../lib/mint/mint_token.ts";
import { testContext } from "../helpers/context.ts";
import { everythingOf, networkContext, serve } from "../oidc/loopback.ts";
import {
  fakeIndex,
  fakeProvider,
  mintedToken,
  PYPI,
  refusalOf,
} from "./fake_index.ts";

const NOW = Date.UTC(2026, 0, 1);
const EXPIRES = NOW / 1000 + 900;
const expires = () => EXPIRES;

Deno.test("mintToken() exchanges an identity token, and masks the token and its Basic form", async () => {
  await using index = fakeIndex({ expires });
  const provider = fakeProvider();
  const context = networkContext();
  const minted = await mintToken(context, {
    registry: index.registry,
    audience: "pypi",
    provider,
  });
  assertEquals(minted.token.reveal(), mintedToken(1));
  assertEquals(minted.expires, NOW + 900_000);
  assertEquals(context.masked, [
    provider.given[0],
    mintedToken(1),
    btoa(`__token__:${mintedToken(1)}`),
  ]);
  const [request] = index.requests;
  assertEquals(request?.url, `${index.origin}/_/oidc/mint-token`);
  assertEquals(request?.headers.get("content-type"), "application/json");
  assertEquals(JSON.parse(request!.body), { token: provider.given[0] });
  assertEquals(Deno.inspect(minted).includes(mintedToken(1)), false);
  assertEquals(JSON.stringify(minted).includes(mintedToken(1)), false);
});

Deno.test("mintToken() uses the identity that is there", async () => {
  await using index = fakeIndex({ expires });
  const provider = fakeProvider();
  const context = networkContext();
  const firstIdentity = await provider.acquire(context, "pypi");
  const options = { registry: index.registry, audience: "pypi", provider };
  await mintToken(context, { ...options, firstIdentity });
  assertEquals(index.exchanged, provider.given);
  assertEquals(provider.given.length, 1);
});

Deno.test("mintToken() asks for a new identity when the one that is there is about to end", async () => {
  await using index = fakeIndex({ expires });
  const provider = fakeProvider({ claims: () => ({ exp: NOW / 1000 + 20 }) });
  const context = networkContext();
  const firstIdentity = await provider.acquire(context, "pypi");
  const options = { registry: index.registry, audience: "pypi", provider };
  await mintToken(context, { ...options, firstIdentity });
  assertEquals(index.exchanged, [provider.given[1]]);
});

Deno.test("mintToken() sends an old identity all the same where there is no other", async () => {
  await using index = fakeIndex({ expires });
  const provider = fakeProvider({
    renewable: false,
    claims: () => ({ exp: NOW / 1000 - 5 }),
  });
  const context = networkContext();
  const firstIdentity = await provider.acquire(context, "pypi");
  const options = { registry: index.registry, audience: "pypi", provider };
  await mintToken(context, { ...options, firstIdentity });
  assertEquals(index.exchanged, provider.given);
  assertEquals(provider.given.length, 1);
});

for (const value of [undefined, "soon", null, 0, NOW / 1000 - 60]) {
  Deno.test(`mintToken() takes a quarter of an hour when \`expires\` is ${value}`, async () => {
    await using index = fakeIndex({ expires: () => value });
    const minted = await mintToken(networkContext(), {
      registry: index.registry,
      audience: "pypi",
      provider: fakeProvider(),
    });
    assertEquals(minted.expires, NOW + 900_000);
  });
}

Deno.test("mintToken() repeats a lost exchange with a fresh identity each time", async () => {
  await using index = fakeIndex({
    expires,
    onMint: (_, attempt) =>
      attempt === 1
        ? new Response("<html>", { status: 500 })
        : attempt === 2
        ? new Response("", { status: 503, headers: { "retry-after": "9" } })
        : undefined,
  });
  const provider = fakeProvider();
  const context = networkContext();
  const minted = await mintToken(context, {
    registry: index.registry,
    audience: "pypi",
    provider,
  });
  assertEquals(minted.token.reveal(), mintedToken(1));
  assertEquals(index.exchanged, provider.given);
  assertEquals(new Set(index.exchanged).size, 3);
  assertEquals(context.slept[1], 9000);
});

Deno.test("mintToken() repeats with a fresh identity when the connection broke", async () => {
  await using index = fakeIndex({ expires });
  const { fetch } = networkContext();
  let calls = 0;
  const context = networkContext({
    // The index has seen it; the answer gets lost.
    fetch: async (request) => {
      const response = await fetch(request);
      if (++calls > 1) return response;
      await response.body?.cancel();
      throw new TypeError("connection reset");
    },
  });
  const provider = fakeProvider();
  const options = { registry: index.registry, audience: "pypi", provider };
  const minted = await mintToken(context, options);
  assertEquals(minted.token.reveal(), mintedToken(2));
  assertEquals(new Set(index.exchanged).size, 2);
});

Deno.test("mintToken() asks no second time when the index asks for too long a wait", async () => {
  await using index = fakeIndex({
    expires,
    onMint: () =>
      new Response("", { status: 503, headers: { "retry-after": "3600" } }),
  });
  const provider = fakeProvider();
  const error = await assertRejects(
    () =>
      mintToken(networkContext(), {
        registry: index.registry,
        audience: "pypi",
        provider,
      }),
    ReleasioError,
  );
  assertEquals(error.code, "server-error");
  assertEquals(provider.given.length, 1);
});

Deno.test("mintToken() gives up after five lost exchanges", async () => {
  await using index = fakeIndex({
    expires,
    onMint: () => new Response("", { status: 502 }),
  });
  const provider = fakeProvider();
  const error = await assertRejects(
    () =>
      mintToken(networkContext(), {
        registry: index.registry,
        audience: "pypi",
        provider,
      }),
    ReleasioError,
  );
  assertEquals(error.code, "server-error");
  assertEquals(new Set(index.exchanged).size, 5);
});

Deno.test("mintToken() never sends the only identity twice, and says why", async () => {
  for (const status of [500, 503, 429]) {
    await using index = fakeIndex({
      expires,
      onMint: () => new Response("", { status }),
    });
    const provider = fakeProvider({ renewable: false, label: "GitLab CI/CD" });
    const error = await assertRejects(
      () =>
        mintToken(networkContext(), {
          registry: index.registry,
          audience: "pypi",
          provider,
        }),
      ReleasioError,
    );
    assertEquals(error.code, "server-error");
    assertStringIncludes(error.hint!, "GitLab CI/CD");
    // It may be a renewal, with files on the index.
    assertStringIncludes(
      error.hint!,
      "Run the job again later: what is on the index is recognised",
    );
    assertEquals(index.exchanged.length, 1);
  }
});

Deno.test("mintToken() notices that a provider gave the same identity again", async () => {
  await using index = fakeIndex({
    expires,
    onMint: () => new Response("", { status: 503 }),
  });
  const provider = fakeProvider({ claims: () => ({ jti: "same" }) });
  const options = { registry: index.registry, audience: "pypi", provider };
  const error = await assertRejects(
    () => mintToken(networkContext(), options),
    ReleasioError,
  );
  assertEquals(error.code, "server-error");
  assertEquals(index.exchanged.length, 1);
});

Deno.test("mintToken() does not repeat an exchange that was refused", async () => {
  await using index = fakeIndex({
    expires,
    onMint: (jwt) =>
      refusalOf(
        "invalid-publisher",
        `valid token, but no corresponding publisher (got '${jwt}')`,
      ),
  });
  const provider = fakeProvider();
  const error = await assertRejects(
    () =>
      mintToken(networkContext(), {
        registry: index.registry,
        audience: "pypi",
        provider,
        projects: ["demo"],
      }),
    ReleasioError,
    "No matching trusted publisher found",
  );
  assertEquals(error.code, "publisher-not-found");
  assertEquals(index.exchanged.length, 1);
  assertEquals(everythingOf(error).includes(provider.given[0]!), false);
});

/** What Deno rejects with, the reason below, as its versions have it. */
const UNREACHABLE = new TypeError("fetch failed", {
  cause: new Error(
    "error sending request for url (https://upload.pypi.org/_/oidc/mint-token): client error (Connect): tcp connect error: Connection refused (os error 111)",
  ),
});

for (const renewable of [false, true]) {
  Deno.test(`mintToken() keeps an identity that was sent nowhere, be there others (${renewable}) or not`, async () => {
    await using index = fakeIndex({ expires });
    const provider = fakeProvider({ renewable });
    const { fetch } = networkContext();
    let calls = 0;
    const context = networkContext({
      fetch: (request) =>
        ++calls <= 2 ? Promise.reject(UNREACHABLE) : fetch(request),
    });
    const options = { registry: index.registry, audience: "pypi", provider };
    const minted = await mintToken(context, options);
    assertEquals(minted.token.reveal(), mintedToken(1));
    assertEquals(provider.given.length, 1);
    assertEquals(index.exchanged, provider.given);
    assertEquals(context.slept.length, 2);
  });
}

Deno.test("mintToken() gives up on an index that can't be reached, and blames no used identity", async () => {
  await using gone = fakeIndex({ expires });
  const { registry } = gone;
  await gone[Symbol.asyncDispose]();
  const provider = fakeProvider({ renewable: false });
  const context = networkContext();
  const options = { registry, audience: "pypi", provider };
  const error = await assertRejects(
    () => mintToken(context, options),
    ReleasioError,
  );
  assertEquals(error.code, "network");
  assertEquals(error.hint!.includes("identity token"), false);
  assertEquals(context.slept.length, 4);
});

Deno.test("mintToken() asks once where asking is not permitted", async () => {
  await using index = fakeIndex({ expires });
  const denied = new Error("Requires net access");
  denied.name = "NotCapable";
  const context = networkContext({ fetch: () => Promise.reject(denied) });
  for (const renewable of [false, true]) {
    const provider = fakeProvider({ renewable });
    const options = { registry: index.registry, audience: "pypi", provider };
    const error = await assertRejects(
      () => mintToken(context, options),
      ReleasioError,
    );
    assertEquals(error.code, "network");
    assertStringIncludes(error.hint!, "--allow-net");
    assertEquals(provider.given.length, 1);
  }
  assertEquals(context.slept, []);
});

for (
  const [name, body] of [
    ["no JSON", "<html>"],
    ["no token", '{"success": true}'],
    ["a token that is no text", '{"token": {"a": 1}}'],
    ["a token with a line break", '{"token": "a\\n::set-output name=x::y"}'],
    ["an empty token", '{"token": ""}'],
  ] as const
) {
  Deno.test(`mintToken() refuses an answer with ${name}`, async () => {
    await using index = fakeIndex({
      expires,
      onMint: () => new Response(body),
    });
    const context = networkContext();
    const provider = fakeProvider();
    const options = { registry: index.registry, audience: "pypi", provider };
    const error = await assertRejects(
      () => mintToken(context, options),
      ReleasioError,
    );
    assertEquals(error.code, "mint-refused");
    assertEquals(context.masked.length, 1);
    assertEquals(everythingOf(error).includes("set-output"), false);
  });
}

Deno.test("mintToken() follows no redirect to another host with a token", async () => {
  await using other = serve(() => Response.json({ token: "x" }));
  await using index = fakeIndex({
    expires,
    onMint: () => Response.redirect(`${other.origin}/_/oidc/mint-token`, 307),
  });
  const provider = fakeProvider();
  const options = { registry: index.registry, audience: "pypi", provider };
  const error = await assertRejects(
    () => mintToken(networkContext(), options),
    ReleasioError,
  );
  assertEquals(error.code, "server-error");
  assertEquals(other.requests.length, 0);
  assertEquals(everythingOf(error).includes(provider.given[0]!), false);
});

Deno.test("mintToken() sends no token in the clear", async () => {
  const error = await assertRejects(
    () =>
      mintToken(testContext(), {
        registry: { ...PYPI, uploadUrl: "http://upload.pypi.org/legacy/" },
        audience: "pypi",
        provider: fakeProvider(),
      }),
    ReleasioError,
  );
  assertEquals(error.code, "registry-invalid");
});

Deno.test("mintToken() waits for the answer when it is interrupted, so that the token can be burnt", async () => {
  const stop = new AbortController();
  await using index = fakeIndex({
    expires,
    onMint: () => {
      stop.abort(new ReleasioError("interrupted", "Interrupted"));
      return undefined;
    },
  });
  const minted = await mintToken(networkContext({ signal: stop.signal }), {
    registry: index.registry,
    audience: "pypi",
    provider: fakeProvider(),
  });
  assertEquals(minted.token.reveal(), mintedToken(1));
});

Deno.test("mintToken() starts no exchange after an interruption", async () => {
  await using index = fakeIndex({ expires });
  const stop = new AbortController();
  stop.abort(new ReleasioError("terminated", "Terminated"));
  const options = {
    registry: index.registry,
    audience: "pypi",
    provider: fakeProvider(),
  };
  const error = await assertRejects(
    () => mintToken(networkContext({ signal: stop.signal }), options),
    ReleasioError,
  );
  assertEquals(error.code, "terminated");
  assert(index.exchanged.length === 0);
});
