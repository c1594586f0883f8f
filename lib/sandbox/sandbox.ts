/**
 * An index and its identity provider in one request handler.
 *
 * @module
 */

import type { SigstoreServices } from "../attest/services.ts";
import type { Claims } from "../oidc/provider.ts";
import { judgeFile, judgeMetadata } from "../check/judge.ts";
import { normalizeName } from "../dist/filename.ts";
import { Secret } from "../secret.ts";
import type { RegisteredPublisher } from "../trust/registered_publisher.ts";
import type { GitHubIdentity } from "./claims.ts";
import {
  type Fault,
  faultResponse,
  type PendingFault,
  takeFault,
} from "./faults.ts";
import { startGitHubJob } from "./github_job.ts";
import { createIssuer, type SignOptions } from "./issuer.ts";
import { createMacaroon } from "./macaroon.ts";
import { loadState } from "./persistence.ts";
import { answer, type House } from "./routes.ts";
import { createSigstore, type SigstoreOptions } from "./sigstore.ts";
import {
  type PendingPublisherEntry,
  registerPendingPublisher,
  registerPublisher,
  type SandboxState,
} from "./state.ts";
import { memoryStorage, type Storage } from "./storage.ts";
import type { UploadDesk, UploadJudge } from "./upload.ts";
import type { UploadLimits } from "./content_rules.ts";

const MEBIBYTE = 1024 * 1024;

/** Options for {@linkcode createSandbox}. */
export interface SandboxOptions {
  /** Publishers of projects that exist. */
  readonly publishers?: readonly {
    /** The publisher. */
    readonly publisher: RegisteredPublisher;
    /** The project's name. */
    readonly project: string;
  }[];
  /** Publishers of projects that do not exist yet. */
  readonly pendingPublishers?: readonly PendingPublisherEntry[];
  /** API tokens that it takes, for every project. */
  readonly apiTokens?: readonly string[];
  /** The audience that the index asks for. @default {"pypi"} */
  readonly audience?: string;
  /** How long minted tokens last. @default {900} */
  readonly tokenSeconds?: number;
  /** PyPI's limits unless told otherwise. */
  readonly limits?: Partial<UploadLimits>;
  /** Where files go. @default {memoryStorage()} */
  readonly storage?: Storage;
  /** What is checked inside uploads. @default {PyPI's rules, as in `./check`} */
  readonly judge?: UploadJudge;
  /** What its Sigstore instance starts with. */
  readonly sigstore?: SigstoreOptions;
  /**
   * Another sandbox, whose identity provider and Sigstore instance are to be
   * this one's too, as TestPyPI believes whom PyPI believes.
   */
  readonly sharesWith?: Sandbox;
  /** Milliseconds since the epoch. @default {Date.now} */
  readonly now?: () => number;
  /** Waits, for faults with a delay. */
  readonly sleep?: (ms: number) => Promise<void>;
}

/** An index and its identity provider. */
export interface Sandbox {
  /** Answers one request, whatever its host. */
  readonly handle: (request: Request) => Promise<Response>;
  /** What it knows. */
  readonly state: SandboxState;
  /**
   * Starts a job of GitHub Actions.
   *
   * @param origin Where the sandbox can be reached, such as `http://127.0.0.1:8000`
   * @param identity Who the job is
   * @returns The variables that make a process believe that it is this job
   */
  readonly githubEnvironment: (
    origin: string,
    identity?: GitHubIdentity,
  ) => Record<string, string>;
  /**
   * Its Sigstore instance: where to sign, and how to verify what was signed.
   *
   * @param origin Where the sandbox can be reached
   */
  readonly sigstoreServices: (origin: string) => Promise<SigstoreServices>;
  /** The trusted root of its Sigstore instance, as sigstore's clients read it. */
  readonly trustedRootJson: () => Promise<Record<string, unknown>>;
  /**
   * Signs claims as they are.
   *
   * @returns An identity token
   */
  readonly issueToken: (
    claims: Claims,
    options?: SignOptions,
  ) => Promise<string>;
  /** Registers a publisher for a project, which is created if need be. */
  readonly addPublisher: (
    publisher: RegisteredPublisher,
    project: string,
  ) => void;
  /**
   * Creates a user's API token.
   *
   * @param options The projects that it is for, all by default, and the site
   * that it names, `127.0.0.1` by default
   * @returns The token
   */
  readonly createApiToken: (
    options?: {
      readonly projects?: readonly string[];
      readonly site?: string;
    },
  ) => string;
  /** Ends the time of every token that was minted so far. */
  readonly expireTokens: () => void;
  /** Deletes a file: its name can never be used again. */
  readonly deleteFile: (filename: string) => void;
  /** Makes requests fail. */
  readonly fail: (fault: Fault) => void;
}

