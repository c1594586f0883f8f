/**
 * Other people's installers, our sandbox: what was published to it by our own
 * command can be installed from it.
 */

import { assert, assertEquals } from "@std/assert";
import { childEnv, denoArgs, runCli } from "../helpers/cli.ts";
import { fixturePath } from "../helpers/fixtures.ts";
import { startMatrix } from "./matrix.ts";
import {
  type InstallOptions,
  pipInstall,
  uvPipInstall,
} from "./pip_install.ts";
import { interopTest, python, type PythonTools } from "./python.ts";

const OPERATIONS = {
  wheel: "a wheel",
  sdist: "an sdist, built there",
  preRelease: "a pre-release with a name that is not normalized",
  platform: "a wheel for another platform: refused",
  again: "what `serve --data` kept, after it was started again",
};

const version = (name: string) =>
  typeof python === "string" ? "" : python.version(name);

/** An installer. */
interface Installer {
  readonly column: string;
  readonly install: (
    python: PythonTools,
    simpleUrl: string,
    requirement: string,
    options?: InstallOptions,
  ) => Promise<string[]>;
}

const INSTALLERS: readonly Installer[] = [
  { column: `pip ${version("pip")}`, install: pipInstall },
  { column: `uv ${version("uv")}`, install: uvPipInstall },
];

const matrix = startMatrix(
  "installers",
  "Install of",
  Object.values(OPERATIONS),
  INSTALLERS.map(({ column }) => column),
);

/** A running `serve`, as a process of its own. */
interface Served extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>;
  readonly simpleUrl: string;
}

const PROJECTS = ["ueber-cafe", "steady-rows", "swift-path"];

/** Starts `serve` with a publisher for each project. */
async function startServe(data: string): Promise<Served> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...[...denoArgs(), "serve", "--data", data],
      ...PROJECTS.flatMap((project) => [
        "--publisher",
        `octo/demo/release.yml:${project}`,
      ]),
    ],
    env: childEnv(),
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const rest = child.stderr.pipeTo(new WritableStream());
  const env: Record<string, string> = {};
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ""; env.RELEASIO_PUBLISH_REGISTRY === undefined;) {
    const { value, done } = await lines.read();
    if (done) throw new Error(`serve ended: ${text}`);
    text += value;
    for (const line of text.split("\n").slice(0, -1)) {
      const sign = line.indexOf("=");
      env[line.slice(0, sign)] = line.slice(sign + 1);
    }
  }
  const { origin } = new URL(env.RELEASIO_PUBLISH_REGISTRY);
  return {
    env,
    simpleUrl: `${origin}/simple/`,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await lines.cancel();
      await rest;
      const { code } = await child.status;
      assertEquals(code, 0);
    },
  };
}

interopTest(
  "pip and uv install what publish sent to serve by trusted publishing",
  async (python) => {
    const data = await Deno.makeTempDir({ prefix: "releasio-serve-" });
    const tryAll = async (
      operation: keyof typeof OPERATIONS,
      attempt: (installer: Installer) => Promise<string>,
    ) => {
      for (const installer of INSTALLERS) {
        const result = await attempt(installer);
        matrix.record(OPERATIONS[operation], installer.column, result);
      }
    };
    const install = (
      { install }: Installer,
      { simpleUrl }: Served,
      requirement: string,
      options?: InstallOptions,
    ) => install(python, simpleUrl, requirement, options);
    try {
      {
        await using served = await startServe(data);
        const published = await runCli([
          "publish",
          ...["ueber_cafe", "steady_rows", "swift_path"]
            .map((folder) => fixturePath(`dist/${folder}`)),
        ], { env: served.env });
        assertEquals(published.code, 0, published.stderr);

        await tryAll("wheel", async (installer) => {
          const files = await install(installer, served, "steady-rows==2.1.0");
          assert(files.includes("steady_rows/__init__.py"), files.join());
          return "installed";
        });
        await tryAll("sdist", async (installer) => {
          const files = await install(installer, served, "steady-rows", {
            fromSdist: true,
          });
          assert(files.includes("steady_rows/__init__.py"), files.join());
          return "installed";
        });
        await tryAll("preRelease", async (installer) => {
          const files = await install(installer, served, "Ueber.Cafe==1.0rc1");
          assert(files.includes("ueber_cafe/__init__.py"), files.join());
          return "installed";
        });
        await tryAll("platform", async (installer) => {
          const failure = await install(installer, served, "swift-path", {
            onlyWheels: true,
          }).then(() => null, (error: Error) => error.message);
          assert(failure !== null && /swift.path/.test(failure), failure ?? "");
          return "not for this platform";
        });
      }
      await using served = await startServe(data);
      await tryAll("again", async (installer) => {
        const files = await install(installer, served, "steady-rows");
        assert(files.includes("steady_rows/__init__.py"), files.join());
        return "installed";
      });
    } finally {
      await Deno.remove(data, { recursive: true });
    }
  },
);

interopTest(
  "docs/compatibility.md tells how installers did",
  () => matrix.settle(),
);
