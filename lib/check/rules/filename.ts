/**
 * Rules about file names: by themselves, and against the metadata.
 *
 * @module
 */

import { normalizeName } from "../../dist/filename.ts";
import { compareVersions, normalizeVersion } from "../../dist/version.ts";
import { pythonRepr } from "../../python_repr.ts";
import { type MetadataView, valueOf } from "../metadata_view.ts";
import { isAllowedPlatform, platformHint } from "../platform_tag.ts";
import { type Rule, shown } from "../rule.ts";
import { isProjectName } from "./identity.ts";

const SPECIFICATIONS = "https://packaging.python.org/en/latest/specifications/";
const WHEEL_NAME =
  `${SPECIFICATIONS}binary-distribution-format/#file-name-convention`;
const SDIST_NAME =
  `${SPECIFICATIONS}source-distribution-format/#source-distribution-file-name`;
const NEVER_RENAME =
  "Build it again with an up-to-date build tool; a renamed file keeps the wrong name inside.";

/** A file name, with the metadata that it must agree with. */
export interface FilenameSubject {
  /** The last part of its path. */
  readonly filename: string;
  /** Name and version in the metadata; `null` if they can't be read. */
  readonly identity: Identity | null;
}

/** What the metadata says a file is. */
export interface Identity {
  /** The project's name, as spelled. */
  readonly name: string;
  /** The project's name, normalized. */
  readonly project: string;
  /** The version, normalized. */
  readonly version: string;
}

/**
 * Name and version of metadata.
 *
 * @param view The metadata
 * @returns `null` if one of them is absent or invalid
 */
export function identityOf(view: MetadataView): Identity | null {
  const name = valueOf(view, "name")?.value ?? "";
  const version = normalizeVersion(valueOf(view, "version")?.value ?? "");
  return isProjectName(name) && version !== null
    ? { name, project: normalizeName(name), version }
    : null;
}

type FilenameRule = Rule<FilenameSubject>;

const controlCharacter: FilenameRule = {
  code: "filename-control-character",
  severity: "error",
  summary: "the file name has a control character",
  source: "PyPI",
  hint: "Rename the file.",
  *check({ filename }) {
    // deno-lint-ignore no-control-regex -- those are what is looked for
    if (!/[\0-\x1f\x7f]/.test(filename)) return;
    yield {
      message: "The file name has a control character",
      pypi:
        "Cannot upload a file with non-printable characters (ordinals 0-31) or the DEL character (ordinal 127) in the name.",
    };
  },
};

const slash: FilenameRule = {
  code: "filename-slash",
  severity: "error",
  summary: "the file name has a slash or a backslash",
  source: "PyPI",
  hint: "Rename the file.",
  *check({ filename }) {
    if (!/[/\\]/.test(filename)) return;
    yield {
      message: "The file name has a slash",
      pypi: "Cannot upload a file with '/' or '\\' in the name.",
    };
  },
};

const extension: FilenameRule = {
  code: "filename-extension",
  severity: "error",
  summary:
    "the file name ends in none of `.whl`, `.tar.gz` and `.zip`, in lower case",
  source: "https://peps.python.org/pep-0527/",
  hint: "Publish wheels (.whl) and sdists (.tar.gz).",
  *check({ filename }) {
    if (/.\.(?:whl|tar\.gz|zip)$/s.test(filename)) return;
    const isUpperCase = /.\.(?:whl|tar\.gz|zip)$/is.test(filename);
    yield {
      message: isUpperCase
        ? "The file's extension is not in lower case"
        : "The file is neither a wheel (.whl) nor an sdist (.tar.gz)",
      pypi:
        "Invalid file extension: Use .tar.gz, .whl or .zip extension. See https://www.python.org/dev/peps/pep-0527 and https://peps.python.org/pep-0715/ for more information",
    };
  },
};

const MAX_NAME_BYTES = 255;
const STORED_SUFFIX = ".metadata";

const tooLong: FilenameRule = {
  code: "filename-too-long",
  severity: "error",
  summary:
    `the file name has more than ${MAX_NAME_BYTES} bytes, for a wheel more than ${
      MAX_NAME_BYTES - STORED_SUFFIX.length
    }`,
  source: "PyPI",
  hint: "Shorten the project's name, the version, or the set of tags.",
  *check({ filename }) {
    const bytes = new TextEncoder().encode(filename).length;
    const limit = filename.endsWith(".whl")
      ? MAX_NAME_BYTES - STORED_SUFFIX.length
      : MAX_NAME_BYTES;
    if (bytes <= limit) return;
    yield {
      message: `The file name has ${bytes} bytes, PyPI takes ${limit}`,
      pypi: `Filename is too long: '${filename}'`,
    };
  },
};

