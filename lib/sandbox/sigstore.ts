/**
 * A Sigstore instance: Fulcio, its certificate log, and Rekor, with a trusted
 * root of their own. Nothing that it signs means anything elsewhere.
 *
 * @module
 */

import { readTrustedRoot, type TrustedRoot } from "../attest/trusted_root.ts";
import { createAuthority } from "./authority.ts";
import { type Fulcio, signingCertResponse } from "./fulcio.ts";
import type { Issuer } from "./issuer.ts";
import { createLogKeys, type LogKeys } from "./log_keys.ts";
import {
  createRekor,
  ENTRIES_PATH,
  entryResponse,
  LOG_NAME,
  logEntryResponse,
  type Rekor,
} from "./rekor.ts";

/** Options for {@linkcode createSigstore}. */
export interface SigstoreOptions {
  /** Entries that the log's shard has from the start. @default {7} */
  readonly earlierEntries?: number;
  /** Entries of older shards. @default {1000} */
  readonly shardOffset?: number;
}

/** A Sigstore instance. Its keys are made when they are first needed. */
export interface Sigstore {
  /** Answers a request, or `null` if it is for something else. */
  readonly handle: (request: Request) => Promise<Response | null>;
  /** Its trusted root, in the format of sigstore's clients. */
  readonly trustedRootJson: () => Promise<Record<string, unknown>>;
  /** Its trusted root. */
  readonly trustedRoot: () => Promise<TrustedRoot>;
}

interface Instance {
  readonly fulcio: Fulcio;
  readonly rekor: Rekor;
  readonly json: Record<string, unknown>;
  readonly root: TrustedRoot;
}

/**
 * Makes a Sigstore instance.
 *
 * @param issuer Who verifies identity tokens
 * @param now Milliseconds since the epoch
 * @param options What its log starts with
 * @returns The instance
 */
export function createSigstore(
  issuer: Issuer,
  now: () => number,
  options: SigstoreOptions = {},
): Sigstore {
  let made: Promise<Instance> | undefined;
  const instance = () => made ??= create(issuer, now, options);
  return {
    async handle(request) {
      const { pathname } = new URL(request.url);
      const line = `${request.method} ${pathname}`;
      if (line === "POST /api/v2/signingCert") {
        return await signingCertResponse((await instance()).fulcio, request);
      }
      if (line === `POST ${ENTRIES_PATH}`) {
        return await logEntryResponse((await instance()).rekor, request);
      }
      if (line.startsWith(`GET ${ENTRIES_PATH}/`)) {
        const id = pathname.slice(ENTRIES_PATH.length + 1);
        return await entryResponse((await instance()).rekor, id);
      }
      return null;
    },
    trustedRootJson: async () => (await instance()).json,
    trustedRoot: async () => (await instance()).root,
  };
}

async function create(
  issuer: Issuer,
  now: () => number,
  { earlierEntries = 7, shardOffset = 1000 }: SigstoreOptions,
): Promise<Instance> {
  const start = now();
  const [{ issuer: authority, root }, certificateLog, signatureLog] =
    await Promise.all([
      createAuthority(start),
      createLogKeys(),
      createLogKeys(),
    ]);
  const validFor = { start: new Date(start - 86_400_000).toISOString() };
  const log = (keys: LogKeys, host: string) => ({
    baseUrl: `https://${host}`,
    hashAlgorithm: "SHA2_256",
    publicKey: {
      rawBytes: keys.spki.toBase64(),
      keyDetails: "PKIX_ECDSA_P256_SHA_256",
      validFor,
    },
    logId: { keyId: keys.id.toBase64() },
  });
  const json = {
    mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    tlogs: [log(signatureLog, LOG_NAME)],
    certificateAuthorities: [{
      subject: { organization: "sandbox", commonName: "sandbox" },
      uri: "https://fulcio.sandbox.example",
      certChain: {
        certificates: [authority.certificate, root]
          .map(({ der }) => ({ rawBytes: der.toBase64() })),
      },
      validFor,
    }],
    ctlogs: [log(certificateLog, "ct.sandbox.example")],
    timestampAuthorities: [],
  };
  return {
    fulcio: { issuer, authority, root: root.der, log: certificateLog, now },
    rekor: createRekor(signatureLog, {
      earlierEntries,
      shardOffset,
      now,
    }),
    json,
    root: readTrustedRoot(json),
  };
}
