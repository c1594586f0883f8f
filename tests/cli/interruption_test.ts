import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { makeRelease } from "../faults/world.ts";
import { type CliResult, runCli } from "../helpers/cli.ts";
import { seededRandom } from "../helpers/fault_proxy.ts";
import {
  DEMO_PUBLISHER,
  type RunningSandbox,
  startSandbox,
} from "../helpers/sandbox.ts";

/** An index that keeps a request waiting, and files to publish to it. */
interface Stage extends AsyncDisposable {
  readonly running: RunningSandbox;
  /** The files' names. */
  readonly files: readonly string[];
  /** Publishes; `at` is called with the process when a request is held. */
  readonly publish: (
    args?: readonly string[],
    at?: (child: Deno.ChildProcess) => Promise<unknown> | void,
  ) => Promise<CliResult>;
  /** Keeps requests waiting that begin like this, after so many others. */
  readonly hold: (match: string, after?: number) => void;
  /** Settles with the next request that is held. */
  readonly held: () => Promise<void>;
  /** Answers what was held. */
  readonly release: () => void;
}

async function openStage(): Promise<Stage> {
  let waiting = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  const running = await startSandbox({
    publishers: [{
      publisher: DEMO_PUBLISHER,
      project: "demo",
    }],
    sleep: (ms) => {
      if (ms === 0) return Promise.resolve();
      waiting.resolve();
      return end.promise;
    },
  });
  const folder = await Deno.makeTempDir();
  const release = makeRelease("demo", 2, seededRandom(1));
  for (const [name, bytes] of release) {
    await Deno.writeFile(join(folder, name), bytes);
  }
  const held = async () => {
    await waiting.promise;
    waiting = Promise.withResolvers();
  };
  return {
    running,
    files: [...release.keys()].toSorted(),
    publish: async (args = [], at = () => {}) => {
      let watching: Promise<unknown> | undefined;
      const result = await runCli([
        "publish",
        "--no-check",
        "-j",
        "1",
        ...args,
        folder,
      ], {
        env: {
          ...running.githubEnv(),
          RELEASIO_PUBLISH_REGISTRY: `${running.url}/legacy/`,
        },
        onStart: (child) => watching = held().then(() => at(child)),
      });
      if (args.length > 0) await watching;
      return result;
    },
    hold: (match, after = 0) => {
      if (after > 0) running.sandbox.fail({ match, times: after, delay: 0 });
      running.sandbox.fail({ match, delay: 1 });
    },
    held,
    release: end.resolve,
    async [Symbol.asyncDispose]() {
      end.resolve();
      await running[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function statuses({ stdout }: CliResult): string[] {
  const [run] = JSON.parse(stdout).runs;
  return (run?.files ?? []).map(({ status }: { status: string }) => status);
}

function filesOn({ sandbox }: RunningSandbox): string[] {
  return sandbox.state.projects.get("demo")!.files
    .map(({ filename }) => filename).toSorted();
}

function isBurnt({ sandbox }: RunningSandbox): boolean {
  return sandbox.state.mintedTokens.every(({ burnt }) => burnt);
}

for (
  const [signal, code, error] of [
    ["SIGINT", 130, "interrupted"],
    ["SIGTERM", 143, "terminated"],
  ] as const
) {
  Deno.test(`publish starts nothing after ${signal}, burns, reports, and goes on next time`, async () => {
    await using stage = await openStage();
    const { running } = stage;
    stage.hold("POST /legacy/", 1);
    const result = await stage.publish(
      ["--json"],
      (child) => child.kill(signal),
    );
    assertEquals(result.code, code, result.stderr);
    assertEquals(JSON.parse(result.stdout).error.code, error);
    assertEquals(statuses(result), ["uploaded", "failed", "not-attempted"]);
    assertStringIncludes(result.stderr, "Stopping");
    assertEquals(running.sandbox.state.mintedTokens.length, 1);
    assert(isBurnt(running));

    stage.release();
    const again = await stage.publish();
    assertEquals(again.code, 0, again.stderr);
    assertEquals(filesOn(running), stage.files);
    assert(isBurnt(running));
  });
}

Deno.test("publish stops at once when it is interrupted twice", async () => {
  await using stage = await openStage();
  stage.hold("POST /legacy/");
  stage.hold("POST /_/oidc/burn-token");
  let second = 0;
  const { code, stdout } = await stage.publish(["--json"], async (child) => {
    child.kill("SIGINT");
    await stage.held();
    second = Date.now();
    child.kill("SIGINT");
  });
  const took = Date.now() - second;
  assertEquals(code, 130);
  // Burning alone would be waited for longer; and the report follows it.
  assert(took < 1500, `${took} ms`);
  assertEquals(stdout, "");
});

Deno.test("publish asks for no identity when it is interrupted before", async () => {
  await using stage = await openStage();
  stage.hold("GET /simple/");
  const result = await stage.publish(
    ["--json"],
    (child) => child.kill("SIGINT"),
  );
  assertEquals(result.code, 130, result.stderr);
  // It may have met the run while it still read its files.
  assertEquals(
    statuses(result).filter((status) => status !== "not-attempted"),
    [],
  );
  assertEquals(stage.running.sandbox.state.mintedTokens, []);
});

Deno.test("publish says that all is up when it is interrupted while it waits", async () => {
  await using stage = await openStage();
  stage.hold("GET /simple/", 1);
  const result = await stage.publish(
    ["--json", "--wait"],
    (child) => child.kill("SIGINT"),
  );
  assertEquals(result.code, 130, result.stderr);
  assertEquals(statuses(result), ["uploaded", "uploaded", "uploaded"]);
  assert(isBurnt(stage.running));
});
