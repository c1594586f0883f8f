/**
 * Core metadata: the text of METADATA and PKG-INFO.
 *
 * @module
 */

import type { Finding } from "../findings.ts";

/** One field, as it stands in the text. */
export interface MetadataField {
  /** The field's name in lower case, such as `requires-dist`. */
  readonly name: string;
  /** Its value, unfolded. */
  readonly value: string;
  /** 1-based line of its first line. */
  readonly line: number;
}

/**
 * Parsed core metadata. Fields keep their order and spelling, unknown ones
 * included: the index decides.
 */
export interface CoreMetadata {
  /** `Metadata-Version`; empty if absent. */
  readonly metadataVersion: string;
  /** `Name`, as spelled there; empty if absent. */
  readonly name: string;
  /** `Version`, as spelled there; empty if absent. */
  readonly version: string;
  /** The description: the body, else the `Description` field, else `null`. */
  readonly description: string | null;
  /** Every header field in file order, `Description` included. */
  readonly fields: readonly MetadataField[];
  /** A newer metadata version, unknown fields: what we can't judge. */
  readonly findings: readonly Finding[];
}
