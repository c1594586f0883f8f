/**
 * What Deno says when the network fails, and what that means.
 *
 * @module
 */

import { ReleasioError } from "./errors.ts";

/** What Deno says when a connection stood, and broke. */
const BROKEN =
  /\(SendRequest\)|Broken pipe|reset by peer|reading a body from connection|handshake eof|close_notify/;

/** What Deno says when it does not believe who a server is. */
const UNTRUSTED = /invalid peer certificate: ([^;]+)/;

/**
 * What to throw when a host could not be reached or hung up.
 *
 * @param host The host
 * @param cause What `fetch` rejected with
 * @returns A `network` error that says what is known of it
 */
export function networkError(host: string, cause: unknown): ReleasioError {
  if (isDenied(cause)) {
    return new ReleasioError(
      "network",
      `Cannot reach ${host}: this process is not permitted to`,
      { hint: `Add \`${host}\` to Deno's \`--allow-net\`.`, cause },
    );
  }
  const distrust = find(cause, UNTRUSTED)?.[1];
  if (distrust === "UnknownIssuer") {
    return new ReleasioError(
      "network",
      `Cannot trust ${host}: nobody known signed its certificate`,
      {
        hint:
          "If your network has an authority of its own, name the file of its certificate in `SSL_CERT_FILE`, and permit Deno to read both.",
        cause,
      },
    );
  }
  if (distrust !== undefined) {
    return new ReleasioError("network", `Cannot trust ${host}: ${distrust}`, {
      hint:
        "Check the address and this machine's clock; else somebody may be between you and the index.",
      cause,
    });
  }
  if (find(cause, BROKEN) !== null) {
    return new ReleasioError("network", `Lost the connection to ${host}`, {
      hint:
        "Run the command again. If a large file ends so every time, the host or a proxy before it takes none of its size.",
      cause,
    });
  }
  return new ReleasioError("network", `Cannot reach ${host}`, {
    hint: "Check the network, and a proxy (`HTTPS_PROXY`) if there is one.",
    cause,
  });
}

/**
 * Whether a failure would be the same at once and later.
 *
 * @param error What {@linkcode networkError} made, or another error
 * @returns `true` where there is no permission or no trust
 */
export function isLasting({ cause }: ReleasioError): boolean {
  return isDenied(cause) || find(cause, UNTRUSTED) !== null;
}

/**
 * Whether an error is one of connecting: the name, the way or the handshake
 * failed, and no byte of the request was sent.
 *
 * @param error What `fetch` rejected with, or an error that has it as cause
 * @returns `false` too where that is not known
 */
export function isConnectError(error: unknown): boolean {
  return find(error, /client error \(Connect\)/) !== null;
}

/**
 * Whether a server refused to speak the versions of HTTP that it was offered.
 *
 * @param error What `fetch` rejected with
 * @returns `true` where the handshake says so
 */
export function isProtocolRefused(error: unknown): boolean {
  return find(error, /NoApplicationProtocol/) !== null;
}

/** Looks through the errors below the one that `fetch` rejects with. */
function find(cause: unknown, pattern: RegExp): RegExpExecArray | null {
  if (!(cause instanceof Error)) return null;
  return pattern.exec(cause.message) ?? find(cause.cause, pattern);
}

/** A permission that is not there now will not be there later. */
function isDenied(cause: unknown): boolean {
  return cause instanceof Error && cause.name === "NotCapable";
}
