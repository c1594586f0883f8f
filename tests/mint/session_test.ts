import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import { ReleasioError } from "../../lib/errors.ts";
import type { PublishEvent } from "../../lib/events.ts";
import {
  apiTokenCredentials,
  openTrustedSession,
  type SessionOptions,
} from "../../lib/mint/session.ts";
import { Secret } from "../../lib/secret.ts";
import { networkContext } from "../oidc/loopback.ts";
import {
  type FakeIndex,
  fakeIndex,
  type FakeIndexOptions,
  fakeProvider,
  mintedToken,
  refusalOf,
} from "./fake_index.ts";

const MINUTE = 60_000;

/** An index, a provider and a context that share a clock. */
function scene(
  options: Partial<FakeIndexOptions> & {
    readonly renewable?: boolean;
    readonly signal?: AbortSignal;
    /** Seconds that a token lives. */
    readonly lifetime?: number;
  } = {},
) {
  const { renewable = true, signal, lifetime = 900, ...rest } = options;
  const context = networkContext(signal ? { signal } : {});
  const index = fakeIndex({
    expires: () => context.now() / 1000 + lifetime,
    ...rest,
  });
  const provider = fakeProvider({ renewable });
  const events: PublishEvent[] = [];
  const session: SessionOptions = {
    registry: index.registry,
    audience: "pypi",
    provider,
    onEvent: (event) => void events.push(event),
  };
  return {
    context,
    index,
    provider,
    events,
    open: () => openTrustedSession(context, session),
    pass: (ms: number) => context.sleep(ms),
    [Symbol.asyncDispose]: () => index[Symbol.asyncDispose](),
  };
}

function allBurnt(index: FakeIndex, count: number): void {
  const minted = Array.from({ length: count }, (_, i) => mintedToken(i + 1));
  assertEquals(index.burnt.toSorted(), minted.toSorted());
}

async function tokenOf(
  credentials: Awaited<ReturnType<typeof openTrustedSession>>,
): Promise<string> {
  const { username, password } = await credentials.current();
  assertEquals(username, "__token__");
  return password.reveal();
}

Deno.test("openTrustedSession() mints when it opens, keeps the token, and burns it", async () => {
  await using s = scene();
  const session = await s.open();
  assertEquals(session.kind, "trusted-publishing");
  assertEquals(s.index.exchanged.length, 1);
  assertEquals(await tokenOf(session), mintedToken(1));
  assertEquals(await tokenOf(session), mintedToken(1));
  await session.close();
  allBurnt(s.index, 1);
  const registry = s.index.registry.uploadUrl;
  assertEquals(s.events, [
    { type: "minted", registry, expires: s.context.now() + 15 * MINUTE },
    { type: "burned", registry },
  ]);
});

Deno.test("openTrustedSession() burns once, however often it is closed", async () => {
  await using s = scene();
  const session = await s.open();
  void session.close();
  // Each close ends when the burning has ended, whoever began it.
  await session.close();
  allBurnt(s.index, 1);
  assertEquals(
    s.index.requests.filter(({ url }) => url.endsWith("burn-token")).length,
    1,
  );
});

Deno.test("openTrustedSession() closes quietly where the index can't burn", async () => {
  await using s = scene({ onBurn: () => new Response("", { status: 404 }) });
  await (await s.open()).close();
  assertEquals(s.events.map(({ type }) => type), ["minted"]);
});

Deno.test("openTrustedSession() mints again before the end, once for all callers, with a fresh identity", async () => {
  await using s = scene();
  const session = await s.open();
  await s.pass(9 * MINUTE);
  assertEquals(await tokenOf(session), mintedToken(1));
  await s.pass(2 * MINUTE);
  const tokens = await Promise.all(
    Array.from({ length: 8 }, () => tokenOf(session)),
  );
  assertEquals(new Set(tokens), new Set([mintedToken(2)]));
  assertEquals(new Set(s.index.exchanged).size, 2);
  assertEquals(s.index.exchanged.length, 2);
  await session.close();
  allBurnt(s.index, 2);
});

Deno.test("openTrustedSession() renews a token of a few seconds in its last third, not at once", async () => {
  await using s = scene({ lifetime: 30 });
  const session = await s.open();
  assertEquals(await tokenOf(session), mintedToken(1));
  await s.pass(21_000);
  assertEquals(await tokenOf(session), mintedToken(2));
  await session.close();
});

Deno.test("openTrustedSession() keeps a token that is good for a while when renewal fails, and tries again at its end", async () => {
  let isDown = false;
  await using s = scene({
    onMint: () => isDown ? new Response("", { status: 500 }) : undefined,
  });
  const session = await s.open();
  isDown = true;
  await s.pass(11 * MINUTE);
  assertEquals(await tokenOf(session), mintedToken(1));
  const exchanges = s.index.exchanged.length;
  assertEquals(await tokenOf(session), mintedToken(1));
  assertEquals(s.index.exchanged.length, exchanges);
  await s.pass(5 * MINUTE);
  const error = await assertRejects(() => session.current(), ReleasioError);
  assertEquals(error.code, "server-error");
  isDown = false;
  assertEquals(await tokenOf(session), mintedToken(2));
  await session.close();
  allBurnt(s.index, 2);
});

