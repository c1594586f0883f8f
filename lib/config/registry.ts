/**
 * Registries: where a release goes.
 *
 * @module
 */

/** An index that distributions are uploaded to. */
export interface Registry {
  /** What people call it: `PyPI`, `TestPyPI`, else the host with its port. */
  readonly name: string;
  /** `pypi`, `testpypi`, or `other`. */
  readonly kind: "pypi" | "testpypi" | "other";
  /** Where files are posted, in canonical form. */
  readonly uploadUrl: string;
  /**
   * The index's Simple API, with a trailing slash, or `null` when it can't be
   * derived: then nothing is known about what is there.
   */
  readonly simpleUrl: string | null;
}
