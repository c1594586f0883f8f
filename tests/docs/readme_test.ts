import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { readPages } from "./pages.ts";

const README = (await readPages()).find(({ path }) => path === "README.md")!;

Deno.test("the README's first screen says what it is and has the workflow", () => {
  const [workflow] = README.snippets;
  assertEquals(workflow?.file, ".github/workflows/release.yml");
  assert(workflow!.line < 25);
});

Deno.test("the README has the two commands for a checkout, and their tasks exist", () => {
  const commands = README.text.match(/^npx -y deno@2 task \w+/gm) ?? [];
  const tasks = commands.map((command) => command.split(" ").at(-1)!);
  assertEquals(tasks, ["rehearse", "test"]);
  for (const task of tasks) assert(task in config.tasks, task);
});

Deno.test("the README's workflow is that of docs/setup.md", async () => {
  const setup = (await readPages())
    .find(({ path }) => path === "docs/setup.md")!;
  const [workflow] = README.snippets;
  assertStringIncludes(setup.text, workflow!.text);
});

Deno.test("the README leads to every page", async () => {
  const targets = README.links.map(({ target }) => target.split("#")[0]);
  for (const { path } of await readPages()) {
    if (path !== "README.md") assert(targets.includes(path), path);
  }
});

Deno.test("the README's figures are those that the bench wrote", async () => {
  const page = (await readPages())
    .find(({ path }) => path === "docs/benchmarks.md")!;
  const [table] = README.text.split("## How fast")[1]!.match(/(?:^\|.*\n)+/m)!;
  const rows = cellsOf(table);
  assert(rows.length > 3);
  const measured = cellsOf(page.text).map((row) => row.join());
  for (const row of rows) assert(measured.includes(row.join()), row.join());
  // With its date and machine.
  const [, machine] = page.text.match(/^(\d{4}-\d\d-\d\d; \d+ cores)/m)!;
  assertStringIncludes(README.text, machine!);
});

/** The rows of the tables in a text, but for the rules. */
function cellsOf(text: string): string[][] {
  return [...text.matchAll(/^\| (.+) \|$/gm)]
    .map(([, row]) => row!.split("|").map((cell) => cell.trim()))
    .filter(([first]) => !/^-+$/.test(first!));
}
