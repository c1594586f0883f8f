/**
 * A GitHub job's summary.
 *
 * @module
 */

import type { Finding } from "../findings.ts";
import { count, formatBytes } from "./format.ts";
import { code, link, markdown } from "./markdown.ts";
import { describeIdentity } from "./names.ts";
import { troubleshootingUrl } from "./render_error.ts";
import { headline, nextSteps, releasePages } from "./render_report.ts";
import type {
  ErrorReport,
  FileReport,
  PublishReport,
  RunReport,
} from "./report.ts";

/** GitHub refuses a summary of more than 1 MiB as a whole. */
const MAX_FILES = 500;
const MAX_FINDINGS = 50;

const STATUS_WORDS: Readonly<Record<FileReport["status"], string>> = {
  "planned": "not sent",
  "uploaded": "uploaded",
  "existing": "already there",
  "skipped": "skipped",
  "failed": "**failed**",
  "not-attempted": "not tried",
};

/**
 * Renders a publish as Markdown for the file that `GITHUB_STEP_SUMMARY`
 * names: for each index the publisher and the files with their sizes and
 * digests, then what failed and what to do next.
 *
 * @param report What the publish came to
 * @returns Markdown that ends with a line feed
 */
export function githubSummary(report: PublishReport): string {
  const runs = report.runs.filter((run) => run.files.length > 0);
  const blocks = [
    ...(runs.length === 0 ? [heading(report)] : []),
    ...runs.flatMap((run) => runBlocks(run, report.dryRun)),
    ...errorBlocks(report),
    ...findingBlocks(report.findings),
    ...nextSteps(report).map((step) => `**Next:** ${markdown(step)}`),
  ];
  return blocks.join("\n\n") + "\n";
}

function heading(report: PublishReport): string {
  return report.ok ? "### Nothing to publish" : "### Nothing was published";
}

function runBlocks(run: RunReport, dryRun: boolean): string[] {
  const pages = releasePages(run)
    .map((url) => link(url.replace(/^https?:\/\//, ""), url));
  const facts = [
    ...(run.auth === null ? [] : [`**Authentication** ${authentication(run)}`]),
    ...(pages.length > 0 ? [`**Release** ${pages.join(", ")}`] : []),
  ];
  const shown = run.files.slice(0, MAX_FILES);
  const more = run.files.length - shown.length;
  return [
    `### ${markdown(headline(run, dryRun))}`,
    ...(facts.length > 0 ? [facts.join("<br>\n")] : []),
    [
      "| File | Size | Status | SHA-256 |",
      "| --- | ---: | --- | --- |",
      ...shown.map((file) => fileRow(file, dryRun)),
    ].join("\n"),
    ...(more > 0 ? [`and ${count(more, "more file")}`] : []),
    ...failureBlocks(run),
  ];
}

function authentication({ auth, publisher }: RunReport): string {
  if (auth === "api-token") return "an API token";
  return publisher === null
    ? "trusted publishing"
    : `trusted publishing, ${code(describeIdentity(publisher))}`;
}

function fileRow(file: FileReport, dryRun: boolean): string {
  const status = dryRun && file.status === "planned"
    ? "would go up"
    : STATUS_WORDS[file.status];
  const signed = file.attestations > 0 && file.status === "uploaded"
    ? ", signed"
    : "";
  return `| ${code(file.file, 300)} | ${
    formatBytes(file.size)
  } | ${status}${signed} | ${code(file.sha256, 64)} |`;
}

/** Failures of files, those of the same cause once. */
function failureBlocks(run: RunReport): string[] {
  const failed = run.files.filter(({ error }) => error !== null);
  const byCause = Map.groupBy(
    failed,
    ({ error }) => JSON.stringify([error!.code, error!.message]),
  );
  return [...byCause.values()].slice(0, MAX_FINDINGS).flatMap((same) => [
    `**${
      same.length === 1 ? code(same[0]!.file, 300) : count(same.length, "file")
    } failed:** ${problem(same[0]!.error!)}`,
  ]);
}

/** What stopped the run, unless it is what a file failed with. */
function errorBlocks({ error, runs }: PublishReport): string[] {
  const isShown = runs.some(({ files }) =>
    files.some((file) =>
      file.error !== null && file.error.message === error?.message
    )
  );
  return error === null || isShown ? [] : [`**Error:** ${problem(error)}`];
}

function problem({ code: name, message, hint }: ErrorReport): string {
  const more = link(name, troubleshootingUrl(name));
  const lines = [`${markdown(message)} (${more})`];
  if (hint !== null) lines.push(markdown(hint, 2000));
  return lines.join("<br>\n");
}

function findingBlocks(findings: readonly Finding[]): string[] {
  const worth = findings.filter(({ severity }) => severity !== "note");
  if (worth.length === 0) return [];
  const shown = worth.slice(0, MAX_FINDINGS);
  const more = worth.length - shown.length;
  const lines = shown.map(({ severity, file, message, hint, code: rule }) =>
    [
      `- **${severity}** `,
      file === null ? "" : `${code(file, 300)}: `,
      markdown(message),
      ` (${code(rule, 60)})`,
      hint === null ? "" : `<br>${markdown(hint, 2000)}`,
    ].join("")
  );
  if (more > 0) lines.push(`- and ${more} more`);
  return [lines.join("\n")];
}
