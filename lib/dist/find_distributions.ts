/**
 * From paths to the files that a run is about.
 *
 * @module
 */

import { basename } from "node:path";
import type { Context } from "../context.ts";
import { ReleasioError } from "../errors.ts";
import { sha256 } from "./digest.ts";
import type { DistributionFile } from "./distribution.ts";
import { expandPaths, type IgnoredPath } from "./expand_paths.ts";
import { looksLikeDistribution, parseFilename } from "./filename.ts";

/** What {@linkcode findDistributions} found. */
export interface FoundDistributions {
  /** Wheels and sdists by their names, sorted by file name. */
  readonly files: readonly DistributionFile[];
  /** `*.attestation` files among them, sorted by file name. */
  readonly attestations: readonly DistributionFile[];
  /** What else was there. */
  readonly ignored: readonly IgnoredPath[];
}

/** How much of what is there an error names. */
const MAX_NAMES = 8;

/**
 * Finds wheels and sdists in files, folders (searched through, since
 * downloaded artifacts are often nested) and globs.
 *
 * Other files are left out with a word on why. A file that ends like a
 * distribution but can't be taken is an error: leaving it out would publish an
 * incomplete release. Links to files are followed; links to folders only where
 * a path or a glob names them.
 *
 * @param context The outside world
 * @param paths Files, folders and globs (`*`, `?`, `[]`, `{a,b}`, `**`)
 * @returns What was found; the same file reached twice counts once
 * @throws {ReleasioError} `no-distributions` if a path is not there, a glob
 * matches nothing, or there is no distribution at all;
 * `distribution-name-invalid` if one can't be taken, or two different files
 * have one name; `distribution-unreadable` if one can't be opened
 */
export async function findDistributions(
  context: Context,
  paths: readonly string[],
): Promise<FoundDistributions> {
  const expanded = await expandPaths(context, paths);
  const ignored = [...expanded.ignored];
  const files: DistributionFile[] = [];
  const attestations: DistributionFile[] = [];
  for (const path of expanded.files) {
    const blob = await open(context, path);
    const filename = basename(path);
    if (looksLikeDistribution(filename)) files.push({ path, filename, blob });
    else if (filename.endsWith(".attestation")) {
      attestations.push({ path, filename, blob });
    } else ignored.push({ path, reason: "it is neither a wheel nor an sdist" });
  }
  refuseInvalidNames(files);
  if (files.length === 0) {
    throw nothingFound(paths, [...ignored, ...attestations]);
  }
  return {
    files: await withoutRepeats(files, ignored),
    attestations: await withoutRepeats(attestations, ignored),
    ignored,
  };
}

async function open(context: Context, path: string): Promise<Blob> {
  try {
    return await context.openFile(path);
  } catch (cause) {
    if (cause instanceof Error && cause.name === "NotFound") {
      throw new ReleasioError(
        "no-distributions",
        `Cannot find distributions: no file or folder "${path}"`,
        {
          hint: 'Build them first, for example with "uv build", ' +
            "or name the place where they are.",
          details: { path },
        },
      );
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ReleasioError(
      "distribution-unreadable",
      `Cannot open "${path}": ${reason}`,
      { details: { file: path, reason }, cause },
    );
  }
}

/** Files of one name are one file if their bytes are the same. */
async function withoutRepeats(
  files: readonly DistributionFile[],
  ignored: IgnoredPath[],
): Promise<DistributionFile[]> {
  const kept = new Map<string, DistributionFile>();
  for (const file of files) {
    const first = kept.get(file.filename);
    if (first === undefined) kept.set(file.filename, file);
    else if (await haveSameBytes(first.blob, file.blob)) {
      ignored.push({
        path: file.path,
        reason: `it is the same as "${first.path}"`,
      });
    } else throw twoOfOneName(first, file);
  }
  return [...kept.values()].sort((a, b) => a.filename < b.filename ? -1 : 1);
}

async function haveSameBytes(a: Blob, b: Blob): Promise<boolean> {
  return a.size === b.size && await sha256(a) === await sha256(b);
}

function refuseInvalidNames(files: readonly DistributionFile[]): void {
  const refused = files.flatMap(({ path, filename }) => {
    const name = parseFilename(filename);
    return name.kind === "invalid" ? [{ path, reason: name.reason }] : [];
  });
  const [first] = refused;
  if (!first) return;
  const more = refused.length - 1;
  throw new ReleasioError(
    "distribution-name-invalid",
    `Cannot take "${first.path}": ${first.reason}` +
      (more > 0 ? ` (and ${more} more like it)` : ""),
    {
      hint: "Rename it as its build tool would, or move it elsewhere. " +
        "A file that looks like a distribution is never left out.",
      details: { files: refused },
    },
  );
}

function twoOfOneName(a: DistributionFile, b: DistributionFile): ReleasioError {
  return new ReleasioError(
    "distribution-name-invalid",
    `Cannot take "${b.path}": "${a.path}" has the same name and other bytes`,
    {
      hint: "Keep the one that is to be published.",
      details: { files: [{ path: a.path }, { path: b.path }] },
    },
  );
}

function nothingFound(
  paths: readonly string[],
  others: readonly { readonly path: string }[],
): ReleasioError {
  const where = paths.map((path) => `"${path}"`).join(", ");
  const names = others.slice(0, MAX_NAMES).map(({ path }) => `"${path}"`);
  const more = others.length - names.length;
  return new ReleasioError(
    "no-distributions",
    `Cannot find distributions: no wheel or sdist in ${where}`,
    {
      hint: others.length === 0
        ? 'It is empty. Build first, for example with "uv build".'
        : `There is ${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}.`,
      details: { paths, found: others.map(({ path }) => path) },
    },
  );
}
