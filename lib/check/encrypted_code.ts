/**
 * Traces of tools that encrypt Python code, which PyPI does not host.
 *
 * @see {@link https://policies.python.org/pypi.org/Acceptable-Use-Policy/ | Acceptable use policy}
 *
 * @module
 */

/** A tool that encrypts code. */
export type CodeEncryption = "PyArmor" | "SourceDefender";

/** Larger members are not looked into. */
export const MAX_SCANNED_BYTES: number = 5 * 1024 * 1024;

const PYARMOR = [
  "__pyarmor__(__name__, __file__,",
  "__pyarmor_enter__",
  "__pyarmor_exit__",
  "__pyarmor_assert__",
  "__pyarmor_bcc__",
];
const SOURCE_DEFENDER = ["---BEGIN PYE FILE---", "---END PYE FILE---"];

/**
 * Whether PyPI looks into a member for encrypted code.
 *
 * @param path The member's path
 * @returns `true` for Python source
 */
export function isScanned(path: string): boolean {
  return /[^/]\.pye?$/i.test(path);
}

/**
 * Finds traces of encrypted code.
 *
 * @param content A member's content
 * @returns The tool, or `null`
 */
export function findEncryption(content: Uint8Array): CodeEncryption | null {
  // Strings are searched faster than bytes; the marks are ASCII.
  const text = new TextDecoder("latin1").decode(content);
  if (PYARMOR.some((mark) => text.includes(mark))) return "PyArmor";
  return SOURCE_DEFENDER.every((mark) => text.includes(mark))
    ? "SourceDefender"
    : null;
}
