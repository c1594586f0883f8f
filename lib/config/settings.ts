/**
 * The settings of a publish, resolved.
 *
 * @module
 */

import type { Registry } from "./registry.ts";

/** When to use trusted publishing. */
export type TrustedPublishing = "auto" | "always" | "never";

/** Whether files are signed. */
export type AttestationPolicy = "required" | "preferred" | "off";

/** What `release` builds with. */
export type BuildTool = "uv" | "hatch" | "poetry" | "pdm" | "build" | "twine";

/** A GitHub Actions publisher, as registered on the index. */
export interface GitHubPublisher {
  /** Tells the provider. */
  readonly provider: "github";
  /** User or organization. */
  readonly owner: string;
  /** Repository, without its owner. */
  readonly repository: string;
  /** File name of the workflow, such as `release.yml`. */
  readonly workflow: string;
  /** Environment, or `null` for any. */
  readonly environment: string | null;
}

/** A GitLab CI/CD publisher, as registered on the index. */
export interface GitLabPublisher {
  /** Tells the provider. */
  readonly provider: "gitlab";
  /** Group path or user. */
  readonly namespace: string;
  /** Project, without its namespace. */
  readonly project: string;
  /** Path of the pipeline file, such as `.gitlab-ci.yml`. */
  readonly workflow: string;
  /** Environment, or `null` for any. */
  readonly environment: string | null;
  /** The instance. */
  readonly issuer: string;
}

/** A Google Cloud publisher, as registered on the index. */
export interface GooglePublisher {
  /** Tells the provider. */
  readonly provider: "google";
  /** The service account's e-mail address. */
  readonly email: string;
  /** The service account's subject, or `null` for any. */
  readonly sub: string | null;
}

/** An ActiveState publisher, as registered on the index. */
export interface ActiveStatePublisher {
  /** Tells the provider. */
  readonly provider: "activestate";
  /** Organization. */
  readonly organization: string;
  /** Project. */
  readonly project: string;
  /** The actor's name, as registered; the token carries an id. */
  readonly actor: string;
}

/** A trusted publisher, as registered on the index. */
export type Publisher =
  | GitHubPublisher
  | GitLabPublisher
  | GooglePublisher
  | ActiveStatePublisher;

/** The `[publish]` settings, each with a value. */
export interface Settings {
  /** `false`: there is nothing to publish. */
  readonly enabled: boolean;
  /** Where to, in turn; one unless the flag was repeated. */
  readonly registries: readonly Registry[];
  /** When to use trusted publishing. */
  readonly trustedPublishing: TrustedPublishing;
  /** The folder to search for distributions. */
  readonly dist: string;
  /** Whether the checks run first. */
  readonly validateBeforePublish: boolean;
  /** Whether to look at the index before uploading. */
  readonly checkExistingVersion: boolean;
  /** Whether a name that exists with other bytes is passed over. */
  readonly skipExisting: boolean;
  /** Whether files are signed. */
  readonly attestations: AttestationPolicy;
  /** Uploads at a time, 1 to 16. */
  readonly jobs: number;
  /** Bytes. */
  readonly maxFileSize: number;
  /** Bytes. */
  readonly maxProjectSize: number;
  /** What `release` builds with. */
  readonly tool: BuildTool;
  /** Registered publishers by canonical upload URL. */
  readonly publishers: ReadonlyMap<string, Publisher>;
}

/** Where a setting's value came from. */
export interface Origin {
  /** The kind of source: a flag beats the environment beats a file. */
  readonly kind: "flag" | "environment" | "file" | "default";
  /** For people: `--registry`, `RELEASIO_PUBLISH_REGISTRY`, `.releasio.toml:3`, `default`. */
  readonly name: string;
}

/** One setting for display: its dotted key, its value as data, its origin. */
export interface Setting {
  /** Such as `publish.registry`. */
  readonly key: string;
  /** JSON value. */
  readonly value: unknown;
  /** Where it came from. */
  readonly origin: Origin;
}
