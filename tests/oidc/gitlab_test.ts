import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { parse } from "yaml";
import { ReleasioError } from "../../lib/errors.ts";
import { GITLAB_CI } from "../../lib/oidc/gitlab.ts";
import { testContext } from "../helpers/context.ts";
import { everythingOf, unsignedToken } from "./loopback.ts";

const CLAIMS = {
  iss: "https://gitlab.com",
  aud: "pypi",
  sub: "project_path:group/demo:ref_type:tag:ref:v1",
  project_path: "group/demo",
  jti: "one",
};
const JWT = unsignedToken(CLAIMS);

async function refusal(
  env: Record<string, string>,
  audience = "pypi",
): Promise<ReleasioError> {
  const context = testContext({ env: { GITLAB_CI: "true", ...env } });
  const error = await assertRejects(
    () => GITLAB_CI.acquire(context, audience),
    ReleasioError,
  );
  for (const secret of Object.values(env)) {
    if (secret) assertEquals(everythingOf(error).includes(secret), false);
  }
  return error;
}

Deno.test("GITLAB_CI.acquire() takes the variable of the audience, and masks it", async () => {
  const context = testContext({
    env: { GITLAB_CI: "true", PYPI_ID_TOKEN: `${JWT}\n` },
  });
  const identity = await GITLAB_CI.acquire(context, "pypi");
  assertEquals(identity.token.reveal(), JWT);
  assertEquals(identity.claims, CLAIMS);
  assertEquals(context.masked, [JWT]);
});

for (
  const [audience, variable] of [
    ["pypi", "PYPI_ID_TOKEN"],
    ["testpypi", "TESTPYPI_ID_TOKEN"],
    ["sigstore", "SIGSTORE_ID_TOKEN"],
    ["my-index.example", "MY_INDEX_EXAMPLE_ID_TOKEN"],
    ["https://a.example/b", "HTTPS___A_EXAMPLE_B_ID_TOKEN"],
    ["7index.example", "_INDEX_EXAMPLE_ID_TOKEN"],
    ["7index.example", "7INDEX_EXAMPLE_ID_TOKEN"],
  ] as const
) {
  Deno.test(`GITLAB_CI.acquire() looks for ${variable} when the audience is ${audience}`, async () => {
    const jwt = unsignedToken({ ...CLAIMS, aud: audience });
    const context = testContext({ env: { [variable]: jwt } });
    const identity = await GITLAB_CI.acquire(context, audience);
    assertEquals(identity.token.reveal(), jwt);
  });
}

const EMPTY: Record<string, string>[] = [{}, { PYPI_ID_TOKEN: "" }];
for (const env of EMPTY) {
  const state = "PYPI_ID_TOKEN" in env ? "an empty" : "no";
  Deno.test(`GITLAB_CI.acquire() answers ${state} PYPI_ID_TOKEN with the YAML to paste`, async () => {
    const error = await refusal(env);
    assertEquals(error.code, "oidc-permission-missing");
    assertEquals(
      error.message,
      "OIDC token request failed: this job has no PYPI_ID_TOKEN",
    );
    const inline = /`(id_tokens: .*?)`/.exec(error.hint!)?.[1];
    for (const yaml of [inline, error.details.snippet]) {
      assertEquals(parse(String(yaml)), {
        id_tokens: { PYPI_ID_TOKEN: { aud: "pypi" } },
      });
    }
  });
}

Deno.test("GITLAB_CI.acquire() quotes an audience that YAML would read otherwise", async () => {
  const error = await refusal({}, "https://a.example/x");
  assertEquals(parse(String(error.details.snippet)), {
    id_tokens: { HTTPS___A_EXAMPLE_X_ID_TOKEN: { aud: "https://a.example/x" } },
  });
});

Deno.test("GITLAB_CI.acquire() notices the token of the other index", async () => {
  const error = await refusal({ PYPI_ID_TOKEN: JWT }, "testpypi");
  assertEquals(error.code, "oidc-permission-missing");
  assertStringIncludes(error.hint!, "It has PYPI_ID_TOKEN");
});

for (
  const [mistake, aud] of [
    ["another audience", "https://gitlab.com"],
    ["a list", ["pypi"]],
    ["none", undefined],
  ] as const
) {
  Deno.test(`GITLAB_CI.acquire() names the mistake when \`aud\` is ${mistake}`, async () => {
    const error = await refusal({
      PYPI_ID_TOKEN: unsignedToken({ ...CLAIMS, aud }),
    });
    assertEquals(error.code, "oidc-request-failed");
    assertStringIncludes(
      error.hint!,
      "`id_tokens: { PYPI_ID_TOKEN: { aud: pypi } }`",
    );
  });
}

Deno.test("GITLAB_CI.acquire() takes a list of audiences where the index is not PyPI", async () => {
  const jwt = unsignedToken({ ...CLAIMS, aud: ["a.example", "b"] });
  const context = testContext({ env: { A_EXAMPLE_ID_TOKEN: jwt } });
  const identity = await GITLAB_CI.acquire(context, "a.example");
  assertEquals(identity.token.reveal(), jwt);
});

Deno.test("GITLAB_CI.acquire() refuses a variable that was never expanded, unmasked and unshown", async () => {
  const error = await refusal({ PYPI_ID_TOKEN: "$SOME_VARIABLE" });
  assertEquals(error.code, "oidc-request-failed");
});

Deno.test("GITLAB_CI.acquire() takes a self-managed instance's token as it is", async () => {
  const jwt = unsignedToken({ ...CLAIMS, iss: "https://git.corp.example" });
  const context = testContext({ env: { PYPI_ID_TOKEN: jwt } });
  const { claims } = await GITLAB_CI.acquire(context, "pypi");
  assertEquals(claims.iss, "https://git.corp.example");
});

Deno.test("GITLAB_CI has one token for a job", () => {
  assertEquals(GITLAB_CI.renewable, false);
});
