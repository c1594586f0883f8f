/**
 * Our own command, as the tests of this folder run it: against an index of
 * their choice, with an API token.
 *
 * @module
 */

import { runCli } from "../helpers/cli.ts";

/** Where to publish, and as whom. */
export interface PublishTarget {
  readonly uploadUrl: string;
  readonly username?: string;
  readonly password: string;
  /** Further variables of the process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What came of a run: its exit code, and each file's status by name. */
export interface PublishOutcome {
  readonly exitCode: number;
  /** The error's code, or `null`. */
  readonly error: string | null;
  /** The error's message, or `null`. */
  readonly message: string | null;
  readonly statuses: Readonly<Record<string, string>>;
  /** Everything that was printed, for a failing test. */
  readonly output: string;
}

/** Runs `publish --json`. */
export async function publish(
  target: PublishTarget,
  args: readonly string[],
): Promise<PublishOutcome> {
  const { code, stdout, stderr } = await runCli(
    ["publish", "--json", ...args],
    {
      env: {
        RELEASIO_PUBLISH_REGISTRY: target.uploadUrl,
        RELEASIO_PUBLISH_USERNAME: target.username ?? "__token__",
        RELEASIO_PYPI_TOKEN: target.password,
        ...target.env,
      },
    },
  );
  const report = JSON.parse(stdout);
  const files: { file: string; status: string }[] = report.runs[0]?.files ?? [];
  return {
    exitCode: code,
    error: report.error?.code ?? null,
    message: report.error?.message ?? null,
    statuses: Object.fromEntries(
      files.map(({ file, status }) => [file, status]),
    ),
    output: stderr + stdout,
  };
}