Deno.test("openTrustedSession() uses the only token until the index refuses it, whatever this clock says", async () => {
  await using s = scene({ renewable: false });
  const session = await s.open();
  for (const minutes of [14, 2, 60]) {
    await s.pass(minutes * MINUTE);
    assertEquals(await tokenOf(session), mintedToken(1));
  }
  const { password } = await session.current();
  assertEquals(await session.renew(password), false);
  assertEquals(s.index.exchanged.length, 1);
  assertEquals(s.provider.given.length, 1);
  await session.close();
  allBurnt(s.index, 1);
});

Deno.test("renew() mints once for all callers who were refused", async () => {
  await using s = scene();
  const session = await s.open();
  const { password } = await session.current();
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => session.renew(password)),
  );
  assertEquals(answers, [true, true, true, true]);
  // One more, who comes late with the token of before.
  assertEquals(await session.renew(password), true);
  assertEquals(await tokenOf(session), mintedToken(2));
  assertEquals(s.index.exchanged.length, 2);
  await session.close();
  allBurnt(s.index, 2);
});

Deno.test("renew() answers no where the provider has no other identity, or the session is closed", async () => {
  await using s = scene({ renewable: false });
  const session = await s.open();
  const { password } = await session.current();
  assertEquals(await session.renew(password), false);
  await session.close();
  assertEquals(await session.renew(password), false);
  assertEquals(s.index.exchanged.length, 1);
});

Deno.test("renew() rejects with the index's refusal", async () => {
  await using s = scene({
    onMint: (_, attempt) =>
      attempt > 1
        ? refusalOf("invalid-reuse-token", "invalid token: already used")
        : undefined,
  });
  const session = await s.open();
  const { password } = await session.current();
  const error = await assertRejects(
    () => session.renew(password),
    ReleasioError,
  );
  assertEquals(error.code, "oidc-token-reused");
  await session.close();
  allBurnt(s.index, 1);
});

Deno.test("renew() fails without saying that nothing was uploaded", async () => {
  await using s = scene({
    onMint: (_, attempt) =>
      attempt > 1 ? new Response("", { status: 500 }) : undefined,
  });
  const session = await s.open();
  const { password } = await session.current();
  const { hint } = await assertRejects(
    () => session.renew(password),
    ReleasioError,
  );
  assertEquals(
    hint,
    "Run the job again later: what is on the index is recognised, and the rest is sent.",
  );
  await session.close();
});

Deno.test("openTrustedSession() burns a token that was minted during an interruption", async () => {
  const stop = new AbortController();
  const reason = new ReleasioError("interrupted", "Interrupted");
  await using s = scene({
    signal: stop.signal,
    onMint: () => {
      stop.abort(reason);
      return undefined;
    },
  });
  assertEquals(await assertRejects(s.open), reason);
  allBurnt(s.index, 1);
});

Deno.test("close() waits for a renewal under way, and burns what it brings", async () => {
  const arrived = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  await using s = scene({
    onMint: (_, attempt) =>
      attempt === 1 ? undefined : (async () => {
        arrived.resolve();
        await released.promise;
        return Response.json({ token: mintedToken(2), expires: 0 });
      })(),
  });
  const session = await s.open();
  const { password } = await session.current();
  const renewal = session.renew(password);
  await arrived.promise;
  const closing = session.close();
  released.resolve();
  await Promise.all([renewal, closing]);
  allBurnt(s.index, 2);
});

Deno.test("openTrustedSession() burns the token when a listener throws", async () => {
  await using s = scene();
  await assertRejects(
    () =>
      openTrustedSession(s.context, {
        registry: s.index.registry,
        audience: "pypi",
        provider: s.provider,
        onEvent: () => {
          throw new RangeError("listener");
        },
      }),
    RangeError,
  );
  allBurnt(s.index, 1);
});

Deno.test("openTrustedSession() rejects with the refusal, and has nothing to burn", async () => {
  await using s = scene({
    onMint: () => refusalOf("invalid-publisher", "x (y)"),
  });
  const error = await assertRejects(s.open, ReleasioError);
  assertEquals(error.code, "publisher-not-found");
  assertEquals(s.index.burnt, []);
});

Deno.test("current() rejects after the session was closed", async () => {
  await using s = scene();
  const session = await s.open();
  await session.close();
  await assertRejects(() => session.current(), TypeError);
});

Deno.test("openTrustedSession() shows no token when it is printed", async () => {
  await using s = scene();
  const session = await s.open();
  const credentials = await session.current();
  for (const value of [session, credentials, s.events]) {
    const text = Deno.inspect(value, { depth: 20 }) + JSON.stringify(value);
    assertEquals(text.includes("minted-1"), false);
  }
  await session.close();
});

Deno.test("apiTokenCredentials() stay as they are", async () => {
  const token = new Secret("pypi-api-token");
  const credentials = apiTokenCredentials(token);
  assertEquals(credentials.kind, "api-token");
  assertEquals(await credentials.current(), {
    username: "__token__",
    password: token,
  });
  assertEquals(await credentials.renew(token), false);
  await credentials.close();
  assertEquals(
    (await credentials.current()).password.reveal(),
    "pypi-api-token",
  );
  const other = apiTokenCredentials(token, "someone");
  assertNotEquals((await other.current()).username, "__token__");
  assert(!Deno.inspect(credentials).includes("pypi-api-token"));
});
