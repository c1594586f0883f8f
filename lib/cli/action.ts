/**
 * `action`: what `action.yml` runs. Its inputs come as variables, and are
 * made into the flags of the command that they ask for.
 *
 * @module
 */

import { nearest } from "../nearest.ts";
import { resolveConfig } from "../config/resolve_config.ts";
import { ReleasioError } from "../errors.ts";
import type { CommandBody, CommandIo } from "./command.ts";
import { configFlags, type PublishFlags } from "./publish.ts";
import type { ReleaseFlags } from "./release.ts";

/** The commands that the action runs. */
const COMMANDS: Readonly<Record<string, () => Promise<CommandBody>>> = {
  publish: async () => (await import("./publish.ts")).runPublish,
  release: async () => (await import("./release.ts")).runRelease,
  check: async () => (await import("./check.ts")).runCheck,
  doctor: async () => (await import("./doctor.ts")).runDoctor,
};

/** Commands of the original releasio that are not here. */
const ORIGINAL = ["release-pr", "do-release", "check-pr", "update", "init"];

const TRUE_WORDS = ["true", "yes", "on", "1"];
const FALSE_WORDS = ["", "false", "no", "off", "0"];

/** The action's inputs, read. */
export interface ActionInputs {
  /** What to do. */
  readonly command: string;
  /** The project's folder. */
  readonly workingDirectory: string;
  /** Flags of the command. */
  readonly flags: ReleaseFlags;
  /** The files to take, where they are named. */
  readonly paths: readonly string[];
  /** Variables that stand for inputs: tokens are never flags. */
  readonly variables: Readonly<Record<string, string>>;
  /** Whether an API token came along that trusted publishing goes before. */
  readonly hasFallback: boolean;
}

/**
 * Runs what the action's inputs ask for.
 *
 * @param io The outside world and the terminal
 * @returns The exit code
 * @throws {ReleasioError} `usage` for inputs that can't be
 */
export async function runAction(io: CommandIo): Promise<number> {
  const { context } = io;
  const inputs = readInputs(context.env);
  enter(inputs.workingDirectory);
  const inner: CommandIo = {
    ...io,
    command: inputs.command,
    globals: { ...io.globals, verbose: inputs.flags.verbose ?? false },
    context: {
      ...context,
      env: (name) => inputs.variables[name] ?? context.env(name),
    },
  };
  const body = await COMMANDS[inputs.command]!();
  const flags = await withFallback(inner, inputs);
  return await body(inner, flags, [...inputs.paths]);
}

/**
 * Reads the inputs out of the variables that `action.yml` sets.
 *
 * @param env Reads a variable
 * @returns The inputs
 * @throws {ReleasioError} `usage` for inputs that can't be
 */
export function readInputs(
  env: (name: string) => string | undefined,
): ActionInputs {
  const text = (name: string) => (env(variableOf(name)) ?? "").trim();
  const yes = (name: string) => readBool(name, text(name)) ?? false;
  const command = requireCommand(text("command") || "publish");
  const registry = text("registry");
  const url = text("repository-url");
  if (registry !== "" && url !== "") {
    throw new ReleasioError(
      "usage",
      "Cannot use the inputs registry and repository-url together",
      { hint: "They mean the same: keep one." },
    );
  }
  const dist = text("packages-dir");
  const password = text("password");
  const target = registry || url;
  const signs = text("attestations");
  const isChecked = readBool("verify-metadata", text("verify-metadata"));
  return {
    command,
    workingDirectory: text("working-directory") || ".",
    flags: {
      ...(target === "" ? {} : { registry: [target] }),
      ...(signs === "" ? {} : { attestations: signs }),
      ...(yes("skip-existing") ? { skipExisting: true } : {}),
      ...(isChecked === false ? { check: false } : {}),
      ...(password === "" ? {} : { trustedPublishing: "never" }),
      ...(yes("verbose") ? { verbose: true } : {}),
      ...(command === "release"
        ? {
          execute: !yes("dry-run"),
          build: dist === "",
          skipPublish: yes("skip-publish"),
        }
        : command === "publish"
        ? { dryRun: yes("dry-run") }
        : {}),
    },
    paths: dist === "" || command === "release" ? [] : [dist],
    variables: present({
      RELEASIO_PYPI_TOKEN: password || text("pypi-token"),
      RELEASIO_PUBLISH_USERNAME: text("user"),
      // Only a release makes anything on GitHub.
      GITHUB_TOKEN: command === "release" ? text("github-token") : "",
      RELEASIO_PUBLISH_DIST: command === "release" ? dist : "",
    }),
    hasFallback: password === "" && text("pypi-token") !== "",
  };
}

function variableOf(input: string): string {
  return `INPUT_${input.replaceAll("-", "_").toUpperCase()}`;
}

function present(
  variables: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== ""),
  );
}

function readBool(input: string, text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (word === "") return undefined;
  if (TRUE_WORDS.includes(word)) return true;
  if (FALSE_WORDS.includes(word)) return false;
  throw new ReleasioError(
    "usage",
    `Cannot use the input ${input}: expected true or false, found ${
      JSON.stringify(text.slice(0, 80))
    }`,
  );
}

function requireCommand(command: string): string {
  if (Object.hasOwn(COMMANDS, command)) return command;
  if (ORIGINAL.includes(command)) {
    throw new ReleasioError(
      "usage",
      `The command ${command} is not here yet`,
      {
        hint:
          `It is one of the releasio for Python: keep mikeleppane/releasio ` +
          `for ${command}, and use this action for publish and release.`,
      },
    );
  }
  const names = Object.keys(COMMANDS);
  const near = nearest(command, names);
  throw new ReleasioError(
    "usage",
    `Cannot run the command ${JSON.stringify(command.slice(0, 80))}`,
    {
      hint: near === null
        ? `The action runs ${names.join(", ")}.`
        : `Did you mean "${near}"?`,
    },
  );
}

function enter(folder: string): void {
  try {
    Deno.chdir(folder);
  } catch (cause) {
    throw new ReleasioError(
      "usage",
      `Cannot enter the working-directory ${
        JSON.stringify(folder.slice(0, 200))
      }`,
      { hint: "It is relative to the checkout.", cause },
    );
  }
}

/**
 * Trusted publishing goes before `pypi-token`; in a job that may not ask for
 * an identity, the token that it was given for this is used, and it says so.
 */
async function withFallback(
  io: CommandIo,
  { flags, hasFallback }: ActionInputs,
): Promise<PublishFlags> {
  const mayAsk = Boolean(io.context.env("ACTIONS_ID_TOKEN_REQUEST_URL"));
  if (!hasFallback || mayAsk) return flags;
  const { settings } = await resolveConfig(io.context, {
    flags: configFlags(flags),
  });
  if (settings.trustedPublishing !== "auto") return flags;
  io.terminal.err(
    "note: this job has no `id-token: write`, so pypi-token is used",
  );
  return { ...flags, trustedPublishing: "never" };
}
