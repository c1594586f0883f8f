import { assertEquals } from "@std/assert";
import { readConfigFile } from "../lib/config/read_config_file.ts";
import { withTablesInOrder } from "../lib/toml.ts";
import { testContext } from "./helpers/context.ts";
import { fileTree } from "./helpers/files.ts";

Deno.test("withTablesInOrder() puts a table before the tables inside it", () => {
  assertEquals(
    withTablesInOrder("x = 1\n[a.b]\ny = 1\n[c]\n[a]\nz = 1"),
    "x = 1\n[a]\nz = 1\n[a.b]\ny = 1\n[c]\n",
  );
});

Deno.test("withTablesInOrder() leaves strings of several lines alone", () => {
  const text = 'a.b = """\n[c.d]\n[c]\n"""\n';
  assertEquals(withTablesInOrder(text), text);
});

Deno.test("readConfigFile() reads a table that stands after one inside it", async () => {
  const { file } = await readConfigFile(
    testContext(fileTree({
      ".releasio.toml":
        '[publish.publisher]\nowner = "octo"\n\n[publish]\njobs = 2\n',
    })),
    ".",
  );
  assertEquals(file?.table, {
    publish: { publisher: { owner: "octo" }, jobs: 2 },
  });
});
