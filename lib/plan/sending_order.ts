/**
 * In which order files go up.
 *
 * @module
 */

import type { HashedDistribution } from "../dist/distribution.ts";

/** The files of one version of one project, in the order of sending. */
export interface Release {
  /** Normalized project name. */
  readonly project: string;
  /** Normalized version. */
  readonly version: string;
  /** Its wheels, then its sdists. */
  readonly files: readonly HashedDistribution[];
}

/**
 * Groups files by release and puts each release in order: wheels before
 * sdists, so that nobody builds from source what is about to be there built.
 * Among wheels the largest comes first, so that the last ones finish together;
 * but before them the smallest: it goes alone, since it creates the release.
 *
 * @param distributions The files, in any order
 * @returns The releases, by project and version
 */
export function sendingOrder(
  distributions: Iterable<HashedDistribution>,
): Release[] {
  const releases = new Map<string, HashedDistribution[]>();
  for (const distribution of distributions) {
    const key = `${distribution.project} ${distribution.version}`;
    const files = releases.get(key);
    if (files === undefined) releases.set(key, [distribution]);
    else files.push(distribution);
  }
  return [...releases].sort(([a], [b]) => a < b ? -1 : 1)
    .map(([, files]) => ({
      project: files[0]!.project,
      version: files[0]!.version,
      files: inOrder(files),
    }));
}

function inOrder(files: readonly HashedDistribution[]): HashedDistribution[] {
  const sorted = files.toSorted((a, b) =>
    b.size - a.size || (a.filename < b.filename ? -1 : 1)
  );
  const wheels = sorted.filter(({ kind }) => kind === "wheel");
  const smallest = wheels.find(({ size }) => size === wheels.at(-1)?.size);
  return [
    ...(smallest === undefined ? [] : [smallest]),
    ...wheels.filter((wheel) => wheel !== smallest),
    ...sorted.filter(({ kind }) => kind === "sdist"),
  ];
}
