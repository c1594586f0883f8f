import { assert, assertEquals } from "@std/assert";
import { ALL_RULES } from "../../lib/check/rules.ts";
import { renderRulesPage, RULES_PAGE } from "../../tasks/write_rules_page.ts";

Deno.test("docs/rules.md lists the rules as they are", async () => {
  assertEquals(
    await Deno.readTextFile(RULES_PAGE),
    renderRulesPage(ALL_RULES),
    "run: deno task rules",
  );
});

Deno.test("every rule has a kebab-case code, a summary and a source", () => {
  for (const { code, summary, source } of ALL_RULES) {
    assert(/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(code), code);
    assert(!summary.endsWith("."), code);
    assert(source !== "", code);
  }
});

Deno.test("no two rules share a code unless they say the same of two formats", () => {
  const summaries = new Map<string, string>();
  for (const { code, summary } of ALL_RULES) {
    assertEquals(summaries.get(code) ?? summary, summary);
    summaries.set(code, summary);
  }
});
