import { assertEquals } from "@std/assert";
import { ReleasioError } from "../lib/errors.ts";
import { send } from "../lib/http.ts";
import {
  backoffDelay,
  isTransientStatus,
  nextDelay,
  READ_RETRIES,
  requestedDelay,
} from "../lib/retry.ts";
import { testContext } from "./helpers/context.ts";

const NOW = Date.UTC(2026, 7, 11, 10, 37, 37);

const asked = (headers: Record<string, string>) =>
  requestedDelay(new Headers(headers), NOW);

Deno.test("isTransientStatus() is true for what may pass, and nothing else", () => {
  const statuses = Array.from({ length: 500 }, (_, index) => 100 + index);
  assertEquals(statuses.filter(isTransientStatus), [
    408,
    425,
    429,
    500,
    502,
    503,
    504,
  ]);
});

Deno.test("backoffDelay() doubles up to a bound, all of it left to chance", () => {
  const policy = { attempts: 9, baseDelay: 1000, maxDelay: 5000 };
  const longest = [1, 2, 3, 4, 40].map((n) => backoffDelay(n, policy, 1));
  assertEquals(longest, [1000, 2000, 4000, 5000, 5000]);
  assertEquals(backoffDelay(3, policy, 0), 0);
  assertEquals(backoffDelay(3, policy, 0.25), 1000);
});

Deno.test("requestedDelay() reads Retry-After in both forms", () => {
  assertEquals(asked({ "retry-after": "120" }), 120_000);
  assertEquals(
    asked({ "retry-after": "Tue, 11 Aug 2026 10:39:37 GMT" }),
    120_000,
  );
  assertEquals(asked({ "retry-after": "Tue, 11 Aug 2026 10:00:00 GMT" }), 0);
  assertEquals(asked({ "retry-after": "soon" }), undefined);
  assertEquals(asked({}), undefined);
});

Deno.test("requestedDelay() takes a date for one of GMT, in whatever form it comes", () => {
  for (
    const date of [
      "Tuesday, 11-Aug-26 10:39:37 GMT",
      "Tue Aug 11 10:39:37 2026",
    ]
  ) {
    assertEquals(asked({ "retry-after": date }), 120_000, date);
  }
});

Deno.test("requestedDelay() hears long waits, and takes nothing else for a time", () => {
  for (const endless of ["9999999999", "9".repeat(400)]) {
    assertEquals(asked({ "retry-after": endless }), 1e12);
    assertEquals(asked({ ratelimit: `"a";r=0;t=${endless}` }), 1e12);
  }
  assertEquals(asked({ "retry-after": "120, 60" }), 120_000);
  for (const text of ["-3600", "3600.5", "garbage 2030", "1e9"]) {
    assertEquals(asked({ "retry-after": text }), undefined, text);
  }
});

Deno.test("requestedDelay() reads PyPI's RateLimit, which names several limits", () => {
  // What PyPI sent with "Too many new projects" in August 2026.
  const ratelimit =
    '"project.create.ip";r=0;t=55569, "project.create.user";r=0;t=55569';
  assertEquals(asked({ ratelimit }), 55_569_000);
  assertEquals(
    asked({
      ratelimit:
        '"project.create.ip";r=2;t=100, "project.create.user";r=0;t=900',
    }),
    900_000,
  );
  assertEquals(asked({ ratelimit: '"a";r=0;t=5, "b";t=60;r=0' }), 60_000);
  assertEquals(asked({ ratelimit: '"a";r=3;t=5, "b";r=1;t=60' }), undefined);
  assertEquals(asked({ ratelimit: '"a";r=0' }), undefined);
  assertEquals(
    asked({ "retry-after": "7", ratelimit: '"a";r=0;t=60' }),
    7000,
  );
});

Deno.test("nextDelay() is never shorter than what is asked for or the backoff", () => {
  const policy = {
    attempts: 5,
    baseDelay: 1000,
    maxDelay: 8000,
    patience: 60_000,
  };
  assertEquals(nextDelay(2, policy, { random: 0.5, asked: 20_000 }), 20_000);
  assertEquals(nextDelay(2, policy, { random: 0.5 }), 1000);
  // A clock that is ahead, or a server that means nothing by it.
  assertEquals(nextDelay(2, policy, { random: 0.5, asked: 0 }), 1000);
  assertEquals(nextDelay(2, policy, { random: 0.5, asked: 60_001 }), null);
});

/** What a server that answers 503 until it is asked late enough gets. */
async function visits(retryAfter: string) {
  const world = testContext({
    random: () => 0.5,
    fetch: () => {
      times.push(world.now() - start);
      return Promise.resolve(
        new Response("", {
          status: 503,
          headers: { "retry-after": retryAfter },
        }),
      );
    },
  });
  const start = world.now();
  const times: number[] = [];
  const { status } = await send(world, { url: "http://127.0.0.1/" }, {
    timeout: 1000,
    retries: READ_RETRIES,
  });
  return { status, times };
}

Deno.test("send() asks again no earlier than the server wishes", async () => {
  const { status, times } = await visits("60");
  assertEquals(status, 503);
  assertEquals(times, [0, 60_000, 120_000, 180_000, 240_000]);
});

Deno.test("send() gives up rather than ask too early", async () => {
  assertEquals(await visits("3600"), { status: 503, times: [0] });
});

Deno.test("send() backs off from a server that asks for no wait at all", async () => {
  const { times } = await visits("0");
  assertEquals(times, [0, 250, 750, 1750, 3750]);
});

Deno.test("send() stops waiting when it is interrupted", async () => {
  const stop = new AbortController();
  const reason = new ReleasioError("interrupted", "Interrupted");
  const world = testContext({
    signal: stop.signal,
    fetch: () => Promise.resolve(new Response("", { status: 503 })),
    // Only the interruption ends it.
    sleep: (_ms, signal) => {
      queueMicrotask(() => stop.abort(reason));
      return new Promise((_, reject) =>
        signal?.addEventListener("abort", () => reject(signal.reason))
      );
    },
  });
  const thrown = await send(world, { url: "http://127.0.0.1/" }, {
    timeout: 1000,
    retries: READ_RETRIES,
  }).catch((error) => error);
  assertEquals(thrown, reason);
});
