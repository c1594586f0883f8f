import { assert, assertEquals } from "@std/assert";
import {
  activestateClaims,
  githubClaims,
  gitlabClaims,
  googleClaims,
} from "../../lib/sandbox/mod.ts";
import {
  type Claims,
  ISSUERS,
  matchPublisher,
  providerOfIssuer,
  type RegisteredPublisher,
  selectPublisher,
} from "../../lib/trust/mod.ts";

const OPTIONS = { audience: "pypi", now: Date.UTC(2026, 0, 1) };
const NOT_FOUND = "Publisher with matching claims was not found";

// The tables were held against PyPI's own models (pypi/warehouse 6b62157) on a
// real database: the same publisher or the same words for every row, but for
// the three that are marked.
type Changes = Readonly<Record<string, unknown>>;
/** What it is about, the publisher's changes, the claims' changes, PyPI's reason. */
type Row = readonly [string, Changes, Changes, string | null];

const SHA = "a".repeat(40);
const GITHUB = {
  provider: "github",
  owner: "octo",
  ownerId: "1",
  repository: "demo",
  workflow: "release.yml",
  environment: null,
} as const;
const GITHUB_CLAIMS = githubClaims(
  { owner: "octo", ownerId: "1", environment: null },
  OPTIONS,
);
const path = (file: string, ref = "refs/heads/main") =>
  `octo/demo/.github/workflows/${file}@${ref}`;
const unexpectedRef = (expected: string, actual: string) =>
  `The job_workflow_ref claim does not match, expecting one of [${expected}], got '${actual}'`;

