/**
 * Which file the settings are in, and what it says.
 *
 * @module
 */

import { basename, join, resolve, sep } from "node:path";
import { type Context, isAbsent } from "../context.ts";
import { ReleasioError } from "../errors.ts";
import { parseToml } from "../toml.ts";
import { findKeyLines, type KeyLines } from "./key_lines.ts";
import { optional } from "./optional.ts";

/** The parser's time grows with the square of a file's keys. */
const MAX_BYTES = 256 * 1024;

/** A file with settings. */
export interface ConfigFile {
  /** Its path, as it can be opened. */
  readonly path: string;
  /** Its settings: all of it, or the table `[tool.releasio]`. */
  readonly table: Readonly<Record<string, unknown>>;
  /**
   * The 1-based line of a setting, or of the innermost table around it;
   * `null` where it can't be told.
   */
  readonly lineOf: (path: readonly string[]) => number | null;
}

/** What {@linkcode readConfigFile} found. */
export interface ConfigFileResult {
  /** The file that counts, or `null`. */
  readonly file: ConfigFile | null;
  /** Files that were passed over, in words. */
  readonly notes: readonly string[];
}

/**
 * Finds and reads the file with the settings: the one that is asked for, else
 * the first of `.releasio.toml` and `releasio.toml` in the project's folder,
 * and `pyproject.toml` with a table `[tool.releasio]` there or in a folder
 * above, up to the repository's root. Files are not merged.
 *
 * @param context The outside world
 * @param projectDir The project's folder
 * @param configFile A file that is asked for by name
 * @returns The file, if there is one
 * @throws {ReleasioError} `config-not-found` for a file asked for that can't
 * be read, `config-invalid` for one that is no TOML
 */
export async function readConfigFile(
  context: Context,
  projectDir: string,
  configFile?: string,
): Promise<ConfigFileResult> {
  if (configFile !== undefined) {
    return { file: await readNamedFile(context, configFile), notes: [] };
  }
  const notes: string[] = [];
  for (const name of [".releasio.toml", "releasio.toml"]) {
    const path = join(projectDir, name);
    const text = await readOptional(context, path, notes);
    if (text !== null) return { file: parseFile(path, text), notes };
  }
  for (const folder of await foldersToRoot(context, projectDir, notes)) {
    const path = join(folder, "pyproject.toml");
    const text = await readOptional(context, path, notes);
    const file = text === null ? null : parsePyproject(path, text);
    if (file !== null) return { file, notes };
  }
  return { file: null, notes };
}

async function readNamedFile(
  context: Context,
  path: string,
): Promise<ConfigFile> {
  let text: string;
  try {
    text = await readText(context, path);
  } catch (error) {
    if (error instanceof ReleasioError) throw error;
    throw new ReleasioError(
      "config-not-found",
      `Cannot read configuration file ${JSON.stringify(path)}`,
      { hint: "Check the path given as --config.", cause: error },
    );
  }
  if (basename(path) !== "pyproject.toml") return parseFile(path, text);
  const file = parsePyproject(path, text);
  if (file !== null) return file;
  throw new ReleasioError(
    "config-invalid",
    `Cannot read configuration: no [tool.releasio] table in ${path}`,
    { hint: "Add the table, or leave out --config." },
  );
}

function readOptional(
  context: Context,
  path: string,
  notes: string[],
): Promise<string | null> {
  return optional(
    readText(context, path),
    () => notes.push(`${path} was passed over: reading it is not permitted`),
  );
}

async function open(context: Context, path: string): Promise<Blob> {
  try {
    return await context.openFile(path);
  } catch (cause) {
    if (isAbsent(cause)) throw cause;
    throw new ReleasioError(
      "config-invalid",
      `Cannot read configuration: ${path} is not a file that can be opened`,
      { cause },
    );
  }
}

async function readText(context: Context, path: string): Promise<string> {
  const file = await open(context, path);
  if (file.size > MAX_BYTES) {
    throw new ReleasioError(
      "config-invalid",
      `Cannot read configuration: ${path} has more than ${MAX_BYTES} bytes`,
      { hint: "Put the settings into a .releasio.toml of their own." },
    );
  }
  const bytes = await file.bytes();
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ReleasioError(
      "config-invalid",
      `Cannot read configuration: ${path} is not UTF-8`,
      { hint: "Save the file as UTF-8, as TOML asks for.", cause },
    );
  }
}

