/**
 * The folder that all members of an archive lie in.
 *
 * @module
 */

/**
 * The common path of names that come one by one, as Python's
 * `os.path.commonpath` finds it: that of a single name is the name itself.
 */
export class CommonPath {
  #parts: string[] | null = null;
  #isAbsolute = false;

  /**
   * Takes one more name into account.
   *
   * @param name A member's path
   */
  add(name: string): void {
    const parts = name.split("/").filter((part) => part !== "" && part !== ".");
    if (this.#parts === null) {
      this.#parts = parts;
      this.#isAbsolute = name.startsWith("/");
      return;
    }
    const common = this.#parts;
    let length = 0;
    while (length < common.length && common[length] === parts[length]) length++;
    common.length = length;
    this.#isAbsolute &&= name.startsWith("/");
  }

  /** The common path; empty if there is none. */
  get value(): string {
    return (this.#isAbsolute ? "/" : "") + (this.#parts ?? []).join("/");
  }
}
