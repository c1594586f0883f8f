/**
 * Progress bars, as data and as text. Drawing them is the command line's.
 *
 * `ProgressBar` of `@std/cli/unstable-progress-bar` fits around this module:
 * it owns the timer and the total bar, which its `formatter` is handed
 * (`progressBar`). In the place of each text that it writes stands
 * {@linkcode progressFrame} of what {@linkcode renderProgress} makes with it.
 *
 * @module
 */

import { unicodeWidth } from "@std/cli/unicode-width";
import type { PublishEvent } from "../events.ts";
import { count, formatBytes, formatDuration, formatRate } from "./format.ts";
import { plain } from "./plain.ts";
import { padEnd, padStart, truncateMiddle } from "./width.ts";

/** Samples that the rate is taken from, and how far they are apart. */
const MAX_SAMPLES = 20;
const SAMPLE_INTERVAL = 500;
/** Before that, a rate would be that of filling buffers. */
const MIN_RATE_SPAN = 2000;
const TOTAL_BAR_COLUMNS = 20;
const FILE_BAR_COLUMNS = 12;
/** A shorter bar says nothing. */
const MIN_BAR_COLUMNS = 5;
const SIZE_COLUMNS = 8;
const MIN_NAME_COLUMNS = 12;
const GAP = "  ";

/** How far one file is. */
export interface FileProgress {
  /** Bytes. */
  readonly size: number;
  /** Bytes handed to the transport in this try. */
  readonly sent: number;
  /**
   * `retrying` ones wait for their next try; `failed` ones count no longer.
   */
  readonly state: "waiting" | "active" | "retrying" | "done" | "failed";
}

/** How far the uploads to one index are. */
export interface ProgressState {
  /** The files of the plan that go up, by name, in the plan's order. */
  readonly files: ReadonlyMap<string, FileProgress>;
  /** Bytes sent in all tries, those that came to nothing included. */
  readonly moved: number;
  /** What had moved at some moments past, oldest first. */
  readonly samples: readonly {
    readonly time: number;
    readonly moved: number;
  }[];
}

/** Before anything is planned. */
export const NO_PROGRESS: ProgressState = {
  files: new Map(),
  moved: 0,
  samples: [],
};

/**
 * The state after an event.
 *
 * @param state The state before it
 * @param event The event
 * @param now Milliseconds since the epoch
 * @returns The new state, or the same if the event changes nothing
 */
export function reduceProgress(
  state: ProgressState,
  event: PublishEvent,
  now: number,
): ProgressState {
  switch (event.type) {
    case "plan":
      return {
        files: new Map(
          event.files.filter(({ status }) => status === "planned")
            .map((
              { file, size },
            ) => [file, { size, sent: 0, state: "waiting" }]),
        ),
        moved: 0,
        samples: [],
      };
    case "upload-start":
      return withFile(state, event.file, {
        size: event.size,
        sent: 0,
        state: "active",
      }, now);
    case "upload-progress": {
      const file = state.files.get(event.file);
      // A request that was given up may be read for a while yet.
      if (file?.state !== "active") return state;
      const before = file.sent;
      // After a redirect, or with a new token, all is sent anew untold.
      const moved = event.sent < before ? event.sent : event.sent - before;
      return withFile({ ...state, moved: state.moved + moved }, event.file, {
        size: event.size,
        sent: event.sent,
        state: "active",
      }, now);
    }
    case "upload-retry":
      return withFile(state, event.file, {
        size: state.files.get(event.file)?.size ?? 0,
        sent: 0,
        state: "retrying",
      }, now);
    case "upload-end": {
      const isUp = event.status !== "failed" &&
        event.status !== "not-attempted";
      return withFile(state, event.file, {
        size: event.size,
        sent: isUp ? event.size : 0,
        state: isUp ? "done" : "failed",
      }, now);
    }
    default:
      return state;
  }
}

function withFile(
  state: ProgressState,
  file: string,
  progress: FileProgress,
  now: number,
): ProgressState {
  const files = new Map(state.files).set(file, progress);
  const last = state.samples.at(-1);
  if (last !== undefined && now - last.time < SAMPLE_INTERVAL) {
    return { ...state, files };
  }
  const samples = [...state.samples, { time: now, moved: state.moved }];
  return { ...state, files, samples: samples.slice(-MAX_SAMPLES) };
}

/** The sums over all files. */
export interface ProgressTotals {
  /** Bytes of all files that did not fail. */
  readonly size: number;
  /** Bytes sent of them. */
  readonly sent: number;
  /** Files that are up. */
  readonly done: number;
  /** Files that did not fail. */
  readonly count: number;
}

/**
 * Sums up all files.
 *
 * @param files The files
 * @returns The sums; what failed is left out
 */
export function totals(
  files: ReadonlyMap<string, FileProgress>,
): ProgressTotals {
  const counted = [...files.values()].filter(({ state }) => state !== "failed");
  return {
    size: counted.reduce((sum, { size }) => sum + size, 0),
    sent: counted.reduce((sum, { sent }) => sum + sent, 0),
    done: counted.filter(({ state }) => state === "done").length,
    count: counted.length,
  };
}

/** How progress is rendered. */
export interface ProgressLayout {
  /** Columns of the terminal. */
  readonly columns: number;
  /**
   * Lines of the terminal: what has scrolled out can't be redrawn.
   *
   * @default {Infinity}
   */
  readonly rows?: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The total bar; by default one is drawn. */
  readonly bar?: string;
}

/**
 * Renders the files on their way, a bar each, and a last line for all: bar,
 * files, bytes, rate and time left.
 *
 * @param state The state
 * @param layout Columns and time
 * @returns Lines, none wider than the terminal; none before a plan
 */
