import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  environmentName,
  OTHER_TABLES,
  PUBLISH_KEYS,
  type PublishKey,
  TOP_LEVEL_KEYS,
} from "../../lib/config/keys.ts";
import { PUBLISHER_FORMS } from "../../lib/config/publisher_forms.ts";
import { resolveConfig } from "../../lib/config/resolve_config.ts";
import { testContext } from "../helpers/context.ts";
import { fileTree } from "../helpers/files.ts";

const PAGE = await Deno.readTextFile(
  new URL("../../docs/configuration.md", import.meta.url),
);
const ALL: readonly PublishKey<unknown>[] = Object.values(PUBLISH_KEYS);

function code(text: string | undefined): string {
  return text ? `\`${text}\`` : "";
}

function assertHasRow(...cells: readonly string[]): void {
  const rows = PAGE.split("\n")
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
  assert(
    rows.some((row) => JSON.stringify(row) === JSON.stringify(cells)),
    `docs/configuration.md should have: | ${cells.join(" | ")} |`,
  );
}

Deno.test("docs/configuration.md has what every key takes, its default and its meaning", () => {
  for (const { key, kind, defaultText, doc } of ALL) {
    assertHasRow(code(key), kind.expected, code(defaultText), doc);
  }
});

Deno.test("docs/configuration.md has every key's variable and flag", () => {
  for (const { key, flag } of ALL) {
    assertHasRow(code(key), code(environmentName(key)), code(flag));
  }
});

Deno.test("every default is what the reference says it is", async () => {
  const { list } = await resolveConfig(testContext());
  const written = ALL.filter(({ defaultText }) => defaultText !== "");
  const text = written.map((spec) => `${spec.key} = ${spec.defaultText}`);
  const again = await resolveConfig(
    testContext(
      fileTree({ ".releasio.toml": `[publish]\n${text.join("\n")}` }),
    ),
  );
  assertEquals(
    again.list.map(({ key, value }) => [key, value]),
    list.map(({ key, value }) => [key, value]),
  );
});

Deno.test("every TOML snippet of docs/configuration.md resolves", async () => {
  const snippets = [...PAGE.matchAll(/```toml\n(.*?)```/gs)].map(([, text]) =>
    text!
  );
  assert(snippets.length > 4);
  for (const snippet of snippets) {
    const name = snippet.includes("tool.releasio")
      ? "pyproject.toml"
      : ".releasio.toml";
    const { file } = await resolveConfig(
      testContext(fileTree({ [name]: snippet })),
    );
    assertEquals(file?.path, name);
  }
});

Deno.test("an example in docs/configuration.md has every key", () => {
  for (const { key } of ALL) assertStringIncludes(PAGE, `\n${key} = `);
});

Deno.test("docs/configuration.md names every publisher field and every other table", () => {
  for (const fields of Object.values(PUBLISHER_FORMS)) {
    for (const field of Object.keys(fields)) {
      assertStringIncludes(PAGE, `\`${field}\``);
    }
  }
  for (const table of OTHER_TABLES) {
    assertStringIncludes(PAGE, `\`[${table}]\``);
  }
  for (const key of TOP_LEVEL_KEYS) assertStringIncludes(PAGE, `\`${key}\``);
});
