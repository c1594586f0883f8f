import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { ErrorCode, ReleasioError } from "../../lib/errors.ts";
import type { Culprit } from "../../lib/mint/culprits.ts";
import type { Situation } from "../../lib/mint/explain_publisher.ts";
import { explainRefusal } from "../../lib/mint/explain_refusal.ts";
import {
  everythingOf,
  GITHUB_CLAIMS,
  unsignedToken,
} from "../oidc/loopback.ts";
import { PYPI, registryAt } from "./fake_index.ts";

const NOW = Date.UTC(2026, 0, 1);
const JWT = unsignedToken(GITHUB_CLAIMS);
const SITUATION: Situation = {
  registry: PYPI,
  claims: GITHUB_CLAIMS,
  projects: ["demo"],
  now: NOW,
};

function explain(
  code: string,
  description: unknown,
  situation: Partial<Situation> = {},
): ReleasioError {
  const body = {
    message: "Token request failed",
    errors: [{ code, description }],
  };
  return explainRefusal(
    { status: 422, text: JSON.stringify(body) },
    { ...SITUATION, ...situation },
  );
}

/** Every row of PyPI's list of codes, with the texts that it sends. */
const CODES: readonly {
  readonly row: string;
  readonly code: string;
  readonly description: string;
  readonly becomes: ErrorCode;
  readonly message: string;
  readonly hint: string;
}[] = [
  {
    row: "a request that it can't read",
    code: "invalid-payload",
    description:
      `1 validation error for TokenPayload\ntoken\n  Input should be a valid string [type=string_type, input_value=${JWT}]`,
    becomes: "mint-refused",
    message: "Token request failed: the index cannot read the request",
    hint: "may repeat the token",
  },
  {
    row: "a malformed token",
    code: "invalid-payload",
    description: "malformed JWT",
    becomes: "mint-refused",
    message: "Token request failed: the identity token is damaged",
    hint: "as the CI gives it",
  },
  {
    row: "an unknown issuer",
    code: "invalid-payload",
    description: "unknown trusted publishing issuer",
    becomes: "oidc-provider-unsupported",
    message:
      "Token request failed: PyPI takes no identity tokens of https://token.actions.githubusercontent.com",
    hint: "github.com, gitlab.com, Google Cloud and ActiveState",
  },
  {
    row: "a provider that is switched off",
    code: "not-enabled",
    description: "github trusted publishing functionality not enabled",
    becomes: "trusted-publishing-disabled",
    message: "PyPI has switched trusted publishing off for github",
    hint: "Run the job again later",
  },
  {
    row: "a token that does not verify",
    code: "invalid-token",
    description: "malformed or invalid token",
    becomes: "mint-refused",
    message: "Token request failed: PyPI does not accept the identity token",
    hint: "Signature, audience or lifetime",
  },
  {
    row: "a pending publisher whose project exists",
    code: "invalid-pending-publisher",
    description: "valid token, but project already exists",
    becomes: "pending-publisher-invalid",
    message: "Pending publisher cannot be used: its project exists by now",
    hint: "add the publisher in its settings",
  },
  {
    row: "project creation switched off",
    code: "invalid-payload",
    description:
      "New project registration temporarily disabled. See https://pypi.org/help#admin-intervention for more information.",
    becomes: "mint-refused",
    message:
      "Token request failed: pending publisher: the index registers no new projects at present",
    hint: "Run the job again later",
  },
  {
    row: "an invalid project name",
    code: "invalid-payload",
    description: "The name '-x' is invalid.",
    becomes: "mint-refused",
    message:
      'Token request failed: pending publisher: "-x" is not a valid project name',
    hint: "begins and ends with a letter or digit",
  },
  {
    row: "the name of a standard-library module",
    code: "invalid-payload",
    description:
      "The name 'asyncio' isn't allowed (conflict with Python Standard Library module name). See https://pypi.org/help/#project-name for more information.",
    becomes: "mint-refused",
    message:
      'Token request failed: pending publisher: the name "asyncio" is that of a module of Python\'s standard library',
    hint: "Choose another project name",
  },
  {
    row: "a name that was taken meanwhile",
    code: "invalid-payload",
    description:
      "The name 'demo' conflicts with an existing project. See https://pypi.org/help/#project-name for more information.",
    becomes: "mint-refused",
    message:
      'Token request failed: pending publisher: the name "demo" was taken a moment ago',
    hint: "run the job again",
  },
  {
    row: "a prohibited name",
    code: "invalid-payload",
    description:
      "The name 'requirements-txt' isn't allowed. See https://pypi.org/help/#project-name for more information.",
    becomes: "mint-refused",
    message:
      'Token request failed: pending publisher: the index does not allow the project name "requirements-txt"',
    hint: "Choose another project name",
  },
  {
    row: "a name too similar to another",
    code: "invalid-payload",
    description:
      "The name 'dem0' is too similar to an existing project. See https://pypi.org/help/#project-name for more information.",
    becomes: "mint-refused",
    message:
      'Token request failed: pending publisher: the name "dem0" is too similar to that of a project',
    hint: "look alike",
  },
  {
    row: "a token that was used before",
    code: "invalid-reuse-token",
    description: "invalid token: already used",
    becomes: "oidc-token-reused",
    message: "Token request failed: the identity token was used before",
    hint: "Run the job again",
  },
  {
    row: "no publisher",
    code: "invalid-publisher",
    description:
      "valid token, but no corresponding publisher (Publisher with matching claims was not found)",
    becomes: "publisher-not-found",
    message: "No matching trusted publisher found",
    hint: "Publisher not found on PyPI",
  },
];

