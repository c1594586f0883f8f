/** What an interruption does while files are read, before anything is sent. */

import { assert, assertEquals } from "@std/assert";
import { resolveConfig } from "../lib/config/resolve_config.ts";
import { ReleasioError } from "../lib/errors.ts";
import { publish } from "../lib/publish.ts";
import { makeRelease } from "./faults/world.ts";
import { testContext } from "./helpers/context.ts";
import { seededRandom } from "./helpers/fault_proxy.ts";
import { fileTree } from "./helpers/files.ts";

const FILES = Object.fromEntries(
  [...makeRelease("demo", 20, seededRandom(1))]
    .map(([name, bytes]) => [`dist/${name}`, bytes]),
);

/** Files that are read at a time. */
const READERS = 4;

for (const checks of [true, false]) {
  Deno.test(`publish() reads no other file after an interruption (checks: ${checks})`, async () => {
    const interruption = new AbortController();
    const tree = fileTree(FILES);
    const read = new Set<string>();
    let atInterruption = 0;
    const note = (path: string) => {
      read.add(path);
      if (read.size !== 2 || interruption.signal.aborted) return;
      atInterruption = read.size;
      interruption.abort(new ReleasioError("interrupted", "Interrupted"));
    };
    const context = testContext({
      ...tree,
      env: { PYPI_TOKEN: "secret" },
      signal: interruption.signal,
      fetch: () => Promise.resolve(new Response("", { status: 404 })),
      openFile: async (path) => watched(await tree.openFile(path), path, note),
    });
    const { settings } = await resolveConfig(context, {});
    const events: string[] = [];
    const report = await publish(context, {
      settings: { ...settings, validateBeforePublish: checks },
      onEvent: ({ type }) => events.push(type),
    });
    assertEquals(report.exitCode, 130);
    assertEquals(report.error?.code, "interrupted");
    assertEquals(events.includes("plan"), false);
    assert(read.size < atInterruption + READERS, `${read.size} were read`);
  });
}

/** A file that tells when it is read. */
function watched(blob: Blob, path: string, note: (path: string) => void): Blob {
  return Object.assign(blob, {
    slice: (...range: [number?, number?]) =>
      watched(Blob.prototype.slice.apply(blob, range), path, note),
    arrayBuffer: () => {
      note(path);
      return Blob.prototype.arrayBuffer.call(blob);
    },
    stream: () => {
      note(path);
      return Blob.prototype.stream.call(blob);
    },
  });
}
