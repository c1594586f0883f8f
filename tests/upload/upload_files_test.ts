import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import type { Context } from "../../lib/context.ts";
import type { HashedDistribution } from "../../lib/dist/distribution.ts";
import { ReleasioError } from "../../lib/errors.ts";
import type { PublishEvent } from "../../lib/events.ts";
import { openTrustedSession } from "../../lib/mint/session.ts";
import {
  uploadFiles,
  type UploadOptions,
} from "../../lib/upload/upload_files.ts";
import { testContext } from "../helpers/context.ts";
import {
  type Answer,
  atPort,
  credentialsOf,
  distributionOf,
  type FakeIndex,
  type SeenUpload,
  startFakeIndex,
} from "../helpers/fake_index.ts";
import { type Fault, startFaultProxy } from "../helpers/fault_proxy.ts";
import { fakeIndex as mintingIndex, fakeProvider } from "../mint/fake_index.ts";

const LIMITS = { connect: 2000, progress: 2000, answer: 2000 };

function context(overrides: Partial<Omit<Context, "env">> = {}) {
  return testContext({ fetch: (request) => fetch(request), ...overrides });
}

async function upload(
  index: FakeIndex,
  files: readonly HashedDistribution[],
  options: Partial<UploadOptions> = {},
  world = context(),
) {
  const events: PublishEvent[] = [];
  const outcomes = await uploadFiles(world, files, {
    registry: index.registry,
    credentials: credentialsOf(),
    jobs: 4,
    skipExisting: false,
    limits: LIMITS,
    onEvent: (event) => events.push(event),
    ...options,
  });
  return {
    outcomes,
    events,
    statuses: outcomes.map(({ status }) => status),
    codes: outcomes.map(({ error }) => error?.code ?? null),
    world,
  };
}

function say(status: number, text: string, headers = {}): Answer {
  return () =>
    Response.json({ code: `${status} ${text}`, message: "" }, {
      status,
      headers,
    });
}

const wheel = (tag: string, size = 10) =>
  distributionOf(
    `demo-1.0-${tag}-none-any.whl`,
    new Uint8Array(size).fill(tag.length),
  );

Deno.test("uploadFiles() sends a file once, with all that the index wants", async () => {
  await using index = startFakeIndex();
  const file = await distributionOf("demo-1.0-py3-none-any.whl");
  const { outcomes, events } = await upload(index, [file]);
  assertEquals(outcomes, [{
    distribution: file,
    status: "uploaded",
    attempts: 1,
    error: null,
  }]);
  const [seen] = index.uploads;
  assertEquals(index.uploads.length, 1);
  assertEquals(seen!.headers.get("content-length"), String(seen!.body.length));
  assertEquals(seen!.headers.get("transfer-encoding"), null);
  assertEquals(
    seen!.headers.get("authorization"),
    `Basic ${btoa("__token__:pypi-token")}`,
  );
  assertMatch(seen!.headers.get("accept")!, /^application\/json/);
  assertMatch(seen!.headers.get("user-agent")!, /^releasio\/\d/);
  assertEquals(seen!.form.get("sha256_digest"), file.sha256);
  assertEquals(index.files.get(file.filename), file.sha256);
  assertEquals(events.map(({ type }) => type), [
    "upload-start",
    "upload-progress",
    "upload-end",
  ]);
});

Deno.test("uploadFiles() sends the first wheel alone, the others together, the sdist last", async () => {
  let running = 0;
  const begun: [string, number][] = [];
  await using index = startFakeIndex({
    onUpload: async (filename) => {
      begun.push([filename, running++]);
      await new Promise((resolve) => setTimeout(resolve, 20));
      running--;
    },
  });
  const files = [
    await distributionOf("demo-1.0.tar.gz", new Uint8Array(500)),
    ...await Promise.all(
      ["py31", "py32", "py33", "py34", "py35"].map((tag, number) =>
        wheel(tag, 100 + number)
      ),
    ),
  ];
  const { statuses } = await upload(index, files, { jobs: 3 });
  assertEquals(statuses, Array(6).fill("uploaded"));
  assertEquals(begun[0], ["demo-1.0-py31-none-any.whl", 0]);
  assertEquals(begun.at(-1), ["demo-1.0.tar.gz", 0]);
  assertEquals(index.mostAtOnce(), 3);
  assert(
    begun.slice(1, 4).every(([name]) => /py3[345]/.test(name)),
    "largest first",
  );
});

