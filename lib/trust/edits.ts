/**
 * Edits of a file's text, by position: comments and layout stay.
 *
 * @module
 */

import type { PipelineJob } from "./pipeline.ts";
import type { Environment, Permissions, WorkflowJob } from "./workflow.ts";
import type { YamlEntry, YamlNode } from "./yaml.ts";

/** A replacement in a text. */
export interface Edit {
  /** Offset of the first character to replace. */
  readonly start: number;
  /** Offset behind the last one; the same as `start` inserts. */
  readonly end: number;
  /** What to put there. */
  readonly text: string;
}

/**
 * Applies edits. Of two that overlap, the later one is left for another time.
 *
 * @param source The text
 * @param edits The edits, in any order
 * @returns The new text
 */
export function applyEdits(source: string, edits: readonly Edit[]): string {
  const unique = [
    ...new Map(edits.map((edit) => [JSON.stringify(edit), edit])).values(),
  ].sort((a, b) => a.start - b.start);
  let result = "";
  let position = 0;
  for (const { start, end, text } of unique) {
    if (start < position) continue;
    result += source.slice(position, start) + text;
    position = end;
  }
  return result + source.slice(position);
}

/**
 * Adds keys to a job, above its `steps` or `script` and what is said about
 * them.
 *
 * @param source The file's text
 * @param job The job's map
 * @param lines The lines to add, without the job's indent
 * @returns The edit, or `null` where the text's shape does not allow it
 */
export function addToJob(
  source: string,
  job: YamlNode,
  lines: readonly string[],
): Edit | null {
  if (job.kind !== "map" || job.isFlow || job.isShared) return null;
  const before = job.entries.find(({ key }) =>
    key === "steps" || key === "script"
  );
  return before === undefined ? null : addLines(source, before, lines, true);
}

/** Adds lines above a key, at its indent. */
function addLines(
  source: string,
  before: YamlEntry,
  lines: readonly string[],
  aboveComments = false,
): Edit | null {
  let start = source.lastIndexOf("\n", before.start - 1) + 1;
  const indent = source.slice(start, before.start);
  // The first key of a list's item shares its line with a dash.
  if (!/^ *$/.test(indent)) return null;
  while (aboveComments && start > 0) {
    const above = source.lastIndexOf("\n", start - 2) + 1;
    const line = source.slice(above, start);
    if (!line.trimStart().startsWith("#")) break;
    start = above;
  }
  const end = lineEnd(source);
  const text = lines.map((line) => `${indent}${line}${end}`).join("");
  return { start, end: start, text };
}

/**
 * Adds a scope to a `permissions` key.
 *
 * @param source The file's text
 * @param permissions The key
 * @param scope Such as `id-token: write`
 * @returns The edits, or `null` where the text's shape does not allow it
 */
export function addScope(
  source: string,
  permissions: Permissions,
  scope: string,
): Edit[] | null {
  const { value } = permissions.entry;
  if (value.kind !== "map" || value.isShared) return null;
  const [first] = value.entries;
  const name = scope.slice(0, scope.indexOf(":"));
  const given = value.entries.find(({ key }) => key === name);
  if (given !== undefined) {
    const { start, end } = given.value;
    const level = scope.slice(scope.indexOf(":") + 2);
    return start === end ? null : [{ start, end, text: level }];
  }
  if (value.isFlow) {
    const at = value.start + 1;
    return [{
      start: at,
      end: at,
      text: first === undefined ? ` ${scope} ` : ` ${scope},`,
    }];
  }
  const edit = first === undefined ? null : addLines(source, first, [scope]);
  return edit && [edit];
}

/**
 * Takes a scope out of a `permissions` key, with its line.
 *
 * @param source The file's text
 * @param permissions The key
 * @param scope Such as `id-token`
 * @returns The edit, or `null` where the text's shape does not allow it
 */
export function removeScope(
  source: string,
  permissions: Permissions,
  scope: string,
): Edit | null {
  const { value } = permissions.entry;
  if (value.kind !== "map" || value.isShared) return null;
  const at = value.entries.findIndex(({ key }) => key === scope);
  const found = value.entries[at];
  if (found === undefined) return null;
  if (value.entries.length === 1) {
    const { start, end } = value.isFlow ? value : { ...value, end: 0 };
    // The whole block, from behind the key's colon.
    return value.isFlow ? { start, end, text: "{}" } : {
      start: source.indexOf(":", permissions.entry.start) + 1,
      end: endOfLine(source, found.value.end),
      text: " {}",
    };
  }
  if (value.isFlow) {
    const next = value.entries[at + 1];
    return next === undefined
      ? {
        start: value.entries[at - 1]!.value.end,
        end: found.value.end,
        text: "",
      }
      : { start: found.start, end: next.start, text: "" };
  }
  const start = source.lastIndexOf("\n", found.start) + 1;
  const end = source.indexOf("\n", found.value.end) + 1;
  return { start, end: end === 0 ? source.length : end, text: "" };
}

/**
 * Gives a job an environment, or another one.
 *
 * @param source The file's text
 * @param job The job
 * @param name The environment's name
 * @returns The edit, or `null` where the text's shape does not allow it
 */
export function setEnvironment(
  source: string,
  job: Pick<WorkflowJob | PipelineJob, "node"> & {
    readonly environment: Environment | null;
  },
  name: string,
): Edit | null {
  const text = /^[A-Za-z_][\w./-]*$/.test(name) ? name : JSON.stringify(name);
  if (job.environment === null) {
    return addToJob(source, job.node, [`environment: ${text}`]);
  }
  const { node } = job.environment;
  if (node.isShared || job.node.isShared) return null;
  return { start: node.start, end: node.end, text };
}

function endOfLine(source: string, position: number): number {
  const end = source.indexOf("\n", position);
  if (end < 0) return source.length;
  return source[end - 1] === "\r" ? end - 1 : end;
}

function lineEnd(source: string): string {
  return source.includes("\r\n") ? "\r\n" : "\n";
}