for (const { row, code, description, becomes, message, hint } of CODES) {
  Deno.test(`explainRefusal() explains ${row}`, () => {
    const error = explain(code, description);
    assertEquals(error.code, becomes);
    assertEquals(error.message, message);
    assertStringIncludes(error.hint!, hint);
    assertEquals(everythingOf(error).includes(JWT.slice(0, 20)), false);
  });
}

Deno.test("explainRefusal() finds out by itself that a token has expired, or is not valid yet", () => {
  const text = "malformed or invalid token";
  const expired = explain("invalid-token", text, {
    claims: { ...GITHUB_CLAIMS, exp: NOW / 1000 - 1 },
  });
  assertStringIncludes(expired.message, "has expired");
  const early = explain("invalid-token", text, {
    claims: { ...GITHUB_CLAIMS, exp: NOW / 1000 + 900, nbf: NOW / 1000 + 60 },
  });
  assertStringIncludes(early.message, "not valid yet");
});

Deno.test("explainRefusal() never shows what a server repeats of a token", () => {
  const echo = `got '${JWT}' and pypi-${"A".repeat(40)}`;
  for (
    const code of [
      "invalid-payload",
      "invalid-publisher",
      "invalid-token",
      "not-enabled",
      "brand-new",
      JWT,
    ]
  ) {
    const everything = everythingOf(explain(code, echo));
    assertEquals(everything.includes("eyJ"), false, code);
    assertEquals(everything.includes("AAAA"), false, code);
  }
});

Deno.test("explainRefusal() passes on an unknown code and its reason, bounded", () => {
  const error = explain("brand-new", "x".repeat(100_000));
  assertEquals(error.code, "mint-refused");
  assertEquals(error.details.code, "brand-new");
  assertEquals(String(error.details.reason).length, 1000);
});

Deno.test("explainRefusal() copes with answers that are not PyPI's", () => {
  const bodies = [
    "",
    "<html>",
    "null",
    "[]",
    "{}",
    '{"errors": {}}',
    '{"errors": []}',
    '{"errors": [7]}',
    '{"errors": [{"code": 7}]}',
  ];
  const codes: [number, ErrorCode][] = [
    [400, "mint-refused"],
    [401, "mint-refused"],
    [403, "trusted-publishing-disabled"],
    [404, "trusted-publishing-unsupported"],
    [405, "mint-refused"],
    [422, "mint-refused"],
  ];
  for (const text of bodies) {
    for (const [status, code] of codes) {
      assertEquals(explainRefusal({ status, text }, SITUATION).code, code);
    }
  }
  assertEquals(explain("invalid-publisher", 7).code, "publisher-not-found");
});

function noPublisher(
  reason: string,
  situation: Partial<Situation> = {},
): ReleasioError {
  return explain(
    "invalid-publisher",
    `valid token, but no corresponding publisher (${reason})`,
    situation,
  );
}

function culpritsOf(error: ReleasioError): readonly Culprit[] {
  return error.details.culprits as Culprit[];
}

const NOT_FOUND = "Publisher with matching claims was not found";

Deno.test("explainRefusal() lays the claims out beside the form's fields", () => {
  const { details } = noPublisher(NOT_FOUND);
  assertEquals(details.rows, [
    { field: "Owner", value: "octo", claim: "repository" },
    { field: "Repository name", value: "demo", claim: "repository" },
    { field: "Workflow name", value: "release.yml", claim: "job_workflow_ref" },
    { field: "Environment name", value: "release", claim: "environment" },
  ]);
  assertEquals(
    (details.claims as Record<string, unknown>).job_workflow_ref,
    GITHUB_CLAIMS.job_workflow_ref,
  );
  assertEquals(details.reason, NOT_FOUND);
});