Deno.test("uploadFiles() sends several projects side by side", async () => {
  await using index = startFakeIndex({
    onUpload: () => new Promise((resolve) => setTimeout(resolve, 20)),
  });
  const files = await Promise.all(
    ["a", "b", "c"].map((name) => distributionOf(`${name}-1.0.tar.gz`)),
  );
  const { statuses } = await upload(index, files);
  assertEquals(statuses, ["uploaded", "uploaded", "uploaded"]);
  assertEquals(index.mostAtOnce(), 3);
});

for (const status of [408, 425, 429, 500, 502, 503, 504]) {
  Deno.test(`uploadFiles() tries again after ${status}`, async () => {
    await using index = startFakeIndex();
    index.answers.push(say(status, "later"), say(status, "later"));
    const file = await wheel("py3");
    const { outcomes, events, world } = await upload(index, [file]);
    assertEquals(outcomes[0]!.status, "uploaded");
    assertEquals(outcomes[0]!.attempts, 3);
    assertEquals(
      events.filter(({ type }) => type === "upload-retry").length,
      2,
    );
    assert(world.slept.length >= 2);
  });
}

Deno.test("uploadFiles() gives up after six tries and says what the index said", async () => {
  await using index = startFakeIndex();
  index.answers.push(...Array(10).fill(say(500, "broken pipe dream")));
  const { outcomes } = await upload(index, [await wheel("py3")]);
  const [{ status, attempts, error }] = outcomes as [
    typeof outcomes[0] & object,
  ];
  assertEquals([status, attempts, error?.code], ["failed", 6, "server-error"]);
  assertMatch(error!.message, /500 broken pipe dream/);
});

Deno.test("uploadFiles() does not try again what will not change", async () => {
  await using index = startFakeIndex();
  index.answers.push(say(400, "'x' is not a valid classifier."));
  const { outcomes } = await upload(index, [await wheel("py3")]);
  assertEquals(outcomes[0]!.attempts, 1);
  assertEquals(outcomes[0]!.error?.code, "upload-refused");
});

