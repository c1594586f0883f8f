/**
 * Shows a publish when it is over: the report for people, the document for
 * programs, summaries and outputs for the CI.
 *
 * @module
 */

import { annotation } from "../report/annotation.ts";
import { githubOutputs } from "../report/github_outputs.ts";
import { githubSummary } from "../report/github_summary.ts";
import { gitlabDotenv } from "../report/gitlab_dotenv.ts";
import { publishDocument } from "../report/json.ts";
import { plain } from "../report/plain.ts";
import { renderError } from "../report/render_error.ts";
import { renderReport } from "../report/render_report.ts";
import type { PublishReport } from "../report/report.ts";
import type { CommandIo } from "./command.ts";
import type { PublishFlags } from "./publish.ts";

/**
 * Prints what came of a publish.
 *
 * @param io Where to
 * @param report What came of it
 */
export function showReport(io: CommandIo, report: PublishReport): void {
  const { terminal, globals } = io;
  const layout = { colour: terminal.colour, columns: terminal.columns() };
  if (!globals.quiet || !report.ok) {
    const text = renderReport(report, layout, commandLine(io));
    if (text !== "") terminal.err(`\n${text}`);
  }
  if (report.error !== null) {
    const verbose = globals.verbose === true;
    terminal.err(`\n${renderError(report.error, { ...layout, verbose })}`);
    // What failed with a file is annotated there.
    if (io.ci === "github" && !isToldOfFile(report)) {
      const { code, message, hint } = report.error;
      terminal.err(annotation("error", [message, hint], { title: code }));
    }
  }
  if (globals.json) {
    terminal.out(
      publishDocument(report, io.command as "publish" | "rehearse"),
    );
  }
}

/**
 * What was typed, as a shell takes it.
 *
 * @param io The command that runs
 * @returns The command line; `undefined` where the action made the command
 */
export function commandLine({ command }: CommandIo): string | undefined {
  if (!Deno.args.includes(command)) return undefined;
  const quoted = Deno.args.map((argument) =>
    /^[\w@%+=:,./-]+$/.test(argument)
      ? argument
      : `'${argument.replaceAll("'", `'\\''`)}'`
  );
  return ["releasio", ...quoted].join(" ");
}

function isToldOfFile({ error, runs }: PublishReport): boolean {
  return runs.some(({ files }) =>
    files.some((file) =>
      file.attempts > 0 && file.error?.message === error?.message
    )
  );
}

/**
 * Writes summaries and outputs: what fails here is a warning, the release is
 * done.
 *
 * @param io Where warnings go
 * @param report What came of it
 * @param flags Which files are wanted
 */
export async function writeForCi(
  io: CommandIo,
  report: PublishReport,
  flags: PublishFlags,
): Promise<void> {
  const { context } = io;
  const append = async (path: string | undefined, text: string) => {
    if (path) await context.writeTextFile(path, text, { append: true });
  };
  await orWarn(
    io,
    "the job summary",
    () => append(context.env("GITHUB_STEP_SUMMARY"), githubSummary(report)),
  );
  await orWarn(
    io,
    "the step's outputs",
    () =>
      append(
        context.env("GITHUB_OUTPUT"),
        githubOutputs(report, context.random),
      ),
  );
  await orWarn(io, "the dotenv report", async () => {
    if (flags.dotenv === undefined) return;
    const { text, isComplete } = gitlabDotenv(report);
    await context.writeTextFile(flags.dotenv, text);
    if (!isComplete) {
      throw new RangeError("GitLab takes 5 KiB, so RELEASIO_FILES is left out");
    }
  });
}

/**
 * Writes what the CI reads: what fails here is a warning, the release is done.
 *
 * @param io Where the warning goes
 * @param what What is written, in words
 * @param write Writes it
 */
export async function orWarn(
  io: CommandIo,
  what: string,
  write: () => Promise<void>,
): Promise<void> {
  try {
    await write();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    io.terminal.err(`Warning: cannot write ${what}: ${plain(why)}`);
  }
}
