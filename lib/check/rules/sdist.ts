/**
 * Rules about what an sdist holds.
 *
 * @module
 */

import { type Rule, shown } from "../rule.ts";

const SDIST_FORMAT =
  "https://packaging.python.org/en/latest/specifications/source-distribution-format/";

/** What the rules want to know about an sdist. */
export interface SdistSubject {
  /** What it is called. */
  readonly filename: string;
  /** The folder that all members lie in; empty if there is none. */
  readonly topFolder: string;
  /** Whether absolute and relative names are mixed. */
  readonly mixesAbsolute: boolean;
  /** Paths below the top folder that are there, as far as they were asked for. */
  readonly found: ReadonlySet<string>;
  /** Paths that the metadata names as license files. */
  readonly licenseFiles: readonly string[];
}

function hasTopFolder(topFolder: string): boolean {
  return ![".", "/", ""].includes(topFolder);
}

/** Rules about what an sdist holds, in PyPI's order. */
export const SDIST_RULES: readonly Rule<SdistSubject>[] = [
  {
    code: "sdist-top-folder",
    severity: "error",
    summary: "the members of an sdist do not all lie in one folder",
    source: SDIST_FORMAT,
    hint: "Put everything into one folder called {name}-{version}.",
    *check({ topFolder, mixesAbsolute }) {
      if (hasTopFolder(topFolder) && !mixesAbsolute) return;
      yield {
        message: "The members of the sdist do not all lie in one folder",
        pypi:
          "Invalid distribution file. Incorrect number of top-level directories in sdist",
      };
    },
  },
  {
    code: "sdist-pkg-info-missing",
    severity: "error",
    summary: "an sdist has no PKG-INFO in its top folder",
    source: SDIST_FORMAT,
    hint:
      "Build it again with an up-to-date build tool; an sdist is more than an archive of the repository.",
    *check({ topFolder, found }) {
      if (!hasTopFolder(topFolder) || found.has("PKG-INFO")) return;
      yield {
        message: `The sdist has no ${shown(`${topFolder}/PKG-INFO`)}`,
        pypi:
          `Invalid distribution file. PKG-INFO not found at ${topFolder}/PKG-INFO`,
      };
    },
  },
];

/** Rules about an sdist's license files, which PyPI looks for after its name. */
export const SDIST_LICENSE_RULES: readonly Rule<SdistSubject>[] = [
  {
    code: "sdist-license-file-missing",
    severity: "error",
    summary:
      "a License-File is not in the sdist, at its path below the top folder",
    source: "https://peps.python.org/pep-0639/#add-license-file-field",
    hint: "Include the file in the sdist, or don't name it in license-files.",
    *check({ filename, topFolder, found, licenseFiles }) {
      for (const path of licenseFiles) {
        if (found.has(path)) continue;
        const target = `${topFolder}/${path}`;
        yield {
          message: `License-File ${shown(path)} is not in the sdist`,
          pypi:
            `License-File ${path} does not exist in distribution file ${filename} at ${target}`,
        };
      }
    },
  },
];