Deno.test("explainRefusal() links PyPI's form filled in, and the page for pending publishers", () => {
  const error = noPublisher(NOT_FOUND, { projects: ["demo", "other"] });
  const url =
    "https://pypi.org/manage/project/demo/settings/publishing/?provider=github&owner=octo&repository=demo&workflow_filename=release.yml&environment=release";
  assertEquals((error.details.forms as { url: string }[])[0]?.url, url);
  assertEquals((error.details.forms as unknown[]).length, 2);
  assertStringIncludes(error.hint!, url);
  assertStringIncludes(error.hint!, "pending publisher");
  assertStringIncludes(
    error.hint!,
    "https://pypi.org/manage/account/publishing/",
  );
});

Deno.test("explainRefusal() links TestPyPI's pages for TestPyPI, and none for another index", () => {
  const test = noPublisher(NOT_FOUND, {
    registry: { ...PYPI, name: "TestPyPI", kind: "testpypi" },
  });
  assertStringIncludes(
    test.hint!,
    "https://test.pypi.org/manage/project/demo/",
  );
  const other = noPublisher(NOT_FOUND, {
    registry: registryAt("https://pkgs.example"),
  });
  assertEquals(other.details.forms, []);
  assertEquals(other.details.pendingForm, null);
  assertEquals(other.hint!.includes("/manage/"), false);
});

Deno.test("explainRefusal() does without project names", () => {
  const error = noPublisher(NOT_FOUND, { projects: [] });
  assertEquals(error.details.forms, []);
  assertStringIncludes(error.hint!, "project's settings");
});

Deno.test("explainRefusal() suspects a missing environment first", () => {
  const { environment: _, ...claims } = GITHUB_CLAIMS;
  const error = noPublisher(NOT_FOUND, { claims });
  assertEquals(culpritsOf(error)[0]?.claim, "environment");
  assertStringIncludes(error.hint!, "The job names no environment");
  assertStringIncludes(error.hint!, "`environment: <name>`");
});

Deno.test("explainRefusal() then suspects environment, workflow file and repository spelling", () => {
  const culprits = culpritsOf(noPublisher(NOT_FOUND));
  assertEquals(culprits.map(({ claim }) => claim), [
    "environment",
    "job_workflow_ref",
    "repository",
    "aud",
  ]);
  assertStringIncludes(culprits[0]!.message, "`release`");
  assertStringIncludes(culprits[1]!.message, "`release.yml`");
  assertStringIncludes(culprits[2]!.message, "`octo/demo`");
});

Deno.test("explainRefusal() recognizes a reusable workflow, of this repository or another", () => {
  const own = noPublisher(NOT_FOUND, {
    claims: {
      ...GITHUB_CLAIMS,
      job_workflow_ref:
        "octo/demo/.github/workflows/upload.yml@refs/heads/main",
    },
  });
  assertStringIncludes(own.hint!, "reusable workflow octo/demo/");
  assertStringIncludes(own.hint!, "PyPI compares the called file");
  const foreign = noPublisher(
    "The job_workflow_ref claim does not match, expecting one of ['x'], got 'y'",
    {
      claims: {
        ...GITHUB_CLAIMS,
        job_workflow_ref: "octo/shared/.github/workflows/upload.yml@v1",
      },
    },
  );
  assertStringIncludes(foreign.hint!, "of another repository, octo/shared/");
  assertStringIncludes(
    foreign.hint!,
    "octo/demo/.github/workflows/release.yml",
  );
});

