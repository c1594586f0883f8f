/**
 * Where a sandbox keeps the bytes of files.
 *
 * @module
 */

/** A file that is being received. */
export interface FileDraft {
  /** Takes more bytes. */
  readonly write: (bytes: Uint8Array<ArrayBuffer>) => Promise<void>;
  /** What was written, or `null` where bytes are not kept. */
  readonly read: () => Promise<Blob | null>;
  /** Keeps it under a path below `/files/`. */
  readonly keep: (path: string) => Promise<void>;
  /** Throws it away. */
  readonly discard: () => Promise<void>;
}

/** Where a sandbox keeps the bytes of files, and what it knows about them. */
export interface Storage {
  /** Starts a new file. */
  readonly create: () => Promise<FileDraft>;
  /** A file that was kept, or `null`. */
  readonly open: (path: string) => Promise<Blob | null>;
  /** The index as it was last saved, or `null`. */
  readonly loadIndex: () => Promise<string | null>;
  /** Saves the index. */
  readonly saveIndex: (text: string) => Promise<void>;
}

/**
 * Keeps files in memory.
 *
 * @returns The storage
 */
export function memoryStorage(): Storage {
  const files = new Map<string, Blob>();
  return {
    create() {
      let chunks: Uint8Array<ArrayBuffer>[] = [];
      return Promise.resolve({
        write(bytes) {
          // The bytes may be a view of a buffer that is used again.
          chunks.push(bytes.slice());
          return Promise.resolve();
        },
        read: () => Promise.resolve(new Blob(chunks)),
        keep(path) {
          files.set(path, new Blob(chunks));
          chunks = [];
          return Promise.resolve();
        },
        discard() {
          chunks = [];
          return Promise.resolve();
        },
      });
    },
    open: (path) => Promise.resolve(files.get(path) ?? null),
    ...noIndex(),
  };
}

/**
 * Keeps no bytes: names, sizes and digests are known, downloads are not
 * there. For uploads that are too large to keep.
 *
 * @returns The storage
 */
export function digestOnlyStorage(): Storage {
  const nothing = () => Promise.resolve();
  return {
    create: () =>
      Promise.resolve({
        write: nothing,
        read: () => Promise.resolve(null),
        keep: nothing,
        discard: nothing,
      }),
    open: () => Promise.resolve(null),
    ...noIndex(),
  };
}

function noIndex(): Pick<Storage, "loadIndex" | "saveIndex"> {
  return {
    loadIndex: () => Promise.resolve(null),
    saveIndex: () => Promise.resolve(),
  };
}
