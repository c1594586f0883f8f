/**
 * Where attestations are signed.
 *
 * @module
 */

import { ReleasioError } from "../errors.ts";
import { isSecure } from "../origin.ts";
import { publicGoodRoot, type TrustedRoot } from "./trusted_root.ts";

/** A Sigstore instance: where it is, and how to verify what it signed. */
export interface SigstoreServices {
  /** Who issues certificates, such as `https://fulcio.sigstore.dev`. */
  readonly fulcioUrl: string;
  /** The transparency log, such as `https://rekor.sigstore.dev`. */
  readonly rekorUrl: string;
  /** Whom to believe. */
  readonly trustedRoot: TrustedRoot;
}

/**
 * Sigstore's public-good instance, the only one that PyPI believes.
 *
 * @returns Where it is
 */
export function publicGoodServices(): SigstoreServices {
  return {
    fulcioUrl: "https://fulcio.sigstore.dev",
    rekorUrl: "https://rekor.sigstore.dev",
    trustedRoot: publicGoodRoot(),
  };
}

/**
 * An endpoint of a service.
 *
 * @param service The service's URL
 * @param path The endpoint's path
 * @returns Its URL
 * @throws {TypeError} If a token would travel in the clear
 */
export function endpoint(service: string, path: string): string {
  const url = new URL(path, service);
  if (!isSecure(url)) {
    throw new TypeError(`Cannot sign with "${service}": it must be https`);
  }
  return url.href;
}

/**
 * Why signing failed: not the user's fault.
 *
 * @param reason What happened: a clause without capital and period
 * @param options Facts, and the error behind this one
 * @returns The error
 */
export function unavailable(
  reason: string,
  options: {
    readonly details?: Readonly<Record<string, unknown>>;
    readonly cause?: unknown;
  } = {},
): ReleasioError {
  return new ReleasioError("sigstore-unavailable", `Cannot sign: ${reason}`, {
    hint:
      "Sigstore has trouble; see https://status.sigstore.dev and run the job again later. `--attestations preferred` publishes without, `off` does not try.",
    ...options,
  });
}
