/**
 * The attestations of one run on one index: those that are there already, and
 * those that are signed now, all of them before the first upload.
 *
 * @module
 */

import type { Registry } from "../config/registry.ts";
import type { AttestationPolicy } from "../config/settings.ts";
import type { Context } from "../context.ts";
import type { DistributionFile } from "../dist/distribution.ts";
import { ReleasioError } from "../errors.ts";
import type { EventSink } from "../events.ts";
import type { Finding } from "../findings.ts";
import { withBudget } from "./ask.ts";
import { publisherOfClaims } from "./identity.ts";
import {
  findObstacle,
  noSigningIdentity,
  type Obstacle,
  type PublishingIdentity,
  takesAttestations,
  unsupportedIndex,
} from "./policy.ts";
import { attestedFilename, readReadyMade } from "./ready_made.ts";
import { publicGoodServices, type SigstoreServices } from "./services.ts";
import { openSigner } from "./sign.ts";
import { PUBLISH_PREDICATE, type Subject } from "./statement.ts";

/** How long Sigstore may be in trouble before the run goes on or stops. */
const BUDGET = 180_000;
const JOBS = 8;

/** Options for {@linkcode attestFiles}. */
export interface AttestOptions {
  /** The files that will be sent, and no others. */
  readonly files: readonly Subject[];
  /** Whether they must be signed. */
  readonly policy: AttestationPolicy;
  /** The index. */
  readonly registry: Registry;
  /** Who publishes; `null` with an API token. */
  readonly identity: PublishingIdentity | null;
  /** `*.attestation` files that were found next to the files. */
  readonly readyMade?: readonly DistributionFile[];
  /**
   * Where to sign for an index that believes another Sigstore instance than
   * the public-good one. With it, the index is taken to accept attestations.
   */
  readonly services?: SigstoreServices;
  /** Receives what happens. */
  readonly onEvent?: EventSink;
}

/** What came of it. */
export interface Attested {
  /** By file name, each the text of a JSON object. */
  readonly attestations: ReadonlyMap<string, readonly string[]>;
  /** What is not attested, and why. */
  readonly findings: readonly Finding[];
}

/**
 * Attests files: takes the attestations that are next to them, and signs a
 * publish attestation for each file that has none. Either every such file is
 * signed, or none.
 *
 * @param context The outside world
 * @param options Which files, for whom
 * @returns The attestations, and what is to be said of them
 * @throws {ReleasioError} `attestation-invalid` or `attestation-duplicate` for
 * one that is there and can't be used; under `required`, whatever stands in
 * the way: `attestations-…`, `sigstore-…`, `oidc-…`
 */
export async function attestFiles(
  context: Context,
  options: AttestOptions,
): Promise<Attested> {
  const { policy } = options;
  const readyMade = matching(options);
  if (policy === "off") return unattested(readyMade, OFF);
  const obstacle = options.services || takesAttestations(options.registry)
    ? findObstacle(options.identity)
    : unsupportedIndex(options.registry);
  if (obstacle !== null) {
    if (policy === "required") throw toError(obstacle);
    return unattested(readyMade, obstacle);
  }
  return await takeAndSign(context, options, readyMade);
}

const OFF = {
  code: "attestations-off",
  message: "Attestations are off",
  hint: "Set `attestations` to `preferred` or `required` to send them.",
};

/** The attestations that belong to a file that will be sent. */
function matching({ files, readyMade = [] }: AttestOptions) {
  const names = new Set(files.map(({ filename }) => filename));
  return readyMade.filter(({ filename }) =>
    names.has(attestedFilename(filename) ?? "")
  );
}

/** Attestations that someone made and nobody gets to see are worth a warning. */
function unattested(
  readyMade: readonly DistributionFile[],
  { code, message, hint }: { code: string; message: string; hint: string },
): Attested {
  const isQuiet = code === OFF.code && readyMade.length === 0;
  const left = readyMade.length === 0
    ? ""
    : `; left out ${readyMade.map(({ filename }) => filename).join(", ")}`;
  return {
    attestations: new Map(),
    findings: isQuiet ? [] : [{
      code,
      severity: readyMade.length === 0 ? "note" : "warning",
      file: null,
      message: `${message}${left}`,
      hint,
    }],
  };
}

