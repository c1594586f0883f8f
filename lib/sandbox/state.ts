/**
 * What a sandbox knows: projects and files, publishers, tokens, and the
 * requests that it saw.
 *
 * @module
 */

import { normalizeName } from "../dist/filename.ts";
import type { ProviderName } from "../oidc/provider.ts";
import type { Secret } from "../secret.ts";
import type { RegisteredPublisher } from "../trust/registered_publisher.ts";

/** A file on the sandbox's index. */
export interface SandboxFile {
  /** Its name. */
  readonly filename: string;
  /** Normalized name of its project. */
  readonly project: string;
  /** Normalized version. */
  readonly version: string;
  /** The upload's `filetype`. */
  readonly filetype: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-256, lower-case hex. */
  readonly sha256: string;
  /** MD5, lower-case hex. */
  readonly md5: string;
  /** BLAKE2b-256, lower-case hex; `null` for a large file sent without it. */
  readonly blake2b: string | null;
  /** Path below `/files/`. */
  readonly path: string;
  /** Milliseconds since the epoch. */
  readonly uploadedAt: number;
  /** `Requires-Python`, or `null`. */
  readonly requiresPython: string | null;
  /** A wheel's METADATA, or `null`. */
  readonly metadata: string | null;
  /** The upload's `attestations` field, or `null`. */
  readonly attestations: string | null;
  /** The publisher that uploaded it, or `null` for an API token. */
  readonly publisher: RegisteredPublisher | null;
}

/** A release on the sandbox's index. */
export interface SandboxRelease {
  /** Normalized version. */
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** The form fields that its first file was sent with, `content` excepted. */
  readonly fields: Readonly<Record<string, readonly string[]>>;
}

/** A project on the sandbox's index. */
export interface SandboxProject {
  /** Its name as last uploaded. */
  name: string;
  /** Its normalized name. */
  readonly normalized: string;
  /** `active`, `archived` or `quarantined`, as in PEP 792. */
  status: "active" | "archived" | "quarantined";
  /** The serial of its last change. */
  serial: number;
  /** Its releases, oldest first. */
  readonly releases: SandboxRelease[];
  /** Its files, oldest first. */
  readonly files: SandboxFile[];
}

/** A trusted publisher, with the projects that it may upload to. */
export interface PublisherEntry {
  /** The publisher. */
  readonly publisher: RegisteredPublisher;
  /** Normalized names. */
  readonly projects: Set<string>;
}

/** A pending publisher: its project does not exist yet. */
export interface PendingPublisherEntry {
  /** The publisher. */
  readonly publisher: RegisteredPublisher;
  /** The project's name, as typed into the form. */
  readonly project: string;
}

/** A token that the sandbox handed out for an identity. */
export interface MintedToken {
  /** The token. */
  readonly token: Secret;
  /** The publisher that it stands for. */
  readonly publisher: RegisteredPublisher;
  /** Normalized names of the projects that it may upload to. */
  readonly projects: readonly string[];
  /** Milliseconds since the epoch. */
  expiresAt: number;
  /** Whether its user gave it back. */
  burnt: boolean;
}

/** A user's API token. */
export interface ApiToken {
  /** The token. */
  readonly token: Secret;
  /** Normalized names of the projects that it is for, or `null` for all. */
  readonly projects: readonly string[] | null;
}

/** A request that the sandbox answered. */
export interface SandboxRequest {
  /** The method. */
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Names of its headers, in lower case. */
  readonly headers: readonly string[];
  /** What its `Content-Length` said, or `null` without one. */
  readonly contentLength: number | null;
  /** The answer's status. */
  readonly status: number;
}

/** Switches that PyPI's administrators have, all off at first. */
export interface SandboxFlags {
  /** Trusted publishing is off. */
  disallowOidc: boolean;
  /** Trusted publishing is off for these providers. */
  readonly disallowedProviders: Set<ProviderName>;
  /** Nothing can be changed. */
  readOnly: boolean;
  /** Nothing can be uploaded. */
  disallowUploads: boolean;
  /** No project can be created. */
  disallowNewProjects: boolean;
}

