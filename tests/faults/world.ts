/**
 * A world where publishing goes wrong on purpose: an index behind a TCP proxy,
 * a release in memory, and a clock on which nothing takes long.
 */

import { assert, assertEquals } from "@std/assert";
import type { Context } from "../../lib/context.ts";
import type { Registry } from "../../lib/config/registry.ts";
import type { Settings } from "../../lib/config/settings.ts";
import type { PublishEvent } from "../../lib/events.ts";
import { publish } from "../../lib/publish.ts";
import type { PublishReport } from "../../lib/report/report.ts";
import { createSandbox, type Sandbox } from "../../lib/sandbox/mod.ts";
import { buildTarGz, buildZip } from "../helpers/archives.ts";
import { testContext } from "../helpers/context.ts";
import { sha256 } from "../helpers/fake_index.ts";
import { fileTree } from "../helpers/files.ts";
import { type Fault, startFaultProxy } from "../helpers/fault_proxy.ts";
import { DEMO_PUBLISHER } from "../helpers/sandbox.ts";

/** What a request is about. */
export type Stage =
  | "connection"
  | "simple"
  | "identity"
  | "audience"
  | "mint"
  | "upload"
  | "burn";

/** What goes wrong with one request. */
export type Trouble =
  /** The index answers so, and does nothing. */
  | {
    readonly kind: "answer";
    readonly status: number;
    readonly headers?: Record<string, string>;
    readonly body?: string;
  }
  /** The index does what it is asked, and answers so. */
  | { readonly kind: "lost"; readonly status: number }
  /** The index does what it is asked, and says nothing for ever. */
  | { readonly kind: "hang" }
  /** Something happens to the connection. */
  | { readonly kind: "wire"; readonly fault: Fault };

/** Chooses what goes wrong with a request: the n-th of its stage, from 1. */
export type Mischief = (stage: Stage, number: number) => Trouble | null;

export const NO_MISCHIEF: Mischief = () => null;

/** Time limits of 10 s and more end so many times earlier. */
const HASTE = 50;

/** Shortens long time limits until it is disposed of. */
export function hurry(): Disposable {
  const real = globalThis.setTimeout;
  const hasty = (
    callback: (...args: unknown[]) => void,
    ms = 0,
    ...args: unknown[]
  ) => real(callback, ms >= 10_000 ? ms / HASTE : ms, ...args);
  globalThis.setTimeout = hasty as typeof setTimeout;
  return {
    [Symbol.dispose]() {
      globalThis.setTimeout = real;
    },
  };
}

/** One sandbox for all seeds of a test: each has a project of its own. */
export function openSandbox(): Promise<Sandbox> {
  return createSandbox();
}

/** A release: wheels of several sizes and an sdist. */
export function makeRelease(
  project: string,
  wheels: number,
  random: () => number,
): Map<string, Uint8Array<ArrayBuffer>> {
  const version = "1.0";
  const metadata =
    `Metadata-Version: 2.1\nName: ${project}\nVersion: ${version}\n`;
  const payload = () => {
    const bytes = new Uint8Array(Math.floor(500 + random() * 200_000));
    for (let i = 0; i < bytes.length; i += 7) bytes[i] = random() * 256;
    return bytes;
  };
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const info = `${project}-${version}.dist-info`;
  for (let number = 0; number < wheels; number++) {
    const tag = `cp3${number + 8}-cp3${number + 8}-win32`;
    const members = [
      { name: `${project}/data.bin`, data: payload() },
      { name: `${info}/METADATA`, data: metadata },
      { name: `${info}/WHEEL`, data: `Wheel-Version: 1.0\nTag: ${tag}\n` },
    ];
    files.set(
      `${project}-${version}-${tag}.whl`,
      buildZip([...members, {
        name: `${info}/RECORD`,
        data: [...members.map(({ name }) => name), `${info}/RECORD`]
          .map((name) => `${name},,\n`).join(""),
      }]),
    );
  }
  const top = `${project}-${version}`;
  files.set(
    `${top}.tar.gz`,
    buildTarGz([
      { name: `${top}/PKG-INFO`, data: metadata },
      { name: `${top}/data.bin`, data: payload() },
    ]),
  );
  return files;
}

/** One publish in this world, and what can be said of it afterwards. */
export interface Scene {
  readonly sandbox: Sandbox;
  readonly project: string;
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  readonly jobs: number;
}

/** What a run left. */
export interface Outcome {
  readonly report: PublishReport;
  readonly events: readonly PublishEvent[];
  /** Tokens that reached the client. */
  readonly tokens: readonly string[];
  /** Everything that a user could see. */
  readonly visible: string;
}

