/**
 * What happens during a publish, as lines of text: the whole output where
 * there is no terminal, and what stands above the bars where there is one.
 *
 * @module
 */

import type { PublishEvent } from "../events.ts";
import type { Finding } from "../findings.ts";
import { annotation } from "./annotation.ts";
import { createFold, type FoldingCi } from "./fold.ts";
import {
  count,
  formatBytes,
  formatDuration,
  formatRate,
  formatTime,
} from "./format.ts";
import { describeAuthentication, indexName } from "./names.ts";
import { plain } from "./plain.ts";
import {
  countSeverities,
  findingAnnotations,
  findingLines,
} from "./render_findings.ts";
import { createStyle, type Style } from "./style.ts";
import { padEnd, padStart, truncateMiddle, wrap } from "./width.ts";

/** Lists longer than this are folded where the CI can fold. */
const LONG_LIST = 5;
/** Files of a plan that are listed where nothing can be folded. */
const MAX_LISTED = 10;
const INDENT = "  ";
const VERB_COLUMNS = 8;
const SIZE_COLUMNS = 8;
const RATE_COLUMNS = 9;
/** In a narrower window, names go before rates. */
const MIN_COLUMNS_FOR_RATES = 60;

/** Options for {@linkcode createLineRenderer}. */
export interface LineRendererOptions {
  /** Whether to colour. */
  readonly colour: boolean;
  /** Whether to tell more. @default {false} */
  readonly verbose?: boolean;
  /** Whether to tell of problems only. @default {false} */
  readonly quiet?: boolean;
  /** The CI whose log this goes to, or `null`. @default {null} */
  readonly ci?: FoldingCi | null;
  /** Columns of a terminal; without them, no line is wrapped or shortened. */
  readonly columns?: number;
  /** Milliseconds since the epoch: GitLab's log wants the time. */
  readonly now?: () => number;
}

/** Turns events into lines. It remembers what later lines need. */
export interface LineRenderer {
  /** The lines that an event is worth, often none. */
  readonly render: (event: PublishEvent) => string[];
  /** The lines that were held back, and the end of open groups. */
  readonly end: () => string[];
}

/**
 * Creates a renderer of events as lines of text.
 *
 * Findings are held back until the next event of another kind, so that they
 * stand grouped by file.
 *
 * @param options Colour, verbosity, and where the lines go
 * @returns The renderer, for one run
 */
