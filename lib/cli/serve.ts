/**
 * `serve`: the sandbox behind a loopback port, until it is stopped.
 *
 * @module
 */

import { resolveConfig } from "../config/resolve_config.ts";
import type { GitHubPublisher } from "../config/settings.ts";
import { ReleasioError } from "../errors.ts";
import { createSandbox, type Sandbox } from "../sandbox/sandbox.ts";
import { validatePublisher } from "../trust/form.ts";
import type { CommandIo, GlobalFlags } from "./command.ts";
import type { Terminal } from "./terminal.ts";
import { folderStorage } from "./data_folder.ts";
import { listen, type Listener } from "./listen.ts";

/** The flags of `serve`. */
export interface ServeFlags extends GlobalFlags {
  /** `-p, --port`; any free one by default. */
  readonly port?: number;
  /** `--data`: a folder to keep what is uploaded. */
  readonly data?: string;
  /** `--publisher`: `owner/repository/workflow.yml[@environment]:project`. */
  readonly publisher?: readonly string[];
  /** `--pending`: the same, for projects that do not exist yet. */
  readonly pending?: readonly string[];
  /** `--api-token`: one that the index takes. */
  readonly apiToken?: string;
}

/** What `serve` needs of a command's surroundings. */
export type ServeIo = Pick<CommandIo, "context" | "globals"> & {
  /** Where it prints. */
  readonly terminal: Pick<Terminal, "out" | "err">;
};

/**
 * Runs `serve`: prints the variables of a GitHub Actions job there, then
 * serves until it is interrupted or terminated, which is its way to end well.
 *
 * The job is the first publisher's that was named. The limits are those of the
 * project's settings.
 *
 * @param io The outside world and the terminal
 * @param flags Its flags
 * @returns The exit code, 0
 * @throws {ReleasioError} `usage` for flags that can't be read and a port
 * that can't be had
 */
export async function runServe(
  io: ServeIo,
  flags: ServeFlags,
): Promise<number> {
  const { context, terminal, globals } = io;
  const publishers = (flags.publisher ?? []).map(parsePublisher);
  const pendingPublishers = (flags.pending ?? []).map(parsePublisher);
  // The index is the project's, so it has raised the limits that PyPI has.
  const { settings } = await resolveConfig(context, {
    configFile: flags.config,
  });
  const sandbox = await createSandbox({
    limits: {
      maxFileSize: settings.maxFileSize,
      maxProjectSize: settings.maxProjectSize,
    },
    publishers,
    pendingPublishers,
    ...(flags.apiToken === undefined ? {} : { apiTokens: [flags.apiToken] }),
    ...(flags.data === undefined
      ? {}
      : { storage: await folderStorage(context, flags.data) }),
    now: context.now,
    sleep: context.sleep,
  });
  const listener = await openListener(sandbox, flags.port ?? 0);
  const stop = () => void listener[Symbol.asyncDispose]();
  context.signal.addEventListener("abort", stop, { once: true });

  const { origin } = listener;
  const [job = { publisher: {} }] = [...publishers, ...pendingPublishers];
  const variables = sandbox.githubEnvironment(origin, job.publisher);
  for (const [name, value] of Object.entries(variables)) {
    terminal.out(`${name}=${value}`);
  }
  if (!globals.quiet) terminal.err(`Serving at ${origin}; Ctrl-C ends it`);
  await listener.finished;
  return 0;
}

/** A publisher and its project, as the flags name them. */
interface NamedPublisher {
  readonly publisher: GitHubPublisher;
  readonly project: string;
}

const PUBLISHER_REGEXP =
  /^(?<owner>[^/]+)\/(?<repository>[^/]+)\/(?<workflow>[^/@:]+)(?:@(?<environment>[^:]+))?:(?<project>[^:]+)$/;

/**
 * Reads a publisher out of a flag.
 *
 * @param text `owner/repository/workflow.yml[@environment]:project`
 * @returns The publisher
 * @throws {ReleasioError} `usage` for anything else
 */
export function parsePublisher(text: string): NamedPublisher {
  const groups = PUBLISHER_REGEXP.exec(text)?.groups;
  if (groups === undefined) throw unreadablePublisher(text, null);
  const publisher: GitHubPublisher = {
    provider: "github",
    owner: groups.owner!,
    repository: groups.repository!,
    workflow: groups.workflow!,
    environment: groups.environment ?? null,
  };
  const [problem] = validatePublisher(publisher);
  if (problem !== undefined) throw unreadablePublisher(text, problem.message);
  return { publisher, project: groups.project! };
}

function unreadablePublisher(
  text: string,
  reason: string | null,
): ReleasioError {
  return new ReleasioError(
    "usage",
    `Cannot read the publisher "${text}"${
      reason === null ? "" : `: ${reason}`
    }`,
    {
      hint:
        "Write it as owner/repository/workflow.yml:project, with @environment before the colon if there is one.",
    },
  );
}

async function openListener(
  sandbox: Sandbox,
  port: number,
): Promise<Listener> {
  // `node:http` throws out of reach where that is not permitted.
  const { state } = await Deno.permissions.request({
    name: "net",
    host: "127.0.0.1",
  });
  if (state !== "granted") {
    throw new Deno.errors.NotCapable('Requires net access to "127.0.0.1"');
  }
  try {
    return await listen(sandbox.handle, port);
  } catch (error) {
    throw new ReleasioError("usage", `Cannot listen on port ${port}`, {
      hint: "Take another port, or none: then a free one is chosen.",
      cause: error,
    });
  }
}
