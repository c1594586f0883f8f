/**
 * A GitHub workflow: its triggers, permissions, jobs and steps, each with its
 * line.
 *
 * Source: {@link https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax | the syntax}.
 *
 * @module
 */

import { type ShellCommand, shellCommands } from "./shell.ts";
import {
  at,
  entries,
  entry,
  parseYaml,
  scalars,
  text,
  type YamlEntry,
  type YamlNode,
} from "./yaml.ts";

/** A workflow file. */
export interface Workflow {
  /** Path from the repository's root. */
  readonly path: string;
  /** File name: what a publisher is registered with. */
  readonly filename: string;
  /** The file's text. */
  readonly text: string;
  /** The top map. */
  readonly node: YamlNode;
  /** What starts it. */
  readonly triggers: readonly Trigger[];
  /** What every job is granted that says nothing itself; `null`: not said. */
  readonly permissions: Permissions | null;
  /** Its jobs. */
  readonly jobs: readonly WorkflowJob[];
}

/** What starts a workflow. */
export interface Trigger {
  /** The event, such as `push`. */
  readonly name: string;
  /** 1-based line. */
  readonly line: number;
  /** Its filters; `undefined` without any. */
  readonly filters: YamlNode | undefined;
}

/** A `permissions` key. */
export interface Permissions {
  /** The key and its value. */
  readonly entry: YamlEntry;
  /** `write-all`, `read-all`, or `null` for a map. */
  readonly all: string | null;
  /** The level of each scope. */
  readonly scopes: ReadonlyMap<string, string>;
}

/** A job's environment. */
export interface Environment {
  /** Its name as it is written. */
  readonly text: string;
  /** Its name, or `null` for one that only the run will tell. */
  readonly name: string | null;
  /** 1-based line of the name. */
  readonly line: number;
  /** The scalar that holds the name. */
  readonly node: YamlNode;
}

/** A job. */
export interface WorkflowJob {
  /** Its key. */
  readonly id: string;
  /** 1-based line of its key. */
  readonly line: number;
  /** Its map. */
  readonly node: YamlNode;
  /** What it is granted; `null`: the workflow's. */
  readonly permissions: Permissions | null;
  /** Its environment. */
  readonly environment: Environment | null;
  /** The reusable workflow that it calls. */
  readonly calls: LineText | null;
  /** The jobs that it waits for. */
  readonly needs: readonly string[];
  /** Its `if`. */
  readonly condition: string | null;
  /** Its steps, those of the repository's own composite actions included. */
  readonly steps: readonly WorkflowStep[];
}

/** A text and its line. */
export interface LineText {
  /** The text. */
  readonly text: string;
  /** 1-based line. */
  readonly line: number;
}

/** A step. */
export interface WorkflowStep {
  /** The action that it uses. */
  readonly uses: LineText | null;
  /** The action's inputs. */
  readonly inputs: Readonly<Record<string, string>>;
  /** The commands of its script, their lines those of the file. */
  readonly commands: readonly ShellCommand[];
  /** Its environment, the job's and workflow's included. */
  readonly variables: Readonly<Record<string, string>>;
  /** Its `if`. */
  readonly condition: string | null;
  /** The composite action that it is a part of, such as `./.github/publish`. */
  readonly within: string | null;
}

/**
 * Reads a workflow.
 *
 * @param path The file's path from the repository's root
 * @param source The file's text
 * @param actions The repository's own composite actions, by their `./path`
 * @returns The workflow, or the line of what is wrong with the file
 */
export function readWorkflow(
  path: string,
  source: string,
  actions: ReadonlyMap<string, string> = new Map(),
): Workflow | { readonly errorLine: number } {
  const parsed = parseYaml(source);
  if ("errorLine" in parsed) return parsed;
  const { node } = parsed;
  const variables = readVariables(at(node, "env"));
  return {
    path,
    filename: path.slice(path.lastIndexOf("/") + 1),
    text: source,
    node,
    triggers: readTriggers(node),
    permissions: readPermissions(node),
    jobs: entries(at(node, "jobs")).map((job) =>
      readJob(job, variables, actions)
    ),
  };
}

function readTriggers(top: YamlNode): Trigger[] {
  // YAML 1.1 reads `on` as true, and so do some formatters.
  const on = entry(top, "on") ?? entry(top, "true");
  if (on === undefined) return [];
  if (on.value.kind === "map") {
    return on.value.entries.map(({ key, line, value }) => ({
      name: key,
      line,
      filters: value,
    }));
  }
  return scalars(on.value).map((scalar) => ({
    name: scalar.text,
    line: scalar.line,
    filters: undefined,
  }));
}