/** What a sandbox knows. Tests may look at it, and change it. */
export interface SandboxState {
  /** Projects by normalized name. */
  readonly projects: Map<string, SandboxProject>;
  /** Names of files that were deleted, and can't be used again. */
  readonly deletedFilenames: Set<string>;
  /** Names that nobody may register, normalized. */
  readonly prohibitedNames: Set<string>;
  /** Trusted publishers. */
  publishers: PublisherEntry[];
  /** Pending publishers. */
  pendingPublishers: PendingPublisherEntry[];
  /** Minted tokens, oldest first. */
  readonly mintedTokens: MintedToken[];
  /** API tokens. */
  readonly apiTokens: ApiToken[];
  /** Token identifiers that were used, each with when to forget it (ms). */
  readonly usedIdentifiers: Map<string, number>;
  /** Every request, oldest first. */
  readonly requests: SandboxRequest[];
  /** Switches. */
  readonly flags: SandboxFlags;
  /** The serial of the last change. */
  serial: number;
}

/**
 * The state of a sandbox where nothing happened yet.
 *
 * @returns The state
 */
export function emptyState(): SandboxState {
  return {
    projects: new Map(),
    deletedFilenames: new Set(),
    prohibitedNames: new Set(),
    publishers: [],
    pendingPublishers: [],
    mintedTokens: [],
    apiTokens: [],
    usedIdentifiers: new Map(),
    requests: [],
    flags: {
      disallowOidc: false,
      disallowedProviders: new Set(),
      readOnly: false,
      disallowUploads: false,
      disallowNewProjects: false,
    },
    serial: 0,
  };
}

/**
 * Every file of every project.
 *
 * @param state The state
 * @returns The files
 */
export function allFiles(state: SandboxState): SandboxFile[] {
  return [...state.projects.values()].flatMap(({ files }) => files);
}

/**
 * Adds a project that nobody had to ask for.
 *
 * @param state The state
 * @param name Its name
 * @returns The project, a new one or the one of that name
 */
export function ensureProject(
  state: SandboxState,
  name: string,
): SandboxProject {
  const normalized = normalizeName(name);
  const known = state.projects.get(normalized);
  if (known !== undefined) return known;
  const project: SandboxProject = {
    name,
    normalized,
    status: "active",
    serial: ++state.serial,
    releases: [],
    files: [],
  };
  state.projects.set(normalized, project);
  return project;
}

/**
 * Registers a publisher for a project, as its owner does on the project's
 * page.
 *
 * @param state The state
 * @param publisher The publisher
 * @param project The project's name
 */
export function registerPublisher(
  state: SandboxState,
  publisher: RegisteredPublisher,
  project: string,
): void {
  const { normalized } = ensureProject(state, project);
  const known = state.publishers.find((entry) =>
    isSamePublisher(entry.publisher, publisher)
  );
  if (known !== undefined) known.projects.add(normalized);
  else state.publishers.push({ publisher, projects: new Set([normalized]) });
}

/**
 * Registers a pending publisher, unless its project exists: as its owner does
 * on the account's page.
 *
 * @param state The state
 * @param entry The pending publisher
 */
export function registerPendingPublisher(
  state: SandboxState,
  entry: PendingPublisherEntry,
): void {
  const isKnown = state.pendingPublishers.some((known) =>
    known.project === entry.project &&
    isSamePublisher(known.publisher, entry.publisher)
  );
  if (isKnown || state.projects.has(normalizeName(entry.project))) return;
  state.pendingPublishers.push(entry);
}

function isSamePublisher(
  a: RegisteredPublisher,
  b: RegisteredPublisher,
): boolean {
  const sorted = (publisher: RegisteredPublisher) =>
    JSON.stringify(
      Object.entries(publisher).toSorted(([x], [y]) => x < y ? -1 : 1),
    );
  return sorted(a) === sorted(b);
}
