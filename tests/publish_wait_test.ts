/** `publish --wait`: what is sent, waited for, and said. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { resolveConfig } from "../lib/config/resolve_config.ts";
import type { Context } from "../lib/context.ts";
import { denoContext } from "../lib/deno_context.ts";
import { publish } from "../lib/publish.ts";
import type { PublishReport } from "../lib/report/report.ts";
import { testContext } from "./helpers/context.ts";
import { type FakeIndex, startFakeIndex } from "./helpers/fake_index.ts";
import { ROOT } from "./helpers/paths.ts";

const DEMO = `${ROOT}examples/demo/dist`;

/** What a run came to, and what it said meanwhile. */
interface Outcome extends PublishReport {
  readonly notes: readonly string[];
  readonly statuses: readonly string[];
}

/** Publishes with `--wait-timeout 60`, with a clock that does not wait. */
async function publishTo(index: FakeIndex): Promise<Outcome> {
  const real = denoContext();
  const context: Context = {
    ...testContext({ env: { PYPI_TOKEN: "secret" } }),
    fetch: (request) => fetch(request),
    openFile: real.openFile,
    readDirectory: real.readDirectory,
  };
  const { settings } = await resolveConfig(context, {});
  const notes: string[] = [];
  const report = await publish(context, {
    settings: { ...settings, registries: [index.registry] },
    paths: [DEMO],
    waitTimeout: 60,
    onEvent: (event) => {
      if (event.type === "note") notes.push(event.message);
    },
  });
  const statuses = report.runs[0]!.files.map(({ status }) => status);
  return { ...report, notes, statuses };
}

for (const status of [401, 403]) {
  Deno.test(`publish --wait sends nothing to an index whose listing answers ${status}`, async () => {
    await using index = startFakeIndex({
      simple: () => new Response("", { status }),
    });
    const { exitCode, error, statuses } = await publishTo(index);
    assertEquals(exitCode, 2);
    assertEquals(error?.code, "usage");
    assertStringIncludes(error!.message, "Cannot wait: ");
    assertStringIncludes(error!.message, `${status}`);
    assertStringIncludes(error!.hint!, "`check_url`");
    assertStringIncludes(error!.hint!, "`--wait`");
    assertEquals(statuses, ["not-attempted", "not-attempted"]);
    assertEquals(index.uploads.length, 0);
  });
}
