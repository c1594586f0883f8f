/**
 * Writes `docs/doctor.md` from the rules themselves: `deno task rules`.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { DOCTOR_RULES } from "../lib/trust/doctor_rules.ts";
import type { DoctorRule } from "../lib/trust/rule.ts";

/** The page. */
export const DOCTOR_PAGE: string = fileURLToPath(
  new URL("../docs/doctor.md", import.meta.url),
);

/**
 * The page that explains what `doctor` finds.
 *
 * @param rules The rules
 * @returns Markdown
 */
export function renderDoctorPage(rules: readonly DoctorRule[]): string {
  const sections = rules.map(({ code, severity, summary, hint }) =>
    `## ${code}

**${severity[0]!.toUpperCase()}${severity.slice(1)}.** ${summary}

${hint}
`
  );
  return `<!-- Written by \`deno task rules\`; a test keeps it in step. -->
<!-- deno-fmt-ignore-file -->

# What doctor finds

\`releasio doctor\` reads \`.github/workflows/\` and \`.gitlab-ci.yml\`, finds the
jobs that publish, whatever tool they use, and holds them against PyPI's rules
and your settings. It shows, for each job, the publisher to register.

An **error** stops trusted publishing, or lets others publish; \`doctor\` ends
with 4 then. A **warning** works, but should not stay. A **note** is something to
look at.

- \`releasio doctor --fix\` makes the changes that can do no harm, in permissions
  and environments; comments and layout stay.
- \`releasio doctor --exchange\`, in the job that publishes, goes through the whole
  exchange with the index, and burns the token that it gets. An index tries
  pending publishers first, and one that matches creates its project: so this is
  refused for a project that is not there, unless you add \`--allow-pending\`.
- \`--json\` prints findings, publishers and exchange as one document. On GitHub,
  errors and warnings appear at their lines.

What only a run can tell, such as a condition on another job's output, is taken
as possible.

${sections.join("\n")}`;
}

if (import.meta.main) {
  await Deno.writeTextFile(DOCTOR_PAGE, renderDoctorPage(DOCTOR_RULES));
}