/** A clock that moves only when nothing else is going on. */
function patientContext(isBusy: () => boolean) {
  let now = Date.UTC(2026, 0, 1);
  const sleepers = new Map<() => void, number>();
  let idle = 0;
  const timer = setInterval(() => {
    idle = isBusy() || sleepers.size === 0 ? 0 : idle + 1;
    if (idle < 5) return;
    idle = 0;
    now = Math.max(now, Math.min(...sleepers.values()));
    for (const [wake, time] of [...sleepers]) {
      if (time <= now && sleepers.delete(wake)) wake();
    }
  }, 10);
  return {
    world: context({
      now: () => now,
      // Between the starts of two files, nobody has to wait.
      sleep: (ms) =>
        ms <= 10
          ? Promise.resolve()
          : new Promise((wake) => sleepers.set(wake, now + ms)),
    }),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

for (const status of [429, 503]) {
  Deno.test(`uploadFiles() makes everyone wait after one ${status}`, async () => {
    const begun: number[] = [];
    let running = 0;
    using patient = patientContext(() => running > 0);
    const { world } = patient;
    const start = world.now();
    await using index = startFakeIndex({
      onUpload: () => {
        running++;
        begun.push(world.now() - start);
      },
    });
    const take = (ms: number): Answer => async (_, store) => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      running--;
      return await store();
    };
    index.answers.push(
      take(0),
      (upload, store) => {
        running--;
        return say(status, "busy", { "retry-after": "20" })(upload, store);
      },
      // These end when the refusal is known.
      take(100),
      take(100),
      ...Array(9).fill(take(0)),
    );
    const files = await Promise.all(
      ["py2", "py30", "py311", "py312", "py313", "py314"].map((t) => wheel(t)),
    );
    const { statuses } = await upload(index, files, { jobs: 3 }, world);
    assertEquals(statuses, Array(6).fill("uploaded"));
    // The first alone, then three; then nobody until the index's time is over.
    assert(begun.slice(0, 4).every((ms) => ms < 20_000), String(begun));
    assert(begun.slice(4).every((ms) => ms >= 20_000), String(begun));
    assertEquals(begun.length, 7);
  });
}

for (
  const [what, headers, delays] of [
    ["seconds", { "retry-after": "20" }, [20_000]],
    ["a date", { "retry-after": "Thu, 01 Jan 2026 00:00:20 GMT" }, [20_000]],
    [
      "PyPI's limits",
      { ratelimit: '"one";r=3;t=5, "other";r=0;t=30' },
      [30_000],
    ],
    // Nothing to wait for is no leave to hammer.
    ["no wait", { "retry-after": "0" }, [500]],
    ["a past", { "retry-after": "Wed, 31 Dec 2025 23:00:00 GMT" }, [500]],
  ] as const
) {
  Deno.test(`uploadFiles() waits when the index asks for ${what}`, async () => {
    await using index = startFakeIndex();
    index.answers.push(say(429, "slow down", headers));
    const { outcomes, world } = await upload(index, [await wheel("py3")]);
    assertEquals(outcomes[0]!.attempts, 2);
    assertEquals(world.slept, [...delays]);
  });
}

Deno.test("uploadFiles() ends the run when the index asks for an hour", async () => {
  await using index = startFakeIndex();
  index.answers.push(
    (_, store) => store(),
    ...Array(9).fill(say(429, "", { "retry-after": "3600" })),
  );
  const files = await Promise.all(
    ["py2", "py30", "py311"].map((t) => wheel(t)),
  );
  const { codes, statuses, world } = await upload(index, files, { jobs: 1 });
  assertEquals(statuses.toSorted(), ["failed", "not-attempted", "uploaded"]);
  assert(codes.includes("rate-limited"));
  // But between the starts of two files.
  assertEquals(world.slept.filter((ms) => ms > 10), []);
});

Deno.test("uploadFiles() never sends again what arrived without an answer", async () => {
  await using index = startFakeIndex();
  index.answers.push(async (_, store) => {
    await store();
    return new Response("Bad gateway", { status: 502 });
  });
  const { outcomes } = await upload(index, [await wheel("py3")]);
  assertEquals(outcomes[0]!.status, "uploaded");
  assertEquals(index.uploads.length, 1);
  assertEquals(index.lookups, ["demo"]);
});

for (const status of [501, 507, 520, 524]) {
  Deno.test(`uploadFiles() asks whether a file has arrived before it fails with ${status}`, async () => {
    await using index = startFakeIndex();
    const answer = new Response("Something between us", { status });
    index.answers.push(async (_, store) => {
      await store();
      return answer.clone();
    }, () => answer.clone());
    const { statuses } = await upload(
      index,
      await Promise.all([wheel("py3"), wheel("py31")]),
      { jobs: 1 },
    );
    assertEquals(statuses, ["uploaded", "failed"]);
    // What will not pass is not tried again.
    assertEquals(index.uploads.length, 2);
    assertEquals(index.lookups.length, 2);
  });
}

Deno.test("uploadFiles() looks for a file whose last connection broke", async () => {
  await using index = startFakeIndex();
  const file = await wheel("py3");
  const world = context({
    fetch: async (request) => {
      if (request.method !== "POST") return await fetch(request);
      // It arrives, and the answer is lost, at the last try as at the first.
      if (index.uploads.length === 5) {
        await (await fetch(request)).body?.cancel();
        throw new TypeError("lost");
      }
      return await fetch(request);
    },
  });
  index.answers.push(...Array.from({ length: 5 }, () => say(502, "Bad")));
  const { outcomes } = await upload(index, [file], {}, world);
  assertEquals(outcomes[0]!.status, "uploaded");
  assertEquals(outcomes[0]!.attempts, 6);
  assertEquals(index.uploads.length, 6);
});

Deno.test("uploadFiles() gives up a run whose tries all fail, however many files are left", async () => {
  await using index = startFakeIndex();
  const files = await Promise.all(
    Array.from({ length: 30 }, (_, number) => wheel(`py3${number}`)),
  );
  index.files.set(files[0]!.filename, files[0]!.sha256);
  index.answers.push(...Array.from({ length: 400 }, () => say(503, "Down")));
  const { outcomes, world } = await upload(index, files, { jobs: 4 });
  const failed = outcomes.filter(({ status }) => status === "failed");
  const untried = outcomes.filter(({ status }) => status === "not-attempted");
  assert(untried.length > 15, `${untried.length} of ${outcomes.length}`);
  for (const { error } of failed) assertEquals(error!.code, "server-error");
  assert(index.uploads.length < 55, `${index.uploads.length} requests`);
  assert(world.slept.reduce((sum, ms) => sum + ms) < 600_000);
});

Deno.test("uploadFiles() goes on past files that fail as long as others go up", async () => {
  await using index = startFakeIndex();
  const files = await Promise.all(
    Array.from({ length: 12 }, (_, number) => wheel(`py3${number}`)),
  );
  const down = say(503, "Down");
  // Of each pair, one goes up and one fails at every try.
  const tries = new Map<string, number>();
  const world = context({
    fetch: async (request) => {
      if (request.method !== "POST") return await fetch(request);
      const body = await request.clone().text();
      const name = /filename="([^"]+)"/.exec(body)![1]!;
      tries.set(name, (tries.get(name) ?? 0) + 1);
      const number = files.findIndex(({ filename }) => filename === name);
      return number % 2 === 0
        ? await fetch(request)
        : await down({} as SeenUpload, () => Promise.reject());
    },
  });
  const { statuses } = await upload(index, files, { jobs: 1 }, world);
  assertEquals(statuses.includes("not-attempted"), false);
  assertEquals(statuses.filter((status) => status === "uploaded").length, 6);
});

