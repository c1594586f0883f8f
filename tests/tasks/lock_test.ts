import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);

async function readJson(path: string) {
  return JSON.parse(await Deno.readTextFile(new URL(path, ROOT)));
}

Deno.test("deno.lock pins every npm package that deno.json imports", async () => {
  const { imports } = await readJson("deno.json");
  const { specifiers } = await readJson("deno.lock");
  for (const specifier of Object.values<string>(imports)) {
    if (specifier.startsWith("npm:")) {
      assert(specifier in specifiers, specifier);
    }
  }
});

Deno.test("deno.lock knows nothing of what only the stand-ins import", async () => {
  const { imports } = await readJson("deno.json");
  const { specifiers } = await readJson("deno.lock");
  const npm = Object.keys(specifiers).filter((name) => name.startsWith("npm:"));
  const imported = Object.values(imports);
  assertEquals(npm.filter((name) => !imported.includes(name)), []);
});

Deno.test("deno.json pins every import exactly", async () => {
  const { imports } = await readJson("deno.json");
  const loose = Object.values<string>(imports)
    .filter((specifier) => !/@\d+\.\d+\.\d+$/.test(specifier));
  assertEquals(loose, []);
});

Deno.test("the stand-ins have the versions that deno.json asks for", async () => {
  const { imports } = await readJson("deno.json");
  const offline = new URL("tasks/offline/", ROOT);
  const pinned = Object.values<string>(imports)
    .filter((specifier) => specifier.startsWith("jsr:"));
  const offered: string[] = [];
  for await (const { name: folder } of Deno.readDir(offline)) {
    const { name, version } = await readJson(
      `tasks/offline/${folder}/deno.json`,
    );
    offered.push(`jsr:${name}@${version}`);
  }
  assertEquals(offered.sort(), pinned.sort());
});
