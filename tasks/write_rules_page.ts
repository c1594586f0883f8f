/**
 * Writes `docs/rules.md` from the rules themselves: `deno task rules`.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import type { RuleInfo } from "../lib/check/rule.ts";
import { ALL_RULES } from "../lib/check/rules.ts";

/** The page. */
export const RULES_PAGE: string = fileURLToPath(
  new URL("../docs/rules.md", import.meta.url),
);

/**
 * The page that lists the rules, one a row.
 *
 * @param rules The rules
 * @returns Markdown
 */
export function renderRulesPage(rules: readonly RuleInfo[]): string {
  const rows = rules.map(({ code, severity, summary, hint, source }) =>
    `| ${
      [
        `\`${code}\``,
        severity,
        upperFirst(summary),
        hint ?? "The finding says so.",
        source.startsWith("https://") ? `[source](${source})` : source,
      ].map(cell).join(" | ")
    } |\n`
  );
  return `<!-- Written by \`deno task rules\`; a test keeps it in step. -->
<!-- deno-fmt-ignore-file -->

# Rules

What \`check\` looks at, and \`publish\` before it sends anything. An **error** is
what PyPI refuses today and stops the run. A **warning** is what PyPI takes but
mails about, what is probably a mistake, or what only the index can judge. A
**note** says that something was not checked.

${rules.length} rules, in the order in which they are applied.

| Code | Severity | When | What to do | Where it comes from |
| --- | --- | --- | --- | --- |
${rows.join("")}`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

function upperFirst(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1);
}

if (import.meta.main) {
  await Deno.writeTextFile(RULES_PAGE, renderRulesPage(ALL_RULES));
}
