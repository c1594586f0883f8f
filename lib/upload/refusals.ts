/**
 * The refusals of indexes, by status and by how their text begins.
 *
 * The texts without another name are PyPI's own
 * ({@link https://github.com/pypi/warehouse/blob/main/warehouse/forklift/legacy.py | forklift});
 * only their stable beginnings are compared.
 *
 * @module
 */

import type { ErrorCode } from "../errors.ts";
import type { AuthKind } from "../events.ts";

/**
 * What a refusal stops: the file alone, every file of its release or project,
 * that and every other project that the index doesn't have yet, or the whole
 * run.
 */
export type RefusalScope =
  | "file"
  | "release"
  | "project"
  | "new-projects"
  | "run";

/** What a hint may mention. */
export interface RefusalFacts {
  /** Normalized project name. */
  readonly project: string;
  /** Normalized version. */
  readonly version: string;
  /** The file. */
  readonly filename: string;
  /** How the upload authenticated. */
  readonly auth: AuthKind;
  /** The index, for people. */
  readonly registry: string;
  /** When the index takes more, where it says so. */
  readonly reset: Date | null;
}

/** One kind of refusal. */
export interface RefusalRule {
  /** Its statuses, where the text alone does not tell. */
  readonly statuses?: readonly number[];
  /** How its text begins, where the status alone does not tell. */
  readonly reason?: RegExp;
  /** The error to report. */
  readonly code: ErrorCode;
  /** What else it stops. */
  readonly scope: RefusalScope;
  /** The index says that it has a file of this name. */
  readonly isDuplicate?: true;
  /** It may mean that the token has ended. */
  readonly isExpired?: true;
  /** The same request may be taken later. */
  readonly isPassing?: true;
  /** What to do about it. */
  readonly hint: (facts: RefusalFacts) => string;
}

function refusedTokenHint({ auth, project }: RefusalFacts): string {
  return auth === "api-token"
    ? `Check that the token is whole, not revoked, made on this index, and allowed to upload to "${project}".`
    : `See whether "${project}" has this job's identity among its trusted publishers.`;
}

