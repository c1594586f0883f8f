import { assertEquals } from "@std/assert";
import {
  formFields,
  pendingFormUrl,
  prefilledFormUrl,
  type Registry,
  validatePublisher,
} from "../../lib/trust/mod.ts";

const PYPI: Registry = {
  name: "PyPI",
  kind: "pypi",
  uploadUrl: "https://upload.pypi.org/legacy/",
  simpleUrl: "https://pypi.org/simple/",
};
const TESTPYPI: Registry = { ...PYPI, name: "TestPyPI", kind: "testpypi" };
const OTHER: Registry = { ...PYPI, name: "index.example", kind: "other" };

const GITHUB = {
  provider: "github",
  owner: "octo",
  repository: "demo",
  workflow: "release.yml",
  environment: "release",
} as const;
const GITLAB = {
  provider: "gitlab",
  namespace: "octo/team",
  project: "demo",
  workflow: ".gitlab-ci.yml",
  environment: null,
  issuer: "https://gitlab.com",
} as const;

Deno.test("prefilledFormUrl() fills in GitHub's form", () => {
  assertEquals(
    prefilledFormUrl(PYPI, "demo", GITHUB),
    "https://pypi.org/manage/project/demo/settings/publishing/?provider=github&owner=octo&repository=demo&workflow_filename=release.yml&environment=release",
  );
});

Deno.test("prefilledFormUrl() fills in GitLab's form on TestPyPI", () => {
  assertEquals(
    prefilledFormUrl(TESTPYPI, "demo", GITLAB),
    "https://test.pypi.org/manage/project/demo/settings/publishing/?provider=gitlab&namespace=octo%2Fteam&project=demo&workflow_filepath=.gitlab-ci.yml",
  );
});

Deno.test("prefilledFormUrl() names a self-managed GitLab", () => {
  const url = new URL(
    prefilledFormUrl(PYPI, "demo", {
      ...GITLAB,
      issuer: "https://gitlab.example",
    })!,
  );
  assertEquals(url.searchParams.get("issuer_url"), "https://gitlab.example");
});

Deno.test("prefilledFormUrl() fills in ActiveState's form", () => {
  const url = new URL(
    prefilledFormUrl(PYPI, "demo", {
      provider: "activestate",
      organization: "octo",
      project: "demo",
      actor: "hubot",
    })!,
  );
  assertEquals(Object.fromEntries(url.searchParams), {
    provider: "activestate",
    organization: "octo",
    project: "demo",
    actor: "hubot",
  });
});

Deno.test("prefilledFormUrl() has no link for another index", () => {
  assertEquals(prefilledFormUrl(OTHER, "demo", GITHUB), null);
});

Deno.test("pendingFormUrl() is the account's page", () => {
  assertEquals(
    pendingFormUrl(TESTPYPI),
    "https://test.pypi.org/manage/account/publishing/",
  );
  assertEquals(pendingFormUrl(OTHER), null);
});

Deno.test("formFields() leaves an optional field empty", () => {
  assertEquals(
    formFields({ ...GITHUB, environment: null }).at(-1),
    { label: "Environment name", parameter: "environment", value: null },
  );
});

Deno.test("validatePublisher() finds nothing wrong with good publishers", () => {
  assertEquals(validatePublisher(GITHUB), []);
  assertEquals(validatePublisher(GITLAB), []);
});

Deno.test("validatePublisher() finds what the form would not take", () => {
  const problems = validatePublisher({
    ...GITHUB,
    owner: "octo/demo",
    workflow: ".github/workflows/release.yml",
    repository: "",
    environment: "a;b",
  });
  assertEquals(
    problems.map(({ field, message }) => `${field}: ${message}`),
    [
      'owner: "octo/demo" is not the name of a GitHub user or organization',
      "repository: The repository is missing",
      'workflow: ".github/workflows/release.yml" is a path',
      'environment: "a;b" is no name that the index takes for an environment',
    ],
  );
});
