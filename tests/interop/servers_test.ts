/**
 * Our client, other people's index servers.
 */

import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { buildSdist, buildWheel } from "../helpers/archives.ts";
import {
  type IndexServer,
  startDevpi,
  startPypiserver,
} from "./index_servers.ts";
import { startMatrix } from "./matrix.ts";
import { pipInstall } from "./pip_install.ts";
import { interopTest, python, type PythonTools } from "./python.ts";
import {
  publish,
  type PublishOutcome,
  type PublishTarget,
} from "./releasio.ts";

type Server = Omit<IndexServer, typeof Symbol.asyncDispose>;

const WHEEL = "tin_whistle-1.0-py3-none-any.whl";
const SDIST = "tin_whistle-1.0.tar.gz";
const LARGE = "tin_whistle-2.0-py3-none-any.whl";
const LARGE_BYTES = 48 * 1024 * 1024;

const OPERATIONS = {
  first: "`publish` a wheel and an sdist",
  again: "`publish` them again",
  otherBytes: "`publish` other bytes under one name",
  skip: "the same with `--skip-existing`",
  blind: "the same without looking at the index first",
  blindSkip: "the same, with `--skip-existing`",
  wrongPassword: "`publish` with a wrong password",
  large: "`publish` a wheel of 48 MiB",
  install: "`pip install` of what was published",
};

const version = (name: string) =>
  typeof python === "string" ? "" : python.version(name);
const PYPISERVER = `pypiserver ${version("pypiserver")}`;
const DEVPI = `devpi-server ${version("devpi-server")}`;
const VOLATILE = `${DEVPI}, volatile index, password`;
const FIXED = `${DEVPI}, non-volatile index, login token`;

const matrix = startMatrix(
  "servers",
  "Operation",
  Object.values(OPERATIONS),
  [PYPISERVER, VOLATILE, FIXED],
);

/** What differs between servers. */
interface Expected {
  readonly column: string;
  /** What sending other bytes under a name that exists ends with. */
  readonly blind: readonly [exitCode: number, status: string];
  readonly blindSkip: readonly [exitCode: number, status: string];
}

/** Holds one server to everything. */
async function tryServer(
  python: PythonTools,
  server: Server,
  { column, ...expected }: Expected,
): Promise<void> {
  const { folder, dist, changed } = await makeFiles();
  try {
    const large = join(folder, LARGE);
    await Deno.writeFile(large, largeWheel());

    const attempt = async (
      operation: keyof typeof OPERATIONS,
      [exitCode, status]: readonly [exitCode: number, status: string],
      args: readonly string[],
      target: PublishTarget = server,
    ): Promise<void> => {
      const outcome = await publish(target, args);
      // The first file's; those after a refusal are not attempted.
      const [first = ""] = Object.values(outcome.statuses);
      assertEquals(
        [outcome.exitCode, first],
        [exitCode, status],
        outcome.output,
      );
      matrix.record(OPERATIONS[operation], column, describe(outcome, first));
    };
    const stranger = { ...server, password: "not-the-password" };
    const blind = {
      ...server,
      env: { RELEASIO_PUBLISH_CHECK_EXISTING_VERSION: "false" },
    };

    await attempt("wrongPassword", [4, "failed"], [dist], stranger);
    await attempt("first", [0, "uploaded"], [dist]);
    await attempt("again", [0, "existing"], [dist]);
    await attempt("otherBytes", [5, "failed"], [changed]);
    await attempt("skip", [0, "skipped"], ["--skip-existing", changed]);
    await attempt("blind", expected.blind, [changed], blind);
    await attempt(
      "blindSkip",
      expected.blindSkip,
      ["--skip-existing", changed],
      blind,
    );
    await attempt("large", [0, "uploaded"], [large]);
    const installed = await pipInstall(
      python,
      server.simpleUrl,
      "tin-whistle==1.0",
    );
    assert(installed.includes("tin_whistle/__init__.py"));
    matrix.record(OPERATIONS.install, column, "installed");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A wheel and an sdist, and another wheel of the same name. */
async function makeFiles() {
  const folder = await Deno.makeTempDir({ prefix: "releasio-servers-" });
  const dist = join(folder, "dist");
  const changed = join(folder, "changed");
  await Deno.mkdir(dist);
  await Deno.mkdir(changed);
  const spec = { name: "tin-whistle", description: "Ünïcode\n" };
  await Deno.writeFile(join(dist, WHEEL), buildWheel(spec));
  await Deno.writeFile(join(dist, SDIST), buildSdist(spec));
  await Deno.writeFile(
    join(changed, WHEEL),
    buildWheel({ ...spec, files: { "tin_whistle/more.py": "" } }),
  );
  return { folder, dist, changed };
}

function largeWheel(): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(LARGE_BYTES);
  for (let at = 0; at < data.length; at += 65_536) {
    crypto.getRandomValues(data.subarray(at, at + 65_536));
  }
  return buildWheel({
    name: "tin-whistle",
    version: "2.0",
    files: { "tin_whistle/data.bin": data },
  });
}

function describe({ exitCode, error }: PublishOutcome, status: string): string {
  return error === null ? status : `exit ${exitCode}, \`${error}\``;
}

interopTest("publish works with pypiserver", async (python) => {
  await using server = await startPypiserver(python);
  await tryServer(python, server, {
    column: PYPISERVER,
    blind: [5, "failed"],
    blindSkip: [0, "skipped"],
  });
});

interopTest(
  "publish reads a private pypiserver as the user who uploads",
  async (python) => {
    await using server = await startPypiserver(python, { isPrivate: true });
    const { folder, dist, changed } = await makeFiles();
    try {
      for (
        const [exitCode, statuses, args] of [
          [0, ["uploaded", "uploaded"], ["--wait", dist]],
          [0, ["existing", "existing"], [dist]],
          [0, ["existing", "existing"], ["--wait", dist]],
          [5, ["failed"], [changed]],
          [0, ["skipped"], ["--skip-existing", changed]],
        ] as const
      ) {
        const outcome = await publish(server, args);
        assertEquals(
          [outcome.exitCode, Object.values(outcome.statuses)],
          [exitCode, statuses],
          outcome.output,
        );
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

interopTest("publish works with devpi-server", async (python) => {
  await using devpi = await startDevpi(python);
  await tryServer(python, devpi.volatile, {
    column: VOLATILE,
    blind: [0, "uploaded"],
    blindSkip: [0, "uploaded"],
  });
  await tryServer(python, devpi.fixed, {
    column: FIXED,
    blind: [5, "failed"],
    blindSkip: [0, "skipped"],
  });
});

interopTest(
  "docs/compatibility.md tells how servers did",
  () => matrix.settle(),
);
