/**
 * `rehearse`: the whole of `publish`, against a sandbox on this machine.
 *
 * @module
 */

import { basename, resolve } from "node:path";
import { takesAttestations } from "../attest/policy.ts";
import { parseRegistry, type Registry } from "../config/registry.ts";
import { resolveConfig } from "../config/resolve_config.ts";
import type { GitHubPublisher, Settings } from "../config/settings.ts";
import type { Context } from "../context.ts";
import { normalizeName, parseFilename } from "../dist/filename.ts";
import { findDistributions } from "../dist/find_distributions.ts";
import { ReleasioError } from "../errors.ts";
import { plain } from "../report/plain.ts";
import type { PublishReport } from "../report/report.ts";
import { createSandbox, type Sandbox } from "../sandbox/sandbox.ts";
import { digestOnlyStorage } from "../sandbox/storage.ts";
import { readCiFiles } from "../trust/ci_files.ts";
import { formFields } from "../trust/form.ts";
import { findPublishingJobs } from "../trust/publishing_job.ts";
import { hasIdToken, type Workflow } from "../trust/workflow.ts";
import type { CommandIo } from "./command.ts";
import { readOrigin } from "./git_remote.ts";
import { configFlags, publishAndShow, type PublishFlags } from "./publish.ts";

const PYPI = "https://upload.pypi.org/legacy/";

/** Variables of the job that this process really runs in. */
const IDENTITY_VARIABLES =
  /^(GITHUB_|ACTIONS_|GITLAB_CI|CI_|GOOGLE_|RELEASIO_OIDC_|RELEASIO_PYPI_TOKEN$|PYPI_TOKEN$|UV_PUBLISH_TOKEN$|TWINE_|.*_ID_TOKEN$)/;

/**
 * Runs `rehearse`.
 *
 * @param io The outside world and the terminal
 * @param flags The flags of `publish`, but for the registry
 * @param paths Files, folders or globs
 * @returns The exit code
 */
export async function runRehearse(
  io: CommandIo,
  flags: PublishFlags,
  paths: readonly string[],
): Promise<number> {
  const config = await resolveConfig(io.context, {
    configFile: flags.config,
    flags: configFlags(flags),
  });
  const { settings } = config;
  const tell = (text: string) => {
    if (!io.globals.quiet) io.terminal.err(text);
  };
  const identity = await guessIdentity(io.context, settings, tell);
  const registered = registeredPublisher(settings) ?? identity;
  const sandbox = await createSandbox({
    storage: digestOnlyStorage(),
    // PyPI has raised them for this project, or it has not: the settings tell.
    limits: {
      maxFileSize: settings.maxFileSize,
      maxProjectSize: settings.maxProjectSize,
    },
    publishers: (await projectNames(io.context, settings, paths))
      .map((project) => ({ publisher: registered, project })),
  });
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    sandbox.handle,
  );
  const origin = `http://127.0.0.1:${server.addr.port}`;
  const report = await publishAndShow(
    {
      ...io,
      context: inSandbox(io.context, sandbox, origin, identity, settings),
    },
    {
      ...config,
      settings: {
        ...settings,
        registries: [parseRegistry(`${origin}/legacy/`)],
      },
    },
    flags,
    paths,
    // Where the real run could not sign, the rehearsal does not either.
    settings.registries.every(takesAttestations)
      ? await sandbox.sigstoreServices(origin)
      : undefined,
  );
  for (const line of epilogue(report, settings, registered)) tell(line);
  return report.exitCode;
}

/** The publisher that is registered on the index, if the settings say so. */
function registeredPublisher(settings: Settings): GitHubPublisher | null {
  const url = settings.registries[0]?.uploadUrl ?? PYPI;
  const publisher = settings.publishers.get(url);
  return publisher?.provider === "github" ? publisher : null;
}

