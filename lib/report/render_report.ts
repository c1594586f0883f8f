/**
 * The end of a publish: what is up, what is not, and what to do.
 *
 * @module
 */

import { count, formatBytes } from "./format.ts";
import { indexName } from "./names.ts";
import { plain } from "./plain.ts";
import type { FileReport, PublishReport, RunReport } from "./report.ts";
import { createStyle, type Layout, type Style } from "./style.ts";
import { hang, truncateMiddle, wrap } from "./width.ts";

/** Longer lists are cut, so that all of it fits one screen. */
const MAX_NAMES = 4;
/** What went wrong is listed at greater length. */
const MAX_FAILURES = 10;

/** Longer than any that names its files one by one: half of it is no command. */
const MAX_COMMAND = 128 * 1024;

/**
 * Renders what a publish came to: for each index what is up, what was there
 * already, what failed and why, what was not tried, and how to finish.
 *
 * What stopped the run as a whole (`report.error`) is not part of it.
 *
 * @param report The report
 * @param layout Colour and columns
 * @param command What was run, as a shell takes it
 * @returns Text without a final line feed; empty if no index was reached
 */
export function renderReport(
  report: PublishReport,
  layout: Layout,
  command?: string,
): string {
  const blocks = report.runs
    .filter((run) => run.files.length > 0)
    .map((run) => renderRun(run, report.dryRun, layout).join("\n"));
  const warnings = runWarnings(report, layout);
  if (blocks.length > 0 && warnings.length > 0) {
    blocks.push(warnings.join("\n"));
  }
  if (report.runs.some((run) => needsAnotherRun(run, report))) {
    const [again, ...more] = nextSteps(report)
      .map((step) => wrap(step, layout.columns ?? 80));
    blocks.push(
      [
        ...again!,
        // In one piece, to be copied.
        ...(command === undefined ? [] : [`  ${plain(command, MAX_COMMAND)}`]),
        ...more.flat(),
      ].join("\n"),
    );
  }
  return blocks.join("\n\n");
}

/** What is wrong with the run as a whole must not scroll away above. */
function runWarnings(
  { findings, dryRun }: PublishReport,
  { colour, columns = 80 }: Layout,
): string[] {
  const { yellow } = createStyle(colour);
  return findings
    .filter(({ file, severity }) =>
      !dryRun && file === null && severity === "warning"
    )
    .slice(0, MAX_NAMES)
    .flatMap(({ message }) => wrap(`Warning: ${plain(message)}`, columns))
    .map(yellow);
}

/**
 * What is left to do after a publish that did not do everything.
 *
 * @param report The report
 * @returns Sentences; empty when nothing is left to do
 */
export function nextSteps(report: PublishReport): string[] {
  const open = report.runs.filter((run) => needsAnotherRun(run, report));
  if (open.length === 0) return [];
  const again = "un the same command again: what is up is not sent twice.";
  const begun = open.some((run) =>
    isPyPI(run) && run.files.some(({ status }) => isUp(status))
  );
  // What ends with 2 to 5 ends the same way until something is changed.
  const isFinal = report.exitCode >= 2 && report.exitCode <= 5;
  return [
    isFinal ? `Fix what failed, then r${again}` : `R${again}`,
    ...(begun
      ? ["PyPI takes new files for a release for 14 days after its first one."]
      : []),
  ];
}

/**
 * The one line that says how a publish to an index ended.
 *
 * @param run The index's part of the report
 * @param dryRun Whether nothing was to be sent
 * @returns Such as `demo 1.0 is on PyPI: 2 files uploaded`
 */
export function headline(run: RunReport, dryRun: boolean): string {
  const index = indexName(run.registry);
  const { title, isOne } = releases(run.files);
  const release = plain(title, 100);
  const is = isOne ? "is" : "are";
  const { planned, uploaded, existing, skipped, failed, untried } = group(run);
  const open = run.files.filter(({ status }) => !isUp(status)).length;
  const there = [
    ...(existing.length > 0 ? [`${existing.length} already there`] : []),
    ...(skipped.length > 0 ? [`${skipped.length} skipped`] : []),
  ];
  if (uploaded.length === 0 && open === 0) {
    const nothing = dryRun ? "Dry run: nothing to do" : "Nothing to do";
    const files = count(existing.length, "file");
    if (existing.length === 0) {
      return `${nothing} for ${release} on ${index}: ${
        count(skipped.length, "file")
      } skipped`;
    }
    return `${nothing}, ${release} ${is} on ${index}` +
      (skipped.length > 0
        ? `: ${files} already there, ${skipped.length} skipped`
        : ` with ${existing.length === 1 ? "its" : "all"} ${files}`);
  }
  if (dryRun && untried.length === run.files.length) {
    return `Dry run: no plan for ${release} on ${index}`;
  }
  if (dryRun) {
    const would = failed.length > 0
      ? [`${count(failed.length, "file")} can't go up to ${index}`]
      : [
        `${count(planned.length, "file")} would go up to ${index} (${
          formatBytes(bytes(planned))
        })`,
      ];
    return `Dry run: ${[...would, ...there].join(", ")}`;
  }
  if (open === run.files.length) {
    return `Nothing of ${release} went up to ${index}`;
  }
  if (open > 0) {
    return `${release} ${is} not complete on ${index}: ${open} of ${
      count(run.files.length, "file")
    } not up`;
  }
  const sent = `${count(uploaded.length, "file")} uploaded`;
  return `${release} ${is} on ${index}: ${[sent, ...there].join(", ")} (${
    formatBytes(bytes(uploaded))
  })`;
}

