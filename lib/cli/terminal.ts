/**
 * The one place that prints: people's text to standard error, a command's
 * product to standard output.
 *
 * @module
 */

/** Where a command writes. */
export interface Terminal {
  /** Writes a command's product, a line feed added. */
  readonly out: (text: string) => void;
  /** Writes text for people, a line feed added. */
  readonly err: (text: string) => void;
  /** Writes to standard error as it is, for redrawing. */
  readonly draw: (text: string) => void;
  /**
   * Hands on what `err` is to write, while something is drawn that it would
   * be written into; without an argument, ends that.
   */
  readonly divert: (to?: (text: string) => void) => void;
  /** Whether standard error is a terminal, so that bars make sense. */
  readonly isTerminal: boolean;
  /** Whether a person can be asked: standard input is a terminal too. */
  readonly canAsk: boolean;
  /** Columns of the terminal; 80 where unknown. */
  readonly columns: () => number;
  /** Lines of the terminal; 24 where unknown. */
  readonly rows: () => number;
  /** Whether text for people is coloured. */
  readonly colour: boolean;
  /** Whether a command's product is coloured: it may go elsewhere. */
  readonly outColour: boolean;
}

/**
 * This process's terminal.
 *
 * @param options Whether `--no-color` was given
 * @returns The terminal
 */
export function openTerminal(
  options: { readonly colour: boolean },
): Terminal {
  const isTerminal = Deno.stderr.isTerminal();
  const isColourWanted = options.colour && !Deno.noColor;
  const err = (text: string) => writeAll(Deno.stderr, `${text}\n`);
  let diverted = err;
  return {
    out: (text) => writeAll(Deno.stdout, `${text}\n`),
    err: (text) => diverted(text),
    draw: (text) => writeAll(Deno.stderr, text),
    divert: (to = err) => diverted = to,
    isTerminal,
    canAsk: isTerminal && Deno.stdin.isTerminal(),
    columns: () => isTerminal ? terminalSize().columns : 80,
    rows: () => isTerminal ? terminalSize().rows : 24,
    colour: isColourWanted && isTerminal,
    outColour: isColourWanted && Deno.stdout.isTerminal(),
  };
}

function terminalSize(): { readonly columns: number; readonly rows: number } {
  try {
    return Deno.consoleSize();
  } catch {
    return { columns: 80, rows: 24 };
  }
}

function writeAll(
  stream: { writeSync(bytes: Uint8Array): number },
  text: string,
): void {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
}