/** Who the job would be, each guess told. */
async function guessIdentity(
  context: Context,
  settings: Settings,
  tell: (text: string) => void,
): Promise<GitHubPublisher> {
  const remote = await readOrigin(context, ".");
  const configured = registeredPublisher(settings);
  const { owner, repository } = remote ?? configured ?? {
    owner: "example",
    repository: basename(resolve(".")),
  };
  const granting = (await readCiFiles(context, ".")).workflows
    .filter((workflow) => grantedJobs(workflow).length > 0);
  const only = granting.length === 1 ? granting[0]! : null;
  const workflow = only?.filename ?? "release.yml";
  const environment = only === null
    ? null
    : jobEnvironment(only, settings.registries[0]!);
  const guesses = [
    [
      "repository",
      `${owner}/${repository}`,
      remote !== null
        ? "the origin remote"
        : configured !== null
        ? "the configured publisher's"
        : "a guess: no origin remote",
    ],
    [
      "workflow",
      workflow,
      only === null
        ? `a guess: ${granting.length || "no"} workflows grant id-token: write`
        : "the one that grants id-token: write",
    ],
    [
      "environment",
      environment ?? "none",
      environment === null ? "a guess: no job names one" : "the job's",
    ],
  ] as const;
  tell("Rehearsing on this machine, as a GitHub Actions job of");
  for (const [field, value, reason] of guesses) {
    tell(`  ${field.padEnd(11)}  ${plain(value)} (${reason})`);
  }
  tell("");
  return { provider: "github", owner, repository, workflow, environment };
}

/** The jobs that may ask for an identity token. */
function grantedJobs(workflow: Workflow) {
  return workflow.jobs.filter((job) => hasIdToken(workflow, job));
}

/** The environment of the job that publishes there, as far as can be told. */
function jobEnvironment(
  workflow: Workflow,
  registry: Registry,
): string | null {
  const jobs = findPublishingJobs([workflow], registry);
  const job =
    jobs.find(({ publishes }) =>
      publishes.some((each) => each.registry?.uploadUrl === registry.uploadUrl)
    ) ?? jobs[0] ?? grantedJobs(workflow)[0];
  return job?.environment?.name ?? null;
}

/** The projects in question; what is wrong with the files, `publish` tells. */
async function projectNames(
  context: Context,
  settings: Settings,
  paths: readonly string[],
): Promise<string[]> {
  try {
    const { files } = await findDistributions(
      context,
      paths.length > 0 ? paths : [settings.dist],
    );
    const names = files.flatMap(({ filename }) => {
      const parsed = parseFilename(filename);
      return parsed.kind === "invalid" ? [] : normalizeName(parsed.name);
    });
    return [...new Set(names)];
  } catch (error) {
    if (error instanceof ReleasioError) return [];
    throw error;
  }
}

/** The outside world, as a job on the sandbox sees it. */
function inSandbox(
  context: Context,
  sandbox: Sandbox,
  origin: string,
  identity: GitHubPublisher,
  settings: Settings,
): Context {
  const job: Record<string, string> = sandbox.githubEnvironment(
    origin,
    identity,
  );
  if (settings.trustedPublishing === "never") {
    job.RELEASIO_PYPI_TOKEN = sandbox.createApiToken();
  }
  return {
    ...context,
    env: (name) =>
      job[name] ??
        (IDENTITY_VARIABLES.test(name) ? undefined : context.env(name)),
    // Nothing here is worth hiding, and no CI reads these lines.
    mask: () => {},
  };
}

function epilogue(
  report: PublishReport,
  settings: Settings,
  publisher: GitHubPublisher,
): string[] {
  if (!report.ok) {
    return [
      "",
      "Nothing left this machine. The real run would fail in the same way.",
    ];
  }
  const index = settings.registries[0]?.name ?? "PyPI";
  return [
    "",
    `Nothing left this machine. The real run goes to ${index}, where`,
    "- these file names must not be taken by other files, and",
    "- this publisher must be registered:",
    ...formFields(publisher).map(({ label, value }) =>
      `    ${label}: ${plain(value ?? "(leave empty)")}`
    ),
  ];
}
