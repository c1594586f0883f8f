/**
 * `trust`, `mint` and `oidc` on another runtime: bundled, they run on Node
 * with its own `fetch`.
 */

// deno-lint-ignore-file no-console -- what is skipped must be seen

import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { CONFIG } from "../helpers/cli.ts";
import { ROOT } from "../helpers/paths.ts";
import { startSandbox } from "../helpers/sandbox.ts";

const PUBLISHER = {
  provider: "github",
  owner: "octo",
  repository: "demo",
  workflow: "release.yml",
  environment: null,
} as const;

const WORKFLOW = `on: { push: { tags: ["v*"] } }
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: deno run jsr:@releasio/cli publish
`;

const major = await nodeMajor();
if (major < 20) {
  console.error("SKIPPED: what runs on Node: there is no Node 20 or later");
}

async function nodeMajor(): Promise<number> {
  try {
    const { stdout } = await new Deno.Command("node", { args: ["--version"] })
      .output();
    return parseInt(new TextDecoder().decode(stdout).slice(1));
  } catch {
    return 0;
  }
}

/** A folder of `lib/`, as its library users import it. */
function moduleUrl(name: string): string {
  return new URL(`../../lib/${name}/mod.ts`, import.meta.url).href;
}

async function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    env: { ...env },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test({
  name: "trust, mint and oidc, bundled, work on Node with its own fetch",
  ignore: major < 20,
  fn: async () => {
    await using running = await startSandbox({
      publishers: [{ publisher: PUBLISHER, project: "demo" }],
    });
    const folder = await Deno.makeTempDir({ prefix: "releasio-node-" });
    try {
      await Deno.writeTextFile(
        join(folder, "entry.ts"),
        ["config", "trust", "mint", "oidc"]
          .map((name) => `export * from ${JSON.stringify(moduleUrl(name))};\n`)
          .join(""),
      );
      await run(Deno.execPath(), [
        ...["bundle", "--quiet", "--no-check", "-c", CONFIG],
        ...["-o", join(folder, "bundle.mjs"), join(folder, "entry.ts")],
      ]);
      await Deno.copyFile(
        `${ROOT}tests/interop/node_program.mjs`,
        join(folder, "program.mjs"),
      );
      const output = await run("node", [join(folder, "program.mjs")], {
        ...running.githubEnv(PUBLISHER),
        PUBLISHER: JSON.stringify(PUBLISHER),
        WORKFLOW,
      });
      const { node, findings, ...rest } = JSON.parse(output);
      assertEquals(parseInt(node), major);
      assert(findings.includes("action-unpinned"), findings.join());
      assertEquals(rest, {
        provider: "github",
        audience: "pypi",
        matches: true,
        username: "__token__",
        isMasked: true,
        events: ["minted", "burned"],
        failure: "oidc-permission-missing",
        publishers: 1,
      });
      const { mintedTokens } = running.sandbox.state;
      assertEquals(mintedTokens.map(({ burnt }) => burnt), [true]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
