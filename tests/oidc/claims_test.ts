import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ReleasioError } from "../../lib/errors.ts";
import {
  decodeClaims,
  describePublisher,
  identifyProvider,
} from "../../lib/oidc/claims.ts";
import { GITHUB_CLAIMS, unsignedToken } from "./loopback.ts";

Deno.test("decodeClaims() reads claims, non-ASCII ones included", () => {
  const claims = { aud: "pypi", environment: "veröffentlichen ✓", n: [1] };
  assertEquals(decodeClaims(unsignedToken(claims)), claims);
});

const GARBAGE: readonly [string, string][] = [
  ["nothing", ""],
  ["one part", "abc"],
  ["two parts", "abc.def"],
  ["four parts", "a.b.c.d"],
  ["a line break", "abc.def.ghi\n::set-output name=x::y"],
  ["no base64", "abc.a.ghi"],
  ["no UTF-8", `abc.${btoa('{"a":"\xff"}').replaceAll("=", "")}.ghi`],
  ["no JSON", `abc.${btoa("{").replaceAll("=", "")}.ghi`],
  ["a JSON array", `abc.${btoa("[1]").replaceAll("=", "")}.ghi`],
  ["JSON null", `abc.${btoa("null").replaceAll("=", "")}.ghi`],
  ["65 KiB", `abc.${"a".repeat(65 * 1024)}.ghi`],
];

for (const [name, jwt] of GARBAGE) {
  Deno.test(`decodeClaims() refuses ${name} as a token and shows nothing of it`, () => {
    const error = assertThrows(() => decodeClaims(jwt), ReleasioError);
    assertEquals(error.code, "oidc-request-failed");
    assertStringIncludes(error.message, "Cannot read the identity token: ");
    assertEquals(error.message.includes("ghi"), false);
    assertEquals(error.cause, undefined);
  });
}

Deno.test("describePublisher() names GitHub's fields as PyPI's form does", () => {
  assertEquals(describePublisher(GITHUB_CLAIMS), {
    provider: "github",
    repository: "octo/demo",
    workflow: "release.yml",
    environment: "release",
    ref: "refs/heads/main",
  });
});

Deno.test("describePublisher() takes the called file of a reusable workflow", () => {
  const identity = describePublisher({
    ...GITHUB_CLAIMS,
    job_workflow_ref:
      "octo/shared/.github/workflows/pub.yaml@refs/heads/a.yml@b",
  });
  assertEquals(identity.workflow, "pub.yaml");
});

Deno.test("describePublisher() says null for what a token lacks or has in another shape", () => {
  assertEquals(
    describePublisher({
      iss: GITHUB_CLAIMS.iss,
      repository: 7,
      environment: "",
      job_workflow_ref: "octo/demo/x@main",
    }),
    {
      provider: "github",
      repository: null,
      workflow: null,
      environment: null,
      ref: null,
    },
  );
});

Deno.test("describePublisher() splits a GitLab project path at its last slash", () => {
  assertEquals(
    describePublisher({
      iss: "https://gitlab.com",
      project_path: "group/sub/demo",
      ci_config_ref_uri:
        "gitlab.com/group/sub/demo//ci/release.yml@refs/heads/main",
      environment: "Prod",
      ref_path: "refs/heads/main",
    }),
    {
      provider: "gitlab",
      namespace: "group/sub",
      project: "demo",
      workflow: "ci/release.yml",
      environment: "Prod",
      issuer: "https://gitlab.com",
      ref: "refs/heads/main",
    },
  );
});

Deno.test("describePublisher() copes with a GitLab token without its own claims", () => {
  const identity = describePublisher({ iss: "https://gitlab.com" });
  assertEquals(
    [identity.namespace, identity.project, identity.workflow],
    [null, null, null],
  );
});

Deno.test("describePublisher() knows Google, ActiveState, and says whose else", () => {
  assertEquals(
    describePublisher({
      iss: "https://accounts.google.com",
      email: "a@b.iam.gserviceaccount.com",
      sub: "11",
    }),
    { provider: "google", email: "a@b.iam.gserviceaccount.com", sub: "11" },
  );
  assertEquals(
    describePublisher({
      iss: "https://platform.activestate.com/api/v1/oauth/oidc",
      organization: "org",
      project: "demo",
      actor_id: "uuid",
    }),
    {
      provider: "activestate",
      organization: "org",
      project: "demo",
      actor: "uuid",
    },
  );
  assertEquals(
    describePublisher({ iss: "https://agent.buildkite.com", sub: "x" }),
    { provider: "unknown", issuer: "https://agent.buildkite.com", sub: "x" },
  );
});

Deno.test("identifyProvider() knows self-managed servers by their claims", () => {
  assertEquals(
    identifyProvider({ ...GITHUB_CLAIMS, iss: "http://127.0.0.1:1/oidc" }),
    "github",
  );
  assertEquals(
    identifyProvider({ iss: "https://git.example", project_path: "a/b" }),
    "gitlab",
  );
  assertEquals(identifyProvider({}), null);
});
