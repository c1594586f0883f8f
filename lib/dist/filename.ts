/**
 * File names of wheels and sdists.
 *
 * @module
 */

/** The parts of a wheel's file name, as spelled there. */
export interface WheelFilename {
  /** Tells it from an sdist. */
  readonly kind: "wheel";
  /** Distribution name as spelled, such as `My_Project`. */
  readonly name: string;
  /** Version as spelled. */
  readonly version: string;
  /** Build tag, or `null`. */
  readonly build: string | null;
  /** Python tags, such as `["py2", "py3"]`. */
  readonly python: readonly string[];
  /** ABI tags. */
  readonly abi: readonly string[];
  /** Platform tags. */
  readonly platform: readonly string[];
}

/** The parts of an sdist's file name, as spelled there. */
export interface SdistFilename {
  /** Tells it from a wheel. */
  readonly kind: "sdist";
  /** Distribution name as spelled. */
  readonly name: string;
  /** Version as spelled. */
  readonly version: string;
  /** `.tar.gz` or `.zip`. */
  readonly extension: ".tar.gz" | ".zip";
}
