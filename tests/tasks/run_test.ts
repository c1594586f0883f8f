/**
 * The runner at work in small repositories of its own, so that it never
 * touches the `deno.offline.json` with which these tests run.
 */

import {
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { dirname, join } from "node:path";
import { cp } from "node:fs/promises";

const ROOT = join(import.meta.dirname!, "..", "..");
const CONFIG = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A repository with our tasks and the files given. */
async function withRepository(
  files: Record<string, string>,
  use: (
    root: string,
    run: (args: string[], env?: Record<string, string>) => Promise<Outcome>,
  ) => Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    await cp(join(ROOT, "tasks"), join(root, "tasks"), { recursive: true });
    await cp(join(ROOT, "deno.json"), join(root, "deno.json"));
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(dirname(join(root, path)), { recursive: true });
      await Deno.writeTextFile(join(root, path), text);
    }
    await use(root, async (args, env = {}) => {
      const { code, stdout, stderr } = await new Deno.Command(
        Deno.execPath(),
        {
          args: ["run", "-A", "--no-lock", "tasks/run.ts", ...args],
          cwd: root,
          // Nobody listens there: the registry is out of reach.
          env: {
            NO_COLOR: "1",
            JSR_CHECKOUTS: "",
            JSR_URL: "http://127.0.0.1:1/",
            INIT_CWD: root,
            ...env,
          },
        },
      ).output();
      const decoder = new TextDecoder();
      return {
        code,
        stdout: decoder.decode(stdout),
        stderr: decoder.decode(stderr),
      };
    });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** Without type checks, which take longer than all the rest. */
const TEST = ["test", "--no-check", "tests"];

const PASSING = 'Deno.test("one", () => {});\n';

Deno.test("the runner links the stand-ins where the registry is out of reach", async () => {
  const files = {
    "tests/one_test.ts": `import { assert } from "@std/assert";
Deno.test("one", async (t) => { await t.step("step", () => assert(true)); });
Deno.test.ignore("two", () => {});
`,
    "tests/faults/left_out_test.ts": "throw new Error('not for this task');",
    "deno.lock": '{"version":"5"}\n',
  };
  await withRepository(files, async (root, run) => {
    const { code, stdout, stderr } = await run(TEST);
    assertEquals(code, 0, stderr);
    assertStringIncludes(stderr, "JSR packages: stand-ins from tasks/offline");
    assertEquals(
      stdout.trimEnd().split("\n").at(-1),
      "1 passed, 0 failed, 1 skipped",
    );
    const written = JSON.parse(
      await Deno.readTextFile(join(root, "deno.offline.json")),
    );
    assertEquals(written.imports, CONFIG.imports);
    assertEquals(written.lock, "deno.offline.lock");
    assertEquals(written.links.length, 5);
    assertEquals(
      await Deno.readTextFile(join(root, "deno.lock")),
      files["deno.lock"],
    );
  });
});

Deno.test("the runner uses the registry where it answers", async () => {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () => Response.json({ versions: {} }),
  );
  const env = { JSR_URL: `http://127.0.0.1:${server.addr.port}/` };
  await withRepository({ "tests/one_test.ts": PASSING }, async (root, run) => {
    const { code, stderr } = await run(TEST, env);
    assertEquals(code, 0, stderr);
    assertStringIncludes(stderr, "JSR packages: from the registry");
    const written = Deno.stat(join(root, "deno.offline.json"));
    await assertRejects(() => written, Deno.errors.NotFound);
  });
});

Deno.test("the runner links JSR_CHECKOUTS and follows their versions", async () => {
  const files = {
    "std/deno.json": '{"workspace": ["./assert", "./tool"]}',
    "std/assert/deno.json": JSON.stringify({
      name: "@std/assert",
      version: "9.9.9",
      exports: "./mod.ts",
    }),
    "std/assert/mod.ts": "export const real = true;\n",
    "tests/one_test.ts": `import { real } from "@std/assert";
Deno.test("one", () => { if (!real) throw new Error("no"); });
`,
  };
  await withRepository(files, async (root, run) => {
    const env = { JSR_CHECKOUTS: join(root, "std") };
    const { code, stderr } = await run(TEST, env);
    assertEquals(code, 0, stderr);
    assertStringIncludes(stderr, "JSR packages: 1 from JSR_CHECKOUTS");
    const written = JSON.parse(
      await Deno.readTextFile(join(root, "deno.offline.json")),
    );
    assertEquals(written.imports["@std/assert"], "jsr:@std/assert@9.9.9");
    assertEquals(written.imports["yaml"], CONFIG.imports["yaml"]);
    assertEquals(written.links, [join(root, "std", "assert")]);
  });
});

Deno.test("the runner refuses a checkout without packages", async () => {
  await withRepository({}, async (root, run) => {
    const { code, stderr } = await run(TEST, { JSR_CHECKOUTS: root });
    assertEquals(code, 1);
    assertStringIncludes(stderr, "Cannot use checkout: no packages in");
  });
});

Deno.test("the runner fails with the tests, and counts them", async () => {
  const files = {
    "tests/one_test.ts": `${PASSING}Deno.test("two", () => { throw 1; });\n`,
  };
  await withRepository(files, async (_root, run) => {
    const { code, stdout } = await run(TEST);
    assertEquals(code, 1);
    assertMatch(stdout, /\n1 passed, 1 failed\n$/);
  });
});

Deno.test("the runner counts a suite that does not even compile", async () => {
  const files = { "tests/one_test.ts": "const x: string = 1;\n" };
  await withRepository(files, async (_root, run) => {
    const { code, stdout } = await run(["test", "tests"]);
    assertEquals(code, 1);
    assertMatch(stdout, /(^|\n)0 passed, 1 failed\n$/);
  });
});

Deno.test("the runner says when a task has nothing to test", async () => {
  await withRepository({}, async (_root, run) => {
    const { code, stderr } = await run(["test:faults"]);
    assertEquals(code, 0);
    assertStringIncludes(
      stderr,
      "NOTHING TESTED: there are no tests in tests/faults",
    );
  });
});

Deno.test("the runner lists its tasks when it does not know one", async () => {
  await withRepository({}, async (_root, run) => {
    const { code, stderr } = await run(["nope"]);
    assertEquals(code, 2);
    assertMatch(stderr, /^Tasks: releasio, .*\bok\b/);
  });
});
