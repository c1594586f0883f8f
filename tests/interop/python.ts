/**
 * The Python tools that no one here wrote, in a virtual environment that is
 * made from PyPI once and kept outside the repository.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- what is skipped must be seen

import { delimiter, join } from "node:path";
import { ROOT } from "../helpers/paths.ts";

/** How a tool ended. */
export interface ToolResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, for a search; no order between them. */
  readonly output: string;
}

/** Options of one run of a tool. */
export interface ToolOptions {
  /** Variables on top of {@linkcode PythonTools.env}. */
  readonly env?: Readonly<Record<string, string>>;
  /** Working directory. @default {an empty folder} */
  readonly cwd?: string;
}

/** The virtual environment. */
export interface PythonTools {
  /** Its folder. */
  readonly folder: string;
  /** Where downloads are kept between runs. */
  readonly cache: string;
  /** The path of a program in it: `python`, `twine`, `uv`, ... */
  readonly program: (name: string) => string;
  /**
   * A whole environment: the programs on the `PATH`, and nothing of the user
   * who runs the tests: no home, no configuration, no variables.
   */
  readonly env: (
    more?: Readonly<Record<string, string>>,
  ) => Record<string, string>;
  /** Runs a program of it to its end, in {@linkcode PythonTools.env}. */
  readonly run: (
    program: string,
    args: readonly string[],
    options?: ToolOptions,
  ) => Promise<ToolResult>;
  /** The version of an installed package. */
  readonly version: (name: string) => string;
}

/** Why there are no Python tools. */
class Unavailable extends Error {}

const IS_WINDOWS = Deno.build.os === "windows";

/** The oldest Python that the requirements are for. */
const ASSERT_VERSION = `import sys; assert sys.version_info >= (3, 11)`;

/** What tools say who can't reach the package index. */
export const UNREACHABLE =
  /Failed to establish|name resolution|getaddrinfo|dns error|error sending request|Network is unreachable|Connection refused|Could not connect|ProxyError|timed out|from versions: none/i;

/**
 * The tools, or why there are none on this machine. Made by the first module
 * that asks; the others find them made.
 */
export const python: PythonTools | string = await openTools();

/**
 * A test that needs the Python tools: skipped, and loudly, where they can't
 * be had.
 */
export function interopTest(
  name: string,
  run: (python: PythonTools, context: Deno.TestContext) => Promise<void>,
): void {
  Deno.test({
    name,
    ignore: typeof python === "string",
    fn: (context) => run(python as PythonTools, context),
  });
}

async function openTools(): Promise<PythonTools | string> {
  const requirements = await Deno.readTextFile(
    `${ROOT}tests/interop/requirements.txt`,
  );
  const cache = join(cacheFolder(), "releasio-interop");
  const folder = join(cache, `venv-${await fingerprint(requirements)}`);
  await Deno.mkdir(cache, { recursive: true });
  try {
    // Test modules of two runs may come at the same time.
    using lock = await Deno.open(`${folder}.lock`, {
      create: true,
      write: true,
    });
    await lock.lock(true);
    const isMade = await exists(join(folder, "made"));
    if (!isMade) await makeVenv(folder);
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    console.error(
      `SKIPPED: everything in this file that needs other people's tools, ` +
        `because ${error.message}`,
    );
    return error.message;
  }
  return tools(folder, cache, requirements);
}

async function makeVenv(folder: string): Promise<void> {
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  console.error(`Making ${folder} from PyPI`);
  const interpreter = IS_WINDOWS ? "python" : "python3";
  await make(interpreter, ["-c", ASSERT_VERSION]);
  await make(interpreter, ["-m", "venv", folder]);
  const requirements = `${ROOT}tests/interop/requirements.txt`;
  // uv takes a tenth of pip's time for the rest.
  const pip = ["-m", "pip", "install", "--quiet", "--retries", "1"];
  const python = programPath(folder, "python");
  await make(python, [...pip, "--constraint", requirements, "uv"]);
  await make(programPath(folder, "uv"), [
    ...["pip", "install", "--quiet", "--python", python],
    ...["--requirement", requirements],
  ]);
  await Deno.writeTextFile(join(folder, "made"), "");
}

/** One step of making the environment, with the variables of the user. */
async function make(program: string, args: readonly string[]): Promise<void> {
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(program, { args: [...args] }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Unavailable(`there is no "${program}" on this machine`);
  }
  if (output.success) return;
  const said = new TextDecoder().decode(output.stderr) +
    new TextDecoder().decode(output.stdout);
  if (said.includes("AssertionError")) {
    throw new Unavailable(`this machine's Python is older than 3.11`);
  }
  if (/ensurepip/.test(said)) {
    throw new Unavailable(`this machine's Python makes no environments`);
  }
  if (UNREACHABLE.test(said)) throw new Unavailable("PyPI can't be reached");
  throw new Error(`Failed: ${program} ${args.join(" ")}\n${said}`);
}

function tools(
  folder: string,
  cache: string,
  requirements: string,
): PythonTools {
  const home = Deno.makeTempDirSync({ prefix: "releasio-home-" });
  globalThis.addEventListener("unload", () => {
    Deno.removeSync(home, { recursive: true });
  });
  const env: PythonTools["env"] = (more = {}) => ({
    ...inherited(),
    PATH: [binFolder(folder), Deno.env.get("PATH") ?? ""].join(delimiter),
    HOME: home,
    USERPROFILE: home,
    PIP_CONFIG_FILE: IS_WINDOWS ? "nul" : "/dev/null",
    PIP_DISABLE_PIP_VERSION_CHECK: "1",
    PIP_NO_INPUT: "1",
    PYTHON_KEYRING_BACKEND: "keyring.backends.null.Keyring",
    PYTHONUTF8: "1",
    UV_NO_CONFIG: "1",
    NO_COLOR: "1",
    ...more,
  });
  return {
    folder,
    cache,
    program: (name) => programPath(folder, name),
    env,
    version(name) {
      const version = new RegExp(`^${name}==(\\S+)`, "m").exec(requirements);
      if (version === null) throw new Error(`No ${name} in requirements.txt`);
      return version[1]!;
    },
    async run(program, args, options = {}) {
      const { code, stdout, stderr } = await new Deno.Command(
        programPath(folder, program),
        {
          args: [...args],
          cwd: options.cwd ?? home,
          env: env(options.env),
          clearEnv: true,
          stdin: "null",
        },
      ).output();
      const out = new TextDecoder().decode(stdout);
      const err = new TextDecoder().decode(stderr);
      return { code, stdout: out, stderr: err, output: `${out}\n${err}` };
    },
  };
}

/** What processes need on Windows. */
function inherited(): Record<string, string> {
  return Object.fromEntries(
    ["SystemRoot", "TEMP", "TMP", "TMPDIR"].flatMap((name) => {
      const value = Deno.env.get(name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

function binFolder(folder: string): string {
  return join(folder, IS_WINDOWS ? "Scripts" : "bin");
}

function programPath(folder: string, name: string): string {
  return join(binFolder(folder), IS_WINDOWS ? `${name}.exe` : name);
}

/** `RELEASIO_INTEROP_CACHE`, or where this system keeps what can be had again. */
function cacheFolder(): string {
  const home = Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE") ?? ".";
  return Deno.env.get("RELEASIO_INTEROP_CACHE") ??
    Deno.env.get("XDG_CACHE_HOME") ?? Deno.env.get("LOCALAPPDATA") ??
    join(home, ".cache");
}

async function fingerprint(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(digest).toHex().slice(0, 12);
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