const sdistInvalid: FilenameRule = {
  code: "sdist-filename-invalid",
  severity: "error",
  summary:
    "the name of an sdist is not a project's name, a dash, and a version",
  source: SDIST_NAME,
  hint: NEVER_RENAME,
  *check({ filename }) {
    const stem = sdistStem(filename);
    if (stem === null || splitSdist(stem) !== null) return;
    yield {
      message: "The file name has no version after its last dash",
      pypi: `Invalid source distribution filename: ${filename}`,
    };
  },
};

const sdistProject: FilenameRule = {
  code: "sdist-filename-project",
  severity: "error",
  summary: "the name of an sdist starts with another project than its metadata",
  source: SDIST_NAME,
  hint: NEVER_RENAME,
  *check({ filename, identity }) {
    const parts = splitSdist(sdistStem(filename) ?? "");
    if (!parts || !identity || isOf(parts.name, identity)) return;
    yield {
      message: `The file name says ${shown(parts.name)}, the metadata says ${
        shown(identity.name)
      }`,
      pypi: startWith(identity),
    };
  },
};

const sdistNotNormalized: FilenameRule = {
  code: "sdist-filename-not-normalized",
  severity: "error",
  summary:
    "the name of an sdist is not `{name}-{version}.tar.gz` with both normalized",
  source: "https://peps.python.org/pep-0625/",
  hint: NEVER_RENAME,
  *check({ filename, identity }) {
    const parts = splitSdist(sdistStem(filename) ?? "");
    if (!parts || !identity || !isOf(parts.name, identity)) return;
    const expected = `${underscored(identity)}-${identity.version}.tar.gz`;
    if (filename === expected) return;
    yield {
      message: `The file must be called ${expected}`,
      pypi: `Filename ${pythonRepr(filename)} is invalid, should be ${
        pythonRepr(expected)
      }.`,
    };
  },
};

// A post release may be spelled with a dash: the name then ends before it.
function isOf(name: string, { project }: Identity): boolean {
  return normalizeName(name) === project ||
    normalizeName(name.slice(0, Math.max(0, name.lastIndexOf("-")))) ===
      project;
}

function sdistStem(filename: string): string | null {
  return /^(.+)(?:\.tar\.gz|\.zip)$/s.exec(filename)?.[1] ?? null;
}

function splitSdist(stem: string): { name: string; version: string } | null {
  const dash = stem.lastIndexOf("-");
  const version = normalizeVersion(stem.slice(dash + 1));
  return dash < 0 || version === null
    ? null
    : { name: stem.slice(0, dash), version };
}

function underscored({ project }: Identity): string {
  return project.replaceAll("-", "_");
}

function startWith(identity: Identity): string {
  return `Start filename for ${pythonRepr(identity.name)} with ${
    pythonRepr(underscored(identity))
  }.`;
}

const wheelParts: FilenameRule = {
  code: "wheel-filename-parts",
  severity: "error",
  summary: "the name of a wheel has not five or six parts between dashes",
  source: WHEEL_NAME,
  hint: NEVER_RENAME,
  *check({ filename }) {
    const parts = wheelStem(filename)?.split("-");
    if (!parts || parts.length === 5 || parts.length === 6) return;
    yield {
      message:
        `The file name has ${parts.length} parts between dashes, a wheel's has 5 or 6`,
      pypi: parts.length < 3
        ? "Invalid distribution file. Unable to parse name and version from wheel filename"
        : `Invalid wheel filename (wrong number of parts): ${
          pythonRepr(filename.slice(0, -4))
        }`,
    };
  },
};

const wheelName: FilenameRule = {
  code: "wheel-filename-name",
  severity: "error",
  summary:
    "the first part of a wheel's name has `__`, or characters other than letters, digits, `_` and `.`",
  source: WHEEL_NAME,
  hint: NEVER_RENAME,
  *check({ filename }) {
    const name = splitWheel(filename)?.name;
    if (name === undefined) return;
    if (!name.includes("__") && /^[\p{L}\p{N}_.]*$/u.test(name)) return;
    yield {
      message: `${shown(name)} can't be the project in a wheel's name`,
      pypi: `Invalid project name: ${pythonRepr(filename.slice(0, -4))}`,
    };
  },
};

const wheelVersionInvalid: FilenameRule = {
  code: "wheel-filename-version-invalid",
  severity: "error",
  summary: "the second part of a wheel's name is no version",
  source: WHEEL_NAME,
  hint: NEVER_RENAME,
  *check({ filename }) {
    const version = splitWheel(filename)?.version;
    if (version === undefined || normalizeVersion(version) !== null) return;
    yield {
      message: `${shown(version)} in the file name is no version`,
      pypi: `Invalid wheel filename (invalid version): ${
        pythonRepr(filename.slice(0, -4))
      }`,
    };
  },
};

