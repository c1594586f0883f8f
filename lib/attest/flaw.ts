/**
 * Why an attestation is refused.
 *
 * @module
 */

/**
 * Where PyPI would stumble: over the object's shape, over turning it into what
 * its libraries verify, or over what it says.
 */
export type FlawKind = "malformed" | "conversion" | "verification";

/** Why an attestation is refused, before anybody knows whose it is. */
export class Flaw extends Error {
  /** Always `"Flaw"`. */
  override readonly name = "Flaw";
  /** Where PyPI would stumble. */
  readonly kind: FlawKind;

  /**
   * Creates a flaw.
   *
   * @param message What is wrong: a clause without capital and period
   * @param kind Where PyPI would stumble
   */
  constructor(message: string, kind: FlawKind = "verification") {
    super(message);
    this.kind = kind;
  }
}
