/** `publish --wait`: what is sent, waited for, and said. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { resolveConfig } from "../lib/config/resolve_config.ts";
import type { Settings } from "../lib/config/settings.ts";
import type { Context } from "../lib/context.ts";
import { denoContext } from "../lib/deno_context.ts";
import { publish } from "../lib/publish.ts";
import type { PublishReport } from "../lib/report/report.ts";
import { testContext } from "./helpers/context.ts";
import { type FakeIndex, startFakeIndex } from "./helpers/fake_index.ts";
import { ROOT } from "./helpers/paths.ts";

const DEMO = `${ROOT}examples/demo/dist`;
const WHEEL = "releasio_demo-1.0.0-py3-none-any.whl";
const SDIST = "releasio_demo-1.0.0.tar.gz";

/** What a run came to, and what it said meanwhile. */
interface Outcome extends PublishReport {
  readonly notes: readonly string[];
  readonly statuses: readonly string[];
}

/** Publishes with `--wait-timeout 60`, with a clock that does not wait. */
async function publishTo(
  index: FakeIndex,
  overrides: Partial<Settings> = {},
): Promise<Outcome> {
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
    settings: { ...settings, registries: [index.registry], ...overrides },
    paths: [DEMO],
    waitTimeout: 60,
    onEvent: (event) => {
      if (event.type === "note") notes.push(event.message);
    },
  });
  const statuses = report.runs[0]!.files.map(({ status }) => status);
  return { ...report, notes, statuses };
}

/** What an index lists: names and the fragments of their links. */
function page(links: readonly (readonly [string, string])[]): Response {
  return new Response(
    links.map(([name, fragment]) => `<a href="${name}${fragment}">`).join("\n"),
    { headers: { "content-type": "text/html" } },
  );
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
    assertStringIncludes(error!.hint!, "`--wait`");
    assertEquals(statuses, ["not-attempted", "not-attempted"]);
    assertEquals(index.uploads.length, 0);
  });
}

Deno.test("publish --wait says for how many files and how long, and that they are listed", async () => {
  await using index = startFakeIndex();
  const { exitCode, notes } = await publishTo(index);
  assertEquals(exitCode, 0);
  assertEquals(notes, [
    `Waiting until ${index.registry.name} lists 2 files (up to 60 s)`,
    `${index.registry.name} lists every file`,
  ]);
});

Deno.test("publish --wait says nothing where every file is skipped", async () => {
  await using index = startFakeIndex();
  for (const name of [WHEEL, SDIST]) index.files.set(name, "0".repeat(64));
  const { exitCode, notes } = await publishTo(index, { skipExisting: true });
  assertEquals(exitCode, 0);
  assertEquals(notes, []);
});

Deno.test("publish --wait warns when the index lists the files without digests", async () => {
  await using index = startFakeIndex({
    simple: () => page([...index.files.keys()].map((name) => [name, ""])),
  });
  const { exitCode, findings } = await publishTo(index);
  assertEquals(exitCode, 0);
  const finding = findings.find(({ code }) => code === "digest-missing");
  assertEquals(finding?.severity, "warning");
  for (const name of index.files.keys()) {
    assertStringIncludes(finding!.message, name);
  }
});

Deno.test("publish --wait lets an index that replaces files show the old ones for a while", async () => {
  let pages = 0;
  await using index = startFakeIndex({
    simple: () => {
      const isOld = index.files.size === 2 && ++pages === 1;
      return page(
        [...index.files].map((
          [name, digest],
        ) => [name, `#sha256=${isOld ? "0".repeat(64) : digest}`]),
      );
    },
  });
  const { exitCode, statuses } = await publishTo(index);
  assertEquals(exitCode, 0);
  assertEquals(statuses, ["uploaded", "uploaded"]);
  assertEquals(pages, 2);
});

Deno.test("publish --wait does not wait for a file that was skipped on the way", async () => {
  let uploads = 0;
  await using index = startFakeIndex({
    onUpload: () => void uploads++,
    // What the plan did not see: the sdist is there, with other bytes.
    simple: () =>
      uploads === 0 ? new Response("", { status: 404 }) : page(
        [
          [SDIST, `#sha256=${"0".repeat(64)}`],
          ...[...index.files].map((
            [name, digest],
          ) => [name, `#sha256=${digest}`] as const),
        ],
      ),
  });
  index.answers.push(
    (_, store) => store(),
    () => new Response("File already exists", { status: 400 }),
  );
  const { exitCode, statuses } = await publishTo(index, { skipExisting: true });
  assertEquals(statuses, ["uploaded", "skipped"]);
  assertEquals(exitCode, 0);
});