Deno.test("uploadFiles() has uploaded what arrived without an answer and is a duplicate on the next try", async () => {
  let looks = 0;
  await using index = startFakeIndex({
    // Behind at first: the file is sent again.
    simple: () =>
      ++looks === 1
        ? new Response("", { status: 404 })
        : Response.json({ files: [{ ...listed, url: listed.filename }] }, {
          headers: { "content-type": "application/vnd.pypi.simple.v1+json" },
        }),
  });
  const file = await wheel("py3");
  const listed = { filename: file.filename, hashes: { sha256: file.sha256 } };
  index.answers.push(
    async (_, store) => {
      await store();
      return new Response("Bad gateway", { status: 502 });
    },
    say(409, "Conflict"),
  );
  const { outcomes } = await upload(index, [file]);
  assertEquals(outcomes[0]!.status, "uploaded");
  assertEquals(outcomes[0]!.attempts, 2);
  assertEquals(looks, 2);
});

Deno.test("uploadFiles() says that a duplicate may be its own where the index can't be asked", async () => {
  await using index = startFakeIndex();
  index.answers.push(async (_, store) => {
    await store();
    return new Response("Bad gateway", { status: 502 });
  }, say(409, "Conflict"));
  const { outcomes } = await upload(index, [await wheel("py3")], {
    registry: { ...index.registry, simpleUrl: null },
  });
  assertEquals(outcomes[0]!.status, "failed");
  assertStringIncludes(outcomes[0]!.error!.hint!, "An earlier try of this run");
});

Deno.test("uploadFiles() takes a duplicate for existing when the digest is the same", async () => {
  await using index = startFakeIndex();
  const file = await wheel("py3");
  index.files.set(file.filename, file.sha256);
  index.answers.push(say(409, "Conflict"));
  const { statuses } = await upload(index, [file]);
  assertEquals(statuses, ["existing"]);
});

Deno.test("uploadFiles() fails for a name with other bytes, or skips it when asked to", async () => {
  await using index = startFakeIndex();
  const file = await wheel("py3");
  index.files.set(file.filename, "0".repeat(64));
  assertEquals((await upload(index, [file])).codes, ["file-conflict"]);
  const skipping = await upload(index, [file], { skipExisting: true });
  assertEquals(skipping.statuses, ["skipped"]);
});

for (const kind of ["pypi", "testpypi"] as const) {
  Deno.test(`uploadFiles() skips no duplicate that ${kind} doesn't list`, async () => {
    await using index = startFakeIndex();
    index.answers.push(say(400, "File already exists ('x', with blake2_256"));
    const { outcomes, codes } = await upload(index, [await wheel("py3")], {
      registry: { ...index.registry, kind },
      skipExisting: true,
    });
    assertEquals(codes, ["file-conflict"]);
    assertMatch(outcomes[0]!.error!.hint!, /same bytes under another name/);
    // A listing that is behind gets its time.
    assertEquals(index.lookups.length, 3);
  });
}

Deno.test("uploadFiles() skips a duplicate that an index of another kind doesn't list", async () => {
  await using index = startFakeIndex();
  index.answers.push(say(409, "Conflict"));
  const { statuses } = await upload(index, [await wheel("py3")], {
    skipExisting: true,
  });
  assertEquals(statuses, ["skipped"]);
  assertEquals(index.lookups.length, 3);
});

