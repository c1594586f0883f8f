import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ReleasioError } from "../../lib/errors.ts";
import { detectProvider } from "../../lib/oidc/detect_provider.ts";
import { explainNoIdentity } from "../../lib/oidc/unsupported.ts";
import { testContext } from "../helpers/context.ts";

const SIGNS = {
  token: { RELEASIO_OIDC_TOKEN: "x" },
  file: { RELEASIO_OIDC_TOKEN_FILE: "x" },
  github: { GITHUB_ACTIONS: "true" },
  gitlab: { GITLAB_CI: "true" },
  google: { GOOGLE_SERVICE_ACCOUNT_NAME: "x" },
  buildkite: { BUILDKITE: "true" },
};

async function detect(
  env: Readonly<Record<string, string>>,
): Promise<string | null> {
  return (await detectProvider(testContext({ env })))?.label ?? null;
}

const LABELS = [
  "token in RELEASIO_OIDC_TOKEN",
  "token in the file of RELEASIO_OIDC_TOKEN_FILE",
  "GitHub Actions",
  "GitLab CI/CD",
  "Google Cloud",
];

Deno.test("detectProvider() finds each provider by its own sign", async () => {
  const signs = [
    SIGNS.token,
    SIGNS.file,
    SIGNS.github,
    SIGNS.gitlab,
    SIGNS.google,
  ];
  assertEquals(await Promise.all(signs.map(detect)), LABELS);
});

Deno.test("detectProvider() settles every conflict by its documented order", async () => {
  const signs: Readonly<Record<string, string>>[] = [
    SIGNS.token,
    SIGNS.file,
    SIGNS.github,
    SIGNS.gitlab,
    SIGNS.google,
    SIGNS.buildkite,
  ];
  for (let first = 0; first < LABELS.length; first++) {
    for (let second = first + 1; second < signs.length; second++) {
      const env = { ...signs[second], ...signs[first] };
      assertEquals(await detect(env), LABELS[first]);
    }
  }
});

Deno.test("detectProvider() answers null outside a CI, and in one that PyPI does not know", async () => {
  assertEquals(await detect({}), null);
  assertEquals(await detect({ CI: "true" }), null);
  assertEquals(await detect(SIGNS.buildkite), null);
  assertEquals(await detect({ GITHUB_ACTIONS: "", GITLAB_CI: "" }), null);
});

Deno.test("detectProvider() finds a CI that is broken; asking it says how", async () => {
  for (const env of [SIGNS.github, SIGNS.gitlab]) {
    const context = testContext({ env });
    const provider = await detectProvider(context);
    const error = await assertRejects(
      () => provider!.acquire(context, "pypi"),
      ReleasioError,
    );
    assertEquals(error.code, "oidc-permission-missing");
  }
});

Deno.test("explainNoIdentity() says outside a CI where there is an identity", () => {
  const error = explainNoIdentity(testContext());
  assertEquals(error.code, "oidc-unavailable");
  assertStringIncludes(error.hint!, "GitHub Actions");
  assertStringIncludes(error.hint!, "RELEASIO_PYPI_TOKEN");
});

const UNSUPPORTED: readonly [string, Record<string, string>][] = [
  ["Buildkite", { BUILDKITE: "true" }],
  ["CircleCI", { CIRCLECI: "true" }],
  ["Azure Pipelines", { TF_BUILD: "True" }],
  ["Bitbucket Pipelines", { BITBUCKET_BUILD_NUMBER: "7" }],
  ["Semaphore", { SEMAPHORE: "true" }],
  ["Travis CI", { TRAVIS: "true" }],
  ["AppVeyor", { APPVEYOR: "True" }],
  ["Cirrus CI", { CIRRUS_CI: "true" }],
  ["Codeship", { CI_NAME: "codeship" }],
  ["AWS CodeBuild", { CODEBUILD_BUILD_ARN: "arn:aws:x" }],
  ["TeamCity", { TEAMCITY_VERSION: "2026.1" }],
  ["Bamboo", { bamboo_planKey: "X" }],
  ["Drone", { DRONE: "true" }],
  ["Woodpecker", { CI: "woodpecker" }],
  ["Jenkins", { JENKINS_URL: "https://ci.example/" }],
];

for (const [label, env] of UNSUPPORTED) {
  Deno.test(`explainNoIdentity() recognizes ${label}, and says what PyPI takes instead`, () => {
    const error = explainNoIdentity(testContext({ env }));
    assertEquals(error.code, "oidc-provider-unsupported");
    assertEquals(error.message, `PyPI takes no identity tokens of ${label}`);
    assertStringIncludes(error.hint!, "GitHub Actions");
    assertStringIncludes(error.hint!, "RELEASIO_PYPI_TOKEN");
  });
}
