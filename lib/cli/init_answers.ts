/**
 * What `init` must know: out of the project's files, by flags, or asked for.
 *
 * @module
 */

import { GITLAB_COM, PUBLISHER_FORMS } from "../config/publisher_forms.ts";
import type { Publisher } from "../config/settings.ts";
import { normalizeName } from "../dist/filename.ts";
import { ReleasioError } from "../errors.ts";
import type { NamedPublishers } from "../trust/settings_text.ts";
import type { Ask } from "./ask.ts";
import type { GlobalFlags } from "./command.ts";
import type { ProjectFiles } from "./project.ts";

/** The flags of `init`. */
export interface InitFlags extends GlobalFlags {
  /** `-y, --yes`: ask nothing. */
  readonly yes?: boolean;
  /** `--name`: the project. */
  readonly name?: string;
  /** `--repository`: `owner/name`. */
  readonly repository?: string;
  /** `--workflow`: the workflow's file name. */
  readonly workflow?: string;
  /** `--environment`: of the publishing job. */
  readonly environment?: string;
  /** `--testpypi`: a job for TestPyPI, before PyPI. */
  readonly testpypi?: boolean;
  /** `--gitlab`: a pipeline for GitLab. */
  readonly gitlab?: boolean;
  /** `--force`: overwrite what is there. */
  readonly force?: boolean;
  /** `--offline`: ask no index whether the project is there. */
  readonly offline?: boolean;
}

/** What was found out, asked for, or told by flags. */
export interface Answers {
  /** The project, normalized. */
  readonly name: string;
  /** User, organization or group path. */
  readonly owner: string;
  /** Repository, without its owner. */
  readonly repository: string;
  /** The file that publishes, as a publisher's form wants it. */
  readonly workflow: string;
  /** The environment of the publishing job. */
  readonly environment: string;
  /** The environment of a TestPyPI job, or `null` for no such job. */
  readonly testEnvironment: string | null;
  /** Whether it is for GitLab. */
  readonly isGitLab: boolean;
}

/**
 * Gathers what `init` must know.
 *
 * @param project What the project's files tell
 * @param flags The flags
 * @param ask Asks what they don't tell; `null`: nobody is there to ask
 * @returns The answers
 * @throws {ReleasioError} `usage` when nothing tells the repository
 */
export async function gatherAnswers(
  project: ProjectFiles,
  flags: InitFlags,
  ask: Ask | null,
): Promise<Answers> {
  const { remote } = project;
  const isGitLab = flags.gitlab ??
    (remote !== null && /gitlab/.test(remote.host));
  const known = flags.repository ??
    (remote === null ? "" : `${remote.owner}/${remote.repository}`);
  const repository = flags.repository ??
    await ask?.("Repository, as owner/name", known) ?? known;
  const slash = repository.lastIndexOf("/");
  if (slash < 1 || slash === repository.length - 1) {
    throw new ReleasioError("usage", "Cannot tell which repository this is", {
      hint:
        "There is no `origin` remote: give the repository as --repository owner/name.",
    });
  }
  const ownName = repository.slice(slash + 1);
  const knownName = project.name ?? normalizeName(ownName);
  const name = flags.name ?? await ask?.("Project on PyPI", knownName) ??
    knownName;
  const environment = flags.environment ??
    await ask?.("Environment of the publishing job", "pypi") ?? "pypi";
  const wantsTest = flags.testpypi ??
    /^y/i.test(await ask?.("Publish to TestPyPI first, y or n", "n") ?? "n");
  return {
    name: normalizeName(name),
    owner: repository.slice(0, slash),
    repository: ownName,
    workflow: isGitLab ? ".gitlab-ci.yml" : flags.workflow ?? "release.yml",
    environment,
    testEnvironment: wantsTest ? "testpypi" : null,
    isGitLab,
  };
}

/**
 * The publishers that the answers come to.
 *
 * @param answers The answers
 * @returns One for each index
 * @throws {ReleasioError} `config-invalid` for what an index's form would not
 * take
 */
export function publishersOf(answers: Answers): NamedPublishers {
  const { owner, repository, workflow, isGitLab, testEnvironment } = answers;
  const publisher = (environment: string): Publisher =>
    checked(
      isGitLab
        ? {
          provider: "gitlab",
          namespace: owner,
          project: repository,
          workflow,
          environment,
          issuer: GITLAB_COM,
        }
        : { provider: "github", owner, repository, workflow, environment },
    );
  return [
    ["pypi", publisher(answers.environment)],
    ...(testEnvironment === null
      ? []
      : [["testpypi", publisher(testEnvironment)] as const]),
  ];
}

/** What the form would not take is not written down. */
function checked(publisher: Publisher): Publisher {
  const fields: Readonly<Record<string, string | null>> = { ...publisher };
  for (
    const [key, form] of Object.entries(PUBLISHER_FORMS[publisher.provider])
  ) {
    const value = fields[key];
    const problem = value ? form.problem(value) : null;
    if (problem === null) continue;
    throw new ReleasioError(
      "config-invalid",
      `Cannot use ${JSON.stringify(value)} as the ${key}: it ${problem.reason}`,
      { hint: problem.hint },
    );
  }
  return publisher;
}
