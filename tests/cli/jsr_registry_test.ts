/**
 * The literal `deno run jsr:@releasio/cli`, from an empty cache: what every CI
 * run of every user does.
 */

import { assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { readJsrPackages, serveJsr } from "../helpers/jsr_registry.ts";
import config from "../../deno.json" with { type: "json" };

const CHECKOUTS = Deno.env.get("JSR_CHECKOUTS");
const PROXY = join(import.meta.dirname!, "..", "helpers", "npm_proxy.ts");

if (!CHECKOUTS) {
  Deno.stderr.writeSync(new TextEncoder().encode(
    "NOT TESTED: deno run jsr:@releasio/cli (set JSR_CHECKOUTS)\n",
  ));
}

interface Machine {
  /** An empty folder to work in. */
  readonly folder: string;
  /** Runs Deno there, and fails if it fails. */
  readonly deno: (...args: string[]) => Promise<string>;
  /** What was downloaded so far. */
  readonly downloaded: () => Promise<{ bytes: number; packages: string[] }>;
}

/** A machine that never saw Deno run, with registries that count. */
async function withMachine(
  use: (machine: Machine) => Promise<void>,
): Promise<void> {
  await using jsr = serveJsr(await readJsrPackages(CHECKOUTS ?? ""));
  const npm = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-net", "--no-config", "--no-lock", PROXY],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const home = await Deno.makeTempDir();
  try {
    const port = await readLine(npm.stdout);
    const npmUrl = `http://127.0.0.1:${port}/`;
    const folder = join(home, "work");
    await Deno.mkdir(folder);
    const env = {
      DENO_DIR: join(home, "cache"),
      JSR_URL: jsr.url,
      NPM_CONFIG_REGISTRY: npmUrl,
      NO_COLOR: "1",
      DENO_NO_UPDATE_CHECK: "1",
    };
    await use({
      folder,
      deno: async (...args) => {
        const { code, stdout, stderr } = await new Deno.Command(
          Deno.execPath(),
          { args, env, cwd: folder },
        ).output();
        const decoder = new TextDecoder();
        assertEquals(code, 0, decoder.decode(stderr));
        return decoder.decode(stdout);
      },
      downloaded: async () => {
        const answer = await fetch(new URL("/-/counted", npmUrl));
        const { bytes, packages } = await answer.json();
        return { bytes: bytes + jsr.bytes(), packages };
      },
    });
  } finally {
    npm.kill();
    await npm.status;
    await Deno.remove(home, { recursive: true });
  }
}

async function readLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (text.includes("\n")) break;
  }
  return text.trim();
}

Deno.test({
  name: "deno run jsr:@releasio/cli starts after less than 2 MB and 3 packages",
  ignore: !CHECKOUTS,
  fn: () =>
    withMachine(async ({ deno, downloaded }) => {
      const version = await deno("run", "-A", "jsr:@releasio/cli", "--version");
      assertStringIncludes(version, config.version);
      const { bytes, packages } = await downloaded();
      assertLess(bytes, 2_000_000, `downloaded ${bytes} bytes`);
      assertLess(packages.length, 4, packages.join(", "));

      const help = await deno("run", "-A", "jsr:@releasio/cli", "--help");
      assertStringIncludes(help, "publish");
      assertEquals((await downloaded()).bytes, bytes, "help downloads more");
    }),
});

Deno.test({
  name: "a user's program imports every export",
  ignore: !CHECKOUTS,
  fn: () =>
    withMachine(async ({ folder, deno }) => {
      const paths = Object.keys(config.exports).map((path) => path.slice(1));
      const program = paths.map((path, index) =>
        `import * as m${index} from "jsr:@releasio/cli@${config.version}${path}";
console.log(Object.keys(m${index}).length > 0);`
      );
      await Deno.writeTextFile(join(folder, "main.ts"), program.join("\n"));
      // Importing asks for no permission and prints nothing.
      const printed = await deno("run", "--check", "--no-prompt", "main.ts");
      assertEquals(printed, "true\n".repeat(paths.length));
    }),
});

Deno.test({
  name: "a user's deno task runs the command line",
  ignore: !CHECKOUTS,
  fn: () =>
    withMachine(async ({ folder, deno }) => {
      const tasks = {
        release: `deno run -A jsr:@releasio/cli@${config.version}`,
      };
      await Deno.writeTextFile(
        join(folder, "deno.json"),
        JSON.stringify({ tasks }),
      );
      const printed = await deno("task", "--quiet", "release", "--version");
      assertStringIncludes(printed, config.version);
    }),
});
