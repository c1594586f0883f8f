import { assertEquals, assertRejects } from "@std/assert";
import type { Context } from "../lib/context.ts";
import type { Settings } from "../lib/config/settings.ts";
import { type HeadStartOptions, takeHeadStart } from "../lib/head_start.ts";
import { testContext } from "./helpers/context.ts";

const REGISTRY = {
  name: "the index",
  kind: "other",
  uploadUrl: "https://upload.example.org/legacy/",
  simpleUrl: "https://example.org/simple/",
} as const;

const SETTINGS: Settings = {
  enabled: true,
  registries: [REGISTRY],
  trustedPublishing: "auto",
  dist: "dist",
  validateBeforePublish: true,
  checkExistingVersion: true,
  skipExisting: false,
  attestations: "off",
  jobs: 4,
  maxFileSize: 1e9,
  maxProjectSize: 1e12,
  tool: "uv",
  publishers: new Map(),
};

const FILES = [
  "Some_Project-1.0-py3-none-any.whl",
  "some_project-1.0.tar.gz",
  "other-1.0.tar.gz",
].map((filename) => ({ path: filename, filename, blob: new Blob() }));

/** Takes a head start with an index that answers, or doesn't. */
function take(
  options: Partial<Settings> & Partial<HeadStartOptions> = {},
  { isSilent = false, env = { RELEASIO_OIDC_TOKEN: "a.b.c" } }: {
    isSilent?: boolean;
    env?: Record<string, string>;
  } = {},
) {
  const { dryRun = false, ...settings } = options;
  const asked: string[] = [];
  const answer = ({ url, signal }: Request): Promise<Response> =>
    isSilent
      ? new Promise((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason))
      )
      : Promise.resolve(
        url.endsWith("/audience")
          ? Response.json({ audience: "example.org" })
          : new Response("", { status: 404 }),
      );
  const fetch: Context["fetch"] = (request) => {
    asked.push(`${request.method} ${request.url}`);
    return answer(request);
  };
  const headStart = takeHeadStart(
    testContext({ env, fetch }),
    REGISTRY,
    FILES,
    { settings: { ...SETTINGS, ...settings }, dryRun },
  );
  return { headStart, asked };
}

Deno.test("takeHeadStart() asks for each project and the audience, and opens a connection for each file but one", async () => {
  const { headStart, asked } = take();
  assertEquals([...headStart.lookups.keys()], ["some-project", "other"]);
  assertEquals(await headStart.lookups.get("other"), { kind: "absent" });
  assertEquals(await headStart.audience, "example.org");
  assertEquals(asked.toSorted(), [
    "GET https://example.org/simple/other/",
    "GET https://example.org/simple/some-project/",
    "GET https://upload.example.org/_/oidc/audience",
    "HEAD https://upload.example.org/",
    "HEAD https://upload.example.org/",
  ]);
});

Deno.test("takeHeadStart() opens no more connections than there are jobs", async () => {
  const { headStart, asked } = take({ jobs: 2 });
  await headStart.audience;
  assertEquals(asked.filter((line) => line.startsWith("HEAD")).length, 1);
});

Deno.test("takeHeadStart() asks for no audience that nobody needs", async () => {
  for (
    const { headStart, asked } of [
      take({ trustedPublishing: "never" }),
      take({ dryRun: true }),
      take({}, { env: {} }),
    ]
  ) {
    assertEquals(await headStart.audience, null);
    assertEquals(asked.some((line) => line.endsWith("/audience")), false);
  }
});

Deno.test("takeHeadStart() asks what is there for a dry run, and nothing else", async () => {
  const { headStart, asked } = take({ dryRun: true });
  await Promise.all(headStart.lookups.values());
  assertEquals(asked.length, 2);
});

Deno.test("takeHeadStart() looks at no index that is not to be looked at", () => {
  const { headStart } = take({ checkExistingVersion: false });
  assertEquals(headStart.lookups.size, 0);
});

Deno.test("takeHeadStart() ends what is on its way when it is stopped", async () => {
  const { headStart } = take({}, { isSilent: true });
  // Who makes the tokens is looked up first.
  await Promise.resolve();
  headStart.stop();
  await assertRejects(() => headStart.lookups.get("other")!, DOMException);
  await assertRejects(() => headStart.audience, DOMException);
});
