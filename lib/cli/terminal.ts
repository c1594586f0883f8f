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
  /** Whether standard error is a terminal, so that bars make sense. */
  readonly isTerminal: boolean;
  /** Whether a person can be asked: standard input is a terminal too. */
  readonly canAsk: boolean;
  /** Columns of the terminal; 80 where unknown. */
  readonly columns: () => number;
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
  return {
    out: (text) => writeAll(Deno.stdout, `${text}\n`),
    err: (text) => writeAll(Deno.stderr, `${text}\n`),
    draw: (text) => writeAll(Deno.stderr, text),
    isTerminal,
    canAsk: isTerminal && Deno.stdin.isTerminal(),
    columns: () => isTerminal ? terminalColumns() : 80,
    colour: isColourWanted && isTerminal,
    outColour: isColourWanted && Deno.stdout.isTerminal(),
  };
}

function terminalColumns(): number {
  try {
    return Deno.consoleSize().columns;
  } catch {
    return 80;
  }
}

function writeAll(
  stream: { writeSync(bytes: Uint8Array): number },
  text: string,
): void {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
}
