/**
 * The release workflows that `init` writes.
 *
 * @module
 */

import { VERSION } from "../version.ts";

/** The actions in use, each pinned to a commit. */
const ACTIONS = {
  checkout:
    "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
  setupPython:
    "actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0",
  uploadArtifact:
    "actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0",
  downloadArtifact:
    "actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1",
  setupDeno:
    "denoland/setup-deno@667a34cdef165d8d2b2e98dde39547c9daac7282 # v2.0.4",
};
const DENO_VERSION = "2.9.6";
const PACKAGE = `jsr:@releasio/cli@${VERSION}`;

/** What a release workflow is made from. */
export interface WorkflowOptions {
  /** The environment of the publishing job. */
  readonly environment: string;
  /** The environment of a TestPyPI job, or `null` for no such job. */
  readonly testEnvironment: string | null;
}

/**
 * The steps that publish `dist/`, on GitHub.
 *
 * @param flags Flags of `publish`, such as `--registry testpypi`
 * @returns Lines of YAML, unindented
 */
function publishSteps(flags: string): string[] {
  return [
    `- uses: ${ACTIONS.setupDeno}`,
    "  with:",
    `    deno-version: v${DENO_VERSION}`,
    "- run: >-",
    "    deno run",
    "    --allow-net='*.pypi.org,*.actions.githubusercontent.com,*.sigstore.dev'",
    "    --allow-env='GITHUB_*,ACTIONS_ID_TOKEN_REQUEST_*,RELEASIO_*'",
    '    --allow-read=.,"$RUNNER_TEMP" --allow-write="$RUNNER_TEMP"',
    `    ${PACKAGE} publish${flags}`,
  ];
}

/**
 * A GitHub workflow that builds and publishes when a tag `v…` is pushed: in
 * two jobs, of which one alone has the identity.
 *
 * @param options Its environments
 * @returns The file's text
 */
export function githubWorkflow(options: WorkflowOptions): string {
  const { environment, testEnvironment } = options;
  const test = testEnvironment === null ? [] : [
    "",
    ...githubJob("testpypi", "build", testEnvironment, " --registry testpypi"),
  ];
  const needs = testEnvironment === null ? "build" : "[build, testpypi]";
  return [
    "# Publishes to PyPI when a version is tagged.",
    "name: Release",
    "",
    "on:",
    "  push:",
    '    tags: ["v*"]',
    "",
    "permissions: {}",
    "",
    "jobs:",
    "  build:",
    "    runs-on: ubuntu-latest",
    "    permissions:",
    "      contents: read",
    "    steps:",
    `      - uses: ${ACTIONS.checkout}`,
    "        with:",
    "          persist-credentials: false",
    "          fetch-depth: 0 # for versions that come from tags",
    `      - uses: ${ACTIONS.setupPython}`,
    "        with:",
    '          python-version: "3.x"',
    "      - run: pipx run build",
    `      - uses: ${ACTIONS.uploadArtifact}`,
    "        with:",
    "          name: dist",
    "          path: dist/",
    ...test,
    "",
    ...githubJob("publish", needs, environment, ""),
    "",
  ].join("\n");
}

function githubJob(
  id: string,
  needs: string,
  environment: string,
  flags: string,
): string[] {
  return [
    `  ${id}:`,
    `    needs: ${needs}`,
    "    runs-on: ubuntu-latest",
    `    environment: ${yamlText(environment)}`,
    "    permissions:",
    "      id-token: write # the identity that PyPI trusts",
    "    steps:",
    `      - uses: ${ACTIONS.downloadArtifact}`,
    "        with:",
    "          name: dist",
    "          path: dist/",
    ...publishSteps(flags).map((line) => `      ${line}`),
  ];
}

/**
 * A GitLab pipeline that builds and publishes when a tag is pushed.
 *
 * @param options Its environments
 * @returns The file's text
 */
export function gitlabPipeline(options: WorkflowOptions): string {
  const { environment, testEnvironment } = options;
  const test = testEnvironment === null ? [] : [
    "",
    ...gitlabJob(
      "testpypi",
      '["build"]',
      testEnvironment,
      "TESTPYPI_ID_TOKEN",
      " --registry testpypi",
    ),
  ];
  const needs = testEnvironment === null
    ? '["build"]'
    : '["build", "testpypi"]';
  return [
    "# Publishes to PyPI when a version is tagged.",
    "build:",
    "  image: python:3.13",
    "  rules:",
    "    - if: $CI_COMMIT_TAG",
    "  script:",
    "    - pip install build",
    "    - python -m build",
    "  artifacts:",
    "    paths: [dist/]",
    ...test,
    "",
    ...gitlabJob("publish", needs, environment, "PYPI_ID_TOKEN", ""),
    "",
  ].join("\n");
}

function gitlabJob(
  id: string,
  needs: string,
  environment: string,
  token: string,
  flags: string,
): string[] {
  return [
    `${id}:`,
    `  image: denoland/deno:${DENO_VERSION}`,
    `  needs: ${needs}`,
    "  rules:",
    "    - if: $CI_COMMIT_TAG",
    `  environment: ${yamlText(environment)}`,
    "  id_tokens:",
    `    ${token}:`,
    `      aud: ${token === "PYPI_ID_TOKEN" ? "pypi" : "testpypi"}`,
    "    SIGSTORE_ID_TOKEN:",
    "      aud: sigstore",
    "  script:",
    "    - >-",
    "      deno run --allow-read=.",
    "      --allow-net='*.pypi.org,*.sigstore.dev'",
    `      --allow-env='GITLAB_CI,CI_*,${token},SIGSTORE_ID_TOKEN,RELEASIO_*'`,
    `      ${PACKAGE} publish${flags}`,
  ];
}

function yamlText(text: string): string {
  return /^[A-Za-z_][\w./-]*$/.test(text) ? text : JSON.stringify(text);
}
