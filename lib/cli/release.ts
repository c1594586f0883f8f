/**
 * `release`: a checkout in, a release out.
 *
 * @module
 */

import { resolveConfig } from "../config/resolve_config.ts";
import { release } from "../release.ts";
import { annotation } from "../report/annotation.ts";
import { releaseOutputs } from "../report/github_outputs.ts";
import { githubSummary } from "../report/github_summary.ts";
import { releaseDocument } from "../report/json.ts";
import { plain } from "../report/plain.ts";
import type { ReleaseReport } from "../report/release_report.ts";
import { renderError } from "../report/render_error.ts";
import {
  releaseStepLines,
  releaseSummary,
  renderRelease,
} from "../report/render_release.ts";
import { renderReport } from "../report/render_report.ts";
import type { CommandIo } from "./command.ts";
import { readOrigin } from "./git_remote.ts";
import { configFlags, type PublishFlags, waitSeconds } from "./publish.ts";
import { openReporter } from "./reporter.ts";
import { commandLine, orWarn } from "./show_report.ts";

/** The flags of `release`. */
export interface ReleaseFlags extends PublishFlags {
  /** `--execute`: do it. */
  readonly execute?: boolean;
  /** `--no-build` makes it `false`. */
  readonly build?: boolean;
  /** `--skip-publish`: leave the index out. */
  readonly skipPublish?: boolean;
  /** `--release-version`: the version that it must be. */
  readonly releaseVersion?: string;
}

/**
 * Runs `release`.
 *
 * @param io The outside world and the terminal
 * @param flags Its flags
 * @returns The exit code
 */
export async function runRelease(
  io: CommandIo,
  flags: ReleaseFlags,
): Promise<number> {
  const { context, terminal, globals } = io;
  const config = await resolveConfig(context, {
    configFile: flags.config,
    flags: configFlags(flags),
  });
  const layout = { colour: terminal.colour, columns: terminal.columns() };
  const waitTimeout = waitSeconds(flags);
  const reporter = openReporter(io, flags.events);
  for (const message of config.notes) {
    reporter.onEvent({ type: "note", message });
  }
  const output = lineWriter((line) => {
    if (!globals.quiet) terminal.err(`  ${plain(line)}`);
  });
  const report = await release(context, {
    config,
    root: Deno.cwd(),
    origin: await readOrigin(context, "."),
    execute: flags.execute ?? false,
    build: flags.build ?? true,
    skipPublish: flags.skipPublish ?? false,
    ...(flags.releaseVersion === undefined
      ? {}
      : { version: flags.releaseVersion }),
    waitTimeout,
    onStep(step) {
      output.end();
      if (!globals.quiet) releaseStepLines(step, layout).forEach(terminal.err);
    },
    onEvent: reporter.onEvent,
    onOutput: output.write,
  }).finally(() => reporter.close());
  output.end();
  show(io, report);
  await writeForCi(io, report);
  return report.exitCode;
}

/** Turns chunks of a child's output into lines. */
function lineWriter(write: (line: string) => void) {
  let open = "";
  return {
    write(chunk: string) {
      const lines = (open + chunk).split(/\r?\n/);
      open = lines.pop()!;
      lines.forEach(write);
    },
    end() {
      if (open !== "") write(open);
      open = "";
    },
  };
}

function show(io: CommandIo, report: ReleaseReport): void {
  const { terminal, globals } = io;
  const layout = { colour: terminal.colour, columns: terminal.columns() };
  const { publish, error } = report;
  const texts = [
    ...(publish === null
      ? []
      : [renderReport(publish, layout, commandLine(io))]),
    renderRelease(report, layout),
  ].filter((text) => text !== "");
  if (!globals.quiet || !report.ok) {
    for (const text of texts) terminal.err(`\n${text}`);
  }
  if (error !== null) {
    const verbose = globals.verbose === true;
    terminal.err(`\n${renderError(error, { ...layout, verbose })}`);
    if (io.ci === "github") {
      const { code, message, hint } = error;
      terminal.err(annotation("error", [message, hint], { title: code }));
    }
  }
  if (globals.json) terminal.out(releaseDocument(report));
}

async function writeForCi(
  io: CommandIo,
  report: ReleaseReport,
): Promise<void> {
  const { context } = io;
  const append = async (name: string, text: string) => {
    const path = context.env(name);
    if (path) await context.writeTextFile(path, text, { append: true });
  };
  await orWarn(io, "the job summary", () =>
    append(
      "GITHUB_STEP_SUMMARY",
      (report.publish === null ? "" : `${githubSummary(report.publish)}\n`) +
        releaseSummary(report),
    ));
  await orWarn(
    io,
    "the step's outputs",
    () => append("GITHUB_OUTPUT", releaseOutputs(report, context.random)),
  );
}