function readPermissions(holder: YamlNode): Permissions | null {
  const found = entry(holder, "permissions");
  if (found === undefined) return null;
  return {
    entry: found,
    all: text(found.value),
    scopes: new Map(
      entries(found.value).map(({ key, value }) => [key, text(value) ?? ""]),
    ),
  };
}

function readJob(
  { key, line, value }: YamlEntry,
  variables: Readonly<Record<string, string>>,
  actions: ReadonlyMap<string, string>,
): WorkflowJob {
  const own = { ...variables, ...readVariables(at(value, "env")) };
  const steps = at(value, "steps");
  return {
    id: key,
    line,
    node: value,
    permissions: readPermissions(value),
    environment: readEnvironment(at(value, "environment")),
    calls: readLineText(value, "uses"),
    needs: scalars(at(value, "needs")).map(({ text }) => text),
    condition: text(at(value, "if")),
    steps: (steps?.kind === "list" ? steps.items : []).flatMap((step) =>
      readStep(step, own, actions)
    ),
  };
}

/**
 * Reads an `environment`, GitHub's or GitLab's.
 *
 * @param node The key's value
 * @returns The environment, or `null`
 */
export function readEnvironment(
  node: YamlNode | undefined,
): Environment | null {
  const name = node?.kind === "map" ? at(node, "name") : node;
  const written = text(name);
  if (name === undefined || written === null || written === "") return null;
  const isComputed = /\$\{\{|\$\{?\w/.test(written);
  return {
    text: written,
    name: isComputed ? null : written,
    line: name.line,
    node: name,
  };
}

function readStep(
  step: YamlNode,
  variables: Readonly<Record<string, string>>,
  actions: ReadonlyMap<string, string>,
): WorkflowStep[] {
  const uses = readLineText(step, "uses");
  const own: WorkflowStep = {
    uses,
    inputs: readVariables(at(step, "with")),
    commands: readScript(at(step, "run")),
    variables: { ...variables, ...readVariables(at(step, "env")) },
    condition: text(at(step, "if")),
    within: null,
  };
  const action = uses === null ? undefined : actions.get(localPath(uses.text));
  if (uses === null || action === undefined) return [own];
  return [own, ...compositeSteps(action, own, uses)];
}

/** The steps of a composite action, as if the step's line were theirs. */
function compositeSteps(
  action: string,
  caller: WorkflowStep,
  { text: within, line }: LineText,
): WorkflowStep[] {
  const parsed = parseYaml(action);
  if ("errorLine" in parsed) return [];
  const steps = at(parsed.node, "runs", "steps");
  return (steps?.kind === "list" ? steps.items : [])
    .flatMap((step) => readStep(step, caller.variables, new Map()))
    .map((step) => ({
      ...step,
      uses: step.uses && { ...step.uses, line },
      commands: step.commands.map((command) => ({ ...command, line })),
      within,
    }));
}

/**
 * The folder that a `uses: ./path` names, written in one way.
 *
 * @param uses The value of `uses`
 * @returns Such as `./.github/actions/publish`
 */
export function localPath(uses: string): string {
  return uses.replace(/\/+$/, "");
}

/**
 * Reads the commands of a script.
 *
 * @param node The script: a text, or a list of them
 * @returns The commands, their lines 1-based in the file
 */
export function readScript(node: YamlNode | undefined): ShellCommand[] {
  return scalars(node).flatMap((script) =>
    shellCommands(String(script.value ?? "")).map((command) => ({
      ...command,
      line: script.textLine + command.line,
    }))
  );
}

/**
 * Reads a map of texts, such as `env` and `with`.
 *
 * @param node The map
 * @returns The texts
 */
export function readVariables(
  node: YamlNode | undefined,
): Record<string, string> {
  return Object.fromEntries(
    entries(node).map(({ key, value }) => [key, text(value) ?? ""]),
  );
}

function readLineText(holder: YamlNode, key: string): LineText | null {
  const value = at(holder, key);
  const found = text(value);
  return value === undefined || found === null
    ? null
    : { text: found, line: value.line };
}

/**
 * Whether a job may ask for an identity token.
 *
 * @param workflow Its workflow
 * @param job The job
 * @returns Whether it is granted `id-token: write`
 */
export function hasIdToken(
  workflow: Workflow,
  job: WorkflowJob,
): boolean {
  const permissions = job.permissions ?? workflow.permissions;
  return permissions !== null && grantsIdToken(permissions);
}

/**
 * Whether a `permissions` key grants `id-token: write`.
 *
 * @param permissions The key
 * @returns `true` for `write-all` as well
 */
export function grantsIdToken(permissions: Permissions): boolean {
  return permissions.all === "write-all" ||
    permissions.scopes.get("id-token") === "write";
}
