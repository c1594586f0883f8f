/**
 * A release, as lines for people.
 *
 * @module
 */

import { markdown } from "./markdown.ts";
import { plain } from "./plain.ts";
import type {
  PackageReport,
  ReleaseReport,
  ReleaseStep,
} from "./release_report.ts";
import { createStyle, type Layout } from "./style.ts";
import { wrap } from "./width.ts";

/**
 * One step of a release.
 *
 * @param step The step
 * @param layout Colour and columns
 * @returns Lines such as `tag: v1.0 pushed`
 */
export function releaseStepLines(step: ReleaseStep, layout: Layout): string[] {
  const style = createStyle(layout.colour);
  const where = step.package === null || step.package === "."
    ? ""
    : ` (${plain(step.package, 200)})`;
  const mark = { planned: "would be: ", "left-out": "left out: " };
  const before = step.status === "planned" || step.status === "left-out"
    ? mark[step.status]
    : "";
  const text = `${step.step}${where}: ${before}${plain(step.message)}`;
  const lines = wrap(text, layout.columns ?? 80);
  return step.status === "done" ? lines : lines.map(style.dim);
}

/**
 * The end of a release: one sentence for each package.
 *
 * @param report The report
 * @param layout Colour and columns
 * @returns Text without a final line feed; empty if it came to no package
 */
export function renderRelease(report: ReleaseReport, layout: Layout): string {
  const style = createStyle(layout.colour);
  const lines = report.packages.flatMap((one) => {
    const paint = one.status === "open" ? style.red : style.green;
    return wrap(sentence(one), layout.columns ?? 80)
      .map((line) => style.bold(paint(line)));
  });
  if (report.dryRun && report.ok) {
    lines.push("This was a preview: --execute does it.");
  }
  return lines.join("\n");
}

/**
 * The end of a release for a GitHub job's summary.
 *
 * @param report The report
 * @returns Markdown that ends with a line feed
 */
export function releaseSummary(report: ReleaseReport): string {
  const lines = report.packages.map((one) => `- ${markdown(sentence(one))}`);
  return `### ${report.dryRun ? "Release (preview)" : "Release"}\n\n${
    lines.join("\n")
  }\n`;
}

function sentence(one: PackageReport): string {
  const name = plain(
    [one.project ?? one.path, one.version].filter(Boolean).join(" "),
    200,
  );
  const url = one.url === null ? "" : ` ${plain(one.url, 500)}`;
  switch (one.status) {
    case "released":
      return `${name} is released${
        one.tag === null ? "" : ` as ${plain(one.tag, 200)}`
      }${url && `:${url}`}`;
    case "nothing-to-release":
      return `${name}: nothing to release${url && `, it is at${url}`}`;
    case "planned":
      return `${name} would be released${
        one.tag === null ? "" : ` as ${plain(one.tag, 200)}`
      }`;
    case "open":
      return `${name} is not released: run the same command again to go on`;
  }
}