/**
 * The pages of an index's releases, each once.
 *
 * @param run The index's part of the report
 * @returns Addresses of releases that have a file on the index
 */
export function releasePages(run: RunReport): string[] {
  const urls = run.files.filter(({ status }) => isUp(status))
    .flatMap(({ url }) => url ?? []);
  return [...new Set(urls)];
}

function renderRun(run: RunReport, dryRun: boolean, layout: Layout): string[] {
  const { columns = 80 } = layout;
  const style = createStyle(layout.colour);
  const { planned, uploaded, existing, skipped, failed, untried } = group(run);
  const isBad = failed.length > 0 || untried.length > 0 ||
    (!dryRun && planned.length > 0);
  const paint = isBad ? style.red : style.green;
  const head = wrap(headline(run, dryRun), columns)
    .map((line) => style.bold(paint(line)));
  const pages = releasePages(run).map((url) => `  ${plain(url, 500)}`);
  if (!isBad) {
    return [...head, ...pages, ...listed("Skipped", skipped, columns, style)];
  }
  const notTried = run.files.filter(({ status }) =>
    status === "not-attempted" || (status === "planned" && !dryRun)
  );
  return [
    ...head,
    ...pages,
    ...listed("Up now", uploaded, columns, style, 0),
    ...listed("Already there", existing, columns, style, 0),
    ...listed("Skipped", skipped, columns, style),
    ...failures(failed, columns, style),
    ...listed("Not tried", notTried, columns, style),
  ];
}

function listed(
  title: string,
  files: readonly FileReport[],
  columns: number,
  { bold, dim }: Style,
  /** How many of a long list are named; the log above has them all. */
  named = MAX_NAMES,
): string[] {
  if (files.length === 0) return [];
  const shown = files.length > MAX_NAMES ? named : files.length;
  const more = shown === 0 ? 0 : files.length - shown;
  return [
    "",
    `${bold(title)} ${dim(`(${files.length})`)}`,
    ...files.slice(0, shown)
      .map(({ file }) => `  ${truncateMiddle(plain(file, 300), columns - 2)}`),
    ...(more > 0 ? [dim(`  and ${more} more`)] : []),
  ];
}

/** Failures, those of the same cause together. */
function failures(
  files: readonly FileReport[],
  columns: number,
  { bold, dim, red }: Style,
): string[] {
  if (files.length === 0) return [];
  const byCause = [
    ...Map.groupBy(
      files,
      ({ error }) => JSON.stringify([error?.code, error?.message]),
    ).values(),
  ];
  const lines = byCause.slice(0, MAX_FAILURES).flatMap((same) => {
    const { error, attempts } = same[0]!;
    const tries = attempts > 1 ? `, ${attempts} tries` : "";
    return [
      ...same.slice(0, MAX_NAMES).map(({ file }) =>
        `  ${red(truncateMiddle(plain(file, 300), columns - 2))}`
      ),
      ...(same.length > MAX_NAMES
        ? [dim(`  and ${same.length - MAX_NAMES} more`)]
        : []),
      ...(error === null ? [] : [
        ...hang(
          "    ",
          `${plain(error.message)} (${plain(error.code, 60)}${tries})`,
          columns,
        ),
        ...(error.hint === null ? [] : wrap(
          plain(error.hint, 2000),
          columns,
          "    ",
        ).map(dim)),
      ]),
    ];
  });
  const more = byCause.length - MAX_FAILURES;
  return [
    "",
    `${bold("Failed")} ${dim(`(${files.length})`)}`,
    ...lines,
    ...(more > 0 ? [dim(`  and ${count(more, "other failure")}`)] : []),
  ];
}

function group(run: RunReport) {
  const of = (status: FileReport["status"]) =>
    run.files.filter((file) => file.status === status);
  return {
    planned: of("planned"),
    uploaded: of("uploaded"),
    existing: of("existing"),
    skipped: of("skipped"),
    failed: of("failed"),
    untried: of("not-attempted"),
  };
}

function isUp(status: FileReport["status"]): boolean {
  return status === "uploaded" || status === "existing" || status === "skipped";
}

function needsAnotherRun(run: RunReport, report: PublishReport): boolean {
  return !report.dryRun && run.files.some(({ status }) => !isUp(status));
}

function isPyPI(run: RunReport): boolean {
  return ["PyPI", "TestPyPI"].includes(indexName(run.registry));
}

function bytes(files: readonly FileReport[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

/** Such as `demo 1.0`, or `demo 1.0 and 3 other releases`. */
function releases(
  files: readonly FileReport[],
): { readonly title: string; readonly isOne: boolean } {
  const all = [
    ...new Set(files.map(({ project, version }) => `${project} ${version}`)),
  ];
  const more = all.length - 1;
  return more > 0
    ? { title: `${all[0]} and ${count(more, "other release")}`, isOne: false }
    : { title: all[0] ?? "The release", isOne: true };
}