/** What indexes answer to a name that they have, each in its own way. */
const DUPLICATES: readonly (readonly [string, () => Response])[] = [
  ["pypiserver", () => new Response("Conflict", { status: 409 })],
  [
    "Nexus",
    () =>
      new Response(
        `<!DOCTYPE html><html lang="en"><head><title>400 - Nexus Repository Manager</title>
        <style>${"a { color: red; } ".repeat(100)}</style></head><body>
        <div class="nexus-header"><span class="product-name">Nexus Repository Manager</span></div>
        <div class="nexus-body"><span class="title">Error 400</span> <span>Bad Request</span>
        <div class="content-section">Repository does not allow updating assets: pypi-hosted</div>
        </div></body></html>`,
        { status: 400, headers: { "content-type": "text/html" } },
      ),
  ],
  [
    "Artifactory",
    () =>
      Response.json({
        errors: [{
          status: 403,
          message:
            "Not enough permissions to delete/overwrite all artifacts under 'pypi-local/demo/1.0' (user: 'octo' needs DELETE permission).",
        }],
      }, { status: 403 }),
  ],
  [
    "Google Artifact Registry",
    () =>
      new Response("Requested entity already exists\n", {
        status: 400,
        headers: { "content-type": "text/plain; charset=utf-8" },
      }),
  ],
  [
    "GitLab",
    () =>
      Response.json({
        message:
          "400 Bad request - Validation failed: File name has already been taken",
      }, { status: 400 }),
  ],
];

for (const [name, answer] of DUPLICATES) {
  Deno.test(`uploadFiles() skips what ${name} calls a duplicate, its listing being closed to us`, async () => {
    await using index = startFakeIndex({
      simple: () => new Response("", { status: 401 }),
    });
    index.answers.push(answer);
    const { statuses } = await upload(index, [await wheel("py3")], {
      skipExisting: true,
    });
    assertEquals(statuses, ["skipped"]);
    index.answers.push(answer);
    const asking = await upload(index, [await wheel("py3")]);
    assertEquals(asking.codes, ["file-conflict"]);
  });
}

Deno.test("uploadFiles() goes on after a duplicate when the listing is broken", async () => {
  await using index = startFakeIndex({
    simple: () => new Response("", { status: 500 }),
  });
  const files = await Promise.all(["py2", "py30"].map((tag) => wheel(tag)));
  for (const skipExisting of [false, true]) {
    index.answers.push(say(409, "Conflict"));
    const run = await upload(index, files, { skipExisting, jobs: 1 });
    assertEquals(run.statuses.toSorted(), [
      skipExisting ? "skipped" : "failed",
      "uploaded",
    ]);
    assertEquals(run.codes.includes("file-conflict"), !skipExisting);
  }
});

Deno.test("uploadFiles() tells how a listing may lack a duplicate, without being asked to skip it", async () => {
  await using index = startFakeIndex();
  index.answers.push(say(409, "Conflict"));
  const { outcomes } = await upload(index, [await wheel("py3")]);
  const { code, hint } = outcomes[0]!.error!;
  assertEquals(code, "file-conflict");
  assertStringIncludes(hint!, "`check_url`");
  assertStringIncludes(hint!, "`--skip-existing`");
  assertEquals(hint!.includes("same bytes"), false);
});

Deno.test("uploadFiles() goes on after a refused file", async () => {
  await using index = startFakeIndex();
  index.answers.push(
    say(400, "Invalid distribution file. File is not a zipfile"),
  );
  const files = await Promise.all(
    ["py2", "py30", "py311"].map((t) => wheel(t)),
  );
  const { statuses } = await upload(index, files);
  assertEquals(statuses.toSorted(), ["failed", "uploaded", "uploaded"]);
});

Deno.test("uploadFiles() stops a release that is closed and goes on with the others", async () => {
  await using index = startFakeIndex();
  index.answers.push(
    say(
      400,
      "Uploading new files to releases older than 14 days is not allowed.",
    ),
  );
  const files = [
    await wheel("py2"),
    await wheel("py30"),
    await distributionOf("other-1.0.tar.gz"),
  ];
  const { statuses, codes } = await upload(index, files, { jobs: 1 });
  assertEquals(statuses, ["failed", "not-attempted", "uploaded"]);
  assertEquals(codes, ["release-closed", null, null]);
});