export function renderProgress(
  state: ProgressState,
  layout: ProgressLayout,
): string[] {
  if (state.files.size === 0) return [];
  // One line is for all files, and one stays free.
  const room = Math.max(0, (layout.rows ?? Infinity) - 2);
  return [
    ...filesUnderWay(state).slice(0, room)
      .map(([file, progress]) => fileLine(file, progress, layout)),
    totalLine(state, layout),
  ];
}

/**
 * The files that are being sent, or will be sent again.
 *
 * @param state The state
 * @returns The files, in the plan's order
 */
export function filesUnderWay(
  { files }: ProgressState,
): readonly (readonly [file: string, progress: FileProgress])[] {
  return [...files].filter(([, { state }]) =>
    state === "active" || state === "retrying"
  );
}

function fileLine(
  file: string,
  { size, sent, state }: FileProgress,
  { columns }: ProgressLayout,
): string {
  const facts = [
    state === "retrying"
      ? padEnd("waiting", FILE_BAR_COLUMNS)
      : bar(sent, size, FILE_BAR_COLUMNS),
    percent(sent, size),
    padStart(formatBytes(size), SIZE_COLUMNS),
  ];
  const nameColumns = () =>
    columns - 2 - facts.reduce((sum, { length }) => sum + 2 + length, 0);
  // In a narrow window the size makes room for the name, then the bar.
  if (nameColumns() < MIN_NAME_COLUMNS) facts.pop();
  if (nameColumns() < MIN_NAME_COLUMNS) facts.shift();
  if (nameColumns() < MIN_NAME_COLUMNS) {
    return truncateMiddle(plain(file, 300), columns);
  }
  const name = truncateMiddle(plain(file, 300), nameColumns());
  return [`  ${padEnd(name, nameColumns())}`, ...facts].join(GAP);
}

function totalLine(state: ProgressState, layout: ProgressLayout): string {
  const { size, sent, done, count: all } = totals(state.files);
  const first = state.samples[0];
  const elapsed = first === undefined ? 0 : layout.now - first.time;
  const moved = first === undefined ? 0 : state.moved - first.moved;
  const underWay = filesUnderWay(state);
  const isSending = underWay.some(([, { state }]) => state === "active");
  const hasRate = isSending && moved > 0 && elapsed >= MIN_RATE_SPAN &&
    sent < size;
  const facts = [
    { weight: 1, text: `${done} of ${count(all, "file")}` },
    { weight: 4, text: `${formatBytes(sent)} of ${formatBytes(size)}` },
    ...(hasRate
      ? [
        { weight: 2, text: formatRate(moved, elapsed) },
        {
          weight: 3,
          text: `${formatDuration((size - sent) / moved * elapsed)} left`,
        },
      ]
      : []),
    ...(underWay.length > 0 && !isSending
      ? [{ weight: 3, text: "waiting for the next try" }]
      : []),
    // All bytes are out, and the index has not answered yet.
    ...(sent >= size && done < all
      ? [{ weight: 3, text: "waiting for the index" }]
      : []),
  ];
  // A broken line can't be redrawn: what does not fit is left out, the least
  // important first.
  let room = layout.columns;
  const shown = new Set(
    facts.toSorted((a, b) => b.weight - a.weight).filter(({ text }) => {
      const fits = text.length <= room;
      if (fits) room -= text.length + GAP.length;
      return fits;
    }),
  );
  return [
    ...shorten(layout.bar ?? bar(sent, size, TOTAL_BAR_COLUMNS), room),
    ...facts.filter((fact) => shown.has(fact)).map(({ text }) => text),
  ].join(GAP);
}

/** The same bar in the columns that are left, if that makes one. */
function shorten(bar: string, columns: number): string[] {
  if (columns < MIN_BAR_COLUMNS) return [];
  const cells = [...bar];
  const length = Math.min(cells.length, columns);
  return [
    Array.from(
      { length },
      (_, i) => cells[Math.floor(i * cells.length / length)],
    ).join(""),
  ];
}

function bar(sent: number, size: number, columns: number): string {
  const full = Math.floor(ratio(sent, size) * columns);
  return "█".repeat(full) + "░".repeat(columns - full);
}

function percent(sent: number, size: number): string {
  return `${Math.floor(ratio(sent, size) * 100)}%`.padStart(4);
}

function ratio(sent: number, size: number): number {
  return size === 0 ? 1 : Math.min(1, Math.max(0, sent / size));
}

/** What a new drawing replaces, and where. */
export interface FrameOptions {
  /** Columns of the terminal. */
  readonly columns: number;
  /** The last drawing. @default {[]} */
  readonly before?: readonly string[];
  /** Lines to leave above the new one for good. @default {[]} */
  readonly above?: readonly string[];
}

/**
 * The text that replaces one drawing by the next, with the cursor left at the
 * end of the last line.
 *
 * @param lines The new drawing
 * @param options The last drawing, and the terminal's columns now
 * @returns Text with cursor movements
 */
export function progressFrame(
  lines: readonly string[],
  { columns, before = [], above = [] }: FrameOptions,
): string {
  // A window that became narrower has broken the lines of the last drawing.
  const rows = before.reduce(
    (sum, line) => sum + Math.max(1, Math.ceil(unicodeWidth(line) / columns)),
    0,
  );
  const up = rows > 1 ? `\x1b[${rows - 1}A` : "";
  // To clear all at once, from the top of the window, would make a terminal
  // such as tmux keep each frame among the lines that have scrolled out.
  return `${up}\r${above.map((line) => `\x1b[J${line}\n`).join("")}${
    lines.map((line) => `\x1b[K${line}`).join("\n")
  }\x1b[J`;
}
