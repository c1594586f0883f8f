/**
 * Which file goes up next.
 *
 * @module
 */

import type { HashedDistribution } from "../dist/distribution.ts";
import { sendingOrder } from "../plan/sending_order.ts";
import type { RefusalScope } from "./refusals.ts";

/** A release on its way. */
interface Lane {
  readonly project: string;
  /** Files that wait, in the order of sending. */
  waiting: HashedDistribution[];
  /** Files that are being sent. */
  running: number;
  /** Whether the index has a file of it: then several may go at a time. */
  isOpen: boolean;
}

/** How one file ended, as far as the others are concerned. */
export interface QueueResult {
  /** Why it failed, or `null`. */
  readonly error: unknown;
  /** What its failure stops. */
  readonly scope: RefusalScope;
}

/**
 * The files of a run, handed out one by one as their turn comes.
 *
 * The first file of a release creates it, and the first of a new project the
 * project, so each goes alone; if it fails, the next one takes its place.
 * Sdists wait until no wheel of their release is on its way.
 */
export class UploadQueue {
  readonly #lanes: readonly Lane[];
  readonly #laneOf = new Map<HashedDistribution, Lane>();
  readonly #newProjects: ReadonlySet<string>;

  /**
   * Queues files.
   *
   * @param files The files, in any order
   * @param newProjects Projects that the index doesn't have yet
   */
  constructor(
    files: readonly HashedDistribution[],
    newProjects: Iterable<string> = [],
  ) {
    this.#newProjects = new Set(newProjects);
    this.#lanes = sendingOrder(files).map(({ project, files }) => {
      const lane = { project, waiting: [...files], running: 0, isOpen: false };
      for (const file of files) this.#laneOf.set(file, lane);
      return lane;
    });
  }

  /**
   * Takes the next file, of the release that has the fewest on their way.
   *
   * @returns The file, or `undefined` when none may be sent now
   */
  next(): HashedDistribution | undefined {
    const [lane] = this.#lanes.filter((lane) => this.#mayStart(lane))
      .sort((a, b) => a.running - b.running);
    if (lane === undefined) return undefined;
    lane.running++;
    return lane.waiting.shift();
  }

  #mayStart(lane: Lane): boolean {
    const [file] = lane.waiting;
    if (file === undefined) return false;
    if (file.kind === "sdist" && lane.running > 0) return false;
    if (lane.isOpen) return true;
    const siblings = this.#siblingsOf(lane);
    return lane.running === 0 &&
      (siblings.some(({ isOpen }) => isOpen) ||
        siblings.every(({ running }) => running === 0));
  }

  #siblingsOf({ project }: Lane): Lane[] {
    return this.#lanes.filter((lane) => lane.project === project);
  }

  /** Whether the index has nothing of its project, nor is being sent any. */
  #isNew(lane: Lane): boolean {
    return this.#newProjects.has(lane.project) &&
      this.#siblingsOf(lane).every(({ isOpen, running }) =>
        !isOpen && running === 0
      );
  }

  /**
   * Notes how a file ended, and drops those that would end the same way.
   *
   * @param file The file
   * @param result How it ended
   */
  finished(file: HashedDistribution, result: QueueResult): void {
    const lane = this.#laneOf.get(file)!;
    lane.running--;
    if (result.error === null) {
      lane.isOpen = true;
      return;
    }
    for (const other of this.#lanes) {
      if (this.#stops(result.scope, lane, other)) other.waiting = [];
    }
  }

  #stops(scope: RefusalScope, lane: Lane, other: Lane): boolean {
    switch (scope) {
      case "file":
        return false;
      case "release":
        return other === lane;
      case "project":
        return other.project === lane.project;
      case "new-projects":
        return other.project === lane.project || this.#isNew(other);
      case "run":
        return true;
    }
  }
}
