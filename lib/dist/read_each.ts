/**
 * Many files, read a few at a time.
 *
 * @module
 */

/** More would share one thread, and a system lets few files be open. */
const READERS = 4;

/**
 * Reads files, a few at a time.
 *
 * @param files What to read
 * @param read Reads one
 * @param signal Lets no other be begun
 * @returns What was read, in the order of the files
 * @throws The first failure, or the signal's reason; what has not been begun is
 * then left unread
 */
export async function readEach<File, Result>(
  files: readonly File[],
  read: (file: File) => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = [...files.entries()];
  await Promise.all(Array.from({ length: READERS }, async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, file] = next;
      try {
        signal?.throwIfAborted();
        results[index] = await read(file);
      } catch (error) {
        waiting.length = 0;
        // An interruption says more than what it broke off.
        signal?.throwIfAborted();
        throw error;
      }
    }
  }));
  return results;
}
