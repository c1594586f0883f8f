/**
 * Findings, grouped by file.
 *
 * @module
 */

import type { Finding, Severity } from "../findings.ts";
import { annotation } from "./annotation.ts";
import { count } from "./format.ts";
import { plain } from "./plain.ts";
import { createStyle, type Layout } from "./style.ts";
import { hang, truncateMiddle, wrap } from "./width.ts";

const SEVERITIES: readonly Severity[] = ["error", "warning", "note"];
const LABEL_COLUMNS = 7;
/** Files with the very same findings that are named. */
const MAX_NAMES = 3;
/** What GitHub shows of one step, for each level. */
const MAX_ANNOTATIONS = 10;

/**
 * Renders findings grouped by file, errors first, with their number at the
 * end. Files with the very same findings, such as a project's hundred wheels,
 * share them.
 *
 * @param findings The findings
 * @param layout Colour and columns
 * @returns Text without a final line feed
 */
export function renderFindings(
  findings: readonly Finding[],
  layout: Layout,
): string {
  if (findings.length === 0) return "No problems found";
  return [...findingLines(findings, layout), "", countFindings(findings)]
    .join("\n");
}

/**
 * Counts findings, in words.
 *
 * @param findings The findings
 * @returns Such as `2 errors, 1 warning in 3 files`
 */
export function countFindings(findings: readonly Finding[]): string {
  const files = new Set(findings.map(({ file }) => file));
  files.delete(null);
  const counts = countSeverities(findings).join(", ");
  return files.size > 0 ? `${counts} in ${count(files.size, "file")}` : counts;
}

/**
 * Counts findings by severity.
 *
 * @param findings The findings
 * @returns Such as `2 errors` and `1 warning`; empty without findings
 */
export function countSeverities(findings: readonly Finding[]): string[] {
  return SEVERITIES.flatMap((severity) => {
    const n = findings.filter((finding) => finding.severity === severity);
    return n.length > 0 ? count(n.length, severity) : [];
  });
}

/**
 * Renders findings as {@linkcode renderFindings} does, without the numbers.
 *
 * @param findings The findings
 * @param layout Colour and columns
 * @returns The lines, an empty one between files
 */
export function findingLines(
  findings: readonly Finding[],
  layout: Layout,
): string[] {
  return groupFindings(findings).flatMap((group, i) => [
    ...(i > 0 ? [""] : []),
    ...headings(group.files, layout),
    ...group.findings.flatMap((finding) => oneFinding(finding, layout)),
  ]);
}

/**
 * The findings as GitHub annotations, as many as GitHub shows.
 *
 * @param findings The findings
 * @returns One line each
 */
export function findingAnnotations(findings: readonly Finding[]): string[] {
  return (["error", "warning"] as const).flatMap((severity) =>
    findings.filter((finding) => finding.severity === severity)
      .slice(0, MAX_ANNOTATIONS)
      .map(({ message, hint, file, line, code }) =>
        annotation(severity, [message, hint], {
          file,
          title: code,
          ...(line === undefined ? {} : { line }),
        })
      )
  );
}

interface FindingGroup {
  /** Empty for what is about the whole run. */
  readonly files: string[];
  readonly findings: readonly Finding[];
}

function groupFindings(findings: readonly Finding[]): FindingGroup[] {
  const byFile = Map.groupBy(findings, ({ file }) => file);
  const groups = new Map<string, FindingGroup>();
  for (const [file, own] of byFile) {
    const sorted = own.toSorted((a, b) =>
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity)
    );
    // What is about the run and what is about a file never share a group.
    const key = JSON.stringify([
      file === null,
      ...sorted.map((each) => ({ ...each, file: "" })),
    ]);
    const group = groups.get(key) ?? { files: [], findings: sorted };
    if (file !== null) group.files.push(file);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function headings(files: readonly string[], layout: Layout): string[] {
  const { columns = 80 } = layout;
  const { bold, dim } = createStyle(layout.colour);
  const named = files.slice(0, MAX_NAMES)
    .map((file) => bold(truncateMiddle(plain(file, 300), columns)));
  const more = files.length - named.length;
  return more > 0 ? [...named, dim(`and ${count(more, "more file")}`)] : named;
}

function oneFinding(finding: Finding, layout: Layout): string[] {
  const { columns = 80 } = layout;
  const { red, yellow, dim } = createStyle(layout.colour);
  const paint = { error: red, warning: yellow, note: dim }[finding.severity];
  const line = finding.line === undefined ? "" : `line ${finding.line}: `;
  const label = `  ${finding.severity.padEnd(LABEL_COLUMNS)}  `;
  const [first = "", ...rest] = hang(
    label,
    `${line}${plain(finding.message)} (${plain(finding.code, 60)})`,
    columns,
  );
  return [
    `  ${paint(finding.severity)}${first.slice(2 + finding.severity.length)}`,
    ...rest,
    ...(finding.hint === null ? [] : wrap(
      plain(finding.hint, 2000),
      columns,
      " ".repeat(label.length),
    ).map(dim)),
  ];
}
