/**
 * Rules about the files of one run together.
 *
 * @module
 */

import type { CoreMetadata } from "../../dist/core_metadata.ts";
import type { Distribution } from "../../dist/distribution.ts";
import { groupByRelease } from "../../dist/group.ts";
import { isDevRelease } from "../../dist/version.ts";
import { viewOfMetadata } from "../metadata_view.ts";
import { METADATA_FIELDS } from "../../dist/metadata_fields.ts";
import type { Problem, Rule } from "../rule.ts";

/** A problem of several files, told about one of them. */
export interface ReleaseProblem extends Problem {
  /** The file's name; `null` if it is about all of them. */
  readonly file: string | null;
}

/** A rule about the files of one run together. */
export interface ReleaseRule extends Rule<readonly Distribution[]> {
  /** Looks at them and yields what is wrong. */
  readonly check: (
    distributions: readonly Distribution[],
  ) => Iterable<ReleaseProblem>;
}

const twoSdists: ReleaseRule = {
  code: "release-two-sdists",
  severity: "error",
  summary: "a release has more than one sdist",
  source:
    "https://peps.python.org/pep-0527/#limiting-number-of-sdists-per-release",
  hint: "Publish one sdist: {name}-{version}.tar.gz.",
  *check(distributions) {
    for (
      const { project, version, distributions: files } of groupByRelease(
        distributions,
      )
    ) {
      const [first, ...others] = files.filter(({ kind }) => kind === "sdist");
      for (const { filename } of others) {
        yield {
          file: filename,
          message: `${project} ${version} has a second sdist beside "${
            first!.filename
          }"`,
          pypi: "Only one sdist may be uploaded per release.",
        };
      }
    }
  },
};

const devVersion: ReleaseRule = {
  code: "release-dev-version",
  severity: "warning",
  summary: "the version is a development release",
  source:
    "https://packaging.python.org/en/latest/specifications/version-specifiers/#developmental-releases",
  hint: "If it was meant to be a release, build from its tag.",
  *check(distributions) {
    for (const { project, version } of groupByRelease(distributions)) {
      if (!isDevRelease(version)) continue;
      yield {
        file: null,
        message: `${project} ${version} is a development release`,
      };
    }
  },
};

const severalVersions: ReleaseRule = {
  code: "release-several-versions",
  severity: "warning",
  summary:
    "files of one project have different versions, as when old ones were left behind",
  source: "Common mistake",
  hint: "If only one version was meant, empty the folder and build again.",
  *check(distributions) {
    const versions = new Map<string, string[]>();
    for (const { project, version } of groupByRelease(distributions)) {
      versions.set(project, [...versions.get(project) ?? [], version]);
    }
    for (const [project, list] of versions) {
      if (list.length < 2) continue;
      yield {
        file: null,
        message: `There are files of ${list.length} versions of ${project}: ${
          list.slice(0, 10).join(", ")
        }`,
      };
    }
  },
};

// What PyPI shows for a release is what its first file says. Requirements may
// differ between wheels: their platforms may need different things.
const SHARED_FIELDS = [
  "summary",
  "description",
  "description-content-type",
  "keywords",
  "home-page",
  "download-url",
  "author",
  "author-email",
  "maintainer",
  "maintainer-email",
  "license",
  "license-expression",
  "classifier",
  "project-url",
  "requires-python",
];

const metadataDiffers: ReleaseRule = {
  code: "release-metadata-differs",
  severity: "warning",
  summary:
    "files of one release disagree about metadata that the release has once",
  source:
    "https://packaging.python.org/en/latest/specifications/core-metadata/#dynamic-multiple-use",
  hint:
    "PyPI shows what the first uploaded file says. Build all files from the same source, with the same tool.",
  *check(distributions) {
    for (const { distributions: files } of groupByRelease(distributions)) {
      const [first, ...others] = files.map(({ filename, metadata }) => ({
        filename,
        shared: sharedFields(metadata),
      }));
      for (const { filename, shared } of others) {
        const fields = SHARED_FIELDS.filter((field) =>
          differ(first!.shared.get(field), shared.get(field))
        );
        if (fields.length === 0) continue;
        const names = fields.map((field) => METADATA_FIELDS.get(field)!.header);
        yield {
          file: filename,
          message: `Metadata differs from that of "${first!.filename}": ${
            names.join(", ")
          }`,
        };
      }
    }
  },
};

/** What is dynamic in one of them may differ. */
function differ(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}

/** The fields that files share, but for dynamic ones, in comparable form. */
function sharedFields(metadata: CoreMetadata): Map<string, string> {
  const view = viewOfMetadata(metadata);
  const values = (field: string) =>
    (view.get(field) ?? []).map(({ value }) => value.trim());
  const dynamic = values("dynamic").map((field) => field.toLowerCase());
  return new Map(
    SHARED_FIELDS.filter((field) => !dynamic.includes(field))
      .map((field) => [field, values(field).sort().join("\0")]),
  );
}

/** Rules about the files of one run together. */
export const RELEASE_RULES: readonly ReleaseRule[] = [
  twoSdists,
  devVersion,
  severalVersions,
  metadataDiffers,
];
