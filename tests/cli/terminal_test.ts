/** What a person sees who publishes at a terminal. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ROOT } from "../helpers/paths.ts";
import { startSandbox } from "../helpers/sandbox.ts";
import {
  HAS_TERMINALS,
  runInTerminal,
  type TerminalSize,
} from "../helpers/terminal.ts";

const DIST = `${ROOT}examples/demo/dist`;

/** A publish at a terminal, to an index that answers when it is told to. */
async function publishSlowly(
  size: TerminalSize,
  watch: (
    run: ReturnType<typeof runInTerminal>,
    answer: () => void,
  ) => Promise<void>,
) {
  const answer = Promise.withResolvers<void>();
  await using running = await startSandbox({ sleep: () => answer.promise });
  running.sandbox.fail({ match: "POST /legacy/", delay: 60_000 });
  const run = runInTerminal(
    ["publish", "-r", `${running.url}/legacy/`, DIST],
    {
      ...size,
      env: {
        RELEASIO_PYPI_TOKEN: running.sandbox.createApiToken(),
        RELEASIO_PUBLISH_TRUSTED_PUBLISHING: "never",
      },
    },
  );
  try {
    await watch(run, answer.resolve);
  } finally {
    answer.resolve();
  }
  return await run.ended;
}

for (const columns of [40, 80, 200]) {
  Deno.test({
    name:
      `publish draws bars in ${columns} columns, and leaves a line for each file`,
    ignore: !HAS_TERMINALS,
    async fn() {
      const { code, screen } = await publishSlowly(
        { columns, rows: 24 },
        async (run, answer) => {
          const drawn = await run.until((screen) => screen.includes("100%"));
          const [file, total] = drawn.split("\n").slice(-2);
          assertMatch(file!, /^ {2}releasio.*whl +█{12} {2}100%/);
          assertMatch(total!, /2\.25 kB of 3\.80 kB$/);
          answer();
        },
      );
      assertEquals(code, 0, screen);
      assertMatch(screen, /^ {2}uploaded .*whl\n {2}uploaded .*gz\n\n/m);
      assertEquals(screen.includes("█"), false, screen);
    },
  });
}

Deno.test({
  name: "publish says how to stop at once, and takes its bars away",
  ignore: !HAS_TERMINALS,
  async fn() {
    const { code, screen } = await publishSlowly(
      { columns: 80, rows: 24 },
      async (run) => {
        await run.until((screen) => screen.includes("100%"));
        await run.press("\x03");
      },
    );
    assertEquals(code, 130, screen);
    assertStringIncludes(
      screen,
      "\nStopping; press Ctrl-C again to stop at once\n",
    );
    assertMatch(screen, /^ {2}failed .* releasio_demo/m);
    assertEquals(screen.includes("█"), false, screen);
  },
});
