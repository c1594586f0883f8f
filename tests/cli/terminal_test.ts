/** What a person sees who publishes at a terminal. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { openReporter } from "../../lib/cli/reporter.ts";
import type { Drawing } from "../../lib/cli/terminal.ts";
import { testContext } from "../helpers/context.ts";
import { ROOT } from "../helpers/paths.ts";
import { githubClaims } from "../../lib/sandbox/mod.ts";
import {
  DEMO_PUBLISHER,
  type RunningSandbox,
  startSandbox,
} from "../helpers/sandbox.ts";
import {
  createScreen,
  HAS_TERMINALS,
  runInTerminal,
  type TerminalRun,
} from "../helpers/terminal.ts";

const DIST = `${ROOT}examples/demo/dist`;

/** A publish at a terminal, to an index that keeps a request waiting. */
interface SlowPublish {
  /** @default {80} */
  readonly columns?: number;
  /** Added to the command line. */
  readonly args?: readonly string[];
  /** Added to the environment. */
  readonly env?: (
    running: RunningSandbox,
  ) => Record<string, string> | Promise<Record<string, string>>;
  /** How the request begins. @default {"POST /legacy/"} */
  readonly held?: string;
  /** How many such requests are answered at once before. @default {0} */
  readonly after?: number;
  /** Called when it runs; it may have the request answered. */
  readonly watch: (run: TerminalRun, answer: () => void) => Promise<void>;
}

async function publishSlowly(options: SlowPublish) {
  const { columns = 80, args = [], held = "POST /legacy/", after = 0 } =
    options;
  const answer = Promise.withResolvers<void>();
  await using running = await startSandbox({
    publishers: [{ publisher: DEMO_PUBLISHER, project: "releasio-demo" }],
    sleep: (ms) => ms === 0 ? Promise.resolve() : answer.promise,
  });
  if (after > 0) running.sandbox.fail({ match: held, times: after });
  running.sandbox.fail({ match: held, delay: 60_000 });
  const run = runInTerminal(
    ["publish", "-r", `${running.url}/legacy/`, ...args, DIST],
    {
      columns,
      rows: 24,
      env: {
        RELEASIO_PYPI_TOKEN: running.sandbox.createApiToken(),
        RELEASIO_PUBLISH_TRUSTED_PUBLISHING: "never",
        ...await options.env?.(running),
      },
    },
  );
  try {
    await options.watch(run, answer.resolve);
  } finally {
    answer.resolve();
  }
  return await run.ended;
}

/** An identity on a machine that is no CI. */
async function trustedPublishing({ sandbox }: RunningSandbox) {
  const claims = githubClaims({}, { audience: "pypi", now: Date.now() });
  return {
    RELEASIO_OIDC_TOKEN: await sandbox.issueToken(claims),
    RELEASIO_PUBLISH_TRUSTED_PUBLISHING: "always",
  };
}

for (const columns of [40, 80, 200]) {
  Deno.test({
    name:
      `publish draws bars in ${columns} columns, and leaves a line for each file`,
    ignore: !HAS_TERMINALS,
    async fn() {
      const { code, screen } = await publishSlowly({
        columns,
        async watch(run, answer) {
          const drawn = await run.until((screen) => screen.includes("100%"));
          const [file, total] = drawn.split("\n").slice(-2);
          assertMatch(file!, /^ {2}releasio.*whl +█{12} {2}100%/);
          assertMatch(total!, /2\.25 kB of 3\.80 kB$/);
          answer();
        },
      });
      assertEquals(code, 0, screen);
      assertMatch(screen, /^ {2}uploaded .*whl\n {2}uploaded .*gz\n\n/m);
      assertEquals(screen.includes("█"), false, screen);
    },
  });
}

for (const columns of [50, 80]) {
  Deno.test({
    name:
      `publish says how to stop at once in ${columns} columns, and takes its bars away`,
    ignore: !HAS_TERMINALS,
    async fn() {
      const { code, screen } = await publishSlowly({
        columns,
        async watch(run) {
          await run.until((screen) => screen.includes("100%"));
          await run.press("\x03");
          // An answer would come before the signal, at times.
          await run.ended;
        },
      });
      assertEquals(code, 130, screen);
      assertStringIncludes(
        screen,
        "\nStopping; press Ctrl-C again to stop at once\n",
      );
      assertMatch(screen, /^ {2}failed .*releasio_demo/m);
      assertEquals(screen.includes("█"), false, screen);
    },
  });
}

