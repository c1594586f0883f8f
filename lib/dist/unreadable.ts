/**
 * How reading an archive fails.
 *
 * @module
 */

import { ReleasioError } from "../errors.ts";

/**
 * The error of an archive that can't be read, as long as its name is unknown.
 *
 * @param reason What is wrong: a clause without capital and period
 * @param cause The error behind it
 * @returns An error with code `distribution-unreadable`
 */
export function unreadable(reason: string, cause?: unknown): ReleasioError {
  return new ReleasioError(
    "distribution-unreadable",
    `Cannot read archive: ${reason}`,
    { details: { reason }, ...(cause === undefined ? {} : { cause }) },
  );
}

/**
 * Runs a function that reads a file, and names the file when it fails.
 *
 * @param kind What the file is
 * @param filename What it is called
 * @param read Reads it
 * @returns What `read` returned
 * @throws {ReleasioError} `distribution-unreadable` when `read` failed, with
 * the file and the reason in its message
 */
export async function namingFile<T>(
  kind: "wheel" | "sdist" | "file",
  filename: string,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const reason = error instanceof ReleasioError
      ? String(error.details.reason ?? error.message)
      : error instanceof Error
      ? error.message
      : String(error);
    throw new ReleasioError(
      "distribution-unreadable",
      `Cannot read ${kind} "${filename}": ${reason}`,
      {
        details: { file: filename, reason },
        cause: error,
      },
    );
  }
}

/**
 * Reads a range of a blob, all of it.
 *
 * @param blob Where from
 * @param start Offset of the first byte
 * @param end Offset after the last byte
 * @returns The bytes
 * @throws {ReleasioError} `distribution-unreadable` if there are fewer
 */
export async function readRange(
  blob: Blob,
  start: number,
  end: number,
): Promise<Uint8Array<ArrayBuffer>> {
  // Offsets come from the file itself: a forged one may be negative.
  if (start >= 0 && end <= blob.size) {
    const bytes = new Uint8Array(await blob.slice(start, end).arrayBuffer());
    if (bytes.length === end - start) return bytes;
  }
  throw unreadable("unexpected end of file");
}
