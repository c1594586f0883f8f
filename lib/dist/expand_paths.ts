/**
 * From files, folders and globs to the files that they stand for.
 *
 * @module
 */

import { join, normalize, sep } from "node:path";
import type { Context, DirectoryEntry } from "../context.ts";
import { ReleasioError } from "../errors.ts";
import { looksLikeDistribution } from "./filename.ts";
import { expandBraces, isGlob, segmentPattern } from "./glob.ts";

/** A file or a folder that was left out. */
export interface IgnoredPath {
  /** Where it is. */
  readonly path: string;
  /** Why: a clause without capital and period. */
  readonly reason: string;
}

/** What paths stand for. */
export interface ExpandedPaths {
  /** Paths of files, each once, in the order in which they were met. */
  readonly files: readonly string[];
  /** What was passed over. */
  readonly ignored: readonly IgnoredPath[];
}

/** Folders below folders are searched through this deep. */
const MAX_DEPTH = 32;
/** A search that meets more than this was started in the wrong place. */
const MAX_ENTRIES = 100_000;

const SEPARATOR = sep === "\\" ? /[\\/]+/ : /\/+/;

/**
 * Expands paths: a folder into all files below it, a glob into what it
 * matches. A path that is no folder is taken for a file.
 *
 * Below a folder, hidden files and folders and links to folders are passed
 * over. A glob passes over hidden ones as a shell does.
 *
 * @param context The outside world
 * @param paths Files, folders and globs
 * @returns Files, none of them opened
 * @throws {ReleasioError} `no-distributions` if a glob matches nothing, or far
 * too much was met
 */
export async function expandPaths(
  context: Context,
  paths: readonly string[],
): Promise<ExpandedPaths> {
  const search: Search = {
    context,
    files: new Set(),
    ignored: [],
    entries: 0,
  };
  for (const path of paths) {
    // A name with brackets in it may be meant as it stands.
    if (isGlob(path) && !await exists(search, path)) {
      await addMatches(search, path);
    } else await addPath(search, path, 0);
  }
  return { files: [...search.files], ignored: search.ignored };
}

interface Search {
  readonly context: Context;
  readonly files: Set<string>;
  readonly ignored: IgnoredPath[];
  entries: number;
}

async function exists(search: Search, path: string): Promise<boolean> {
  try {
    await search.context.openFile(path);
    return true;
  } catch {
    return await list(search, path) !== null;
  }
}

async function addMatches(search: Search, path: string): Promise<void> {
  const matches: string[] = [];
  for (const pattern of expandBraces(path)) {
    const segments = pattern.split(SEPARATOR);
    const first = segments.findIndex(isGlob);
    const fixed = first < 0 ? segments.length : first;
    const base = segments.slice(0, fixed).join(sep);
    const root = fixed === 0 ? "." : base === "" ? sep : base;
    matches.push(...await match(search, root, segments.slice(fixed), 0));
  }
  if (matches.length === 0) {
    throw new ReleasioError(
      "no-distributions",
      `Cannot find distributions: nothing matches "${path}"`,
      { hint: "Is the build done, and the path right?", details: { path } },
    );
  }
  for (const found of matches.sort()) await addPath(search, found, 0);
}

async function addPath(
  search: Search,
  path: string,
  depth: number,
): Promise<void> {
  const entries = await list(search, path);
  if (entries === null) {
    search.files.add(normalize(path));
    return;
  }
  for (const entry of entries) {
    const below = join(path, entry.name);
    const reason = reasonToPass(entry, depth);
    if (reason === null) await addPath(search, below, depth + 1);
    else search.ignored.push({ path: below, reason });
  }
}

function reasonToPass(entry: DirectoryEntry, depth: number): string | null {
  if (entry.name.startsWith(".")) return "it is hidden";
  if (entry.kind === "file") return null;
  if (entry.kind === "other") {
    // Such as a dead link: opening it will say what is wrong.
    if (looksLikeDistribution(entry.name)) return null;
    return "it is neither a file nor a folder";
  }
  if (entry.isLink) return "it is a link to a folder";
  return depth >= MAX_DEPTH ? "it is nested too deep" : null;
}

async function list(
  search: Search,
  path: string,
): Promise<readonly DirectoryEntry[] | null> {
  let entries: readonly DirectoryEntry[];
  try {
    entries = await search.context.readDirectory(path);
  } catch {
    // No folder, or none that may be read: opening it as a file will tell.
    return null;
  }
  search.entries += entries.length;
  if (search.entries > MAX_ENTRIES) {
    throw new ReleasioError(
      "no-distributions",
      `Cannot find distributions: more than ${MAX_ENTRIES} files to look at`,
      { hint: "Name the folder that has them.", details: { path } },
    );
  }
  return entries;
}

async function match(
  search: Search,
  folder: string,
  segments: readonly string[],
  depth: number,
): Promise<string[]> {
  const [segment, ...rest] = segments;
  // Nothing left, or a slash at the end of the pattern.
  if (segment === undefined || segment === "") return [folder];
  const entries = depth > MAX_DEPTH ? [] : await list(search, folder) ?? [];
  if (segment === "**") {
    return await matchAnywhere(search, folder, entries, rest, depth);
  }
  const pattern = segmentPattern(segment);
  const found: string[] = [];
  for (const { name, kind } of entries) {
    if (name.startsWith(".") && !segment.startsWith(".")) continue;
    if (!pattern.test(name)) continue;
    const path = join(folder, name);
    if (rest.length === 0) found.push(path);
    else if (kind === "directory") {
      found.push(...await match(search, path, rest, depth + 1));
    }
  }
  return found;
}

async function matchAnywhere(
  search: Search,
  folder: string,
  entries: readonly DirectoryEntry[],
  rest: readonly string[],
  depth: number,
): Promise<string[]> {
  const found = rest.length > 0 ? await match(search, folder, rest, depth) : [];
  for (const entry of entries) {
    if (reasonToPass(entry, depth) !== null) continue;
    const path = join(folder, entry.name);
    if (entry.kind === "directory") {
      found.push(...await match(search, path, ["**", ...rest], depth + 1));
    } else if (rest.length === 0) found.push(path);
  }
  return found;
}