const GITHUB_ROWS: readonly Row[] = [
  ["the very publisher", {}, {}, null],
  ["an owner in another case", { owner: "Octo" }, {}, NOT_FOUND],
  [
    "an owner in another case, as typed into the form",
    { owner: "Octo", ownerId: undefined },
    {},
    null,
  ],
  ["another owner", { owner: "hubot" }, {}, NOT_FOUND],
  [
    "another owner, as typed into the form",
    { owner: "hubot", ownerId: undefined },
    {},
    NOT_FOUND,
  ],
  [
    "an owner's name that was taken over",
    {},
    { repository_owner_id: "2" },
    NOT_FOUND,
  ],
  ["a repository in another case", { repository: "Demo" }, {}, NOT_FOUND],
  ["another repository", { repository: "demo2" }, {}, NOT_FOUND],
  // GitHub sends no such claims; PyPI's own answer to them is 500.
  ["a repository claim without a slash", {}, { repository: "demo" }, NOT_FOUND],
  ["an empty repository claim", {}, { repository: "" }, NOT_FOUND],
  [
    "an owner claim that differs from the repository's",
    {},
    { repository_owner: "hubot" },
    "Check failed for required claim 'repository_owner'",
  ],
  ["another workflow", { workflow: "ci.yml" }, {}, NOT_FOUND],
  ["the workflow's other ending", { workflow: "release.yaml" }, {}, NOT_FOUND],
  ["a workflow in another case", { workflow: "Release.yml" }, {}, NOT_FOUND],
  [
    "a workflow that ends in .yaml",
    { workflow: "release.yaml" },
    { job_workflow_ref: path("release.yaml") },
    null,
  ],
  [
    "a workflow with dots and an @ in its name",
    { workflow: "a.yml@b.yml" },
    { job_workflow_ref: path("a.yml@b.yml") },
    // PyPI's pattern is greedy within the name.
    null,
  ],
  [
    "a ref that looks like a workflow",
    {},
    {
      ref: "refs/heads/x.yml@y",
      job_workflow_ref: path("release.yml", "refs/heads/x.yml@y"),
    },
    null,
  ],
  [
    "a workflow with no yaml ending",
    {},
    { job_workflow_ref: path("release.json") },
    "Could not job extract workflow filename from OIDC claims",
  ],
  [
    "a job_workflow_ref without a ref",
    {},
    { job_workflow_ref: "octo/demo/.github/workflows/release.yml" },
    "Could not job extract workflow filename from OIDC claims",
  ],
  [
    "an empty job_workflow_ref",
    {},
    { job_workflow_ref: "" },
    "Could not job extract workflow filename from OIDC claims",
  ],
  [
    "a reusable workflow of the same repository and ref, registered",
    { workflow: "publish.yml" },
    { job_workflow_ref: path("publish.yml") },
    null,
  ],
  [
    "a reusable workflow of the same repository, the caller registered",
    {},
    { job_workflow_ref: path("publish.yml") },
    NOT_FOUND,
  ],
  [
    "a reusable workflow of another repository, of the same name",
    {},
    {
      job_workflow_ref:
        "octo/shared/.github/workflows/release.yml@refs/heads/main",
    },
    unexpectedRef(
      `'${path("release.yml", SHA)}', '${path("release.yml")}'`,
      "octo/shared/.github/workflows/release.yml@refs/heads/main",
    ),
  ],
  [
    "a reusable workflow at another ref",
    {},
    { job_workflow_ref: path("release.yml", "refs/tags/v1") },
    unexpectedRef(
      `'${path("release.yml", SHA)}', '${path("release.yml")}'`,
      path("release.yml", "refs/tags/v1"),
    ),
  ],
  [
    "a workflow outside .github/workflows",
    {},
    { job_workflow_ref: "octo/demo/release.yml@refs/heads/main" },
    unexpectedRef(
      `'${path("release.yml", SHA)}', '${path("release.yml")}'`,
      "octo/demo/release.yml@refs/heads/main",
    ),
  ],
  [
    "a job_workflow_ref in another case",
    {},
    {
      job_workflow_ref:
        "Octo/demo/.github/workflows/release.yml@refs/heads/main",
    },
    unexpectedRef(
      `'${path("release.yml", SHA)}', '${path("release.yml")}'`,
      "Octo/demo/.github/workflows/release.yml@refs/heads/main",
    ),
  ],
  [
    "a deployment: no ref, the sha in its place",
    {},
    { ref: "", job_workflow_ref: path("release.yml", SHA) },
    null,
  ],
  [
    "no ref and no sha in it",
    {},
    { ref: "", sha: "" },
    "The ref and sha claims are empty",
  ],
  [
    "an empty sha beside the ref",
    {},
    { sha: "" },
    null,
  ],
  [
    "a ref with a quote",
    {},
    { ref: "refs/heads/it's", sha: "" },
    `The job_workflow_ref claim does not match, expecting one of ["${
      path("release.yml", "refs/heads/it's")
    }"], got '${path("release.yml")}'`,
  ],
  ["a tag", {}, {
    ref: "refs/tags/v1.0",
    job_workflow_ref: path("release.yml", "refs/tags/v1.0"),
  }, null],
  ["a pull request", {}, { event_name: "pull_request" }, null],
  ["a schedule", {}, { event_name: "schedule" }, null],
  [
    "a pull_request_target",
    {},
    { event_name: "pull_request_target" },
    "Publishing from a workflow invoked via 'pull_request_target' is not supported.",
  ],
  [
    "a pull_request_target of another publisher",
    { repository: "other" },
    { event_name: "pull_request_target" },
    NOT_FOUND,
  ],
  ["an environment that nobody asked for", {}, { environment: "x" }, null],
  [
    "the environment",
    { environment: "release" },
    { environment: "release" },
    null,
  ],
  [
    "the environment in another case",
    { environment: "release" },
    { environment: "Release" },
    null,
  ],
  [
    "another environment",
    { environment: "release" },
    { environment: "pypi" },
    NOT_FOUND,
  ],
  ["no environment", { environment: "release" }, {}, NOT_FOUND],
  [
    "an empty environment",
    { environment: "release" },
    { environment: "" },
    NOT_FOUND,
  ],
  ...[
    "repository",
    "repository_owner",
    "repository_owner_id",
    "job_workflow_ref",
    "jti",
    "event_name",
    "ref",
    "sha",
  ].map((name): Row => [
    `no ${name} claim`,
    {},
    { [name]: undefined },
    `Missing claim '${name}'`,
  ]),
  ["a null ref", {}, { ref: null }, "Missing claim 'ref'"],
  ["a customised sub", {}, { sub: "anything:at:all" }, null],
  ["no sub", {}, { sub: undefined }, null],
  ["a claim that nobody knows", {}, { brand_new: "x" }, null],
  [
    "the issuer of a GitHub Enterprise",
    {},
    { iss: "https://ghe.example/_services/token" },
    "Issuer 'https://ghe.example/_services/token' is unsupported",
  ],
  [
    "a publisher of another provider",
    { provider: "google", email: "a@b.example", sub: null },
    {},
    NOT_FOUND,
  ],
];

const GITLAB = {
  provider: "gitlab",
  namespace: "octo/team",
  project: "demo",
  workflow: ".gitlab-ci.yml",
  environment: null,
  issuer: "https://gitlab.com",
} as const;
const GITLAB_CLAIMS = gitlabClaims({ namespace: "octo/team" }, OPTIONS);
const GITLAB_SHA = "b".repeat(40);
const uri = (rest: string) => `gitlab.com/octo/team/demo//${rest}`;
const unexpectedUri = (expected: string, actual: string) =>
  `The ci_config_ref_uri claim does not match, expecting one of [${expected}], got '${actual}'`;
