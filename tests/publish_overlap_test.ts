/** What goes on at the same time before the first file is sent. */

import { assertEquals } from "@std/assert";
import { resolveConfig } from "../lib/config/resolve_config.ts";
import { publish } from "../lib/publish.ts";
import { makeRelease } from "./faults/world.ts";
import { testContext } from "./helpers/context.ts";
import { seededRandom } from "./helpers/fault_proxy.ts";
import { fileTree } from "./helpers/files.ts";

Deno.test("publish() reads, checks and hashes while the index is asked what it has and for its audience", async () => {
  const tree = fileTree(Object.fromEntries(
    [...makeRelease("demo", 3, seededRandom(1))]
      .map(([name, bytes]) => [`dist/${name}`, bytes]),
  ));
  const checked = Promise.withResolvers<void>();
  const waited: string[] = [];
  const context = testContext({
    ...tree,
    env: { RELEASIO_OIDC_TOKEN: "a.b.c" },
    fetch: async (request) => {
      const { pathname } = new URL(request.url);
      // Whoever waits for this before reading waits for ever.
      await checked.promise;
      waited.push(pathname);
      return pathname.endsWith("/audience")
        ? Response.json({ audience: "pypi" })
        : new Response("", { status: 404 });
    },
  });
  const { settings } = await resolveConfig(context, {});
  const events: string[] = [];
  const report = await publish(context, {
    settings: { ...settings, validateBeforePublish: false },
    onEvent: ({ type }) => {
      events.push(type);
      if (type === "checked") checked.resolve();
    },
  });
  // The identity is none; how far it came is what counts.
  assertEquals(report.exitCode, 4);
  assertEquals(events.includes("plan"), true);
  for (const path of ["/simple/demo/", "/_/oidc/audience"]) {
    assertEquals(waited.filter((one) => one === path).length, 1, path);
  }
});