/** What is behind a sandbox, for another one that shares it. */
const houses = new WeakMap<Sandbox, House>();

/**
 * Creates an index that behaves like PyPI, and an identity provider that
 * behaves like GitHub's.
 *
 * @param options What it starts with
 * @returns The sandbox
 * @throws {ReleasioError} `usage` if the storage holds something else
 */
export async function createSandbox(
  options: SandboxOptions = {},
): Promise<Sandbox> {
  const storage = options.storage ?? memoryStorage();
  const state = await loadState(storage);
  for (const { publisher, project } of options.publishers ?? []) {
    registerPublisher(state, publisher, project);
  }
  for (const entry of options.pendingPublishers ?? []) {
    registerPendingPublisher(state, entry);
  }
  for (const token of options.apiTokens ?? []) {
    state.apiTokens.push({ token: new Secret(token), projects: null });
  }

  const now = options.now ?? Date.now;
  const sleep = options.sleep ?? wait;
  const faults: PendingFault[] = [];
  const house = createHouse(state, storage, { ...options, now });
  const sandbox: Sandbox = {
    state,
    async handle(request) {
      const fault = takeFault(faults, request);
      if (fault?.delay !== undefined) await sleep(fault.delay);
      const replacement = fault === null ? null : faultResponse(fault);
      const isSkipped = replacement !== null && fault?.takesEffect !== true;
      const own = isSkipped ? null : await answer(house, request);
      // An answer before the body's end would break the connection.
      if (!request.bodyUsed) await request.body?.pipeTo(new WritableStream());
      const response = replacement ?? own!;
      logRequest(state, request, response);
      return response;
    },
    githubEnvironment: (origin, identity = {}) =>
      startGitHubJob(house.jobs, origin, identity),
    sigstoreServices: async (origin) => ({
      fulcioUrl: origin,
      rekorUrl: origin,
      trustedRoot: await house.sigstore.trustedRoot(),
    }),
    trustedRootJson: house.sigstore.trustedRootJson,
    issueToken: house.issuer.sign,
    addPublisher: (publisher, project) =>
      registerPublisher(state, publisher, project),
    createApiToken({ projects, site = "127.0.0.1" } = {}) {
      const token = createMacaroon(site, []);
      state.apiTokens.push({
        token: new Secret(token),
        projects: projects?.map(normalizeName) ?? null,
      });
      return token;
    },
    expireTokens() {
      for (const minted of state.mintedTokens) minted.expiresAt = now();
    },
    deleteFile: (filename) => deleteFile(state, filename),
    fail: (fault) => void faults.push({ fault, left: fault.times ?? 1 }),
  };
  houses.set(sandbox, house);
  return sandbox;
}

function createHouse(
  state: SandboxState,
  storage: Storage,
  options: SandboxOptions & { readonly now: () => number },
): House {
  const { now, sharesWith } = options;
  const shared = sharesWith && houses.get(sharesWith);
  const issuer = shared?.issuer ?? createIssuer();
  const sigstore = shared?.sigstore ??
    createSigstore(issuer, now, options.sigstore);
  return {
    issuer,
    sigstore,
    jobs: shared?.jobs ?? new Map(),
    exchange: {
      state,
      storage,
      issuer,
      audience: options.audience ?? "pypi",
      tokenSeconds: options.tokenSeconds ?? 900,
      now,
    },
    desk: {
      state,
      storage,
      limits: {
        maxFileSize: 100 * MEBIBYTE,
        maxProjectSize: 10 * 1024 * MEBIBYTE,
        ...options.limits,
      },
      judge: options.judge ?? { judgeMetadata, judgeFile },
      trustedRoot: sigstore.trustedRoot,
      now,
      exclusively: createQueue(),
    },
  };
}

function logRequest(
  state: SandboxState,
  request: Request,
  response: Response,
): void {
  const { pathname, search } = new URL(request.url);
  const length = request.headers.get("content-length");
  state.requests.push({
    method: request.method,
    path: pathname + search,
    headers: [...request.headers.keys()],
    contentLength: length === null ? null : Number(length),
    status: response.status,
  });
}

function deleteFile(state: SandboxState, filename: string): void {
  for (const { files } of state.projects.values()) {
    const index = files.findIndex((file) => file.filename === filename);
    if (index !== -1) files.splice(index, 1);
  }
  state.deletedFilenames.add(filename);
}

function createQueue(): UploadDesk["exclusively"] {
  let last: Promise<void> = Promise.resolve();
  return (task) => {
    const done = last.then(task);
    last = done.catch(() => {});
    return done;
  };
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