const wheelBuild: FilenameRule = {
  code: "wheel-filename-build",
  severity: "error",
  summary: "the build tag in a wheel's name does not start with a digit",
  source: WHEEL_NAME,
  hint: "Give build tags that start with a digit, such as 1.",
  *check({ filename }) {
    const build = splitWheel(filename)?.build ?? null;
    if (build === null || /^\d/.test(build)) return;
    yield {
      message: `Build tag ${shown(build)} does not start with a digit`,
      pypi: `Invalid build number: ${build} in ${
        pythonRepr(filename.slice(0, -4))
      }`,
    };
  },
};

const wheelPlatform: FilenameRule = {
  code: "wheel-platform-unsupported",
  severity: "error",
  summary: "PyPI takes no wheels for one of the platform tags",
  source: `${SPECIFICATIONS}platform-compatibility-tags/`,
  hint: null,
  *check({ filename }) {
    const platforms = splitWheel(filename)?.platforms ?? [];
    for (const platform of new Set(platforms)) {
      const tag = platform.toLowerCase();
      if (isAllowedPlatform(tag)) continue;
      yield {
        message: `PyPI takes no wheels for platform ${shown(tag)}`,
        hint: platformHint(tag),
        pypi:
          `Binary wheel '${filename}' has an unsupported platform tag '${tag}'.`,
      };
    }
  },
};

const wheelProject: FilenameRule = {
  code: "wheel-filename-project",
  severity: "error",
  summary: "the name of a wheel starts with another project than its metadata",
  source: WHEEL_NAME,
  hint: NEVER_RENAME,
  *check({ filename, identity }) {
    const name = splitWheel(filename)?.name;
    if (name === undefined || !identity) return;
    if (normalizeName(name) === identity.project) return;
    yield {
      message: `The file name says ${shown(name)}, the metadata says ${
        shown(identity.name)
      }`,
      pypi: startWith(identity),
    };
  },
};

const wheelNotNormalized: FilenameRule = {
  code: "wheel-filename-not-normalized",
  severity: "error",
  summary:
    "the first part of a wheel's name is not the normalized name with `_` for `-`",
  source: WHEEL_NAME,
  hint: NEVER_RENAME,
  *check({ filename, identity }) {
    const name = splitWheel(filename)?.name;
    if (name === undefined || !identity) return;
    const expected = underscored(identity);
    if (normalizeName(name) !== identity.project || name === expected) return;
    yield {
      message: `The file name must start with ${expected}, not ${name}`,
      pypi: `Filename ${
        pythonRepr(filename)
      } should contain the normalized project name ${
        pythonRepr(expected)
      }, not ${pythonRepr(name)}.`,
    };
  },
};

const wheelVersion: FilenameRule = {
  code: "wheel-filename-version",
  severity: "error",
  summary: "the version in a wheel's name is another one than in its metadata",
  source: WHEEL_NAME,
  hint: NEVER_RENAME,
  *check({ filename, identity }) {
    const version = normalizeVersion(splitWheel(filename)?.version ?? "");
    if (version === null || !identity) return;
    if (compareVersions(version, identity.version) === 0) return;
    yield {
      message:
        `The file name says version ${version}, the metadata says ${identity.version}`,
      pypi: `Version in filename should be ${
        pythonRepr(identity.version)
      } not ${pythonRepr(version)}.`,
    };
  },
};

function wheelStem(filename: string): string | null {
  return filename.endsWith(".whl") ? filename.slice(0, -4) : null;
}

interface WheelParts {
  readonly name: string;
  readonly version: string;
  readonly build: string | null;
  readonly platforms: readonly string[];
}

function splitWheel(filename: string): WheelParts | null {
  const parts = wheelStem(filename)?.split("-") ?? [];
  if (parts.length !== 5 && parts.length !== 6) return null;
  return {
    name: parts[0]!,
    version: parts[1]!,
    build: parts.length === 6 ? parts[2]! : null,
    platforms: parts.at(-1)!.split("."),
  };
}

/** Rules about what a file may be called at all. */
export const FILENAME_RULES: readonly FilenameRule[] = [
  controlCharacter,
  slash,
  extension,
];

/** Rules about the names of sdists. */
export const SDIST_FILENAME_RULES: readonly FilenameRule[] = [
  sdistInvalid,
  sdistProject,
  sdistNotNormalized,
];

/** Rules about the names of wheels. */
export const WHEEL_FILENAME_RULES: readonly FilenameRule[] = [
  wheelParts,
  wheelName,
  wheelVersionInvalid,
  wheelBuild,
  wheelPlatform,
  wheelProject,
  wheelNotNormalized,
  wheelVersion,
];

/** The rule about long names, which PyPI applies last. */
export const FILENAME_LENGTH_RULES: readonly FilenameRule[] = [tooLong];
