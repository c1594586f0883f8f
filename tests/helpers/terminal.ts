/**
 * The command line in a terminal: a pseudo-terminal that `script` opens, and
 * what a person sees on it.
 */

import { childEnv, denoArgs } from "./cli.ts";

/** Whether this machine has util-linux's `script`. */
export const HAS_TERMINALS = Deno.build.os === "linux" &&
  await new Deno.Command("script", { args: ["--version"], stdout: "null" })
    .output().then(({ success }) => success, () => false);

/** The size of a terminal. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** How a run in a terminal ended. */
export interface TerminalResult {
  readonly code: number;
  /** All that it left on the screen, scrolled out or not. */
  readonly screen: string;
  /** All that it wrote, what it took away again included. */
  readonly output: string;
}

/** A run of the command line in a terminal. */
export interface TerminalRun {
  /** Resolves when the screen fits, with what was on it; rejects at the end. */
  readonly until: (fits: (screen: string) => boolean) => Promise<string>;
  /** Presses keys. */
  readonly press: (keys: string) => Promise<void>;
  /** How it ended. */
  readonly ended: Promise<TerminalResult>;
}

/** Runs the command line in a terminal. */
export function runInTerminal(
  args: readonly string[],
  options: TerminalSize & { readonly env?: Readonly<Record<string, string>> },
): TerminalRun {
  const { columns, rows, env = {} } = options;
  const command = [Deno.execPath(), ...denoArgs(), ...args].map(quote);
  const child = new Deno.Command("script", {
    args: [
      ...["--quiet", "--return", "--command"],
      `stty cols ${columns} rows ${rows}; exec ${command.join(" ")}`,
      "/dev/null",
    ],
    env: childEnv({ NO_COLOR: "1", SHELL: "/bin/sh", ...env }),
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const stdin = child.stdin.getWriter();
  const screen = createScreen(columns, rows);
  const waiting = new Set<() => void>();
  let output = "";
  const watch = async () => {
    for await (
      const text of child.stdout.pipeThrough(new TextDecoderStream())
    ) {
      output += text;
      screen.write(text);
      waiting.forEach((look) => look());
    }
    const { code } = await child.status;
    await stdin.close().catch(() => {});
    return { code, screen: screen.text(), output };
  };
  const ended = watch();
  return {
    ended,
    press: (keys) => stdin.write(new TextEncoder().encode(keys)),
    until: (fits) => {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      const look = () => {
        if (fits(screen.text())) resolve(screen.text());
      };
      waiting.add(look);
      look();
      ended.then(({ screen }) => reject(new Error(`It ended with\n${screen}`)));
      return promise.finally(() => waiting.delete(look));
    },
  };
}

function quote(argument: string): string {
  return `'${argument.replaceAll("'", `'\\''`)}'`;
}

const ESC = "\\u001b";
/** A control sequence, or one character. */
const PARTS_REGEXP = new RegExp(`${ESC}\\[[\\d;?]*[A-Za-z]|[^]`, "gu");

/**
 * A screen that knows what our bars ask of one: line feeds, returns, lines up,
 * and clearing. A line that is too long goes on in the next.
 */
export function createScreen(columns: number, rows: number) {
  const lines: string[][] = [[]];
  let row = 0;
  let column = 0;

  function put(char: string): void {
    if (column === columns) {
      feed();
      column = 0;
    }
    lines[row]![column++] = char;
  }

  function feed(): void {
    row++;
    lines[row] ??= [];
  }

  function control(sequence: string): void {
    const count = Number(/\d+/.exec(sequence)?.[0] ?? 1);
    // What has scrolled out of the window is out of reach.
    const top = Math.max(0, lines.length - rows);
    if (sequence.endsWith("A")) row = Math.max(top, row - count);
    if (sequence.endsWith("J")) lines.length = row + 1;
    if (/[JK]$/.test(sequence)) lines[row]!.length = column;
  }

  return {
    write(text: string) {
      for (const part of text.match(PARTS_REGEXP) ?? []) {
        if (part.length > 2) control(part);
        else if (part === "\n") feed();
        else if (part === "\r") column = 0;
        else put(part);
      }
    },
    text: () =>
      lines.map((line) => Array.from(line, (char) => char ?? " ").join(""))
        .map((line) => line.trimEnd()).join("\n"),
  };
}
