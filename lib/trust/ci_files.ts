/**
 * A project's CI files: GitHub's workflows with the composite actions that
 * they use, and GitLab's pipeline.
 *
 * @module
 */

import { type Context, isAbsent } from "../context.ts";
import { type Pipeline, readPipeline } from "./pipeline.ts";
import { localActions } from "./publishing_job.ts";
import { readWorkflow, type Workflow } from "./workflow.ts";

const WORKFLOW_FOLDER = ".github/workflows";
const PIPELINE_FILE = ".gitlab-ci.yml";
const MAX_BYTES = 1024 * 1024;

/** A project's CI files. */
export interface CiFiles {
  /** GitHub's workflows, sorted by name. */
  readonly workflows: readonly Workflow[];
  /** GitLab's pipeline, or `null`. */
  readonly pipeline: Pipeline | null;
  /** Files that are no YAML, and the line where that shows. */
  readonly unreadable: readonly {
    readonly path: string;
    readonly line: number;
  }[];
}

/**
 * Reads the CI files of a project.
 *
 * @param context The outside world
 * @param projectDir The repository's root
 * @returns The files; what is not there, or may not be read, is left out
 */
export async function readCiFiles(
  context: Context,
  projectDir: string,
): Promise<CiFiles> {
  const unreadable: { path: string; line: number }[] = [];
  const workflows: Workflow[] = [];
  for (const name of await workflowNames(context, projectDir)) {
    const path = `${WORKFLOW_FOLDER}/${name}`;
    const source = await readOptional(context, `${projectDir}/${path}`);
    if (source === null) continue;
    const read = await readWithActions(context, projectDir, path, source);
    if ("errorLine" in read) unreadable.push({ path, line: read.errorLine });
    else workflows.push(read);
  }
  let pipeline: Pipeline | null = null;
  const source = await readOptional(context, `${projectDir}/${PIPELINE_FILE}`);
  if (source !== null) {
    const read = readPipeline(PIPELINE_FILE, source);
    if ("errorLine" in read) {
      unreadable.push({ path: PIPELINE_FILE, line: read.errorLine });
    } else pipeline = read;
  }
  return { workflows, pipeline, unreadable };
}

async function workflowNames(
  context: Context,
  projectDir: string,
): Promise<string[]> {
  try {
    const entries = await context.readDirectory(
      `${projectDir}/${WORKFLOW_FOLDER}`,
    );
    return entries
      .filter(({ name, kind }) => kind === "file" && /\.ya?ml$/.test(name))
      .map(({ name }) => name);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

async function readWithActions(
  context: Context,
  projectDir: string,
  path: string,
  source: string,
): Promise<ReturnType<typeof readWorkflow>> {
  const workflow = readWorkflow(path, source);
  if ("errorLine" in workflow) return workflow;
  const actions = new Map<string, string>();
  for (const folder of new Set(localActions(workflow))) {
    if (folder.split("/").includes("..")) continue;
    const base = `${projectDir}/${folder.slice(2)}/action`;
    const text = await readOptional(context, `${base}.yml`) ??
      await readOptional(context, `${base}.yaml`);
    if (text !== null) actions.set(folder, text);
  }
  return actions.size === 0 ? workflow : readWorkflow(path, source, actions);
}

async function readOptional(
  context: Context,
  path: string,
): Promise<string | null> {
  try {
    const blob = await context.openFile(path);
    return blob.size > MAX_BYTES ? null : await blob.text();
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}