const GITLAB_URIS = `'${uri(`.gitlab-ci.yml@${GITLAB_SHA}`)}', '${
  uri(".gitlab-ci.yml@refs/heads/main")
}'`;

const GITLAB_ROWS: readonly Row[] = [
  ["the very publisher", {}, {}, null],
  [
    "the project in another case, the pipeline file as registered",
    {},
    {
      project_path: "Octo/Team/Demo",
      sub: "project_path:OCTO/team/demo:ref_type:branch:ref:main",
    },
    null,
  ],
  [
    "a namespace that was registered in another case",
    { namespace: "Octo/Team" },
    {},
    unexpectedUri(
      GITLAB_URIS.replaceAll("octo/team", "Octo/Team"),
      uri(".gitlab-ci.yml@refs/heads/main"),
    ),
  ],
  ["another namespace", { namespace: "octo" }, {}, NOT_FOUND],
  ["another project", { project: "demo2" }, {}, NOT_FOUND],
  // GitLab sends no such claim; PyPI's own answer to it is 500.
  ["a project path without a slash", {}, { project_path: "demo" }, NOT_FOUND],
  ["another pipeline file", { workflow: "ci/release.yml" }, {}, NOT_FOUND],
  [
    "a pipeline file in a folder",
    { workflow: "ci/release.yml" },
    { ci_config_ref_uri: uri("ci/release.yml@refs/heads/main") },
    null,
  ],
  [
    "a pipeline file in another case",
    { workflow: ".GitLab-ci.yml" },
    {},
    NOT_FOUND,
  ],
  [
    "a pipeline file of another project",
    {},
    {
      ci_config_ref_uri:
        "gitlab.com/octo/shared//.gitlab-ci.yml@refs/heads/main",
    },
    unexpectedUri(
      GITLAB_URIS,
      "gitlab.com/octo/shared//.gitlab-ci.yml@refs/heads/main",
    ),
  ],
  [
    "a pipeline file at another ref",
    {},
    { ci_config_ref_uri: uri(".gitlab-ci.yml@refs/heads/dev") },
    unexpectedUri(GITLAB_URIS, uri(".gitlab-ci.yml@refs/heads/dev")),
  ],
  [
    "a pipeline file at the commit",
    {},
    { ci_config_ref_uri: uri(`.gitlab-ci.yml@${GITLAB_SHA}`) },
    null,
  ],
  [
    "a ref that looks like a pipeline file: PyPI's pattern is greedy",
    {},
    {
      ref_path: "refs/heads/x.yml@y",
      ci_config_ref_uri: uri(".gitlab-ci.yml@refs/heads/x.yml@y"),
    },
    NOT_FOUND,
  ],
  [
    "a pipeline file without a name before its ending",
    {},
    { ci_config_ref_uri: uri("ci/.yml@refs/heads/main") },
    "Could not extract workflow filename from OIDC claims",
  ],
  [
    "a pipeline file from a URL",
    {},
    { ci_config_ref_uri: "https://example.com/ci.txt" },
    "Could not extract workflow filename from OIDC claims",
  ],
  [
    "an empty ci_config_ref_uri",
    {},
    { ci_config_ref_uri: "" },
    "Could not extract workflow filename from OIDC claims",
  ],
  [
    "an empty ref_path",
    {},
    { ref_path: "" },
    "The ref_path and sha claims are empty",
  ],
  ["an empty sha", {}, { sha: "" }, "The ref_path and sha claims are empty"],
  [
    "the sub of another project",
    {},
    { sub: "project_path:octo/other:ref_type:branch:ref:main" },
    "Check failed for required claim 'sub'",
  ],
  [
    "a sub of one part",
    {},
    { sub: "project_path" },
    "Check failed for required claim 'sub'",
  ],
  ["a sub of two parts", {}, { sub: "project_path:octo/team/demo" }, null],
  ["an environment that nobody asked for", {}, { environment: "x" }, null],
  [
    "the environment",
    { environment: "Release" },
    { environment: "Release" },
    null,
  ],
  [
    "the environment in another case",
    { environment: "Release" },
    { environment: "release" },
    NOT_FOUND,
  ],
  ["no environment", { environment: "release" }, {}, NOT_FOUND],
  ...["sub", "project_path", "ci_config_ref_uri", "jti", "ref_path", "sha"].map(
    (name): Row => [
      `no ${name} claim`,
      {},
      { [name]: undefined },
      `Missing claim '${name}'`,
    ],
  ),
  [
    "another project id: there is no guard",
    {},
    { project_id: "9", namespace_id: "9" },
    null,
  ],
  [
    "a self-managed GitLab that is registered",
    { issuer: "https://gitlab.example" },
    {
      iss: "https://gitlab.example",
      ci_config_ref_uri:
        "gitlab.example/octo/team/demo//.gitlab-ci.yml@refs/heads/main",
    },
    null,
  ],
  [
    "a self-managed GitLab that is not",
    {},
    { iss: "https://gitlab.example" },
    "Issuer 'https://gitlab.example' is unsupported",
  ],
  [
    "gitlab.com for a self-managed publisher",
    { issuer: "https://gitlab.example" },
    {},
    NOT_FOUND,
  ],
];

