/**
 * What an index stores when a publisher is registered.
 *
 * @module
 */

import type {
  ActiveStatePublisher,
  GitHubPublisher,
  GitLabPublisher,
  GooglePublisher,
} from "../config/settings.ts";

/** A GitHub publisher, with what the index looks up when it is registered. */
export interface RegisteredGitHubPublisher extends GitHubPublisher {
  /**
   * The owner's numeric id on GitHub. With it, `owner` is taken as GitHub
   * spells it; without it, as a person typed it into the form, where letter
   * case does not matter because the index asks GitHub for the spelling.
   */
  readonly ownerId?: string;
}

/** An ActiveState publisher, with what the index looks up when it is registered. */
export interface RegisteredActiveStatePublisher extends ActiveStatePublisher {
  /** The actor's id, which is what a token carries. */
  readonly actorId?: string;
}

/** A publisher as the form takes it, or as the index keeps it. */
export type RegisteredPublisher =
  | RegisteredGitHubPublisher
  | GitLabPublisher
  | GooglePublisher
  | RegisteredActiveStatePublisher;
