/**
 * File names of wheels and sdists.
 *
 * @module
 */

import { normalizeVersion } from "./version.ts";

/** The parts of a wheel's file name, as spelled there. */
export interface WheelFilename {
  /** Tells it from an sdist. */
  readonly kind: "wheel";
  /** Distribution name as spelled, such as `My_Project`. */
  readonly name: string;
  /** Version as spelled. */
  readonly version: string;
  /** Build tag, or `null`. */
  readonly build: string | null;
  /** Python tags, such as `["py2", "py3"]`. */
  readonly python: readonly string[];
  /** ABI tags. */
  readonly abi: readonly string[];
  /** Platform tags. */
  readonly platform: readonly string[];
}

/** The parts of an sdist's file name, as spelled there. */
export interface SdistFilename {
  /** Tells it from a wheel. */
  readonly kind: "sdist";
  /** Distribution name as spelled. */
  readonly name: string;
  /** Version as spelled. */
  readonly version: string;
  /** `.tar.gz` or `.zip`. */
  readonly extension: ".tar.gz" | ".zip";
}

/** Why a file name is neither a wheel's nor an sdist's. */
export interface InvalidFilename {
  /** Tells it from the others. */
  readonly kind: "invalid";
  /** What is wrong with it: a clause without capital and period. */
  readonly reason: string;
}

/**
 * Longer names fit in no file system, and PyPI stores none.
 */
const MAX_FILENAME_LENGTH = 255;

// What PyPI or its predecessors took, and archives that build tools make
// where a .tar.gz was meant.
const DISTRIBUTION_EXTENSION =
  /\.(?:whl|zip|egg|tar|tar\.(?:gz|bz2|xz|zst|z)|tgz|tbz2?|txz)$/i;

/**
 * Whether a file name ends like one of a distribution, in any case and in the
 * old formats too. A file that does is either taken or an error, never
 * passed over.
 *
 * @param filename The last part of a path
 * @returns `false` for a file that can be left out
 */
export function looksLikeDistribution(filename: string): boolean {
  return DISTRIBUTION_EXTENSION.test(filename);
}

/**
 * Parses the file name of a wheel
 * ({@link https://packaging.python.org/en/latest/specifications/binary-distribution-format/#file-name-convention | PEP 427})
 * or an sdist
 * ({@link https://packaging.python.org/en/latest/specifications/source-distribution-format/#source-distribution-file-name | PEP 625}).
 *
 * Lenient where PyPI has an answer of its own: a name that isn't normalized,
 * a platform that it doesn't take, a `.zip` sdist are parsed here and judged
 * by the checks.
 *
 * @param filename The last part of a path
 * @returns Its parts, or why it can't be taken
 *
 * @example Parse the name of a wheel
 * ```ts
 * import { parseFilename } from "@releasio/cli/dist";
 * import { assertEquals } from "@std/assert";
 *
 * const filename = parseFilename("demo-1.0-py2.py3-none-any.whl");
 * assertEquals(filename.kind === "wheel" && filename.python, ["py2", "py3"]);
 * assertEquals(parseFilename("demo.whl").kind, "invalid");
 * ```
 */
export function parseFilename(
  filename: string,
): WheelFilename | SdistFilename | InvalidFilename {
  if (filename.length > MAX_FILENAME_LENGTH) {
    return invalid(`it is longer than ${MAX_FILENAME_LENGTH} characters`);
  }
  // deno-lint-ignore no-control-regex -- those are what is looked for
  if (/[\x00-\x1f\x7f/\\]/.test(filename)) {
    return invalid("it has a control character or a slash");
  }
  if (filename.endsWith(".whl")) return parseWheel(filename.slice(0, -4));
  for (const extension of [".tar.gz", ".zip"] as const) {
    if (filename.endsWith(extension)) {
      return parseSdist(filename.slice(0, -extension.length), extension);
    }
  }
  return invalid(
    /\.(?:whl|zip|tar\.gz)$/i.test(filename)
      ? "its extension must be in lower case"
      : "its extension is none of .whl, .tar.gz and .zip",
  );
}

function parseWheel(stem: string): WheelFilename | InvalidFilename {
  const parts = stem.split("-");
  if (parts.length !== 5 && parts.length !== 6) {
    return invalid(
      `a wheel's name has 5 or 6 parts between dashes, this one ${parts.length}`,
    );
  }
  const [name, version] = parts as [string, string];
  const build = parts.length === 6 ? parts[2]! : null;
  const [python, abi, platform] = parts.slice(-3)
    .map((tags) => tags.split(".")) as [string[], string[], string[]];
  if (name.includes("__") || !/^[\p{L}\p{N}_.]+$/u.test(name)) {
    return invalid(`"${name}" can't be a project's name`);
  }
  if (normalizeVersion(version) === null) return notVersion(version);
  if (build !== null && !/^\d/.test(build)) {
    return invalid(`the build tag "${build}" doesn't start with a digit`);
  }
  if ([...python, ...abi, ...platform].includes("")) {
    return invalid("one of its tags is empty");
  }
  return { kind: "wheel", name, version, build, python, abi, platform };
}

function parseSdist(
  stem: string,
  extension: SdistFilename["extension"],
): SdistFilename | InvalidFilename {
  const dash = stem.lastIndexOf("-");
  if (dash < 1) {
    return invalid(`an sdist is called <name>-<version>${extension}`);
  }
  const name = stem.slice(0, dash);
  const version = stem.slice(dash + 1);
  if (normalizeVersion(version) === null) return notVersion(version);
  return { kind: "sdist", name, version, extension };
}

function notVersion(version: string): InvalidFilename {
  return invalid(`"${version}" is no PEP 440 version`);
}

function invalid(reason: string): InvalidFilename {
  return { kind: "invalid", reason };
}

/**
 * Normalizes a project's name as in
 * {@link https://peps.python.org/pep-0503/#normalized-names | PEP 503}.
 *
 * @param name A name in any spelling
 * @returns Lower case, with one dash for each run of `-`, `_` and `.`
 *
 * @example Normalize a name
 * ```ts
 * import { normalizeName } from "@releasio/cli/dist";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(normalizeName("My.Project_X"), "my-project-x");
 * ```
 */
export function normalizeName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, "-");
}
