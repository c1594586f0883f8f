/**
 * Stand-in for `@std/cli/unstable-progress-bar`: redraws one line on an
 * interval, through a web stream.
 *
 * @module
 */

/** What a formatter may show. */
export interface ProgressBarFormatter {
  /** Time since the start, `mm:ss`. */
  styledTime: string;
  /** Value and maximum, in KiB. */
  styledData: string;
  /** The bar itself, without its frame. */
  progressBar: string;
  /** Milliseconds since the start. */
  time: number;
  /** `time` when the line was drawn last. */
  previousTime: number;
  /** The current value. */
  value: number;
  /** `value` when the line was drawn last. */
  previousValue: number;
  /** The value at which the bar is full. */
  max: number;
}

/** How the bar looks and where it is drawn. */
export interface ProgressBarOptions {
  /** Receives the drawing; standard error by default. */
  writable?: WritableStream<Uint8Array>;
  /** The value to start with. */
  value?: number;
  /** The value at which the bar is full. */
  max: number;
  /** Length of the bar in characters, 50 by default. */
  barLength?: number;
  /** The character for what is done, `#` by default. */
  fillChar?: string;
  /** The character for what is left, `-` by default. */
  emptyChar?: string;
  /** Whether `stop()` wipes the line. */
  clear?: boolean;
  /** Makes the text of the line. */
  formatter?: (formatter: ProgressBarFormatter) => string;
  /** Whether `writable` stays open after `stop()`, `true` by default. */
  keepOpen?: boolean;
  /** Milliseconds between two drawings, 1000 by default. */
  interval?: number;
}

const CLEAR_LINE = "\r\x1b[K";

/** A progress bar that draws itself until it is stopped. */
export class ProgressBar {
  /** The current value. */
  value: number;
  /** The value at which the bar is full. */
  max: number;

  readonly #options: Required<ProgressBarOptions>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #start = Date.now();
  #previous = { time: 0, value: 0 };

  constructor(options: ProgressBarOptions) {
    this.#options = {
      writable: Deno.stderr.writable,
      value: 0,
      barLength: 50,
      fillChar: "#",
      emptyChar: "-",
      clear: false,
      formatter: (bar) =>
        `[${bar.styledTime}] [${bar.progressBar}] [${bar.styledData}]`,
      keepOpen: true,
      interval: 1000,
      ...options,
    };
    this.value = this.#previous.value = this.#options.value;
    this.max = options.max;
    this.#writer = this.#options.writable.getWriter();
    this.#timer = setInterval(() => this.#draw(), this.#options.interval);
    this.#draw();
  }

  /** Draws the last state, or wipes the line, and lets go of the stream. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#options.clear) {
      await this.#write(CLEAR_LINE);
    } else {
      await this.#draw();
      await this.#write("\n");
    }
    if (!this.#options.keepOpen) await this.#writer.close().catch(() => {});
    this.#writer.releaseLock();
  }

  async #draw(): Promise<void> {
    const { value, max } = this;
    const { barLength, fillChar, emptyChar, formatter } = this.#options;
    const time = Date.now() - this.#start;
    const share = Math.min(Math.max(value / max, 0), 1);
    const filled = Math.trunc(share * barLength);
    const line = formatter({
      styledTime: new Date(time).toISOString().slice(14, 19),
      styledData: `${inKib(value)}/${inKib(max)} KiB`,
      progressBar: fillChar.repeat(filled) +
        emptyChar.repeat(barLength - filled),
      time,
      previousTime: this.#previous.time,
      value,
      previousValue: this.#previous.value,
      max,
    });
    this.#previous = { time, value };
    await this.#write(CLEAR_LINE + line);
  }

  /** A stream that went away is no reason to fail the program. */
  async #write(text: string): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(text)).catch(() => {});
  }
}

function inKib(bytes: number): string {
  return (bytes / 1024).toFixed(2);
}
