/**
 * A value that must not be printed by accident.
 *
 * @module
 */

const REDACTED = "[redacted]";

/**
 * Holds a token so that printing, serializing or inspecting it shows
 * `[redacted]`. Only {@linkcode Secret.reveal} gives the value back.
 *
 * @example Print a secret without showing it
 * ```ts
 * import { Secret } from "@releasio/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const secret = new Secret("pypi-token");
 * assertEquals(`${secret}`, "[redacted]");
 * assertEquals(secret.reveal(), "pypi-token");
 * ```
 */
export class Secret {
  readonly #value: string;

  /**
   * Wraps a value.
   *
   * @param value The value to keep
   */
  constructor(value: string) {
    this.#value = value;
  }

  /**
   * The value itself: call it only where the value is sent.
   *
   * @returns The value
   */
  reveal(): string {
    return this.#value;
  }

  /**
   * What string conversion shows.
   *
   * @returns `[redacted]`
   */
  toString(): string {
    return REDACTED;
  }

  /**
   * What `JSON.stringify()` shows.
   *
   * @returns `[redacted]`
   */
  toJSON(): string {
    return REDACTED;
  }

  /**
   * What `Deno.inspect()` and `console.log()` show.
   *
   * @returns `[redacted]`
   */
  [Symbol.for("Deno.customInspect")](): string {
    return REDACTED;
  }

  /**
   * What Node's `util.inspect()` shows.
   *
   * @returns `[redacted]`
   */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return REDACTED;
  }
}