/**
 * The project's folder and those above it, the repository's root last.
 * Outside a repository it is the project's folder alone: what lies above, in
 * `/tmp` say, may be somebody else's.
 */
async function foldersToRoot(
  context: Context,
  projectDir: string,
  notes: string[],
): Promise<string[]> {
  const folders: string[] = [];
  // Paths stay as relative as they were given; only their number is absolute.
  const levels = resolve(projectDir).split(sep).filter(Boolean).length;
  let folder = projectDir;
  for (let level = 0; level <= levels; level++) {
    folders.push(folder);
    const at = folder;
    const entries = await optional(context.readDirectory(at), () =>
      notes.push(
        `No configuration was looked for above ${projectDir}: reading ${at} ` +
          "is not permitted",
      ));
    if (entries === null) break;
    if (entries.some(({ name }) => name === ".git")) return folders;
    folder = join(folder, "..");
  }
  return [projectDir];
}

function parsePyproject(path: string, text: string): ConfigFile | null {
  // Somebody else's file: what has no word for us is none of our business,
  // its mistakes included.
  if (!text.includes("releasio")) return null;
  const { table, lineOf } = parseFile(path, text, ["tool", "releasio"]);
  const tool = ownTable(table, "tool");
  const own = tool === null ? null : ownTable(tool, "releasio");
  if (own === null) return null;
  return {
    path,
    table: own,
    lineOf: (keys) => lineOf(["tool", "releasio", ...keys]),
  };
}

function parseFile(
  path: string,
  text: string,
  prefix: readonly string[] = [],
): ConfigFile {
  const lines = findKeyLines(text);
  refuseRepeatedSetting(path, lines, [...prefix, "publish"]);
  let table: Record<string, unknown>;
  try {
    table = ownData(parseToml(text)) as Record<string, unknown>;
  } catch (error) {
    throw syntaxError(path, text, error);
  }
  return { path, table, lineOf: lines.lineOf };
}

/** TOML forbids it, and the parser takes the last one without a word. */
function refuseRepeatedSetting(
  file: string,
  { lineOf, repeated }: KeyLines,
  table: readonly string[],
): void {
  const twice = repeated.find(({ path }) =>
    table.every((name, index) => path[index] === name)
  );
  if (twice === undefined) return;
  const key = twice.path.slice(table.length - 1).join(".");
  throw new ReleasioError(
    "config-invalid",
    `Cannot read configuration: ${key} is defined twice (${file}:${twice.line})`,
    { hint: `The first time was in line ${lineOf(twice.path)}.` },
  );
}

function syntaxError(
  path: string,
  text: string,
  error: unknown,
): ReleasioError {
  const said = error instanceof Error ? error.message : String(error);
  const [, line, reason] = /^Parse error on line (\d+), column \d+: (.*)$/s
    .exec(said) ?? [, null, said];
  const place = line === null ? path : `${path}:${line}`;
  const found = line === null
    ? ""
    : text.split(/\r?\n/)[Number(line) - 1] ?? "";
  // What stands there may be long, and the parser may quote it too.
  const short = (text: string) => text.split("\n", 1)[0]!.trim().slice(0, 200);
  return new ReleasioError(
    "config-invalid",
    `Cannot read configuration: ${place} is not TOML`,
    {
      hint: `${found === "" ? "" : `The line is: ${short(found)}. `}` +
        `The parser says: ${short(String(reason))}.`,
      details: { path },
    },
  );
}

/**
 * A copy without inherited properties: to the parser, `__proto__ = {…}` is an
 * assignment like any other.
 */
function ownData(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ownData);
  if (!isTable(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, ownData(inner)]),
  );
}

function ownTable(
  table: Readonly<Record<string, unknown>>,
  key: string,
): Readonly<Record<string, unknown>> | null {
  const value = Object.hasOwn(table, key) ? table[key] : undefined;
  return isTable(value) ? value : null;
}

/**
 * Whether a value of a TOML file is a table.
 *
 * @param value Any value of the parser
 * @returns `false` for lists and dates, which are objects too
 */
export function isTable(
  value: unknown,
): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null &&
    !Array.isArray(value) && !(value instanceof Date);
}
