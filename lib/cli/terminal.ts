/**
 * The one place that prints: people's text to standard error, a command's
 * product to standard output.
 *
 * @module
 */

/** What is drawn below the text, for a while. */
export interface Drawing {
  /** Writes text above it, a line feed added. */
  readonly writeAbove: (text: string) => void;
  /** Takes it away. */
  readonly erase: () => void;
}

/** Where a command writes. */
export interface Terminal {
  /** Writes a command's product, a line feed added. */
  readonly out: (text: string) => void;
  /** Writes text for people, a line feed added. */
  readonly err: (text: string) => void;
  /** Writes to standard error as it is, for redrawing. */
  readonly draw: (text: string) => void;
  /** Tells what is drawn, so that `err` is not written into it. */
  readonly setDrawing: (drawing: Drawing | null) => void;
  /** Takes away what is drawn, if anything is. */
  readonly erase: () => void;
  /** Whether standard error is a terminal, so that lines are wrapped. */
  readonly isTerminal: boolean;
  /** Whether it can take back what it shows, so that bars make sense. */
  readonly canRedraw: boolean;
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
  const isDumb = variable("TERM") === "dumb";
  const isColourWanted = options.colour && !Deno.noColor && !isDumb;
  const err = (text: string) => writeAll(Deno.stderr, `${text}\n`);
  let drawing: Drawing | null = null;
  return {
    out: (text) => writeAll(Deno.stdout, `${text}\n`),
    err: (text) => (drawing?.writeAbove ?? err)(text),
    draw: (text) => writeAll(Deno.stderr, text),
    setDrawing: (next) => drawing = next,
    erase: () => drawing?.erase(),
    isTerminal,
    canRedraw: isTerminal && !isDumb,
    canAsk: isTerminal && Deno.stdin.isTerminal(),
    columns: () => isTerminal ? terminalSize().columns : 80,
    rows: () => isTerminal ? terminalSize().rows : 24,
    colour: isColourWanted && isTerminal,
    outColour: isColourWanted && Deno.stdout.isTerminal(),
  };
}

/** A variable, where it may be read: nobody is to be asked for that. */
function variable(name: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
}

function terminalSize(): { readonly columns: number; readonly rows: number } {
  const unknown = { columns: 80, rows: 24 };
  try {
    const size = Deno.consoleSize();
    // Some terminals don't know, and say 0.
    return size.columns > 0 && size.rows > 0 ? size : unknown;
  } catch {
    return unknown;
  }
}

function writeAll(
  stream: { writeSync(bytes: Uint8Array): number },
  text: string,
): void {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
}
