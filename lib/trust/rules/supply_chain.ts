/**
 * Rules about what else runs beside the publishing.
 *
 * @module
 */

import { type PublishingJob, withNeeds } from "../publishing_job.ts";
import {
  type DoctorRule,
  githubJobs,
  isForPyPI,
  isTrusted,
  type Problem,
} from "../rule.ts";

/** Names of secrets that hold a token of PyPI. */
const SECRET =
  /\bsecrets(?:\.|\[['"])([A-Z0-9_]*(?:PYPI|TWINE|UV_PUBLISH|FLIT|HATCH_INDEX)[A-Z0-9_]*)/gi;
/** GitLab's variables of that kind; identity tokens are none. */
const VARIABLE =
  /\$\{?([A-Z0-9_]*PYPI[A-Z0-9_]*(?:TOKEN|PASSWORD|PASS|KEY|SECRET)[A-Z0-9_]*)/gi;

/** A stored token. */
export const storedToken: DoctorRule = {
  code: "stored-token",
  severity: "warning",
  summary:
    "A stored token of PyPI is used, or is left over: whoever gets hold of it can publish from anywhere.",
  hint:
    "Publish with the job's identity, take the token out of the workflow, delete the secret, and revoke the token on PyPI. With a token given, most tools do not use the identity at all.",
  check: (project) => {
    const jobs = project.jobs.filter(isForPyPI);
    const texts = new Map(jobs.map((job) => [job.file, job]));
    return [...texts.values()].flatMap((job) => [
      ...mentions(job),
      ...jobs.filter(({ file }) => file === job.file).flatMap(tokenFlags),
    ]);
  },
};

function mentions(job: PublishingJob): Problem[] {
  const pattern = job.ci === "github" ? SECRET : VARIABLE;
  return job.source.text.split(/\r?\n/).flatMap((line, i) => {
    const code = line.replace(/(?:^|\s)#.*$/, "");
    const names = [...code.matchAll(pattern)].map(([, name]) => name!)
      .filter((name) => !/(?:_ID_TOKEN|USERNAME|_USER)$/i.test(name));
    return [...new Set(names)].map((name) => ({
      file: job.file,
      line: i + 1,
      message: `The stored token ${name} is used here`,
    }));
  });
}

/** A token that comes by another name than one of PyPI. */
function tokenFlags(job: PublishingJob): Problem[] {
  return job.publishes
    .filter(({ token, canTrust, registry }) =>
      token !== null && canTrust && registry?.kind !== "other"
    )
    .map(({ token, tool, line }) => ({
      file: job.file,
      line,
      message: `${tool} uses no identity, because of \`${token}\``,
    }));
}

/** A tool that only knows stored tokens. */
export const toolNeedsToken: DoctorRule = {
  code: "tool-needs-token",
  severity: "warning",
  summary: "A job publishes with a tool that knows stored tokens alone.",
  hint:
    "Let that tool build, and publish with `releasio publish` in a job of its own: it uses the job's identity.",
  check: (project) =>
    project.jobs.filter(isForPyPI).flatMap(({ file, publishes }) =>
      publishes.filter(({ canTrust }) => !canTrust)
        .map(({ tool, line }) => ({
          file,
          line,
          message: `${tool} needs a stored token`,
        }))
    ),
};

/** Actions that can change under the same name. */
export const actionUnpinned: DoctorRule = {
  code: "action-unpinned",
  severity: "warning",
  summary:
    "An action in a publishing job, or in one that it waits for, is not pinned to a commit: whoever can move its tag can publish.",
  hint:
    "Write the full commit id, with the version in a comment: `uses: owner/action@<40 hex digits> # v1.2.3`.",
  check: (project) => {
    const places = githubJobs(project).filter(isForPyPI).flatMap((
      { source, job, file },
    ) =>
      withNeeds(source, job).flatMap(({ steps, calls }) =>
        [...steps.map(({ uses }) => uses), calls].flatMap((uses) =>
          uses === null || isPinned(uses.text) ? [] : [{ file, ...uses }]
        )
      )
    );
    // Not with Map.groupBy(), which Node 20 lacks.
    const byAction = new Map<string, (typeof places)[number][]>();
    for (const place of places) {
      const key = JSON.stringify([place.file, place.text]);
      byAction.set(key, [...byAction.get(key) ?? [], place]);
    }
    return [...byAction.values()].map((group) => {
      const lines = [...new Set(group.map(({ line }) => line))]
        .sort((a, b) => a - b);
      const { file, text } = group[0]!;
      const more = lines.length > 1
        ? `, nor at ${lines.length - 1} more ${
          lines.length > 2 ? "lines" : "line"
        }`
        : "";
      return {
        file,
        line: lines[0],
        message: `${text} is not pinned to a commit${more}`,
      };
    });
  },
};

function isPinned(uses: string): boolean {
  return uses.startsWith("./") || /@[0-9a-f]{40}$/i.test(uses) ||
    /^docker:\/\/.*@sha256:[0-9a-f]{64}$/i.test(uses);
}

/** Building where the identity is. */
export const buildAndPublish: DoctorRule = {
  code: "build-and-publish",
  severity: "warning",
  summary:
    "A job builds and publishes: every build dependency could ask for the identity and publish something else.",
  hint:
    "Build in a job of its own without `id-token: write`, and hand `dist/` over as an artifact.",
  check: (project) =>
    project.jobs.filter((each) => isTrusted(project, each))
      .flatMap((each) => {
        const built = each.publishes.find(({ builds, tool }) =>
          builds && !isRelease(tool)
        );
        const isReleased = each.publishes.some(({ tool }) => isRelease(tool));
        const line = isReleased ? built?.line : each.buildLine ?? built?.line;
        return line === undefined ? [] : [{
          file: each.file,
          line,
          message: `Job "${each.id}" builds what it publishes`,
        }];
      }),
};

/** `release` does both. */
export const releaseInOneJob: DoctorRule = {
  code: "release-in-one-job",
  severity: "warning",
  summary: "`releasio release` builds and publishes in the same job.",
  hint:
    "That is fine on a laptop. In CI, build in one job and run `releasio publish` in another, which alone has the identity.",
  check: (project) =>
    project.jobs.flatMap(({ file, id, publishes }) =>
      publishes.filter(({ tool, builds }) => builds && isRelease(tool))
        .map(({ line }) => ({
          file,
          line,
          message: `Job "${id}" runs the whole release`,
        }))
    ),
};

function isRelease(tool: string): boolean {
  return tool === "releasio release" || tool === "releasio/cli";
}
