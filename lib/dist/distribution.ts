/**
 * What a distribution is: the types that every later stage works on.
 *
 * @module
 */

import type { CoreMetadata } from "./core_metadata.ts";
import type { SdistFilename, WheelFilename } from "./filename.ts";

/** A file that may be a distribution, by its name alone. */
export interface DistributionFile {
  /** Path as it was found, for messages and for opening it. */
  readonly path: string;
  /** The last part of the path: what the index calls the file. */
  readonly filename: string;
  /** Its bytes, read when they are wanted. */
  readonly blob: Blob;
}

/** A wheel or an sdist that was opened and read. */
export interface Distribution extends DistributionFile {
  /** `wheel` or `sdist`. */
  readonly kind: "wheel" | "sdist";
  /** The parts of its file name. */
  readonly name: WheelFilename | SdistFilename;
  /**
   * The project, normalized as in
   * {@link https://peps.python.org/pep-0503/#normalized-names | PEP 503}.
   */
  readonly project: string;
  /** The version, normalized as in PEP 440. */
  readonly version: string;
  /** METADATA of a wheel, PKG-INFO of an sdist. */
  readonly metadata: CoreMetadata;
  /** Bytes. */
  readonly size: number;
}

/** A distribution whose bytes were read to the end. */
export interface HashedDistribution extends Distribution {
  /** SHA-256 of its bytes, lower-case hex. */
  readonly sha256: string;
}
