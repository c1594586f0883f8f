/**
 * The index as text, so that a sandbox that starts again knows its files.
 * Tokens are not kept.
 *
 * @module
 */

import { ReleasioError } from "../errors.ts";
import { isRecord, parseJson } from "../http.ts";
import type { RegisteredPublisher } from "../trust/registered_publisher.ts";
import {
  emptyState,
  type PendingPublisherEntry,
  type SandboxProject,
  type SandboxState,
} from "./state.ts";
import type { Storage } from "./storage.ts";

const FORMAT = 1;

/**
 * Saves what is on the index, and its publishers.
 *
 * @param state The state
 * @param storage Where to
 */
export async function saveState(
  state: SandboxState,
  storage: Storage,
): Promise<void> {
  await storage.saveIndex(JSON.stringify(
    {
      format: FORMAT,
      serial: state.serial,
      projects: [...state.projects.values()],
      deletedFilenames: [...state.deletedFilenames],
      prohibitedNames: [...state.prohibitedNames],
      publishers: state.publishers.map(({ publisher, projects }) => ({
        publisher,
        projects: [...projects],
      })),
      pendingPublishers: state.pendingPublishers,
    },
    null,
    2,
  ));
}

/**
 * Loads what was saved.
 *
 * @param storage Where from
 * @returns The state; an empty one if nothing was saved
 * @throws {ReleasioError} `usage` if what is there was not saved by a sandbox
 */
export async function loadState(storage: Storage): Promise<SandboxState> {
  const text = await storage.loadIndex();
  const state = emptyState();
  if (text === null) return state;
  const saved = parseJson(text);
  if (!isRecord(saved) || saved.format !== FORMAT) {
    throw new ReleasioError(
      "usage",
      "Cannot read the sandbox's data: it is not what a sandbox saved",
      { hint: "Name an empty folder, or remove this one." },
    );
  }
  // Written by saveState() above, so its shape is known.
  const index = saved as unknown as SavedIndex;
  for (const project of index.projects) {
    state.projects.set(project.normalized, project);
  }
  for (const name of index.deletedFilenames) state.deletedFilenames.add(name);
  for (const name of index.prohibitedNames) state.prohibitedNames.add(name);
  state.publishers = index.publishers.map(({ publisher, projects }) => ({
    publisher,
    projects: new Set(projects),
  }));
  state.pendingPublishers = [...index.pendingPublishers];
  state.serial = index.serial;
  return state;
}

interface SavedIndex {
  readonly serial: number;
  readonly projects: readonly SandboxProject[];
  readonly deletedFilenames: readonly string[];
  readonly prohibitedNames: readonly string[];
  readonly publishers: readonly {
    readonly publisher: RegisteredPublisher;
    readonly projects: readonly string[];
  }[];
  readonly pendingPublishers: readonly PendingPublisherEntry[];
}
