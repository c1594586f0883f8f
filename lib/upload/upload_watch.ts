/**
 * The time limits of one upload, which follow the bytes.
 *
 * @module
 */

import { ReleasioError } from "../errors.ts";

/** How long each part of an upload may take, in milliseconds. */
export interface UploadLimits {
  /** Until the connection stands. */
  readonly connect: number;
  /** Without any byte moving. */
  readonly progress: number;
  /** For the answer, after the last byte. */
  readonly answer: number;
}

/** The limits of every upload. */
export const UPLOAD_LIMITS: UploadLimits = {
  connect: 10_000,
  progress: 60_000,
  answer: 300_000,
};

/**
 * How many bytes the transport takes before it has a connection, at most:
 * beyond that, bytes that move show that the connection stands.
 */
const BUFFERED_BYTES = 1024 * 1024;

/** Watches one upload, and aborts it when nothing moves for too long. */
export class UploadWatch {
  readonly #controller = new AbortController();
  readonly #host: string;
  readonly #size: number;
  readonly #limits: UploadLimits;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sent = 0;
  #isConnected = false;

  /**
   * Prepares to watch.
   *
   * @param host Who the upload goes to, for messages
   * @param size The file's size in bytes
   * @param limits The limits
   */
  constructor(host: string, size: number, limits: UploadLimits) {
    this.#host = host;
    this.#size = size;
    this.#limits = limits;
  }

  /** Aborts at a limit, with a `timeout` error as its reason. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * Starts, with the limit for the connection.
   *
   * Nothing but moving bytes shows that there is a connection, and a small
   * file is taken by the transport before there is one. So at half the limit the
   * host is asked something else: if it answers by the end, the upload goes on.
   *
   * @param isReachable Asks the host, for so many milliseconds
   */
  start(isReachable: (timeout: number) => Promise<boolean>): void {
    const { connect } = this.#limits;
    const ask = async () => {
      const reachable = await isReachable(connect / 2);
      if (this.#isConnected || this.signal.aborted) return;
      if (!reachable) {
        return this.#abort(
          `Cannot connect to ${this.#host} within ${connect / 1000} s`,
        );
      }
      this.#isConnected = true;
      this.moved(this.#sent);
    };
    this.#timer = setTimeout(ask, connect / 2);
  }

  /**
   * Notes how far the upload is.
   *
   * @param sent Bytes handed to the transport so far
   */
  moved(sent: number): void {
    this.#sent = sent;
    this.#isConnected ||= sent > BUFFERED_BYTES;
    if (!this.#isConnected) return;
    const { answer, progress } = this.#limits;
    if (sent === this.#size) {
      this.#arm(
        answer,
        `No answer from ${this.#host} within ${answer / 1000} s`,
      );
    } else {
      this.#arm(
        progress,
        `Nothing moved to ${this.#host} for ${progress / 1000} s`,
      );
    }
  }

  /** Notes that the answer has begun: its few bytes must not stall either. */
  answered(): void {
    this.#isConnected = true;
    this.#arm(this.#limits.progress, `${this.#host} stopped answering`);
  }

  /** Ends the watch. */
  stop(): void {
    clearTimeout(this.#timer);
    // Ends a question to the host that is still open.
    this.#controller.abort();
  }

  #arm(ms: number, message: string): void {
    clearTimeout(this.#timer);
    // An upload that was given up may be read for a while yet.
    if (this.signal.aborted) return;
    this.#timer = setTimeout(() => this.#abort(message), ms);
  }

  #abort(message: string): void {
    this.#controller.abort(
      new ReleasioError("timeout", message, {
        hint: "Run the command again: it goes on where it stopped.",
      }),
    );
  }
}