Deno.test("uploadFiles() asks for no second new project after too many, without a retry", async () => {
  await using index = startFakeIndex();
  index.answers.push(
    say(429, "Too many new projects created", {
      ratelimit: '"project.create.user";r=0;t=60',
    }),
  );
  const names = [
    "demo-1.0-py2-none-any.whl",
    "demo-1.0-py3-none-any.whl",
    "demo-2.0.tar.gz",
    "new-1.0.tar.gz",
    "old-1.0.tar.gz",
  ];
  const { statuses, codes } = await upload(
    index,
    await Promise.all(names.map((name) => distributionOf(name))),
    { jobs: 1, newProjects: ["demo", "new"] },
  );
  assertEquals(index.uploads.map(({ filename }) => filename), [
    "demo-1.0-py2-none-any.whl",
    "old-1.0.tar.gz",
  ]);
  assertEquals(statuses, [
    "failed",
    "not-attempted",
    "not-attempted",
    "not-attempted",
    "uploaded",
  ]);
  assertEquals(codes[0], "too-many-new-projects");
});

Deno.test("uploadFiles() goes on with a new project that is created beside the one too many", async () => {
  const refused = Promise.withResolvers<void>();
  await using index = startFakeIndex();
  index.answers.push(
    async (_, store) => {
      await refused.promise;
      return await store();
    },
    (upload, store) => {
      setTimeout(refused.resolve, 50);
      return say(429, "Too many new projects created")(upload, store);
    },
  );
  const names = [
    "a-1.0-py2-none-any.whl",
    "a-1.0.tar.gz",
    "b-1.0.tar.gz",
    "c-1.0.tar.gz",
  ];
  const { statuses } = await upload(
    index,
    await Promise.all(names.map((name) => distributionOf(name))),
    { jobs: 2, newProjects: ["a", "b", "c"] },
  );
  assertEquals(statuses, ["uploaded", "uploaded", "failed", "not-attempted"]);
});

Deno.test("uploadFiles() stops everything when the token is refused", async () => {
  await using index = startFakeIndex();
  index.answers.push(
    say(403, "Username/Password authentication is no longer supported."),
  );
  const { statuses } = await upload(index, [
    await wheel("py2"),
    await distributionOf("other-1.0.tar.gz"),
  ], { jobs: 1 });
  assertEquals(statuses, ["failed", "not-attempted"]);
  assertEquals(index.uploads.length, 1);
});

Deno.test("uploadFiles() renews an expired token once and goes on", async () => {
  await using index = startFakeIndex();
  index.answers.push(say(403, "Invalid API Token: token is expired"));
  const credentials = credentialsOf(
    ["pypi-old", "pypi-new"],
    "trusted-publishing",
  );
  const { outcomes } = await upload(index, [await wheel("py3")], {
    credentials,
  });
  assertEquals(outcomes[0]!.status, "uploaded");
  assertEquals(outcomes[0]!.attempts, 1);
  assertEquals(credentials.renewals, ["pypi-old"]);
  assertEquals(
    index.uploads[1]!.headers.get("authorization"),
    `Basic ${btoa("__token__:pypi-new")}`,
  );
});

Deno.test("uploadFiles() mints once for all workers whose token ended", async () => {
  const world = context();
  await using mint = mintingIndex({ expires: () => world.now() / 1000 + 900 });
  const credentials = await openTrustedSession(world, {
    registry: mint.registry,
    audience: "pypi",
    provider: fakeProvider(),
  });
  const first = (await credentials.current()).password.reveal();
  await using index = startFakeIndex();
  const together = Promise.withResolvers<void>();
  let refused = 0;
  const refuse: Answer = async (upload, store) => {
    assertEquals(
      upload.headers.get("authorization"),
      `Basic ${btoa(`__token__:${first}`)}`,
    );
    if (++refused === 3) together.resolve();
    await together.promise;
    return say(403, "Invalid API Token: token is expired")(upload, store);
  };
  index.answers.push((_, store) => store(), refuse, refuse, refuse);
  const files = await Promise.all(
    ["py2", "py30", "py311", "py312", "py313"].map((tag) => wheel(tag)),
  );
  const { statuses } = await upload(
    index,
    files,
    { credentials, jobs: 3 },
    world,
  );
  await credentials.close();
  assertEquals(statuses, Array(5).fill("uploaded"));
  assertEquals(index.uploads.length, 5 + 3);
  assertEquals(mint.exchanged.length, 2);
  assertEquals(mint.burnt.length, 2);
});