const GOOGLE = {
  provider: "google",
  email: "release@demo.iam.gserviceaccount.com",
  sub: null,
} as const;
const GOOGLE_CLAIMS = googleClaims({ sub: "100" }, OPTIONS);

const GOOGLE_ROWS: readonly Row[] = [
  ["the very publisher", {}, {}, null],
  ["the subject", { sub: "100" }, {}, null],
  ["another subject", { sub: "200" }, {}, NOT_FOUND],
  ["no subject", {}, { sub: undefined }, null],
  [
    "no subject where one is asked for",
    { sub: "100" },
    { sub: undefined },
    NOT_FOUND,
  ],
  ["an empty subject", { sub: "100" }, { sub: "" }, NOT_FOUND],
  ["another address", { email: "x@y.example" }, {}, NOT_FOUND],
  [
    "an address in another case",
    { email: "Release@demo.iam.gserviceaccount.com" },
    {},
    NOT_FOUND,
  ],
  [
    "an address that is not verified",
    {},
    { email_verified: false },
    "Check failed for required claim 'email_verified'",
  ],
  [
    "a verification in words",
    {},
    { email_verified: "true" },
    "Check failed for required claim 'email_verified'",
  ],
  ["no email claim", {}, { email: undefined }, "Missing claim 'email'"],
  [
    "no email_verified claim",
    {},
    { email_verified: undefined },
    "Missing claim 'email_verified'",
  ],
  [
    "Google's other issuer",
    {},
    { iss: "accounts.google.com" },
    "Issuer 'accounts.google.com' is unsupported",
  ],
];

const ACTIVESTATE = {
  provider: "activestate",
  organization: "octo",
  project: "demo",
  actor: "hubot",
  actorId: "42",
} as const;
const ACTIVESTATE_CLAIMS = activestateClaims(
  { organization: "octo", actor: "hubot", actorId: "42" },
  OPTIONS,
);

const ACTIVESTATE_ROWS: readonly Row[] = [
  ["the very publisher", {}, {}, null],
  ["another organization", { organization: "Octo" }, {}, NOT_FOUND],
  ["another project", { project: "Demo" }, {}, NOT_FOUND],
  ["another actor", { actorId: "43" }, {}, NOT_FOUND],
  [
    "an actor by name, as typed into the form",
    { actorId: undefined },
    {},
    null,
  ],
  [
    "another actor by name",
    { actorId: undefined, actor: "octo" },
    {},
    NOT_FOUND,
  ],
  ["an actor that was renamed", { actor: "octo" }, {}, null],
  [
    "another builder",
    {},
    { builder: "wheel-builder" },
    "Check failed for required claim 'builder'",
  ],
  ["more in sub", {}, { sub: "org:octo:project:demo:more" }, null],
  ["an empty sub", {}, { sub: "" }, "Missing 'subject' claim"],
  [
    "a short sub",
    {},
    { sub: "org:octo" },
    "Invalid 'subject' claim. Wrong format",
  ],
  [
    "the sub of another project",
    {},
    { sub: "org:octo:project:other" },
    "Invalid 'subject' claim",
  ],
  ...["sub", "organization", "project", "actor_id", "builder"].map(
    (name): Row => [
      `no ${name} claim`,
      {},
      { [name]: undefined },
      `Missing claim '${name}'`,
    ],
  ),
];

const TABLES: readonly [string, Changes, Claims, readonly Row[]][] = [
  ["GitHub", GITHUB, GITHUB_CLAIMS, GITHUB_ROWS],
  ["GitLab", GITLAB, GITLAB_CLAIMS, GITLAB_ROWS],
  ["Google", GOOGLE, GOOGLE_CLAIMS, GOOGLE_ROWS],
  ["ActiveState", ACTIVESTATE, ACTIVESTATE_CLAIMS, ACTIVESTATE_ROWS],
];

