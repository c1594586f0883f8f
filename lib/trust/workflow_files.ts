/**
 * GitHub workflow files: which there are, and what they grant.
 *
 * @module
 */

import { parseDocument } from "yaml";
import { type Context, isAbsent } from "../context.ts";
import { isRecord } from "../http.ts";

const WORKFLOW_FOLDER = ".github/workflows";
const MAX_WORKFLOW_BYTES = 1024 * 1024;

/** A workflow file, parsed. */
export interface WorkflowFile {
  /** Path from the project's folder, such as `.github/workflows/release.yml`. */
  readonly path: string;
  /** File name: what a publisher on PyPI is registered with. */
  readonly filename: string;
  /** The file's text. */
  readonly text: string;
  /** The parsed content; `null` when the file is not YAML. */
  readonly content: unknown;
}

/**
 * Reads the workflow files of a project.
 *
 * @param context The outside world
 * @param projectDir The project's folder
 * @returns Sorted by name; empty when there are none or reading is not permitted
 */
export async function readWorkflowFiles(
  context: Context,
  projectDir: string,
): Promise<WorkflowFile[]> {
  const folder = `${projectDir}/${WORKFLOW_FOLDER}`;
  let entries;
  try {
    entries = await context.readDirectory(folder);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
  const files: WorkflowFile[] = [];
  for (const { name, kind } of entries) {
    if (kind !== "file" || !/\.ya?ml$/.test(name)) continue;
    const blob = await context.openFile(`${folder}/${name}`);
    if (blob.size > MAX_WORKFLOW_BYTES) continue;
    const text = await blob.text();
    files.push({
      path: `${WORKFLOW_FOLDER}/${name}`,
      filename: name,
      text,
      content: parseYaml(text),
    });
  }
  return files;
}

function parseYaml(text: string): unknown {
  const document = parseDocument(text, { logLevel: "silent" });
  if (document.errors.length > 0) return null;
  try {
    // A bound on aliases keeps a "billion laughs" from growing.
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    return null;
  }
}

/**
 * Whether any job of a workflow may ask for an identity token.
 *
 * @param content The parsed workflow
 * @returns `true` with `id-token: write` or `write-all` anywhere
 */
export function grantsIdToken(content: unknown): boolean {
  if (!isRecord(content)) return false;
  const jobs = isRecord(content.jobs) ? Object.values(content.jobs) : [];
  return [content, ...jobs].some((holder) =>
    isRecord(holder) && (holder.permissions === "write-all" ||
      isRecord(holder.permissions) &&
        holder.permissions["id-token"] === "write")
  );
}

/**
 * The environment of the job that may ask for an identity token.
 *
 * @param content The parsed workflow
 * @returns Its name; `null` without one, or with an expression for a name
 */
export function jobEnvironment(content: unknown): string | null {
  if (!isRecord(content) || !isRecord(content.jobs)) return null;
  const jobs = Object.values(content.jobs);
  const job = jobs.find((job) =>
    isRecord(job) && isRecord(job.permissions) &&
    job.permissions["id-token"] === "write"
  ) ?? jobs[0];
  const environment = isRecord(job) ? job.environment : undefined;
  const name = isRecord(environment) ? environment.name : environment;
  return typeof name === "string" && !name.includes("${{") ? name : null;
}
