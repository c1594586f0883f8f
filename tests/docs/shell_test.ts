import { assertEquals } from "@std/assert";
import { parse } from "yaml";
import { readPages, type Snippet } from "./pages.ts";
import { installPrograms, isForeign, runShell } from "./shell.ts";
import { createWorld, writeFiles } from "./world.ts";

for (const { path, snippets } of await readPages()) {
  const commands = snippets.flatMap(commandsOf);
  if (commands.length === 0) continue;
  Deno.test({
    name: `every command of ${path} runs`,
    // The commands are for a POSIX shell.
    ignore: Deno.build.os === "windows",
    async fn() {
      await using world = await createWorld();
      await writeFiles(world, snippets);
      await installPrograms(world);
      for (const { line, text, isIgnored, file } of commands) {
        const { code, output } = await runShell(world, text, {
          parseOnly: isIgnored || isForeign(text),
          isGitlab: file === ".gitlab-ci.yml" || text.includes("GITLAB_CI"),
        });
        assertEquals(code, 0, `${path}:${line} ended so:\n${output}`);
      }
    },
  });
}

/** What a snippet tells to type, or a workflow to run. */
function commandsOf(snippet: Snippet): Snippet[] {
  if (snippet.language === "sh") return [snippet];
  if (snippet.language !== "yaml") return [];
  return runsOf(parse(snippet.text))
    .filter((text) => text.startsWith("deno run"))
    .map((text) => ({ ...snippet, text }));
}

/** Every `run` of a workflow, and every line of a `script`. */
function runsOf(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === "run" || key === "script"
      ? [inner].flat().map(String)
      : runsOf(inner)
  );
}