Deno.test("openReporter() draws what a run that is stopped at once can take away", async () => {
  const screen = createScreen(80, 24);
  let drawing: Drawing | null = null as Drawing | null;
  const reporter = openReporter({
    command: "publish",
    context: testContext(),
    ci: null,
    globals: {},
    terminal: {
      out: () => {},
      err: (text) =>
        drawing === null
          ? screen.write(`${text}\r\n`)
          : drawing.writeAbove(text),
      draw: (text) => screen.write(text.replaceAll("\n", "\r\n")),
      setDrawing: (next) => drawing = next,
      erase: () => drawing?.erase(),
      isTerminal: true,
      canRedraw: true,
      canAsk: false,
      columns: () => 80,
      rows: () => 24,
      colour: false,
      outColour: false,
    },
  });
  const registry = "https://upload.pypi.org/legacy/";
  const file = { file: "demo-1.0.tar.gz", size: 1000 };
  reporter.onEvent({
    type: "plan",
    registry,
    files: [{ ...file, status: "planned" }],
  });
  reporter.onEvent({ type: "upload-start", registry, ...file, attempt: 1 });
  reporter.onEvent({ type: "note", message: "Something is told" });
  const lines = `plan: 1 file to upload (1.00 kB)
  upload     1.00 kB  demo-1.0.tar.gz
note: Something is told
`;
  assertStringIncludes(screen.text(), `${lines}  demo-1.0.tar.gz  `);
  drawing?.erase();
  assertEquals(screen.text(), lines);
  await reporter.close();
  assertEquals(screen.text(), lines);
});

Deno.test({
  name: "publish takes its bars away before it burns its token",
  ignore: !HAS_TERMINALS,
  async fn() {
    const { code, screen } = await publishSlowly({
      held: "POST /_/oidc/burn-token",
      env: trustedPublishing,
      async watch(run) {
        const screen = await run.until((screen) =>
          /^ {2}uploaded .*gz$/m.test(screen)
        );
        assertEquals(screen.includes("█"), false, screen);
        await run.press("\x03");
        await run.until((screen) => screen.includes("Stopping"));
        await run.press("\x03");
        await run.ended;
      },
    });
    assertEquals(code, 130, screen);
    // The shell's prompt is to have a line of its own.
    assertMatch(screen, /\n$/);
  },
});

Deno.test({
  name: "publish --wait waits without bars",
  ignore: !HAS_TERMINALS,
  async fn() {
    const { code, screen } = await publishSlowly({
      args: ["--wait"],
      held: "GET /simple/",
      after: 1,
      async watch(run, answer) {
        const screen = await run.until((screen) =>
          screen.includes("note: Waiting until")
        );
        assertEquals(screen.includes("█"), false, screen);
        answer();
      },
    });
    assertEquals(code, 0, screen);
  },
});

Deno.test({
  name: "publish draws no bars into the log of a CI, where masks are",
  ignore: !HAS_TERMINALS,
  async fn() {
    const { code, screen, output } = await publishSlowly({
      env: ({ url, githubEnv }) => ({
        ...githubEnv(),
        RELEASIO_PUBLISH_REGISTRY: `${url}/legacy/`,
        RELEASIO_PUBLISH_TRUSTED_PUBLISHING: "always",
      }),
      async watch(run, answer) {
        await run.until((screen) => screen.includes("auth: "));
        answer();
      },
    });
    assertEquals(code, 0, screen);
    assertEquals(output.includes("█"), false, output);
    const masks = output.match(/^.*::add-mask::/gm) ?? [];
    assertEquals(new Set(masks), new Set(["::add-mask::"]));
  },
});

Deno.test({
  name: "publish neither draws nor colours on a dumb terminal",
  ignore: !HAS_TERMINALS,
  async fn() {
    const { code, screen, output } = await publishSlowly({
      env: () => ({ TERM: "dumb", NO_COLOR: "" }),
      async watch(run, answer) {
        await run.until((screen) => screen.includes("auth: "));
        answer();
      },
    });
    assertEquals(code, 0, screen);
    // Deno itself writes other sequences.
    assertEquals(output.match(/█|\[\d+m/g), null, output);
  },
});
