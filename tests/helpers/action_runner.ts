/**
 * Runs composite actions, and jobs that use them, as GitHub's runner does:
 * expressions are filled in, then each step gets its environment and a shell.
 */

import { parse } from "yaml";
import { childEnv, denoArgs } from "./cli.ts";
import { ROOT } from "./paths.ts";

/** How a job, or an action's step, ended. */
export interface StepsResult {
  readonly code: number;
  readonly output: string;
  /** What the action gave out, by name. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Actions that were used, with their references. */
  readonly used: readonly string[];
}

/** What a job runs in. */
export interface JobOptions {
  /** Its working directory: the checkout. */
  readonly cwd: string;
  /** A folder for what is not the checkout's. */
  readonly temp: string;
  /** The job's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** The `secrets` and `github` contexts. */
  readonly contexts?: Readonly<
    Record<string, Readonly<Record<string, string>>>
  >;
}

interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly with?: Readonly<Record<string, string | number | boolean>>;
  readonly env?: Readonly<Record<string, string>>;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: unknown }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly steps: readonly Step[] };
}

type Contexts = Readonly<Record<string, unknown>>;

/** This repository's action. */
export async function readAction(): Promise<Action> {
  return parse(await Deno.readTextFile(`${ROOT}action.yml`));
}

/** Runs `action.yml` with inputs, as a step of a job. */
export async function runComposite(
  inputs: Readonly<Record<string, string>>,
  job: JobOptions,
): Promise<StepsResult> {
  const action = await readAction();
  const contexts = { github: { token: "" }, ...job.contexts };
  const given = Object.fromEntries(
    Object.entries(action.inputs).map(([name, { default: value }]) => [
      name,
      // A default may be an expression; what a caller gives is text.
      inputs[name] ?? fillIn(String(value ?? ""), contexts),
    ]),
  );
  const outputs: Record<string, { outputs: Record<string, string> }> = {};
  const used: string[] = [];
  let output = "";
  for (const step of action.runs.steps) {
    if (step.uses !== undefined) {
      used.push(step.uses);
      continue;
    }
    const inner = { ...contexts, inputs: given, steps: outputs };
    const result = await runShell(step, inner, job);
    output += result.output;
    if (step.id !== undefined) outputs[step.id] = { outputs: result.outputs };
    if (result.code !== 0) {
      return { code: result.code, output, outputs: {}, used };
    }
  }
  return {
    code: 0,
    output,
    outputs: Object.fromEntries(
      Object.entries(action.outputs).map(([name, { value }]) => [
        name,
        fillIn(value, { steps: outputs }),
      ]),
    ),
    used,
  };
}

/**
 * Runs a workflow's job whose steps check out, set up and use this
 * repository's action; other actions are taken as done.
 */
export async function runJob(
  workflow: string,
  name: string,
  job: JobOptions,
): Promise<StepsResult> {
  const steps: readonly Step[] = parse(workflow).jobs[name].steps;
  const used: string[] = [];
  let output = "";
  let outputs = {};
  for (const step of steps) {
    if (step.uses?.startsWith("releasio/cli@")) {
      const inputs = Object.fromEntries(
        Object.entries(step.with ?? {}).map(([key, value]) => [
          key,
          fillIn(String(value), job.contexts ?? {}),
        ]),
      );
      const result = await runComposite(inputs, job);
      output += result.output;
      outputs = result.outputs;
      used.push(step.uses, ...result.used);
      if (result.code !== 0) return { ...result, output, used };
    } else if (step.uses !== undefined) used.push(step.uses);
  }
  return { code: 0, output, outputs, used };
}

async function runShell(
  step: Step,
  contexts: Contexts,
  job: JobOptions,
): Promise<Omit<StepsResult, "used">> {
  const folder = await Deno.makeTempDir({ dir: job.temp });
  const script = `${folder}/script.sh`;
  const outputFile = `${folder}/output`;
  const summaryFile = `${folder}/summary`;
  await Promise.all([
    Deno.writeTextFile(script, fillIn(step.run ?? "", contexts)),
    Deno.writeTextFile(outputFile, ""),
    Deno.writeTextFile(summaryFile, ""),
    writeDenoShim(`${folder}/bin`),
  ]);
  const env = Object.entries(step.env ?? {}).map(([name, value]) =>
    [name, fillIn(String(value), contexts)] as const
  );
  const base = childEnv(job.env);
  const separator = Deno.build.os === "windows" ? ";" : ":";
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: ["--noprofile", "--norc", "-e", "-o", "pipefail", script],
    cwd: job.cwd,
    clearEnv: true,
    env: {
      ...base,
      ...Object.fromEntries(env),
      PATH: `${folder}/bin${separator}${base.PATH}`,
      GITHUB_OUTPUT: outputFile,
      GITHUB_STEP_SUMMARY: summaryFile,
    },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return {
    code,
    output: text.decode(stdout) + text.decode(stderr),
    outputs: readOutputs(await Deno.readTextFile(outputFile)),
  };
}

/**
 * A `deno` that runs the checkout where it is asked for the package. The
 * permissions stay as they are: they are part of what is tested.
 */
async function writeDenoShim(folder: string): Promise<void> {
  await Deno.mkdir(folder);
  const [, ...args] = denoArgs([]);
  const main = args.pop()!;
  const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  await Deno.writeTextFile(
    `${folder}/deno`,
    `#!/usr/bin/env bash
args=()
for arg in "$@"; do
  case $arg in
    run) args+=(run ${args.map(quote).join(" ")}) ;;
    --no-config|--no-lock|--no-prompt) ;;
    jsr:@releasio/cli@*) args+=(${quote(main)}) ;;
    *) args+=("$arg") ;;
  esac
done
exec ${quote(Deno.execPath())} "\${args[@]}"
`,
  );
  if (Deno.build.os !== "windows") await Deno.chmod(`${folder}/deno`, 0o755);
}

/** Fills in `\${{ … }}`: names with dots, joined by `||`. */
function fillIn(text: string, contexts: Contexts): string {
  return text.replaceAll(/\$\{\{(.*?)\}\}/gs, (_, expression: string) => {
    for (const part of expression.split("||")) {
      const value = lookUp(part.trim(), contexts);
      if (value !== "") return value;
    }
    return "";
  });
}

function lookUp(path: string, contexts: Contexts): string {
  if (!/^[\w-]+(?:\.[\w-]+)+$/.test(path)) {
    throw new Error(`cannot read the expression: ${path}`);
  }
  let value: unknown = contexts;
  for (const key of path.split(".")) {
    value = (value as Record<string, unknown> | undefined)?.[key];
  }
  return value === undefined ? "" : String(value);
}

function readOutputs(text: string): Record<string, string> {
  const found = text.matchAll(/^([\w-]+)<<(\w+)\n(.*?)\n\2$/gms);
  return Object.fromEntries(
    [...found].map(([, name, , value]) => [name!, value!]),
  );
}
