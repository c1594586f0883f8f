/**
 * What every command has in common: the global flags, the outside world, and
 * what happens to an error that nobody caught.
 *
 * @module
 */

import type { Context } from "../context.ts";
import { denoContext } from "../deno_context.ts";
import { EXIT_CODES, ReleasioError } from "../errors.ts";
import type { FoldingCi } from "../report/fold.ts";
import { openTerminal, type Terminal } from "./terminal.ts";

/** Flags that every command takes. */
export interface GlobalFlags {
  /** `-C, --project`: the project's folder. */
  readonly project?: string;
  /** `--config`: the configuration file. */
  readonly config?: string;
  /** `--json`: one JSON document on standard output. */
  readonly json?: boolean;
  /** `-q, --quiet`: errors only. */
  readonly quiet?: boolean;
  /** `-v, --verbose`: more about what happens, and the causes of errors. */
  readonly verbose?: boolean;
  /** `--no-color` makes it `false`. */
  readonly color?: boolean;
}

/** What a command's body works with. */
export interface CommandIo {
  /** The command's name, such as `publish`. */
  readonly command: string;
  /** The outside world. */
  readonly context: Context;
  /** Where it prints. */
  readonly terminal: Terminal;
  /** The CI whose log this is, or `null` where parts can't be folded. */
  readonly ci: FoldingCi | null;
  /** The flags that every command takes. */
  readonly globals: GlobalFlags;
}

/** A command's body: flags and operands in, exit code out. */
// deno-lint-ignore no-explicit-any -- each body names the flags it takes; the tree in cli.ts is where the two must agree
export type CommandBody = (io: CommandIo, flags: any, operands: string[]) =>
  | number
  | Promise<number>;

/**
 * Runs a command's body to its exit code.
 *
 * @param command The command's name
 * @param load Loads the body: only the command that runs is loaded
 * @param flags Its flags, the global ones included
 * @param operands Its operands
 * @returns The exit code
 */
export async function runCommand(
  command: string,
  load: () => Promise<CommandBody>,
  flags: GlobalFlags,
  operands: string[],
): Promise<number> {
  const terminal = openTerminal({ colour: flags.color !== false });
  const interruption = listenForSignals(terminal);
  try {
    const body = await load();
    // As in git and make: every relative path is then the project's.
    if (flags.project !== undefined) enter(flags.project);
    const context = denoContext(interruption.signal);
    const ci = foldingCi(context);
    const io = { command, context, terminal, ci, globals: flags };
    return await body(io, flags, operands);
  } catch (error) {
    return await printError(explainDenial(error), {
      command,
      terminal,
      globals: flags,
    });
  } finally {
    interruption.stop();
  }
}

function enter(project: string): void {
  try {
    Deno.chdir(project);
  } catch (cause) {
    if (isDenial(cause)) throw cause;
    throw new ReleasioError(
      "usage",
      `Cannot enter the project's folder ${JSON.stringify(project)}`,
      { hint: "Name a folder that exists with `--project`.", cause },
    );
  }
}

/** What Deno may not do is no bug of ours. */
function explainDenial(error: unknown): unknown {
  if (!isDenial(error)) return error;
  const [what] = error.message.split(", run again with");
  return new ReleasioError(
    "permission-missing",
    `Deno does not permit this: ${what}`,
    {
      hint:
        "Run it again with that permission: https://github.com/releasio/cli/blob/main/docs/permissions.md has the flags that each command needs.",
      cause: error,
    },
  );
}

function isDenial(error: unknown): error is Error {
  return error instanceof Error && error.name === "NotCapable";
}

/**
 * Prints an error as its user wants it: as text, as an annotation of the CI's,
 * and as the JSON document.
 *
 * @param error Whatever was thrown
 * @param io Where and how
 * @returns The exit code
 */
export async function printError(
  error: unknown,
  io: Omit<CommandIo, "context" | "ci">,
): Promise<number> {
  // Loaded when there is an error: `--help` must not wait for it.
  const [
    { annotation },
    { toErrorReport },
    { commandDocument },
    { renderError },
  ] = await Promise.all([
    import("../report/annotation.ts"),
    import("../report/error_report.ts"),
    import("../report/json.ts"),
    import("../report/render_error.ts"),
  ]);
  const report = toErrorReport(error);
  const exitCode = error instanceof ReleasioError
    ? EXIT_CODES[error.code]
    : EXIT_CODES.unexpected;
  io.terminal.err(renderError(report, {
    colour: io.terminal.colour,
    columns: io.terminal.columns(),
    verbose: io.globals.verbose === true,
  }));
  if (foldingCi(denoContext()) === "github") {
    const { code, message, hint } = report;
    io.terminal.err(annotation("error", [message, hint], { title: code }));
  }
  if (io.globals.json) {
    const { command } = io;
    io.terminal.out(
      commandDocument({ command, ok: false, exitCode, error: report }),
    );
  }
  return exitCode;
}

function foldingCi(context: Context): FoldingCi | null {
  if (context.env("GITHUB_ACTIONS") === "true") return "github";
  return context.env("GITLAB_CI") ? "gitlab" : null;
}

/**
 * The first signal asks the run to end in order: nothing new starts, minted
 * tokens are burnt, the report is printed. The second one ends it at once.
 */
function listenForSignals(
  terminal: Terminal,
): { readonly signal: AbortSignal; readonly stop: () => void } {
  const controller = new AbortController();
  const listen = (
    name: Deno.Signal,
    code: "interrupted" | "terminated",
  ): () => void => {
    const handler = () => {
      if (controller.signal.aborted) {
        terminal.erase();
        terminal.err("Stopped");
        Deno.exit(EXIT_CODES[code]);
      }
      terminal.err(
        code === "interrupted"
          ? "Stopping; press Ctrl-C again to stop at once"
          : "Stopping",
      );
      controller.abort(
        new ReleasioError(
          code,
          code === "interrupted"
            ? "Interrupted before the end"
            : "Terminated before the end",
          { hint: "Run the same command again: it finishes the job." },
        ),
      );
    };
    Deno.addSignalListener(name, handler);
    return () => Deno.removeSignalListener(name, handler);
  };
  const stops = [listen("SIGINT", "interrupted")];
  // Windows knows no SIGTERM.
  if (Deno.build.os !== "windows") stops.push(listen("SIGTERM", "terminated"));
  return {
    signal: controller.signal,
    stop: () => stops.forEach((stop) => stop()),
  };
}
