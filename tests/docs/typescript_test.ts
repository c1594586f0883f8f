import { assertEquals } from "@std/assert";
import { pathToFileURL } from "node:url";
import { readPages } from "./pages.ts";
import { createWorld } from "./world.ts";

// One process for all of them, since most of the time goes into its types.
Deno.test("every TypeScript snippet type-checks and runs", async () => {
  const pages = await readPages();
  await using world = await createWorld();
  await Deno.mkdir(`${world.folder}/.snippets`);
  const modules: { name: string; url: string; isIgnored: boolean }[] = [];
  for (
    const { page, line, language, text, isIgnored } of pages.flatMap((
      { snippets },
    ) => snippets)
  ) {
    if (language !== "ts") continue;
    const name = `${page}:${line}`;
    const path = `${world.folder}/.snippets/${name.replaceAll(/\W/g, "_")}.ts`;
    // Without an import or export it would share its names with all others.
    await Deno.writeTextFile(path, `${text}\nexport {};\n`);
    modules.push({ name, url: pathToFileURL(path).href, isIgnored });
  }
  const main = modules.map(({ name, url, isIgnored }) => {
    const load = `() => import(${JSON.stringify(url)})`;
    // An ignored one is checked, and not run.
    return `await run(${JSON.stringify(name)}, ${load}, ${isIgnored});`;
  });
  const path = `${world.folder}/.snippets/main.ts`;
  await Deno.writeTextFile(path, `${RUN}\n${main.join("\n")}\n`);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--check", ...world.denoFlags, path],
    cwd: world.folder,
    env: world.ciEnv(),
    clearEnv: true,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  assertEquals(
    code,
    0,
    decoder.decode(stdout) + decoder.decode(stderr),
  );
});

const RUN = `
async function run(
  name: string,
  load: () => Promise<unknown>,
  isIgnored: boolean,
): Promise<void> {
  if (isIgnored) return;
  try {
    await load();
  } catch (cause) {
    throw new Error(name, { cause });
  }
}
`;
