import { assertEquals } from "@std/assert";
import plugin from "../../tasks/lint_plugin.ts";

function lint(file: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, file, source)
    .map((diagnostic) => `${diagnostic.id}: ${diagnostic.message}`);
}

const DENO =
  "releasio/no-deno-namespace: The Deno namespace is out of reach here";

Deno.test("no-deno-namespace finds Deno in the library", () => {
  assertEquals(lint("lib/dist/wheel.ts", "Deno.readFile('x');"), [DENO]);
  assertEquals(lint("lib/retry.ts", "globalThis.Deno.exit();"), [DENO]);
  assertEquals(lint("lib/retry.ts", "let x: Deno.FileInfo;"), [DENO]);
});

Deno.test("no-deno-namespace leaves the doors and the tests alone", () => {
  for (
    const file of [
      "mod.ts",
      "cli.ts",
      "lib/deno_context.ts",
      "lib/deno_fetch.ts",
      "lib/cli/serve.ts",
      "tests/dist/wheel_test.ts",
      "tasks/run.ts",
    ]
  ) {
    assertEquals(lint(file, "Deno.readFile('x');"), [], file);
  }
});

const REFUSED: [file: string, source: string, target: string][] = [
  ["lib/dist/a.ts", 'import "../check/b.ts";', "lib/check/b.ts"],
  ["lib/dist/a.ts", 'import type { B } from "../mint/b.ts";', "lib/mint/b.ts"],
  ["lib/check/rules/a.ts", 'export * from "../../plan/b.ts";', "lib/plan/b.ts"],
  ["lib/oidc/a.ts", 'export { b } from "../mint/b.ts";', "lib/mint/b.ts"],
  ["lib/mint/a.ts", 'await import("../cli/b.ts");', "lib/cli/b.ts"],
  ["lib/mint/a.ts", 'import "../sandbox/b.ts";', "lib/sandbox/b.ts"],
  ["lib/report/a.ts", 'import "../publish.ts";', "lib/publish.ts"],
  ["lib/report/a.ts", 'import "../release/b.ts";', "lib/release/b.ts"],
  ["lib/release/a.ts", 'import "../release.ts";', "lib/release.ts"],
  ["lib/sandbox/a.ts", 'import "../cli/b.ts";', "lib/cli/b.ts"],
  ["lib/retry.ts", 'import "./cli/b.ts";', "lib/cli/b.ts"],
  ["lib/dist/a.ts", 'import "../../tests/b.ts";', "tests/b.ts"],
  ["lib/dist/a.ts", 'import "../../cli.ts";', "cli.ts"],
];

for (const [file, source, target] of REFUSED) {
  Deno.test(`stage-order refuses ${source} in ${file}`, () => {
    assertEquals(lint(file, source), [
      `releasio/stage-order: ${file} must not import ${target}`,
    ]);
  });
}

const TAKEN: [file: string, source: string][] = [
  ["lib/check/a.ts", 'import "../dist/b.ts";'],
  ["lib/dist/a.ts", 'import "./b.ts";'],
  ["lib/dist/a.ts", 'import "../errors.ts";'],
  ["lib/dist/a.ts", 'import "yaml"; import "@std/toml/parse";'],
  ["lib/sandbox/a.ts", 'import "../trust/b.ts"; import "../mint/c.ts";'],
  ["lib/cli/a.ts", 'import "../publish.ts"; import "../sandbox/b.ts";'],
  ["lib/release/a.ts", 'import "../report/b.ts"; import "../plan/c.ts";'],
  ["lib/release.ts", 'import "./publish.ts"; import "./release/b.ts";'],
  ["lib/publish.ts", 'import "./upload/b.ts"; import "./report/c.ts";'],
  ["lib/version.ts", 'import x from "../deno.json" with { type: "json" };'],
  ["cli.ts", 'await import("./lib/cli/publish.ts");'],
  ["tests/dist/a_test.ts", 'import "../../lib/cli/b.ts";'],
];

for (const [file, source] of TAKEN) {
  Deno.test(`stage-order takes ${source} in ${file}`, () => {
    assertEquals(lint(file, source), []);
  });
}
