/** What a program sees of a publish, and a log that is no terminal. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import schema from "../../docs/releasio.schema.json" with { type: "json" };
import { errorCode, runCli } from "../helpers/cli.ts";
import { validate } from "../helpers/json_schema.ts";
import { ROOT } from "../helpers/paths.ts";
import { startSandbox } from "../helpers/sandbox.ts";

const DIST = `${ROOT}examples/demo/dist`;
const WHEEL = "releasio_demo-1.0.0-py3-none-any.whl";
const SDIST = "releasio_demo-1.0.0.tar.gz";

/** Publishes with `--events`, the index refusing the wheel. */
async function publishInto(events: string, refuses: boolean) {
  await using running = await startSandbox();
  if (refuses) running.sandbox.fail({ match: "POST /legacy/", status: 400 });
  return await runCli(
    ["publish", "-r", `${running.url}/legacy/`, "--events", events, DIST],
    {
      env: {
        RELEASIO_PYPI_TOKEN: running.sandbox.createApiToken(),
        RELEASIO_PUBLISH_TRUSTED_PUBLISHING: "never",
      },
    },
  );
}

async function inFolder(body: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("publish --events writes what happens, one JSON object a line, anew each time", () =>
  inFolder(async (folder) => {
    const path = `${folder}/events.ndjson`;
    await Deno.writeTextFile(path, "what was there before\n");
    const { code, stderr } = await publishInto(path, false);
    assertEquals(code, 0, stderr);
    const lines = (await Deno.readTextFile(path)).split("\n");
    assertEquals(lines.pop(), "");
    const events = lines.map((line) => JSON.parse(line));
    for (const event of events) {
      assertEquals(validate(schema, event, { strict: true }), []);
    }
    const types = events.map(({ type }) => type)
      .filter((type) => type !== "finding" && type !== "upload-progress");
    assertEquals(types, [
      ...["checked", "registry", "plan", "auth"],
      ...["upload-start", "upload-end", "upload-start", "upload-end"],
    ]);
    for (const name of [WHEEL, SDIST]) {
      const own = events.filter(({ file }) => file === name);
      const { size, status } = own.at(-1);
      assertEquals(status, "uploaded");
      const progress = own.filter(({ type }) => type === "upload-progress");
      assertEquals(progress.at(-1).sent, size);
    }
  }));

Deno.test("publish writes one line for each file where there is no terminal, and goes on after a failure", () =>
  inFolder(async (folder) => {
    const path = `${folder}/events.ndjson`;
    const result = await publishInto(path, true);
    assertEquals(result.code, 5, result.stderr);
    const lines = result.stderr.split("\n");
    const of = (verb: string) =>
      lines.filter((line) => line.startsWith(`  ${verb} `));
    assertEquals(of("failed").length, 1);
    assertStringIncludes(of("failed")[0]!, WHEEL);
    assertEquals(of("uploaded").length, 1);
    assertStringIncludes(of("uploaded")[0]!, SDIST);
    // No bars and no colours in a log.
    for (const sign of ["\r", "\u001b", "█", "░"]) {
      assert(!result.stderr.includes(sign), result.stderr);
    }
    assertStringIncludes(
      result.stderr,
      `
Fix what failed, then run the same command again: what is up is not sent twice.
  releasio publish -r http://127.0.0.1`,
    );
    assertStringIncludes(result.stderr, ` --events ${path} ${DIST}\n`);
    assertEquals(errorCode(result), "upload-refused");
  }));

Deno.test("publish warns where events can't be written, and publishes all the same", () =>
  inFolder(async (folder) => {
    const { code, stderr } = await publishInto(`${folder}/no/such/file`, false);
    assertEquals(code, 0, stderr);
    assertEquals(stderr.split("Warning: cannot write events: ").length, 2);
  }));

Deno.test("publish --events empties the file when nothing happens", () =>
  inFolder(async (folder) => {
    const path = `${folder}/events.ndjson`;
    await Deno.writeTextFile(path, "what was there before\n");
    const { code, stderr } = await runCli(
      ["publish", "--events", path, `${folder}/none`],
      { env: { RELEASIO_PYPI_TOKEN: "pypi-x" } },
    );
    assertEquals(code, 3, stderr);
    assertEquals(await Deno.readTextFile(path), "");
  }));
