/**
 * Runs the command line as its users do: a process of its own, with an
 * environment of its own.
 */

import { ROOT } from "./paths.ts";

/** How a run of the command line ended. */
export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Options for {@linkcode runCli}. */
export interface CliOptions {
  /** The whole environment, but for what Deno itself needs. */
  readonly env?: Readonly<Record<string, string>>;
  /** Working directory. */
  readonly cwd?: string;
  /** Deno's permission flags. @default {["-A"]} */
  readonly permissions?: readonly string[];
  /** Called when the process has started. */
  readonly onStart?: (child: Deno.ChildProcess) => void;
}

/** The configuration that this very test run resolves its imports with. */
export const CONFIG = Deno.env.get("RELEASIO_DENO_CONFIG") ??
  `${ROOT}deno.json`;

/** Variables that Deno needs to find its cache and its certificates. */
const INHERITED = [
  "PATH",
  "HOME",
  "DENO_DIR",
  "XDG_CACHE_HOME",
  "SystemRoot",
  "LOCALAPPDATA",
  "TEMP",
  "TMPDIR",
  // A task run by a test must not link other packages than the test's own run.
  "JSR_CHECKOUTS",
];

/** Everything that every run of this module printed, for a search of secrets. */
export const transcripts: string[] = [];

/**
 * The command line's arguments for `deno`, up to the command.
 *
 * @param permissions Deno's permission flags
 */
export function denoArgs(permissions: readonly string[] = ["-A"]): string[] {
  return [
    "run",
    "--no-check",
    "--no-prompt",
    "-c",
    CONFIG,
    ...permissions,
    `${ROOT}mod.ts`,
  ];
}

/** The environment of a child: what Deno needs, and what the test gives. */
export function childEnv(
  env: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const inherited = INHERITED.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(inherited), ...env };
}

/** The code of the error that a run ended with: the last that it links to. */
export function errorCode({ stderr }: CliResult): string | undefined {
  return [...stderr.matchAll(/troubleshooting\.md#([\w-]+)/g)].at(-1)?.[1];
}

/** Runs the command line to its end. */
export async function runCli(
  args: readonly string[],
  options: CliOptions = {},
): Promise<CliResult> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...denoArgs(options.permissions), ...args],
    env: childEnv(options.env),
    clearEnv: true,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  options.onStart?.(child);
  const output = await child.output();
  const stdout = new TextDecoder().decode(output.stdout);
  const stderr = new TextDecoder().decode(output.stderr);
  transcripts.push(stdout, stderr);
  return { code: output.code, stdout, stderr };
}

/**
 * The variables of somebody who lives elsewhere, Deno's cache excepted: it
 * would be looked for below the new home.
 */
export async function homeEnv(home: string): Promise<Record<string, string>> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--no-config"],
  }).output();
  const { denoDir } = JSON.parse(new TextDecoder().decode(stdout));
  return { HOME: home, USERPROFILE: home, DENO_DIR: denoDir };
}
