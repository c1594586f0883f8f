/**
 * `init`: the settings, the release workflow, and what to register.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { readConfigFile } from "../config/read_config_file.ts";
import { PYPI, TESTPYPI } from "../config/registry.ts";
import type { Publisher } from "../config/settings.ts";
import type { Context } from "../context.ts";
import { initDocument } from "../report/json.ts";
import { plain } from "../report/plain.ts";
import {
  type PublisherToRegister,
  renderPublishers,
} from "../report/render_publishers.ts";
import { wrap } from "../report/width.ts";
import { readCiFiles } from "../trust/ci_files.ts";
import { findPublishingJobs } from "../trust/publishing_job.ts";
import { githubWorkflow, gitlabPipeline } from "../trust/release_workflow.ts";
import {
  type NamedPublishers,
  withPublisherTables,
} from "../trust/settings_text.ts";
import { type Ask, askOnTerminal } from "./ask.ts";
import type { CommandIo } from "./command.ts";
import { isOnIndex } from "./doctor.ts";
import {
  type Answers,
  gatherAnswers,
  type InitFlags,
  publishersOf,
} from "./init_answers.ts";
import { type ProjectFiles, readProjectFiles, readText } from "./project.ts";

/** Back ends whose wheels are made for one platform. */
const COMPILED = /^(?:maturin|scikit_build_core|mesonpy|py_build_cmake)/;

/**
 * Runs `init`.
 *
 * @param io The outside world and the terminal
 * @param flags Its flags
 * @param _operands None
 * @param ask Asks what can't be known; by default on the terminal, if there
 * is one
 * @returns The exit code
 * @throws {ReleasioError} `usage` for what can neither be known nor asked,
 * `config-invalid` for what an index would not take
 */
export async function runInit(
  io: CommandIo,
  flags: InitFlags,
  _operands: readonly string[],
  ask: Ask | null = io.terminal.canAsk ? askOnTerminal(io.terminal) : null,
): Promise<number> {
  const { context, terminal, globals } = io;
  const project = await readProjectFiles(context, ".");
  const answers = await gatherAnswers(project, flags, flags.yes ? null : ask);
  const publishers = publishersOf(answers);
  const others = await otherPublishers(context, project.root, answers);
  const written: string[] = [];
  const kept: string[] = [];
  const path = join(project.root, workflowPath(answers));
  for (
    const file of [
      await settingsFile(context, project, publishers, flags.force === true),
      {
        path,
        text: (answers.isGitLab ? gitlabPipeline : githubWorkflow)(answers),
        isNew: flags.force || await readText(context, path) === null,
      },
    ]
  ) {
    if (file.isNew) {
      await Deno.mkdir(dirname(file.path), { recursive: true });
      await context.writeTextFile(file.path, file.text);
    }
    (file.isNew ? written : kept).push(file.path);
  }
  const toRegister = await Promise.all(
    publishers.map(([index, publisher]) =>
      registration(context, answers, index, publisher, flags.offline === true)
    ),
  );
  for (const name of written) terminal.err(`Wrote ${plain(name)}`);
  for (const name of kept) {
    terminal.err(
      `Left ${plain(name)} as it is; --force writes it anew`,
    );
  }
  for (const note of [...notes(project), ...others]) {
    terminal.err(`Note: ${plain(note)}`);
  }
  terminal.out(
    globals.json ? initDocument({ written, kept, publishers: toRegister }) : [
      renderPublishers(toRegister, {
        colour: terminal.outColour,
        columns: terminal.columns(),
      }),
      ...nextSteps(answers, project).map((step) =>
        wrap(step, terminal.columns(), "  ").join("\n")
      ),
    ].join("\n\n"),
  );
  return 0;
}

/** The settings go to a file that has some, else beside the project's own. */
async function settingsFile(
  context: Context,
  { pyproject }: ProjectFiles,
  publishers: NamedPublishers,
  isForced: boolean,
): Promise<{ path: string; text: string; isNew: boolean }> {
  const { file } = await readConfigFile(context, ".");
  const inProject = pyproject !== null && /pyproject\.toml$/.test(
    file?.path ?? "pyproject.toml",
  );
  const path = inProject ? "pyproject.toml" : file?.path ?? ".releasio.toml";
  const source = inProject ? pyproject : await readText(context, path) ?? "";
  const table = file?.table.publish;
  const hasPublisher = typeof table === "object" && table !== null &&
    ("publisher" in table || "publishers" in table);
  return {
    path,
    text: withPublisherTables(
      source,
      publishers,
      inProject ? "tool.releasio." : "",
    ),
    isNew: isForced || !hasPublisher,
  };
}

function workflowPath({ isGitLab, workflow }: Answers): string {
  return isGitLab ? workflow : `.github/workflows/${workflow}`;
}

/** Other files that publish already. */
async function otherPublishers(
  context: Context,
  root: string,
  answers: Answers,
): Promise<string[]> {
  const { workflows } = await readCiFiles(context, root);
  const files = findPublishingJobs(workflows, PYPI).map(({ file }) => file);
  return [...new Set(files)]
    .filter((file) => file !== workflowPath(answers))
    .map((file) =>
      `${file} publishes too: remove the job there, or register it as well`
    );
}

async function registration(
  context: Context,
  { name, isGitLab, workflow }: Answers,
  index: "pypi" | "testpypi",
  publisher: Publisher,
  isOffline: boolean,
): Promise<PublisherToRegister> {
  const registry = index === "pypi" ? PYPI : TESTPYPI;
  return {
    registry,
    publisher,
    project: name,
    isOnIndex: isOffline ? null : await isOnIndex(context, registry, name),
    jobs: [
      `job "${index === "pypi" ? "publish" : "testpypi"}" in ${
        isGitLab ? workflow : `.github/workflows/${workflow}`
      }`,
    ],
  };
}

function notes({ backend, pyproject }: ProjectFiles): string[] {
  if (pyproject === null) {
    return ["There is no pyproject.toml yet, so there is nothing to build"];
  }
  return backend !== null && COMPILED.test(backend)
    ? [
      `${backend} builds wheels for one platform: build the others with cibuildwheel, and hand them over as artifacts`,
    ]
    : [];
}

function nextSteps(
  { owner, repository, environment, testEnvironment, isGitLab }: Answers,
  { branch }: ProjectFiles,
): string[] {
  const names = testEnvironment === null
    ? `environment "${plain(environment)}"`
    : `environments "${plain(environment)}" and "${plain(testEnvironment)}"`;
  return [
    isGitLab
      ? `Protect the ${names} in the project's CI/CD settings, and protect tags "v*", so that not everyone who may push can publish.`
      : `Create the ${names} at https://github.com/${plain(owner)}/${
        plain(repository)
      }/settings/environments: ask for a reviewer there, and allow tags "v*" alone, since anyone who may push a tag can publish otherwise.`,
    `Then commit, merge into ${
      plain(branch)
    }, and push a tag such as v1.0.0. \`releasio doctor\` looks it all over, and \`releasio rehearse\` tries it out here.`,
  ];
}