export function createLineRenderer(
  options: LineRendererOptions,
): LineRenderer {
  const { verbose = false, quiet = false, ci = null } = options;
  const style = createStyle(options.colour);
  const layout = {
    colour: options.colour,
    columns: options.columns ?? Infinity,
  };
  const fold = createFold(ci, options.now ?? (() => 0));
  let held: Finding[] = [];
  /** Planned files that have not ended yet. */
  let left = 0;
  let uploadTitle: string | null = null;

  function flush(): string[] {
    const findings = held
      .filter(({ severity }) => !quiet || severity === "error");
    held = [];
    return [
      ...findingLines(findings, {
        ...layout,
        columns: layout.columns - INDENT.length,
      }).map((line) => line && INDENT + line),
      ...(ci === "github" ? findingAnnotations(findings) : []),
    ];
  }

  /** The only news that stands above the findings, not below them. */
  function checked(event: PublishEvent & { type: "checked" }): string[] {
    const result = held.length > 0
      ? countSeverities(held).join(", ")
      : "no problems";
    return quiet ? flush() : [
      `check: ${count(event.files, "file")}, ${result}`,
      ...flush(),
    ];
  }

  function plan(event: PublishEvent & { type: "plan" }): string[] {
    const of = (status: string) =>
      event.files.filter((file) => file.status === status);
    const planned = of("planned");
    const size = planned.reduce((sum, file) => sum + file.size, 0);
    left = planned.length;
    uploadTitle = left > LONG_LIST
      ? `upload: ${count(left, "file")} (${formatBytes(size)})`
      : null;
    const title = "plan: " + [
      planned.length > 0
        ? `${count(planned.length, "file")} to upload (${formatBytes(size)})`
        : "nothing to upload",
      ...counted(of("existing").length, "already there"),
      ...counted(of("skipped").length, "to skip"),
      ...counted(of("failed").length, "in conflict"),
    ].join(", ");
    const shown = ci || verbose
      ? event.files
      : event.files.slice(0, MAX_LISTED);
    const more = event.files.length - shown.length;
    const lines = [
      ...shown.map(({ file, size, status }) =>
        row(status === "planned" ? "upload" : status, { file, size })
      ),
      ...(more > 0 ? [style.dim(`  and ${count(more, "more file")}`)] : []),
    ];
    return ci && event.files.length > LONG_LIST
      ? [...fold.open(title), ...lines, ...fold.close()]
      : [title, ...lines];
  }

  /** Verb and size first, so that columns line up and names stay whole. */
  function row(
    verb: string,
    { file, size, rate }: { file: string; size: number; rate?: string },
    rest = "",
  ): string {
    const facts = padStart(formatBytes(size), SIZE_COLUMNS) +
      (rate === undefined || layout.columns < MIN_COLUMNS_FOR_RATES
        ? ""
        : `  ${padStart(rate, RATE_COLUMNS)}`);
    const before = 2 + VERB_COLUMNS + 2 + facts.length + 2;
    const name = truncateMiddle(
      plain(file, 300),
      Math.max(10, layout.columns - before - rest.length),
    );
    const painted = paintOf(verb, style)(padEnd(verb, VERB_COLUMNS));
    return `  ${painted}  ${facts}  ${name}${style.dim(rest)}`;
  }

  function uploadEnd(event: PublishEvent & { type: "upload-end" }): string[] {
    const { file, size, status, attempts, duration, error } = event;
    const extra = [
      ...(attempts > 1 ? [`${attempts} tries`] : []),
      ...(verbose ? [formatDuration(duration)] : []),
    ].join(", ");
    left--;
    const lines = quiet && status !== "failed" ? [] : [
      row(status, { file, size, rate: rateOf(event) }, extra && `  (${extra})`),
    ];
    if (error !== null) {
      const reason = `${plain(error.message)} (${plain(error.code, 60)})`;
      lines.push(...wrap(reason, layout.columns, " ".repeat(VERB_COLUMNS + 4)));
      if (ci === "github") {
        lines.push(annotation("error", [`${file}: ${error.message}`], {
          title: error.code,
        }));
      }
    }
    return left <= 0 ? [...lines, ...fold.close()] : lines;
  }

  function news(event: PublishEvent): string[] {
    switch (event.type) {
      case "note":
        return wrap(`note: ${plain(event.message)}`, layout.columns)
          .map(style.dim);
      case "registry": {
        const name = indexName(event.registry);
        const url = plain(event.registry, 300);
        return [...fold.close(), `index: ${name}, ${url}`];
      }
      case "plan":
        return plan(event);
      case "auth":
        return [style.bold(`auth: ${describeAuthentication(event)}`)];
      case "minted":
        return verbose
          ? [
            style.dim(
              `token: minted, valid until ${formatTime(event.expires)}`,
            ),
          ]
          : [];
      case "burned":
        return [
          ...fold.close(),
          ...(verbose ? [style.dim("token: burned")] : []),
        ];
      case "upload-start":
        return [
          ...openUploads(),
          ...(verbose ? [row("start", event)] : []),
        ];
      case "upload-retry":
        return retry(event);
      default:
        return [];
    }
  }

  function openUploads(): string[] {
    const title = uploadTitle;
    uploadTitle = null;
    return title === null ? [] : fold.open(title);
  }

  function retry(event: PublishEvent & { type: "upload-retry" }): string[] {
    const reason = plain(event.reason);
    return wrap(
      `${plain(event.file, 300)}: ${reason}; next try in ${
        formatDuration(event.delay)
      }`,
      layout.columns - 12,
    ).map((line, i) =>
      `  ${
        i === 0
          ? style.yellow(padEnd("retry", VERB_COLUMNS))
          : " ".repeat(VERB_COLUMNS)
      }  ${line}`
    );
  }

  return {
    render(event) {
      if (event.type === "finding") {
        held.push(event.finding);
        return [];
      }
      if (event.type === "checked") return checked(event);
      const lines = flush();
      if (event.type === "upload-end") return [...lines, ...uploadEnd(event)];
      return quiet ? lines : [...lines, ...news(event)];
    },
    end: () => [...flush(), ...fold.close()],
  };
}

function counted(n: number, what: string): string[] {
  return n > 0 ? [`${n} ${what}`] : [];
}

function rateOf(event: PublishEvent & { type: "upload-end" }): string {
  return event.status === "uploaded"
    ? formatRate(event.size, event.duration)
    : "";
}

function paintOf(verb: string, style: Style): (text: string) => string {
  switch (verb) {
    case "uploaded":
      return style.green;
    case "failed":
      return style.red;
    case "skipped":
      return style.yellow;
    case "existing":
    case "start":
      return style.dim;
    default:
      return (text) => text;
  }
}
