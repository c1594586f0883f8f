/**
 * Distributions by release.
 *
 * @module
 */

import type { Distribution } from "./distribution.ts";
import { compareVersions } from "./version.ts";

/** The distributions of one version of one project. */
export interface ReleaseGroup<T extends Distribution = Distribution> {
  /** The project, normalized. */
  readonly project: string;
  /** The version, normalized, as the first of them spells it. */
  readonly version: string;
  /** Its distributions, in the order given. */
  readonly distributions: readonly T[];
}

/**
 * Groups distributions by project and version. Versions are compared by PEP
 * 440, as an index does: `1.0` and `1.0.0` are one release.
 *
 * @param distributions What to group
 * @returns Groups by project name, then by version
 */
export function groupByRelease<T extends Distribution>(
  distributions: readonly T[],
): ReleaseGroup<T>[] {
  const groups: { project: string; version: string; distributions: T[] }[] = [];
  for (const distribution of distributions) {
    const { project, version } = distribution;
    const group = groups.find((other) =>
      other.project === project &&
      compareVersions(other.version, version) === 0
    );
    if (group) group.distributions.push(distribution);
    else groups.push({ project, version, distributions: [distribution] });
  }
  return groups.sort((a, b) =>
    a.project === b.project
      ? compareVersions(a.version, b.version)
      : a.project < b.project
      ? -1
      : 1
  );
}