/** Publishes once. */
export async function run(
  scene: Scene,
  mischief: Mischief,
  random: () => number,
): Promise<Outcome> {
  const { sandbox, project, files } = scene;
  sandbox.addPublisher(DEMO_PUBLISHER, project);
  const counts = new Map<Stage, number>();
  const troubles = new Map<string, Trouble>();
  const tokens: string[] = [];
  const wires: Fault[] = [];
  const gone = new AbortController();

  await using server = Deno.serve(
    {
      hostname: "127.0.0.1",
      port: 0,
      onListen: () => {},
      // A request whose connection broke is nobody's any more.
      onError: () => new Response("", { status: 500 }),
    },
    async (request) => {
      const trouble = troubles.get(request.headers.get("x-trouble") ?? "");
      if (trouble?.kind === "answer") {
        await request.body?.pipeTo(new WritableStream());
        const { status, headers = {}, body = "" } = trouble;
        return new Response(body, { status, headers });
      }
      const isMint = request.url.endsWith("mint-token");
      const response = await sandbox.handle(request);
      if (trouble?.kind === "lost") {
        return new Response("lost", { status: trouble.status });
      }
      if (trouble?.kind === "hang") {
        await new Promise<void>((resolve) =>
          gone.signal.addEventListener("abort", () => resolve())
        );
        return response;
      }
      if (isMint && response.ok && trouble === undefined) {
        tokens.push((await response.clone().json()).token);
      }
      return response;
    },
  );
  await using proxy = startFaultProxy(server.addr.port, {
    fault: () => wires.shift() ?? { kind: "none" },
  });
  const origin = `http://127.0.0.1:${proxy.port}`;
  // Each request has a connection of its own, so that its trouble finds it.
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });

  const events: PublishEvent[] = [];
  let skipped = 0;
  const context: Context = testContext({
    ...fileTree(
      Object.fromEntries(
        [...files].map(([name, bytes]) => [`dist/${name}`, bytes]),
      ),
    ),
    env: sandbox.githubEnvironment(origin),
    now: () => Date.now() + skipped,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      skipped += ms;
      await new Promise((resolve) => setTimeout(resolve, 1));
    },
    random,
    fetch: (request) => {
      const stage = stageOf(request);
      const number = (counts.get(stage) ?? 0) + 1;
      counts.set(stage, number);
      const trouble = mischief(stage, number);
      if (trouble !== null) {
        const name = `${stage}-${number}`;
        troubles.set(name, trouble);
        request.headers.set("x-trouble", name);
      }
      wires.push(trouble?.kind === "wire" ? trouble.fault : { kind: "none" });
      return fetch(request, { client });
    },
  });
  const registry: Registry = {
    name: "the index",
    kind: "other",
    uploadUrl: `${origin}/legacy/`,
    simpleUrl: `${origin}/simple/`,
  };
  const report = await publish(context, {
    settings: settingsOf(registry, scene.jobs),
    onEvent: (event) => events.push(event),
  });
  gone.abort();
  const visible = JSON.stringify({ report, events }) +
    Deno.inspect({ report, events }, { depth: 20 });
  return { report, events, tokens, visible };
}

function stageOf(request: Request): Stage {
  const { pathname } = new URL(request.url);
  if (pathname === "/") return "connection";
  if (pathname.startsWith("/simple/")) return "simple";
  if (pathname.endsWith("/audience")) return "audience";
  if (pathname.endsWith("/mint-token")) return "mint";
  if (pathname.endsWith("/burn-token")) return "burn";
  if (pathname.startsWith("/legacy/")) return "upload";
  return "identity";
}

function settingsOf(registry: Registry, jobs: number): Settings {
  return {
    enabled: true,
    registries: [registry],
    trustedPublishing: "always",
    dist: "dist",
    validateBeforePublish: false,
    checkExistingVersion: true,
    skipExisting: false,
    attestations: "off",
    jobs,
    maxFileSize: 1e9,
    maxProjectSize: 1e12,
    tool: "uv",
    publishers: new Map(),
  };
}

/** Digests by file name, as the index has them. */
export function onIndex({ sandbox, project }: Scene): Map<string, string> {
  const files = sandbox.state.projects.get(project)?.files ?? [];
  const digests = new Map(
    files.map(({ filename, sha256 }) => [filename, sha256]),
  );
  assertEquals(digests.size, files.length, "a file is there twice");
  return digests;
}

/** Holds a report to what is on the index. */
export async function assertTruthful(
  scene: Scene,
  { report, visible, tokens }: Outcome,
): Promise<void> {
  const there = onIndex(scene);
  for (const [filename, digest] of there) {
    assertEquals(digest, await sha256(scene.files.get(filename)!), filename);
  }
  for (const { file, status, error } of report.runs[0]?.files ?? []) {
    if (status === "uploaded" || status === "existing") {
      assert(there.has(file), `${file} is said to be there and is not`);
    }
    if (status === "not-attempted") {
      assert(!there.has(file), `${file} was said not to be tried`);
    }
    if (status === "failed") assert(error !== null, `${file} failed silently`);
  }
  if (report.ok) assertEquals(there.size, scene.files.size);
  else assert(report.error !== null);
  for (const token of tokens) {
    assert(!visible.includes(token), "a token can be seen");
  }
}

/** Holds a run to having burnt what it minted. */
export function assertBurnt({ sandbox }: Scene, { tokens }: Outcome): void {
  const burnt = new Set(
    sandbox.state.mintedTokens.filter(({ burnt }) => burnt)
      .map(({ token }) => token.reveal()),
  );
  for (const token of tokens) assert(burnt.has(token), "a token lives on");
}
