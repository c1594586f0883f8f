/**
 * Child processes and the environment that they get: what is listed here, and
 * nothing else. Builds and hooks run code from many hands; what an honest tool
 * of them never sees, it can't leak into a log or a cache. It is no wall
 * against hostile code: only a job of its own is.
 *
 * @module
 */

import type { ChildResult, Context } from "../context.ts";
import { type ErrorCode, ReleasioError } from "../errors.ts";

/** Lines of a failed child's output that its error repeats. */
const SHOWN_LINES = 4;

/** Variables that children inherit, each by its whole name. */
const INHERITED: readonly string[] = [
  // Where things are.
  ...["PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TMP", "TEMP"],
  ...["XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"],
  ...["SystemRoot", "SystemDrive", "windir", "ComSpec", "PATHEXT"],
  ...["USERPROFILE", "APPDATA", "LOCALAPPDATA", "ProgramData"],
  ...["ProgramFiles", "ProgramFiles(x86)", "PROCESSOR_ARCHITECTURE"],
  "NUMBER_OF_PROCESSORS",
  // Language, time and terminal.
  ...["LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LC_COLLATE", "LC_MESSAGES"],
  ...["LC_MONETARY", "LC_NUMERIC", "LC_TIME", "TZ", "TERM", "CI", "NO_COLOR"],
  // The network.
  ...["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"],
  ...["http_proxy", "https_proxy", "no_proxy", "all_proxy"],
  ...["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"],
  "CURL_CA_BUNDLE",
  // Python and its tools.
  ...["VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH", "PYTHONUTF8"],
  ...["PYTHONHASHSEED", "PYENV_ROOT", "PYENV_VERSION", "pythonLocation"],
  ...["Python_ROOT_DIR", "Python3_ROOT_DIR"],
  ...["PIP_CACHE_DIR", "PIP_INDEX_URL", "PIP_CONFIG_FILE", "PIP_CERT"],
  ...["UV_CACHE_DIR", "UV_INDEX_URL", "UV_DEFAULT_INDEX", "UV_PYTHON"],
  ...["UV_PYTHON_INSTALL_DIR", "UV_TOOL_DIR", "UV_TOOL_BIN_DIR"],
  ...["UV_CONFIG_FILE", "UV_NATIVE_TLS", "UV_OFFLINE"],
  ...["POETRY_CACHE_DIR", "POETRY_HOME", "HATCH_CACHE_DIR", "HATCH_DATA_DIR"],
  ...["SETUPTOOLS_SCM_PRETEND_VERSION", "PBR_VERSION"],
  // Compilers.
  ...["CC", "CXX", "CFLAGS", "CXXFLAGS", "CPPFLAGS", "LDFLAGS", "ARCHFLAGS"],
  ...["MACOSX_DEPLOYMENT_TARGET", "PKG_CONFIG_PATH", "LD_LIBRARY_PATH"],
  ...["CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "RUSTFLAGS"],
  ...["GOPATH", "GOROOT", "JAVA_HOME", "VCINSTALLDIR", "INCLUDE", "LIB"],
  // What makes builds the same twice.
  "SOURCE_DATE_EPOCH",
];

/**
 * The environment of a child.
 *
 * @param context The outside world
 * @param variables What this child is told beside what every child inherits
 * @returns The whole environment
 */
export function childEnvironment(
  context: Context,
  variables: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const inherited = INHERITED.flatMap((name) => {
    const value = context.env(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(inherited), ...variables };
}

/** A child to run in a release. */
export interface Child {
  /** The program and its arguments. */
  readonly command: readonly [program: string, ...args: string[]];
  /** Working directory. */
  readonly cwd: string;
  /** What it is told beside what every child inherits. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Receives its output as it comes. */
  readonly onOutput?: (text: string) => void;
}

/** How a child's failure is told. */
export interface ChildFailure {
  /** The code. */
  readonly code: ErrorCode;
  /** What could not be done, such as `build with uv`. */
  readonly what: string;
  /** What to do when the program is not there. */
  readonly missing: string;
}

/**
 * Starts a child and waits for its end.
 *
 * @param context The outside world
 * @param child What to run
 * @param failure How a failure to start is told
 * @returns How it ended
 * @throws {ReleasioError} The failure's code, when it can't be started
 */
export async function startChild(
  context: Context,
  child: Child,
  failure: ChildFailure,
): Promise<ChildResult> {
  const { command: [program, ...args], cwd, variables, onOutput } = child;
  context.signal.throwIfAborted();
  let result: ChildResult;
  try {
    result = await context.run({
      command: program,
      args,
      cwd,
      env: childEnvironment(context, variables),
      ...(onOutput === undefined ? {} : { onOutput }),
    });
  } catch (cause) {
    const isForbidden = cause instanceof Error && cause.name === "NotCapable";
    throw new ReleasioError(
      failure.code,
      `Cannot ${failure.what}: ${program} ${
        isForbidden ? "may not be run" : "can't be started"
      }`,
      {
        hint: isForbidden ? "Give Deno `--allow-run`." : failure.missing,
        details: { command: child.command },
        cause,
      },
    );
  }
  // A child that was interrupted with us has no error of its own.
  context.signal.throwIfAborted();
  return result;
}

/**
 * Runs a child that must end well.
 *
 * @param context The outside world
 * @param child What to run
 * @param failure How a failure is told
 * @returns What it wrote to standard output
 * @throws {ReleasioError} The failure's code, with the last lines that it wrote
 */
export async function runChild(
  context: Context,
  child: Child,
  failure: ChildFailure,
): Promise<string> {
  const result = await startChild(context, child, failure);
  if (result.code === 0) return result.stdout;
  // The last line alone is often "failed": why stands above it.
  const lastLines = (result.stderr.trim() || result.stdout.trim())
    .split("\n").slice(-SHOWN_LINES).map((line) => line.trim()).join("; ");
  throw new ReleasioError(
    failure.code,
    `Cannot ${failure.what}: ${
      child.command[0]
    } ended with exit code ${result.code}`,
    {
      hint: lastLines === "" ? "It wrote nothing." : `It says: ${lastLines}`,
      details: { command: child.command, exitCode: result.code },
    },
  );
}