Deno.test("uploadFiles() fails when the new token is refused too", async () => {
  await using index = startFakeIndex();
  index.answers.push(
    ...Array(5).fill(say(403, "Invalid API Token: token is expired")),
  );
  const { codes } = await upload(index, [await wheel("py3")], {
    credentials: credentialsOf(["pypi-a", "pypi-b", "pypi-c"]),
  });
  assertEquals(codes, ["token-expired"]);
  assertEquals(index.uploads.length, 2);
});

Deno.test("uploadFiles() ends the run when no token can be had", async () => {
  await using index = startFakeIndex();
  const { statuses, codes } = await upload(index, [
    await wheel("py2"),
    await wheel("py30"),
  ], {
    credentials: {
      ...credentialsOf(),
      current: () => Promise.reject(new ReleasioError("mint-refused", "No")),
    },
  });
  assertEquals(statuses, ["failed", "not-attempted"]);
  assertEquals(codes, ["mint-refused", null]);
});

Deno.test("uploadFiles() tells nobody the token, not even a server that repeats it", async () => {
  await using index = startFakeIndex();
  const token = "pypi-AgEIcHlwaS5vcmc";
  index.answers.push(
    say(400, `your token ${token}, ${btoa(`__token__:${token}`)}`),
  );
  const { outcomes, events } = await upload(index, [await wheel("py3")], {
    credentials: credentialsOf([token]),
  });
  const everything = Deno.inspect([outcomes, events], { depth: 20 }) +
    JSON.stringify([outcomes, events]);
  assert(everything.includes("your token [redacted], [redacted]"));
  assert(!everything.includes(token));
});

Deno.test("uploadFiles() follows a redirect to the missing slash, and to no other host", async () => {
  await using index = startFakeIndex();
  await using elsewhere = startFakeIndex();
  const file = await wheel("py3");
  index.answers.push(
    () =>
      new Response(null, { status: 308, headers: { location: "/legacy/" } }),
  );
  const same = await upload(index, [file], {
    registry: {
      ...index.registry,
      uploadUrl: index.registry.uploadUrl.slice(0, -1),
    },
  });
  assertEquals(same.statuses, ["uploaded"]);
  assertEquals(index.uploads.map(({ url }) => new URL(url).pathname), [
    "/legacy",
    "/legacy/",
  ]);
  index.answers.push(() =>
    new Response(null, {
      status: 307,
      headers: { location: elsewhere.registry.uploadUrl },
    })
  );
  const other = await upload(index, [file]);
  assertEquals(other.codes, ["upload-url-wrong"]);
  assertEquals(elsewhere.uploads.length, 0);
});

Deno.test("uploadFiles() sends no file that has changed", async () => {
  await using index = startFakeIndex();
  const file = await wheel("py3", 200_000);
  const blob = new Blob([new Uint8Array(200_000)]);
  const { codes } = await upload(index, [{ ...file, blob }]);
  assertEquals(codes, ["distribution-changed"]);
  assertEquals(index.uploads.length, 0);
});

Deno.test("uploadFiles() starts nothing after an interruption and says what was on its way", async () => {
  const interruption = new AbortController();
  const reason = new ReleasioError("interrupted", "Interrupted");
  await using index = startFakeIndex({
    onUpload: (filename) => {
      if (filename.includes("py30")) interruption.abort(reason);
      return filename.includes("py30")
        ? new Promise((resolve) => setTimeout(resolve, 50))
        : undefined;
    },
  });
  const files = await Promise.all(["py2", "py30", "py3"].map((t) => wheel(t)));
  const { outcomes } = await upload(index, files, {
    jobs: 1,
    signal: interruption.signal,
  });
  const byStatus = Map.groupBy(outcomes, ({ status }) => status);
  assertEquals(
    [...byStatus.keys()].toSorted(),
    [
      "failed",
      "not-attempted",
      "uploaded",
    ].filter((status) => byStatus.has(status as "failed")),
  );
  assertEquals(byStatus.get("failed")?.[0]?.error, reason);
  for (const { error } of byStatus.get("not-attempted") ?? []) {
    assertEquals(error, reason);
  }
});

