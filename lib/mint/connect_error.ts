/**
 * Whether a failed request can have reached anybody.
 *
 * @module
 */

/**
 * Whether an error is one of connecting: the name, the way or the handshake
 * failed, and no byte of the request was sent.
 *
 * @param error What `fetch` rejected with, or an error that has it as cause
 * @returns `false` too where that is not known
 */
export function isConnectError(error: unknown): boolean {
  return error instanceof Error &&
    (error.message.includes("client error (Connect)") ||
      isConnectError(error.cause));
}
