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