for (const [provider, publisher, claims, rows] of TABLES) {
  for (const [title, publisherChanges, claimChanges, reason] of rows) {
    Deno.test(`selectPublisher() judges ${title} as PyPI does (${provider})`, () => {
      const changed = apply(
        publisher,
        publisherChanges,
      ) as unknown as RegisteredPublisher;
      const token = apply(claims, claimChanges);

      const selection = selectPublisher([changed], token);

      assertEquals(selection.reason, reason);
      assertEquals(selection.publisher, reason === null ? changed : null);
      // Both functions must tell the same story.
      const { matches, fields } = matchPublisher(changed, token);
      assertEquals(matches, reason === null);
      assertEquals(fields.every((field) => field.matches), matches);
    });
  }
}

function apply(base: Changes, changes: Changes): Changes {
  return Object.fromEntries(
    Object.entries({ ...base, ...changes })
      .filter(([, value]) => value !== undefined),
  );
}

Deno.test("the tables have at least 80 rows", () => {
  assert(TABLES.flatMap(([, , , rows]) => rows).length >= 80);
});

Deno.test("selectPublisher() prefers the publisher with the token's environment", () => {
  const open = GITHUB;
  const bound = { ...GITHUB, environment: "release" };
  const other = { ...GITHUB, environment: "pypi" };
  const inRelease = { ...GITHUB_CLAIMS, environment: "RELEASE" };

  for (const publishers of [[open, bound, other], [other, bound, open]]) {
    assertEquals(selectPublisher(publishers, inRelease).publisher, bound);
    assertEquals(selectPublisher(publishers, GITHUB_CLAIMS).publisher, open);
  }
  assertEquals(selectPublisher([other], inRelease).reason, NOT_FOUND);
});

Deno.test("selectPublisher() does not fall back when the chosen publisher fails a check", () => {
  const claims = {
    ...GITHUB_CLAIMS,
    environment: "release",
    event_name: "pull_request_target",
  };
  const { publisher } = selectPublisher(
    [GITHUB, { ...GITHUB, environment: "release" }],
    claims,
  );
  assertEquals(publisher, null);
});

Deno.test("selectPublisher() prefers the Google publisher with the token's subject", () => {
  const open = GOOGLE;
  const bound = { ...GOOGLE, sub: "100" };
  assertEquals(selectPublisher([open, bound], GOOGLE_CLAIMS).publisher, bound);
});

Deno.test("matchPublisher() names a reusable workflow's caller", () => {
  const { fields } = matchPublisher(GITHUB, {
    ...GITHUB_CLAIMS,
    job_workflow_ref: path("publish.yml"),
  });
  const workflow = fields.find(({ field }) => field === "workflow");
  assertEquals(workflow?.expected, "release.yml");
  assertEquals(workflow?.actual, "publish.yml");
  assert(workflow?.note?.includes("publish from release.yml itself"));
});

Deno.test("matchPublisher() points to letter case", () => {
  const { fields } = matchPublisher(
    { ...GITHUB, repository: "Demo" },
    GITHUB_CLAIMS,
  );
  const repository = fields.find(({ field }) => field === "repository");
  assertEquals(repository, {
    field: "repository",
    expected: "octo/Demo",
    actual: "octo/demo",
    matches: false,
    note: "Only letter case differs, and the index compares it",
  });
});

Deno.test("matchPublisher() points to the environment that the job lacks", () => {
  const { fields } = matchPublisher(
    { ...GITHUB, environment: "release" },
    GITHUB_CLAIMS,
  );
  assertEquals(
    fields.filter(({ matches }) => !matches).map(({ field }) => field),
    ["environment"],
  );
});

Deno.test("matchPublisher() says which provider a token came from", () => {
  const { matches, fields } = matchPublisher(GITHUB, GITLAB_CLAIMS);
  assertEquals(matches, false);
  assertEquals(fields[0], {
    field: "iss",
    expected: ISSUERS.github,
    actual: ISSUERS.gitlab,
    matches: false,
    note: "The token comes from another provider",
  });
});

Deno.test("providerOfIssuer() knows a self-managed GitLab by its publishers alone", () => {
  const issuer = "https://gitlab.example";
  assertEquals(providerOfIssuer(issuer), null);
  assertEquals(providerOfIssuer(issuer, [{ ...GITLAB, issuer }]), "gitlab");
  assertEquals(providerOfIssuer(ISSUERS.activestate), "activestate");
  assertEquals(providerOfIssuer(undefined), null);
});