/** The minute by which it is certainly past. */
function minuteOf(date: Date): string {
  const minute = new Date(Math.ceil(date.getTime() / 60_000) * 60_000);
  return `${minute.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

const duplicate = {
  code: "file-conflict",
  scope: "file",
  isDuplicate: true,
  hint: () =>
    "The index has a file of this name, and file names are never used twice. Publish a new version, or pass `--skip-existing` to leave that file as it is.",
} as const;

const wrongUrl = {
  code: "upload-url-wrong",
  scope: "run",
  hint: () =>
    "Check the registry's URL. PyPI's is https://upload.pypi.org/legacy/, TestPyPI's https://test.pypi.org/legacy/; for others, take what their documentation gives for twine.",
} as const;

/** Every refusal that is recognised: the first that fits counts. */
export const REFUSALS: readonly RefusalRule[] = [
  // A new project whose name was taken meanwhile: PyPI's only 409.
  {
    statuses: [409],
    reason: /^The name .* conflicts with an existing project/,
    code: "project-name-refused",
    scope: "project",
    hint: () =>
      "Somebody else has created a project of this name meanwhile. Choose another name.",
  },
  // Duplicates. 400: PyPI and Google Artifact Registry, GitLab, Nexus; 403:
  // Artifactory; 409: pypiserver, devpi, AWS CodeArtifact.
  {
    statuses: [400],
    reason:
      /already exist|already been taken|updating asset|cannot be updated/i,
    ...duplicate,
  },
  { statuses: [403], reason: /overwrite (?:all )?artifact/i, ...duplicate },
  { statuses: [409], ...duplicate },

  // The request and who sends it.
  {
    reason: /^SSL is required/,
    code: "upload-url-wrong",
    scope: "run",
    hint: () => "Use the registry's https address.",
  },
  {
    reason: /^This API has moved|^An upload was attempted to /,
    code: "upload-url-wrong",
    scope: "run",
    hint: () => "Use https://upload.pypi.org/legacy/, with its last slash.",
  },
  {
    statuses: [403],
    reason: /^Read-only mode|^New uploads are temporarily disabled/,
    code: "index-read-only",
    scope: "run",
    hint: ({ registry }) =>
      `${registry} takes no uploads at the moment. See its status page and run the command again later: it goes on where it stopped.`,
  },
  {
    statuses: [403],
    reason: /^New project registration temporarily disabled/,
    code: "index-read-only",
    scope: "new-projects",
    hint: ({ project }) =>
      `The index takes no new projects at the moment, and "${project}" is one. Run the command again later.`,
  },
  {
    statuses: [403],
    reason: /^Username\/Password authentication is no longer supported/,
    code: "token-refused",
    scope: "run",
    hint: () =>
      "Use trusted publishing, or an API token with the user name `__token__`.",
  },
  {
    statuses: [403],
    reason: /^Invalid API Token: (?:.*, )?token is expired\b/i,
    code: "token-expired",
    scope: "run",
    isExpired: true,
    hint: ({ auth }) =>
      auth === "api-token"
        ? "The API token has expired. Create a new one, or set up trusted publishing."
        : "The upload token ended before the uploads did, and no new one could be had. Run the job again: it goes on where it stopped.",
  },
  {
    statuses: [403],
    reason: /^Invalid or non-existent authentication information/,
    code: "token-refused",
    scope: "run",
    // Tokens of trusted publishing are forgotten some time after their end.
    isExpired: true,
    hint: ({ auth, registry }) =>
      auth === "api-token"
        ? `${registry} does not know this token. Check that it is whole, not revoked, and made on this index: PyPI and TestPyPI share nothing.`
        : "The index does not know the upload token any more. Run the command again: it goes on where it stopped.",
  },
  {
    statuses: [403],
    reason:
      /^Invalid API Token: .*(?:scoped token is not valid for project|not valid for project)/i,
    code: "upload-forbidden",
    scope: "project",
    hint: ({ project, auth }) =>
      auth === "api-token"
        ? `The API token is for other projects. Use one that covers "${project}".`
        : `The trusted publisher that this job runs as does not belong to "${project}". Add it in that project's publishing settings.`,
  },
  {
    statuses: [403],
    reason: /^Invalid API Token/i,
    code: "token-refused",
    scope: "run",
    hint: () => "Create a new API token, or set up trusted publishing.",
  },
  {
    statuses: [403],
    reason: /does not have a verified primary email address/,
    code: "account-not-ready",
    scope: "run",
    hint: () =>
      "Log in to the index with the account that owns the token and verify its primary e-mail address.",
  },
  {
    statuses: [403],
    reason: /does not have two-factor authentication enabled/,
    code: "account-not-ready",
    scope: "run",
    hint: () =>
      "Log in to the index with the account that owns the token and turn on two-factor authentication.",
  },
  {
    statuses: [403],
    reason: /isn't allowed to upload to project/,
    code: "upload-forbidden",
    scope: "project",
    hint: ({ project, auth }) =>
      auth === "api-token"
        ? `The token's account must be an owner or a maintainer of "${project}". If it is, see whether the project is archived.`
        : `See the project's publishing settings for this job's publisher, and whether "${project}" is archived or quarantined.`,
  },

  // The project.
  {
    reason: /^Non-user identities cannot create new projects/,
    code: "project-not-found",
    scope: "project",
    hint: ({ project }) =>
      `There is no project "${project}", and a trusted publisher can create only the one that its pending publisher names. ` +
      "Compare that name with the one in the metadata, or add a pending publisher for it.",
  },
  {
    statuses: [429],
    reason: /^Too many new projects/,
    code: "too-many-new-projects",
    scope: "new-projects",
    hint: ({ reset }) =>
      (reset === null
        ? "The limit is a few new projects a day; "
        : `New projects are taken again from ${minuteOf(reset)}; `) +
      "asking earlier may move that back. Projects created by a pending publisher don't count: use trusted publishing for the rest.",
  },
  {
    reason:
      /^The name .*(?:isn't allowed|is too similar to an existing project|is invalid)/,
    code: "project-name-refused",
    scope: "project",
    hint: () =>
      "The index takes no new project of this name. Choose another one; https://pypi.org/help/#project-name tells which names are not allowed.",
  },
  {
    reason: /^Organization account owning this project is inactive/,
    code: "upload-forbidden",
    scope: "project",
    hint: () =>
      "An owner of the organization must settle its account with the index.",
  },

  // The release.
  {
    reason: /^Uploading new files to releases older than 14 days/,
    code: "release-closed",
    scope: "release",
    hint: ({ version }) =>
      `Version ${version} takes no more files. Publish a new version, such as a post-release.`,
  },
  {
    reason: /^Only one sdist may be uploaded per release/,
    code: "second-sdist",
    scope: "file",
    hint: ({ version }) =>
      `Version ${version} has its sdist already. Publish a new version if the source has changed.`,
  },

  // The file.
  {
    reason: /^This filename was previously used by a file that has since been/,
    code: "filename-deleted",
    scope: "file",
    hint: () =>
      "A deleted file's name is gone for ever. Publish a new version; for a wheel, a build number makes a new name too.",
  },
  {
    reason: /^File too large/,
    code: "file-too-large",
    scope: "file",
    hint: () =>
      "Make the file smaller, or ask for a higher limit: https://docs.pypi.org/project-management/storage-limits/.",
  },
  {
    reason: /^Project size too large/,
    code: "project-too-large",
    scope: "project",
    hint: () =>
      "Delete old files that nobody needs, or ask for a higher limit: https://docs.pypi.org/project-management/storage-limits/.",
  },
  {
    reason: /^The digest supplied does not match/,
    code: "upload-refused",
    scope: "file",
    hint: () =>
      "The bytes were changed on their way, by a proxy perhaps. Run the command again.",
  },
  {
    reason: /^Invalid attestations supplied during upload/,
    code: "attestation-refused",
    scope: "file",
    hint: () =>
      "Publish from a workflow that is itself the registered publisher, not a reusable one; `--attestations off` uploads without.",
  },
  {
    reason: /^The description failed to render/,
    code: "upload-refused",
    scope: "file",
    hint: () =>
      "Fix the readme, or declare what it is written in (`text/markdown`, say) as its content type, and build again.",
  },
  {
    reason: /^The use of local versions in/,
    code: "upload-refused",
    scope: "release",
    hint: () => "Build a version without its `+` part.",
  },
  {
    reason:
      /^Invalid distribution file|^ZIP archive not accepted|^License-File |^Wheel '|^Binary wheel '|^tar archive not accepted/,
    code: "upload-refused",
    scope: "file",
    hint: () =>
      "The archive itself is refused. See what `releasio check` says, and build it again with an up-to-date tool.",
  },
  {
    reason:
      /^(?:Invalid (?:source distribution|wheel) filename|Start filename for|Filename |Version in filename should be|Invalid (?:project name|build number|file extension)|Cannot upload a file with)/,
    code: "upload-refused",
    scope: "file",
    hint: () =>
      "The file's name does not fit its metadata or the rules. Don't rename built files; build with an up-to-date tool.",
  },
  {
    reason:
      /^(?:Invalid value for|'.*' is (?:an )?invalid|'.*' is not a valid|The classifier |.*introduced in metadata version|.* is not a valid metadata version|Can't have direct dependency|'.*' (?:field )?must be|License is deprecated|'.*' has invalid data|'.*' is a required field|.*[Dd]ynamic field)/,
    code: "upload-refused",
    scope: "file",
    hint: () =>
      "Fix it in the project and build again; `releasio check` shows everything of this kind at once.",
  },

  // What the status alone says.
  {
    statuses: [429],
    code: "rate-limited",
    scope: "file",
    isPassing: true,
    hint: ({ reset }) =>
      `Run the command again ${
        reset === null ? "later" : `after ${minuteOf(reset)}`
      }: it goes on where it stopped. Fewer \`--jobs\` help too.`,
  },
  {
    statuses: [408, 425, 500, 502, 503, 504],
    code: "server-error",
    scope: "file",
    isPassing: true,
    hint: () =>
      "This is trouble on the index's side. Run the command again later: it goes on where it stopped.",
  },
  {
    statuses: [401],
    code: "token-refused",
    scope: "run",
    isExpired: true,
    hint: refusedTokenHint,
  },
  {
    statuses: [403],
    code: "token-refused",
    scope: "run",
    hint: refusedTokenHint,
  },
  { statuses: [404, 405, 410], ...wrongUrl },
  { statuses: [301, 302, 303, 307, 308], ...wrongUrl },
  {
    statuses: [413],
    code: "file-too-large",
    scope: "file",
    hint: () => "The index, or a proxy before it, takes no file of this size.",
  },
];
