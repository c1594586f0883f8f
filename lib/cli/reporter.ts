/**
 * Shows a publish while it happens: lines for people, bars on a terminal,
 * events for programs.
 *
 * @module
 */

import { ProgressBar } from "@std/cli/unstable-progress-bar";
import type { EventSink, PublishEvent } from "../events.ts";
import { eventLine } from "../report/json.ts";
import { plain } from "../report/plain.ts";
import {
  filesUnderWay,
  NO_PROGRESS,
  progressFrame,
  type ProgressState,
  reduceProgress,
  renderProgress,
  totals,
} from "../report/progress.ts";
import { createLineRenderer } from "../report/render_events.ts";
import type { CommandIo } from "./command.ts";

const FRAME_INTERVAL = 200;
const BAR_COLUMNS = 20;
/** What a terminal adds to a line when Ctrl-C is pressed: `^C`. */
const ECHO_COLUMNS = 2;

/** Shows events until it is closed. */
export interface Reporter {
  /** Shows one event. */
  readonly onEvent: EventSink;
  /** Ends what is open and writes what is waiting. */
  readonly close: () => Promise<void>;
}

/**
 * Opens a reporter.
 *
 * @param io Where it prints
 * @param eventsFile Where events go as NDJSON, if anywhere
 * @returns The reporter
 */
export function openReporter(io: CommandIo, eventsFile?: string): Reporter {
  const { terminal, globals, context } = io;
  const lines = createLineRenderer({
    colour: terminal.colour,
    verbose: globals.verbose === true,
    quiet: globals.quiet === true,
    ci: io.ci,
    now: context.now,
    ...(terminal.isTerminal ? { columns: terminal.columns() } : {}),
  });
  // A CI reads commands from whole lines, and masks are written past the bars.
  const hasBars = terminal.canRedraw && io.ci === null && !globals.quiet;
  const bars = hasBars ? openBars(io) : null;
  const log = eventsFile === undefined ? null : openEventLog(io, eventsFile);
  return {
    onEvent(event) {
      log?.write(event);
      bars?.update(event);
      lines.render(event).forEach(terminal.err);
    },
    async close() {
      bars?.erase();
      lines.end().forEach(terminal.err);
      await log?.close();
    },
  };
}

/** The bars below the lines, drawn while files are on their way. */
function openBars(io: CommandIo) {
  const { terminal, context } = io;
  let state: ProgressState = NO_PROGRESS;
  let bar: ProgressBar | null = null;
  let totalBar = "";
  let drawn: readonly string[] = [];

  function draw(lines: readonly string[], above: readonly string[] = []): void {
    const columns = terminal.columns();
    terminal.draw(progressFrame(lines, { columns, before: drawn, above }));
    drawn = lines;
  }

  function redraw(above?: readonly string[]): void {
    const lines = renderProgress(state, {
      columns: terminal.columns() - ECHO_COLUMNS,
      rows: terminal.rows(),
      now: context.now(),
      bar: totalBar,
    });
    draw(lines, above);
  }

  function open(): ProgressBar {
    terminal.setDrawing({ writeAbove: (text) => redraw([text]), erase });
    const opened = new ProgressBar({
      writable: new WritableStream({
        write() {
          // What it writes while it stops would land in other text.
          if (bar === opened) redraw();
        },
      }),
      max: Math.max(1, totals(state.files).size),
      barLength: BAR_COLUMNS,
      fillChar: "█",
      emptyChar: "░",
      interval: FRAME_INTERVAL,
      clear: true,
      formatter: ({ progressBar }) => totalBar = progressBar,
    });
    return opened;
  }

  function erase(): void {
    if (bar === null) return;
    const stopped = bar;
    bar = null;
    // A terminal that went away is no reason to end the run.
    stopped.stop().catch(() => {});
    draw([]);
    terminal.setDrawing(null);
  }

  return {
    update(event: PublishEvent) {
      state = reduceProgress(state, event, context.now());
      if (filesUnderWay(state).length === 0) return erase();
      bar ??= open();
      const { size, sent } = totals(state.files);
      bar.max = Math.max(1, size);
      bar.value = sent;
    },
    erase,
  };
}

/** Appends events to a file, in order, as fast as the file takes them. */
function openEventLog(io: CommandIo, path: string) {
  let waiting = "";
  let isBroken = false;
  let isNew = true;
  // What an earlier run wrote must not pass for this one's, without events too.
  let writing: Promise<void> | null = flush();

  async function flush(): Promise<void> {
    while ((waiting !== "" || isNew) && !isBroken) {
      const text = waiting;
      waiting = "";
      try {
        await io.context.writeTextFile(path, text, { append: !isNew });
        isNew = false;
      } catch (error) {
        isBroken = true;
        const why = error instanceof Error ? error.message : String(error);
        io.terminal.err(`Warning: cannot write events: ${plain(why)}`);
      }
    }
    writing = null;
  }

  return {
    write(event: PublishEvent) {
      waiting += `${eventLine(event)}\n`;
      writing ??= flush();
    },
    close: async () => {
      await writing;
    },
  };
}