Deno.test("uploadFiles() tells of progress less often than pieces move, and of the last byte", async () => {
  await using index = startFakeIndex();
  const file = await wheel("py3", 2_000_000);
  const bytes = await file.blob.bytes();
  const piece = 64 * 1024;
  file.blob.stream = () =>
    ReadableStream.from(
      Array.from(
        { length: Math.ceil(bytes.length / piece) },
        (_, number) => bytes.slice(number * piece, (number + 1) * piece),
      ),
    ) as ReadableStream<Uint8Array<ArrayBuffer>>;
  const { events } = await upload(index, [file]);
  const sent = events.flatMap((event) =>
    event.type === "upload-progress" ? [event.sent] : []
  );
  assertEquals(sent.length, 8);
  assertEquals(sent, sent.toSorted((a, b) => a - b));
  assertEquals(sent.at(-1), file.size);
});

Deno.test("uploadFiles() is not disturbed by a sink that throws", async () => {
  await using index = startFakeIndex();
  const { statuses } = await upload(index, [await wheel("py3")], {
    onEvent: () => {
      throw new Error("no");
    },
  });
  assertEquals(statuses, ["uploaded"]);
});

for (
  const [what, reason, fault] of [
    ["is refused", "Lost the connection to", { kind: "refuse" }],
    ["is reset in the middle of the body", "Lost the connection to", {
      kind: "reset",
      after: 100_000,
    }],
    ["stalls in the middle of the body", "Nothing moved to", {
      kind: "stall",
      after: 2_000_000,
    }],
    ["ends before the answer", "Lost the connection to", {
      kind: "truncate",
      after: 0,
    }],
    ["ends within the answer's headers", "Lost the connection to", {
      kind: "truncate",
      after: 20,
    }],
  ] as const satisfies readonly (readonly [string, string, Fault])[]
) {
  Deno.test(`uploadFiles() finishes when a connection ${what}`, async () => {
    await using index = startFakeIndex();
    await using proxy = startFaultProxy(index.port, {
      fault: (connection) => connection === 0 ? fault : { kind: "none" },
    });
    const bytes = new Uint8Array(32_000_000);
    const file = await distributionOf("demo-1.0-py3-none-any.whl", bytes);
    // In pieces, as a file is read.
    file.blob.stream = () =>
      ReadableStream.from(
        Array.from({ length: 320 }, (_, piece) =>
          bytes.slice(piece * 100_000, (piece + 1) * 100_000)),
      ) as ReadableStream<Uint8Array<ArrayBuffer>>;
    const { outcomes, events } = await upload(index, [file], {
      registry: atPort(index.registry, proxy.port),
      limits: { connect: 5000, progress: 300, answer: 5000 },
    });
    const [retry] = events.filter(({ type }) => type === "upload-retry");
    assertStringIncludes((retry as { reason: string }).reason, reason);
    assertEquals(outcomes[0]!.error, null);
    assertEquals(outcomes[0]!.status, "uploaded");
    assertEquals(index.files.get(file.filename), file.sha256);
  });
}

Deno.test("uploadFiles() goes on when a kept connection has died meanwhile", async () => {
  await using index = startFakeIndex();
  await using proxy = startFaultProxy(index.port);
  const registry = atPort(index.registry, proxy.port);
  const first = await upload(index, [await wheel("py2")], { registry });
  proxy.cut();
  const second = await upload(index, [await wheel("py30")], { registry });
  assertEquals([...first.statuses, ...second.statuses], [
    "uploaded",
    "uploaded",
  ]);
});

Deno.test("uploadFiles() gives an answer that doesn't come its time, not more", async () => {
  await using index = startFakeIndex();
  index.answers.push(
    ...Array(6).fill(
      () =>
        new Promise<Response>((resolve) =>
          setTimeout(() => resolve(new Response()), 200)
        ),
    ),
  );
  const { outcomes } = await upload(index, [
    await distributionOf("demo-1.0.tar.gz", new Uint8Array(3_000_000)),
  ], { limits: { connect: 5000, progress: 5000, answer: 50 } });
  assertEquals(outcomes[0]!.error?.code, "timeout");
  assertMatch(
    outcomes[0]!.error!.message,
    /^No answer from .* within 0\.05 s$/,
  );
});

Deno.test("uploadFiles() starts its first uploads one after the other", async () => {
  await using index = startFakeIndex();
  const files = await Promise.all(
    ["py2", "py30", "py311", "py312", "py313", "py314"].map((t) => wheel(t)),
  );
  const { world } = await upload(index, files, { jobs: 4 });
  // The first goes alone, then four at a time.
  assertEquals(world.slept, [10, 10, 10]);
});
