/**
 * Runs of the command line that are killed in the middle and run again.
 */

import { assert, assertEquals } from "@std/assert";
import type { MintedToken, Sandbox } from "../../lib/sandbox/mod.ts";
import { childEnv, denoArgs } from "../helpers/cli.ts";
import { sha256 } from "../helpers/fake_index.ts";
import { seededRandom } from "../helpers/fault_proxy.ts";
import { DEMO_PUBLISHER, startSandbox } from "../helpers/sandbox.ts";
import { makeRelease } from "./world.ts";

/** Milliseconds that each request takes, so that there is a middle. */
const LATENCY = 15;

/** Simple API, audience, identity, mint, six files, burning; one to spare. */
const REQUESTS_OF_A_RUN = 12;

/** How a killed run ended. */
export interface Killed {
  /** The exit code, or the signal. */
  readonly end: number | string;
  /** Files on the index when it had ended. */
  readonly files: number;
}

/** An index that takes its time, and releases to publish to it. */
export interface CrashSite extends AsyncDisposable {
  /**
   * Publishes a release and kills the run after a while, then publishes it
   * again and holds the index to having each file once, with its digest.
   */
  readonly killAndFinish: (
    seed: number,
    signal: Deno.Signal,
  ) => Promise<Killed>;
}

/** Opens a crash site. */
export async function openCrashSite(): Promise<CrashSite> {
  const running = await startSandbox();
  const { sandbox, url } = running;
  sandbox.fail({ match: "", times: Infinity, delay: LATENCY });

  const stage = async (project: string, random: () => number) => {
    sandbox.addPublisher(DEMO_PUBLISHER, project);
    const release = makeRelease(project, 5, random);
    const folder = await Deno.makeTempDir();
    for (const [name, bytes] of release) {
      await Deno.writeFile(`${folder}/${name}`, bytes);
    }
    return {
      release,
      start: () => publish(running.githubEnv(), url, folder),
      [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
    };
  };
  const finish = async (start: () => Deno.ChildProcess) => {
    const { code, stderr } = await start().output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    assertSilent(sandbox, stderr);
    // The killed run's mint may still be answered: that token is nobody's.
    assertBurnt(ownTokens(sandbox, stderr));
  };

  // Kills somewhere between the first request of a run and its last.
  const killInTime = async (
    child: Deno.ChildProcess,
    signal: Deno.Signal,
    random: () => number,
  ) => {
    const first = sandbox.state.requests.length;
    const fatal = first + Math.floor(random() * REQUESTS_OF_A_RUN);
    let ended = false;
    const output = child.output().finally(() => ended = true);
    while (!ended && sandbox.state.requests.length < fatal) await pause(1);
    await pause(random() * 2 * LATENCY);
    kill(child, signal);
    return await output;
  };

  return {
    async killAndFinish(seed, signal) {
      const random = seededRandom(seed);
      const project = `killed${seed}`;
      await using scene = await stage(project, random);
      const ended = await killInTime(scene.start(), signal, random);
      assertSilent(sandbox, ended.stderr);
      if (signal !== "SIGKILL") assertBurnt(sandbox.state.mintedTokens);
      const files = filesOf(sandbox, project).length;
      // A killed run could burn nothing.
      sandbox.state.mintedTokens.length = 0;

      await finish(scene.start);
      const there = filesOf(sandbox, project);
      assertEquals(there.length, scene.release.size);
      for (const { filename, sha256: digest } of there) {
        assertEquals(digest, await sha256(scene.release.get(filename)!));
      }
      return { end: ended.signal ?? ended.code, files };
    },
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}

function publish(
  env: Record<string, string>,
  url: string,
  folder: string,
): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [...denoArgs(), "publish", "--no-check", "-j", "2", folder],
    env: childEnv({ ...env, RELEASIO_PUBLISH_REGISTRY: `${url}/legacy/` }),
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function kill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It was faster.
  }
}

function filesOf(sandbox: Sandbox, project: string) {
  return sandbox.state.projects.get(project)?.files ?? [];
}

/** No token is printed but in the line that hides it. */
function assertSilent(sandbox: Sandbox, stderr: Uint8Array): void {
  const lines = new TextDecoder().decode(stderr).split("\n")
    .filter((line) => !line.startsWith("::add-mask::")).join("\n");
  for (const { token } of sandbox.state.mintedTokens) {
    assert(!lines.includes(token.reveal()), "a token was printed");
  }
}

/** The tokens that a run was given: it asked the log to hide them. */
function ownTokens(sandbox: Sandbox, stderr: Uint8Array): MintedToken[] {
  const text = new TextDecoder().decode(stderr);
  return sandbox.state.mintedTokens.filter(({ token }) =>
    text.includes(token.reveal())
  );
}

function assertBurnt(tokens: readonly MintedToken[]): void {
  assert(tokens.every(({ burnt }) => burnt), "a token lives on");
}
