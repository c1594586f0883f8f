/**
 * What `release` reads beside `[publish]`: the tables that the original
 * releasio has too, as far as they concern a release.
 *
 * @module
 */

import { fileOrigin } from "../config/check_config_file.ts";
import { isTable } from "../config/read_config_file.ts";
import type { ResolvedConfig } from "../config/resolve_config.ts";
import { wrongType } from "../config/value_errors.ts";
import { ReleasioError } from "../errors.ts";
import { isSecure } from "../origin.ts";

/** A branch that releases are made from. */
export interface ReleaseBranch {
  /** Its name, or a pattern with `*`. */
  readonly match: string;
  /** Whether its releases are pre-releases, whatever their version. */
  readonly prerelease: boolean;
}

/** Commands of the user's own. */
export interface Hooks {
  /** Builds the distributions, in place of the build tool. */
  readonly build: string | null;
  /** Before anything is public. */
  readonly preRelease: readonly string[];
  /** When everything is. */
  readonly postRelease: readonly string[];
}

/** The `[github]` table. */
export interface GitHubSettings {
  /** The repository's owner, or `null` to find it out. */
  readonly owner: string | null;
  /** The repository, or `null` to find it out. */
  readonly repository: string | null;
  /** The API's address, or `null` for the CI's, or github.com's. */
  readonly apiUrl: string | null;
  /** Whether the release stays a draft for a person to publish. */
  readonly keepDraft: boolean;
}

/** What a release is made by. */
export interface ReleaseSettings {
  /** Whether uncommitted changes do no harm. */
  readonly allowDirty: boolean;
  /** Where releases are made from. */
  readonly branches: readonly ReleaseBranch[];
  /** What stands before the version in a tag; `null` if nobody says. */
  readonly tagPrefix: string | null;
  /** The changelog, relative to the package, or `null` to use none. */
  readonly changelog: string | null;
  /** Folders of packages, relative to the project; empty for one package. */
  readonly packages: readonly string[];
  /** Commands of the user's own. */
  readonly hooks: Hooks;
  /** Where GitHub releases go. */
  readonly github: GitHubSettings;
}

/**
 * Reads the settings of a release.
 *
 * @param config The resolved configuration
 * @returns The settings, defaults included
 * @throws {ReleasioError} `config-wrong-type` or `config-invalid`, with file
 * and line
 */
export function readReleaseSettings(config: ResolvedConfig): ReleaseSettings {
  const { read, tables } = reader(config);
  const defaultBranch = read(["default_branch"], STRING);
  const channels = tables("branches").map((name) => ({
    match: read(["branches", name, "match"], STRING) ?? name,
    prerelease: read(["branches", name, "prerelease"], BOOL) ?? false,
  }));
  const isChangelogOff = read(["changelog", "enabled"], BOOL) === false;
  return {
    allowDirty: read(["allow_dirty"], BOOL) ?? false,
    branches: [
      ...channels,
      ...(defaultBranch !== undefined || channels.length === 0
        ? [{ match: defaultBranch ?? "main", prerelease: false }]
        : []),
    ],
    tagPrefix: read(["version", "tag_prefix"], STRING) ?? null,
    changelog: isChangelogOff
      ? null
      : read(["changelog", "path"], STRING) ?? "CHANGELOG.md",
    packages: read(["packages", "paths"], STRINGS) ?? [],
    hooks: {
      build: read(["hooks", "build"], STRING) || null,
      preRelease: read(["hooks", "pre_release"], STRINGS) ?? [],
      postRelease: read(["hooks", "post_release"], STRINGS) ?? [],
    },
    github: {
      owner: read(["github", "owner"], STRING) || null,
      repository: read(["github", "repo"], STRING) || null,
      apiUrl: read(["github", "api_url"], API_URL) ?? null,
      keepDraft: read(["github", "draft_releases"], BOOL) ?? false,
    },
  };
}

/** What a value must be, and how it is read; `undefined` if it is not that. */
interface Reading<T> {
  readonly expected: string;
  readonly from: (value: unknown) => T | undefined;
}

const STRING: Reading<string> = {
  expected: "a string",
  from: (value) => typeof value === "string" ? value : undefined,
};

const BOOL: Reading<boolean> = {
  expected: "`true` or `false`",
  from: (value) => typeof value === "boolean" ? value : undefined,
};

const STRINGS: Reading<readonly string[]> = {
  expected: "a list of strings",
  from: (value) => {
    const list = typeof value === "string" ? [value] : value;
    return Array.isArray(list) && list.every((one) => typeof one === "string")
      ? list
      : undefined;
  },
};

const API_URL: Reading<string> = {
  expected: "an https URL, such as `https://github.example.com/api/v3`",
  from: (value) => typeof value === "string" ? parseApiUrl(value) : undefined,
};

/**
 * Reads the address of a GitHub API: the token goes there, so it must be
 * https, or this machine.
 *
 * @param text The address
 * @returns It without a slash at its end, or `undefined` if it can't be used
 */
export function parseApiUrl(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || url.username !== "" || url.password !== "") {
    return undefined;
  }
  if (!isSecure(url) || url.search !== "" || url.hash !== "") return undefined;
  return url.href.replace(/\/+$/, "");
}

function reader({ raw, file }: ResolvedConfig) {
  const at = (path: readonly string[]): unknown => {
    let value: unknown = raw;
    for (const key of path) {
      value = isTable(value) && Object.hasOwn(value, key)
        ? value[key]
        : undefined;
    }
    return value;
  };
  return {
    read<T>(path: readonly string[], { expected, from }: Reading<T>) {
      const found = at(path);
      if (found === undefined) return undefined;
      const value = from(found);
      if (value !== undefined) return value;
      throw wrongType(
        path.join("."),
        expected,
        found,
        fileOrigin(file!, path),
      );
    },
    /** The names of the tables in a table. */
    tables(name: string): string[] {
      const table = at([name]);
      if (!isTable(table)) return [];
      for (const [key, value] of Object.entries(table)) {
        if (isTable(value)) continue;
        const origin = fileOrigin(file!, [name, key]);
        throw wrongType(`${name}.${key}`, "a table", value, origin);
      }
      return Object.keys(table);
    },
  };
}

/**
 * Refuses a distribution folder that is not a package's own: it is emptied
 * of distributions before a build.
 *
 * @param dist The setting `publish.dist`
 * @throws {ReleasioError} `config-invalid`
 */
export function requireOwnDist(dist: string): void {
  const parts = dist.split(/[/\\]/).filter((part) =>
    part !== "" && part !== "."
  );
  if (parts.length > 0 && !parts.includes("..")) return;
  throw new ReleasioError(
    "config-invalid",
    `Cannot build into "${dist}": it must be a folder in the package`,
    { hint: 'Leave `publish.dist` at "dist".' },
  );
}
