/**
 * A GitLab pipeline file: its jobs with their tokens, environment and rules.
 *
 * Source: {@link https://docs.gitlab.com/ci/yaml/ | the syntax}.
 *
 * @module
 */

import type { ShellCommand } from "./shell.ts";
import {
  type Environment,
  readEnvironment,
  readScript,
  readVariables,
} from "./workflow.ts";
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

/** A pipeline file. */
export interface Pipeline {
  /** Path from the repository's root: what a publisher is registered with. */
  readonly path: string;
  /** The file's text. */
  readonly text: string;
  /** The top map. */
  readonly node: YamlNode;
  /** Its jobs; hidden ones, which only lend their keys, are left out. */
  readonly jobs: readonly PipelineJob[];
}

/** A job of a pipeline. */
export interface PipelineJob {
  /** Its name. */
  readonly id: string;
  /** 1-based line of its name. */
  readonly line: number;
  /** Its map. */
  readonly node: YamlNode;
  /** Its environment. */
  readonly environment: Environment | null;
  /** The identity tokens that it declares. */
  readonly tokens: readonly DeclaredToken[];
  /** The commands of its scripts, their lines those of the file. */
  readonly commands: readonly ShellCommand[];
  /** Its variables, the pipeline's included. */
  readonly variables: Readonly<Record<string, string>>;
  /** Whether anything says when it runs. */
  readonly isFiltered: boolean;
}

/** An entry of `id_tokens`. */
export interface DeclaredToken {
  /** The variable, such as `PYPI_ID_TOKEN`. */
  readonly name: string;
  /** 1-based line. */
  readonly line: number;
  /** Its audiences. */
  readonly audiences: readonly string[];
}

/** Top-level keys that are no jobs. */
const RESERVED = new Set(
  ("default include stages variables workflow image services cache " +
    "before_script after_script spec pages:deploy").split(" "),
);
const MAX_PARENTS = 11;

/**
 * Reads a pipeline file. What it includes from elsewhere is not read.
 *
 * @param path The file's path from the repository's root
 * @param source The file's text
 * @returns The pipeline, or the line of what is wrong with the file
 */
export function readPipeline(
  path: string,
  source: string,
): Pipeline | { readonly errorLine: number } {
  const parsed = parseYaml(source);
  if ("errorLine" in parsed) return parsed;
  const { node } = parsed;
  const variables = readVariables(at(node, "variables"));
  return {
    path,
    text: source,
    node,
    jobs: entries(node)
      .filter(({ key }) => !RESERVED.has(key) && !key.startsWith("."))
      .filter(({ value }) => value.kind === "map")
      .map((job) => readJob(node, job, variables)),
  };
}

function readJob(
  top: YamlNode,
  job: YamlEntry,
  variables: Readonly<Record<string, string>>,
): PipelineJob {
  const parents = [job.value, ...parentsOf(top, job.value)];
  const find = (key: string) =>
    parents.map((each) => at(each, key)).find((found) => found !== undefined) ??
      at(top, "default", key);
  const readAll = (key: string) =>
    Object.assign(
      {},
      ...parents.toReversed().map((each) => readVariables(at(each, key))),
    );
  return {
    id: job.key,
    line: job.line,
    node: job.value,
    environment: readEnvironment(find("environment")),
    tokens: entries(find("id_tokens")).map(({ key, line, value }) => ({
      name: key,
      line,
      audiences: scalars(at(value, "aud")).map(({ text }) => text),
    })),
    commands: ["before_script", "script", "after_script"].flatMap((key) =>
      readScript(find(key))
    ),
    variables: { ...variables, ...readAll("variables") },
    isFiltered: ["rules", "only"].some((key) => find(key) !== undefined) ||
      entry(at(top, "workflow"), "rules") !== undefined,
  };
}

/** What a job `extends`, the nearest first. */
function parentsOf(top: YamlNode, job: YamlNode, depth = 0): YamlNode[] {
  if (depth > MAX_PARENTS) return [];
  // The last one named wins.
  return scalars(at(job, "extends")).toReversed().slice(0, MAX_PARENTS)
    .flatMap((name) => {
      const parent = at(top, text(name) ?? "");
      return parent === undefined
        ? []
        : [parent, ...parentsOf(top, parent, depth + 1)];
    });
}