/** Every reason that PyPI gives, with what to look at first. */
const REASONS: readonly [string, string, Record<string, unknown>?][] = [
  [NOT_FOUND, "environment"],
  ["Missing claim 'job_workflow_ref'", "job_workflow_ref"],
  ["Missing claim 'jti'", "jti"],
  [
    "Could not job extract workflow filename from OIDC claims",
    "job_workflow_ref",
  ],
  [
    "Could not extract workflow filename from OIDC claims",
    "ci_config_ref_uri",
    { iss: "https://gitlab.com", project_path: "group/demo" },
  ],
  [
    "The job_workflow_ref claim does not match, expecting one of ['a'], got 'b'",
    "job_workflow_ref",
  ],
  ["The job_workflow_ref claim is empty", "job_workflow_ref"],
  ["The ref and sha claims are empty", "ref"],
  [
    "Check failed for required claim 'repository_owner_id'",
    "repository_owner_id",
  ],
  ["Check failed for optional claim 'environment'", "environment"],
  [
    "The ci_config_ref_uri claim does not match, expecting one of ['a'], got 'b'",
    "ci_config_ref_uri",
    { iss: "https://gitlab.com", project_path: "group/demo" },
  ],
  [
    "The ci_config_ref_uri claim is empty",
    "ci_config_ref_uri",
    { iss: "https://gitlab.com", project_path: "group/demo" },
  ],
  [
    "The ref_path and sha claims are empty",
    "ref_path",
    { iss: "https://gitlab.com", project_path: "group/demo" },
  ],
  [
    "JWT issuer 'https://git.example' does not match expected issuer 'https://gitlab.com'",
    "iss",
    { iss: "https://git.example", project_path: "group/demo" },
  ],
  [NOT_FOUND, "email", { iss: "https://accounts.google.com", email: "a@b.c" }],
  ...[
    "Missing 'subject' claim",
    "Invalid 'subject' claim. Wrong format",
    "Invalid 'subject' claim",
  ]
    .map((reason) =>
      [reason, "sub", {
        iss: "https://platform.activestate.com/api/v1/oauth/oidc",
        organization: "org",
        project: "demo",
        actor_id: "id",
      }] as [string, string, Record<string, unknown>]
    ),
  [NOT_FOUND, "aud", { iss: "https://agent.buildkite.com" }],
];

for (const [reason, first, claims] of REASONS) {
  const provider = claims ? ` for ${claims.iss}` : "";
  Deno.test(`explainRefusal() explains "${reason}"${provider}`, () => {
    const error = noPublisher(reason, claims ? { claims } : {});
    assertEquals(error.code, "publisher-not-found");
    assertEquals(error.message, "No matching trusted publisher found");
    assertEquals(error.details.reason, reason);
    const [culprit] = culpritsOf(error);
    assertEquals(culprit?.claim, first);
    assertStringIncludes(error.hint!, culprit!.message);
  });
}

Deno.test("explainRefusal() explains a pull_request_target that reached the index", () => {
  const error = noPublisher(
    "Publishing from a workflow invoked via 'pull_request_target' is not supported.",
  );
  assertEquals(error.code, "oidc-pull-request-target");
});

Deno.test("explainRefusal() fills in GitLab's, Google's and ActiveState's forms", () => {
  const link = (claims: Record<string, unknown>) => {
    const { details } = noPublisher(NOT_FOUND, { claims });
    const [form] = details.forms as { url: string }[];
    return [...new URL(form!.url).searchParams];
  };
  assertEquals(
    link({
      iss: "https://gitlab.com",
      project_path: "group/sub/demo",
      ci_config_ref_uri:
        "gitlab.com/group/sub/demo//.gitlab-ci.yml@refs/heads/m",
      environment: "Prod",
    }),
    [
      ["provider", "gitlab"],
      ["namespace", "group/sub"],
      ["project", "demo"],
      ["workflow_filepath", ".gitlab-ci.yml"],
      ["environment", "Prod"],
    ],
  );
  assertEquals(
    link({ iss: "https://accounts.google.com", email: "a@b.c", sub: "1" }),
    [["provider", "google"], ["email", "a@b.c"], ["sub", "1"]],
  );
  assertEquals(
    link({
      iss: "https://platform.activestate.com/api/v1/oauth/oidc",
      organization: "org",
      project: "demo",
      actor: "someone",
    }),
    [
      ["provider", "activestate"],
      ["organization", "org"],
      ["project", "demo"],
      ["actor", "someone"],
    ],
  );
  assertEquals(
    link({ iss: "https://git.example", project_path: "a/b" }).at(-1),
    ["issuer_url", "https://git.example"],
  );
});

Deno.test("explainRefusal() keeps hostile claims out of links' structure", () => {
  const error = noPublisher(NOT_FOUND, {
    claims: { ...GITHUB_CLAIMS, environment: "a&owner=evil#x" },
    projects: ["../../x"],
  });
  const url = new URL((error.details.forms as { url: string }[])[0]!.url);
  assertEquals(url.origin, "https://pypi.org");
  assert(url.pathname.startsWith("/manage/project/..%2F..%2Fx/"));
  assertEquals(url.searchParams.getAll("owner"), ["octo"]);
  assertEquals(url.hash, "");
});