async function takeAndSign(
  context: Context,
  options: AttestOptions,
  readyMade: readonly DistributionFile[],
): Promise<Attested> {
  const { files, policy, services = publicGoodServices(), onEvent } = options;
  const identity = options.identity!;
  const publisher = publisherOfClaims(identity.claims)!;
  const { trustedRoot } = services;
  const attestations = new Map<string, string[]>();
  const unsigned: Subject[] = [];
  for (const file of files) {
    const own = await readReadyMade(file, readyMade, {
      publisher,
      trustedRoot,
    });
    if (own.length > 0) {
      attestations.set(file.filename, own.map(({ text }) => text));
    }
    const isPublished = own.some(({ predicateType }) =>
      predicateType === PUBLISH_PREDICATE
    );
    if (!isPublished) unsigned.push(file);
  }
  if (unsigned.length === 0) return { attestations, findings: [] };
  try {
    const signed = await signAll(context, unsigned, identity, services);
    for (const [filename, text] of signed) {
      attestations.set(filename, [...attestations.get(filename) ?? [], text]);
    }
    onEvent?.({
      type: "note",
      message: `Signed ${countFiles(unsigned.length)}`,
    });
    return { attestations, findings: [] };
  } catch (error) {
    // An interruption is nothing to go on after.
    context.signal.throwIfAborted();
    if (!(error instanceof ReleasioError)) throw error;
    if (policy === "required") throw error;
    return {
      attestations,
      findings: [unsignedFinding(error, unsigned, files)],
    };
  }
}

/** Signs files side by side; the first failure stops the rest. */
async function signAll(
  context: Context,
  files: readonly Subject[],
  identity: PublishingIdentity,
  services: SigstoreServices,
): Promise<Map<string, string>> {
  const stop = new AbortController();
  const signer = openSigner(
    {
      ...withBudget(context, BUDGET),
      signal: AbortSignal.any([context.signal, stop.signal]),
    },
    {
      provider: forSigning(identity.provider),
      publisher: publisherOfClaims(identity.claims)!,
      services,
    },
  );
  const signed = new Map<string, string>();
  const waiting = [...files];
  async function work(): Promise<void> {
    for (let file = waiting.shift(); file; file = waiting.shift()) {
      signed.set(file.filename, JSON.stringify(await signer.sign(file)));
    }
  }
  const workers = Array.from({ length: JOBS }, async () => {
    try {
      await work();
    } catch (error) {
      stop.abort(error);
      throw error;
    }
  });
  await Promise.allSettled(workers);
  stop.signal.throwIfAborted();
  return signed;
}

/** A job that can't have such a token at all is told what to do about it. */
function forSigning(
  provider: PublishingIdentity["provider"],
): PublishingIdentity["provider"] {
  return {
    ...provider,
    async acquire(context, audience) {
      if (provider.name === "handed-in") {
        throw toError(noSigningIdentity(provider, null));
      }
      try {
        return await provider.acquire(context, audience);
      } catch (error) {
        const isMissing = error instanceof ReleasioError &&
          error.code === "oidc-permission-missing";
        throw isMissing
          ? toError(noSigningIdentity(provider, error.hint))
          : error;
      }
    },
  };
}

function unsignedFinding(
  { code, message, hint }: ReleasioError,
  unsigned: readonly Subject[],
  files: readonly Subject[],
): Finding {
  const which = unsigned.length === files.length
    ? "Published without attestations"
    : `Published without attestations of their own: ${
      unsigned.map(({ filename }) => filename).join(", ")
    }`;
  return {
    code,
    severity: code === "attestations-no-identity" ? "note" : "warning",
    file: null,
    message: `${which}: ${message}`,
    hint,
  };
}

function toError({ code, message, hint }: Obstacle): ReleasioError {
  return new ReleasioError(code, message, { hint });
}

function countFiles(n: number): string {
  return n === 1 ? "1 file" : `${n} files`;
}
