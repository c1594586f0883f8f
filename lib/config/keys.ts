/**
 * The one table of `[publish]` keys: what each takes, what it is by default,
 * what it is for. `docs/configuration.md` says the same.
 *
 * @module
 */

import {
  BOOL,
  choice,
  choiceOrBool,
  integer,
  type Kind,
  PATH,
  REGISTRY,
  SIMPLE_URL,
  SIZE,
} from "./kinds.ts";
import { PYPI, type Registry } from "./registry.ts";
import type {
  AttestationPolicy,
  BuildTool,
  TrustedPublishing,
} from "./settings.ts";

/** One key. */
export interface PublishKey<T> {
  /** The key, as it is written in a file. */
  readonly key: PublishKeyName;
  /** What it takes. */
  readonly kind: Kind<T>;
  /** What it is when nobody sets it. */
  readonly default: T;
  /** The flag of `publish` that sets it, where there is one. */
  readonly flag?: string;
  /** The default, as it is written in a file; empty when there is none. */
  readonly defaultText: string;
  /** What it is for, in a line of Markdown. */
  readonly doc: string;
}

/** The types of the keys' values. */
export interface PublishValues {
  /** Whether to publish at all. */
  readonly enabled: boolean;
  /** Where to. */
  readonly registry: Registry;
  /** When to use trusted publishing. */
  readonly trusted_publishing: TrustedPublishing;
  /** Where the distributions are. */
  readonly dist: string;
  /** Whether the checks run first. */
  readonly validate_before_publish: boolean;
  /** Whether to look at the index first. */
  readonly check_existing_version: boolean;
  /** The index's Simple API, or `null` to derive it. */
  readonly check_url: string | null;
  /** Whether to pass over names that exist with other bytes. */
  readonly skip_existing: boolean;
  /** Whether files are signed. */
  readonly attestations: AttestationPolicy;
  /** Uploads at a time. */
  readonly jobs: number;
  /** Bytes. */
  readonly max_file_size: number;
  /** Bytes. */
  readonly max_project_size: number;
  /** What `release` builds with. */
  readonly tool: BuildTool;
}

/** The name of a key of `[publish]`, the publisher tables aside. */
export type PublishKeyName = keyof PublishValues;

/** Every key, in the order of the reference. */
export const PUBLISH_KEYS: {
  readonly [K in PublishKeyName]: PublishKey<PublishValues[K]>;
} = {
  enabled: {
    key: "enabled",
    kind: BOOL,
    default: true,
    defaultText: "true",
    doc: "`false`: `publish` says so and ends with 0.",
  },
  registry: {
    key: "registry",
    kind: REGISTRY,
    default: PYPI,
    flag: "--registry",
    defaultText: `"https://upload.pypi.org/legacy/"`,
    doc: "The index to publish to.",
  },
  trusted_publishing: {
    key: "trusted_publishing",
    kind: choiceOrBool(["auto", "always", "never"], "auto", "never"),
    default: "auto",
    flag: "--trusted-publishing",
    defaultText: `"auto"`,
    doc: "How to authenticate, [see below](#trusted_publishing). `true` is " +
      "`auto`, `false` is `never`.",
  },
  dist: {
    key: "dist",
    kind: PATH,
    default: "dist",
    defaultText: `"dist"`,
    doc: "The folder with the distributions, searched through.",
  },
  validate_before_publish: {
    key: "validate_before_publish",
    kind: BOOL,
    default: true,
    flag: "--no-check",
    defaultText: "true",
    doc: "Whether the checks run first.",
  },
  check_existing_version: {
    key: "check_existing_version",
    kind: BOOL,
    default: true,
    defaultText: "true",
    doc: "Whether to look at what the index has before uploading.",
  },
  check_url: {
    key: "check_url",
    kind: SIMPLE_URL,
    default: null,
    flag: "--check-url",
    defaultText: "",
    doc: "The index's Simple API, where it can't be " +
      "[derived from `registry`](#check_url).",
  },
  skip_existing: {
    key: "skip_existing",
    kind: BOOL,
    default: false,
    flag: "--skip-existing",
    defaultText: "false",
    doc: "`true`: a file that is on the index with other bytes is passed " +
      "over with a warning.",
  },
  attestations: {
    key: "attestations",
    kind: choiceOrBool(["required", "preferred", "off"], "preferred", "off"),
    default: "preferred",
    flag: "--attestations",
    defaultText: `"preferred"`,
    doc: "Whether files are signed: `preferred` signs where index and " +
      "publisher take it. `true` is `preferred`, `false` is `off`.",
  },
  jobs: {
    key: "jobs",
    kind: integer(1, 16),
    default: 4,
    flag: "--jobs",
    defaultText: "4",
    doc: "Uploads at a time.",
  },
  max_file_size: {
    key: "max_file_size",
    kind: SIZE,
    default: 100 * 2 ** 20,
    defaultText: `"100 MiB"`,
    doc: "The index's limit for a file. Raise it when PyPI has raised yours.",
  },
  max_project_size: {
    key: "max_project_size",
    kind: SIZE,
    default: 10 * 2 ** 30,
    defaultText: `"10 GiB"`,
    doc: "The index's limit for all files of a project together.",
  },
  tool: {
    key: "tool",
    kind: choice(["uv", "hatch", "poetry", "pdm", "build", "twine"]),
    default: "uv",
    defaultText: `"uv"`,
    doc: "What `release` builds with; `twine` builds with `build`.",
  },
};

/**
 * Tables of the file beside `[publish]`: other commands read them, and the
 * releasio for Python does.
 */
export const OTHER_TABLES: readonly string[] = [
  "version",
  "changelog",
  "commits",
  "github",
  "hooks",
  "packages",
  "security",
  "branches",
];

/** Settings of the file that are in no table. */
export const TOP_LEVEL_KEYS: readonly string[] = [
  "default_branch",
  "allow_dirty",
];

/**
 * The environment variable of a setting.
 *
 * @param path The setting's path below `[publish]`, such as `jobs`
 * @returns Such as `RELEASIO_PUBLISH_JOBS`
 */
export function environmentName(...path: readonly string[]): string {
  return ["RELEASIO", "PUBLISH", ...path].join("_").toUpperCase();
}
