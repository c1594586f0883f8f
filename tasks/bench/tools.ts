/**
 * The tools that are compared, each as a user would call it.
 *
 * @module
 */

import { join } from "node:path";

/** Where a tool uploads to. */
export interface Target {
  /** The upload URL. */
  readonly url: string;
  /** An API token. */
  readonly token: string;
  /** The folder of distributions. */
  readonly folder: string;
  /** The distributions. */
  readonly files: readonly string[];
}

/** A tool. */
export interface Tool {
  /** Its name in the table. */
  readonly name: string;
  /** The command that uploads. */
  readonly upload: (target: Target) => Command;
  /** The command that shows its help. */
  readonly help: Command;
  /** The command that shows its version. */
  readonly version: Command;
}

/** A command line with its variables. */
export interface Command {
  /** The program and its arguments. */
  readonly line: readonly string[];
  /** Variables beside the inherited ones. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * A virtual environment with uv and twine: the one that `RELEASIO_BENCH_VENV`
 * names, else a new one.
 */
export async function openVenv(folder: string): Promise<string> {
  const given = Deno.env.get("RELEASIO_BENCH_VENV");
  if (given !== undefined && given !== "") return given;
  const venv = join(folder, "venv");
  for (
    const line of [
      ["python3", "-m", "venv", venv],
      [join(venv, "bin/pip"), "install", "--quiet", "uv", "twine"],
    ]
  ) {
    const [program, ...args] = line;
    const { success } = await new Deno.Command(program!, {
      args,
      stdout: "inherit",
      stderr: "inherit",
    }).spawn().status;
    if (!success) throw new Error(`Failed: ${line.join(" ")}`);
  }
  return venv;
}

/** This project's command line, from the checkout. */
export function releasio(
  configFile: string,
  root: string,
  jobs: number | null = null,
): Tool {
  const line = [
    ...[Deno.execPath(), "run", "--no-prompt", "--quiet", "-c", configFile],
    ...["--allow-read", "--allow-env", "--allow-net", join(root, "mod.ts")],
  ];
  return {
    name: jobs === null ? "releasio" : `releasio --jobs ${jobs}`,
    upload: ({ url, token, folder }) => ({
      line: [
        ...line,
        "publish",
        ...(jobs === null ? [] : ["--jobs", String(jobs)]),
        folder,
      ],
      env: {
        RELEASIO_PYPI_TOKEN: token,
        RELEASIO_PUBLISH_REGISTRY: url,
        RELEASIO_PUBLISH_TRUSTED_PUBLISHING: "never",
        RELEASIO_PUBLISH_MAX_FILE_SIZE: "4 GiB",
      },
    }),
    help: { line: [...line, "--help"] },
    version: { line: [...line, "--version"] },
  };
}

/** `uv publish`. */
export function uv(venv: string): Tool {
  const program = join(venv, "bin/uv");
  return {
    name: "uv publish",
    upload: ({ url, token, files }) => ({
      line: [program, "publish", "--trusted-publishing", "never", ...files],
      env: { UV_PUBLISH_URL: url, UV_PUBLISH_TOKEN: token },
    }),
    help: { line: [program, "publish", "--help"] },
    version: { line: [program, "--version"] },
  };
}

/** `twine upload`. */
export function twine(venv: string): Tool {
  const program = join(venv, "bin/twine");
  return {
    name: "twine upload",
    upload: ({ url, token, files }) => ({
      line: [program, "upload", "--disable-progress-bar", ...files],
      env: {
        TWINE_REPOSITORY_URL: url,
        TWINE_USERNAME: "__token__",
        TWINE_PASSWORD: token,
        TWINE_NON_INTERACTIVE: "1",
      },
    }),
    help: { line: [program, "--help"] },
    version: { line: [program, "--version"] },
  };
}

/**
 * The least that an upload takes: one pass for the digest, and `curl -F`. The
 * token travels on standard input, as it should.
 */
const CURL = `
digest=$(openssl dgst -sha256 -r "$2" | cut -d " " -f 1)
printf 'user = "__token__:%s"' "$TOKEN" |
  curl --fail --silent --show-error --config - \\
    -F :action=file_upload -F protocol_version=1 -F filetype=bdist_wheel \\
    -F pyversion=py3 -F metadata_version=2.1 -F name=bench -F version=1.0 \\
    -F sha256_digest="$digest" -F content="@$2" "$1"
`;

/** `curl -F` of one file, its SHA-256 included. */
export const curl: Pick<Tool, "name" | "upload"> = {
  name: "curl -F",
  upload: ({ url, token, files }) => ({
    line: ["bash", "-euo", "pipefail", "-c", CURL, "curl", url, files[0]!],
    env: { TOKEN: token },
  }),
};
