/**
 * Everything that the library asks of the outside world, in one object.
 *
 * @module
 */

/** One entry of a directory. */
export interface DirectoryEntry {
  /** The entry's own name. */
  readonly name: string;
  /** What it is, links followed; `other` is a socket, a dead link and the like. */
  readonly kind: "file" | "directory" | "other";
  /** Whether it is a symbolic link to that: one to a folder may go in circles. */
  readonly isLink?: boolean;
}

/** A child process to run. */
export interface ChildCommand {
  /** The program, looked up on the `PATH` of `env`. */
  readonly command: string;
  /** Its arguments, passed as they are: no shell reads them. */
  readonly args: readonly string[];
  /** The whole environment of the child: nothing else is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Working directory; by default this process's own. */
  readonly cwd?: string;
  /** Text for its standard input, which is closed otherwise. */
  readonly stdin?: string;
  /** Milliseconds until it is killed; by default it may take its time. */
  readonly timeout?: number;
  /** Called with each chunk of output, standard error and output alike. */
  readonly onOutput?: (text: string) => void;
}

/** How a child process ended. */
export interface ChildResult {
  /** Its exit code; -1 when it was killed at its timeout. */
  readonly code: number;
  /** What it wrote to standard output. */
  readonly stdout: string;
  /** What it wrote to standard error. */
  readonly stderr: string;
}

/**
 * Everything that the library asks of the outside world.
 *
 * `denoContext()` is the real one; a test passes its own. File functions
 * reject with an error named `NotFound`, or `NotCapable` or
 * `PermissionDenied` where reading is not permitted; see
 * {@linkcode isAbsent}.
 */
export interface Context {
  /** Sends one request. The global `fetch` fits, and so does a handler. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Reads one environment variable; `undefined` if unset or not permitted. */
  readonly env: (name: string) => string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Resolves after `ms` milliseconds, or rejects when `signal` aborts. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** A random number, 0 inclusive to 1 exclusive. */
  readonly random: () => number;
  /** Opens a file: its size now, its bytes when read, slices at any offset. */
  readonly openFile: (path: string) => Promise<Blob>;
  /** Lists a directory, sorted by name. */
  readonly readDirectory: (path: string) => Promise<readonly DirectoryEntry[]>;
  /** Writes a text file whole, or adds to its end with `append`. */
  readonly writeTextFile: (
    path: string,
    text: string,
    options?: { readonly append?: boolean },
  ) => Promise<void>;
  /** Writes a file whole, from bytes as they come; folders are made for it. */
  readonly writeFile: (
    path: string,
    bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
  ) => Promise<void>;
  /** Removes a file. */
  readonly removeFile: (path: string) => Promise<void>;
  /** Runs a child process to its end. */
  readonly run: (command: ChildCommand) => Promise<ChildResult>;
  /** Asks the CI's log to hide a value, before anything is done with it. */
  readonly mask: (secret: string) => void;
  /** Aborts when the run is interrupted; its reason is a `ReleasioError`. */
  readonly signal: AbortSignal;
}

/**
 * Whether a file error means that an optional file counts as absent: it is
 * not there, or reading it is not permitted.
 *
 * @param error What a file function of {@linkcode Context} rejected with
 * @returns `false` for every other error
 */
export function isAbsent(error: unknown): boolean {
  return error instanceof Error &&
    ["NotFound", "NotADirectory", "NotCapable", "PermissionDenied"].includes(
      error.name,
    );
}
