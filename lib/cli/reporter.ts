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
  const bars = terminal.isTerminal && !globals.quiet ? openBars(io) : null;
  const log = eventsFile === undefined ? null : openEventLog(io, eventsFile);
  return {
    onEvent(event) {
      log?.write(event);
      bars?.update(event);
      lines.render(event).forEach(terminal.err);
    },
    async close() {
      await bars?.close();
      lines.end().forEach(terminal.err);
      await log?.close();
    },
  };
}

/** The bars below the lines, redrawn while files are on their way. */
function openBars(io: CommandIo) {
  const { terminal, context } = io;
  let state: ProgressState = NO_PROGRESS;
  let above: string[] = [];
  let drawn = 0;
  let bar: ProgressBar | null = null;

  function frame(totalBar: string): string {
    const next = renderProgress(state, {
      columns: terminal.columns(),
      rows: terminal.rows(),
      now: context.now(),
      bar: totalBar,
    });
    const text = progressFrame(drawn, next, above);
    drawn = next.length;
    above = [];
    return text;
  }

  function open(): ProgressBar {
    terminal.divert((text) => above.push(text));
    return new ProgressBar({
      writable: new WritableStream({
        write: (bytes) => terminal.draw(new TextDecoder().decode(bytes)),
      }),
      max: Math.max(1, totals(state.files).size),
      barLength: BAR_COLUMNS,
      fillChar: "█",
      emptyChar: "░",
      interval: FRAME_INTERVAL,
      clear: true,
      formatter: ({ progressBar }) => frame(progressBar),
    });
  }

  async function close(): Promise<void> {
    if (bar === null) return;
    await bar.stop();
    bar = null;
    // What the last frame drew is not news any more.
    terminal.draw(progressFrame(drawn, [], above));
    terminal.divert();
    drawn = 0;
    above = [];
  }

  return {
    update(event: PublishEvent) {
      state = reduceProgress(state, event, context.now());
      if (event.type === "upload-start") bar ??= open();
      if (bar !== null) {
        const { size, sent } = totals(state.files);
        bar.max = Math.max(1, size);
        bar.value = sent;
      }
    },
    close,
  };
}

/** Appends events to a file, in order, as fast as the file takes them. */
function openEventLog(io: CommandIo, path: string) {
  let waiting = "";
  let writing: Promise<void> | null = null;
  let isBroken = false;
  let isNew = true;

  async function flush(): Promise<void> {
    while (waiting !== "" && !isBroken) {
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
