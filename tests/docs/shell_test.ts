import { assertEquals } from "@std/assert";
import { readPages } from "./pages.ts";
import { installPrograms, isForeign, runShell } from "./shell.ts";
import { createWorld, writeFiles } from "./world.ts";

for (const { path, snippets } of await readPages()) {
  const commands = snippets.filter(({ language }) => language === "sh");
  if (commands.length === 0) continue;
  Deno.test({
    name: `every command of ${path} runs`,
    // The commands are for a POSIX shell.
    ignore: Deno.build.os === "windows",
    async fn() {
      await using world = await createWorld();
      await writeFiles(world, snippets);
      await installPrograms(world);
      for (const { line, text, isIgnored } of commands) {
        const parseOnly = isIgnored || isForeign(text);
        const { code, output } = await runShell(world, text, { parseOnly });
        assertEquals(code, 0, `${path}:${line} ended so:\n${output}`);
      }
    },
  });
}
