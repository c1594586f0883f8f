import { assert, assertEquals } from "@std/assert";
import { decodeJwt } from "../../lib/sandbox/issuer.ts";
import { startSandbox } from "../helpers/sandbox.ts";

async function ask(
  env: Readonly<Record<string, string>>,
  query: string,
  bearer = env.ACTIONS_ID_TOKEN_REQUEST_TOKEN,
): Promise<Response> {
  return await fetch(`${env.ACTIONS_ID_TOKEN_REQUEST_URL}${query}`, {
    headers: { authorization: `Bearer ${bearer}` },
  });
}

Deno.test("a job gets a token for the audience that it asks for, each time a new one", async () => {
  await using running = await startSandbox();
  const env = running.githubEnv({
    owner: "octo",
    environment: "release",
    ref: "refs/tags/v1",
  });

  const answers = [
    await (await ask(env, "&audience=pypi")).json(),
    await (await ask(env, "&audience=sigstore")).json(),
  ];
  const [first, second] = answers.map(({ value }) => decodeJwt(value)!.claims);
  assertEquals(first?.aud, "pypi");
  assertEquals(second?.aud, "sigstore");
  assertEquals(first?.repository, env.GITHUB_REPOSITORY);
  assertEquals(first?.workflow_ref, env.GITHUB_WORKFLOW_REF);
  assertEquals(first?.environment, "release");
  assertEquals(first?.sub, "repo:octo/demo:environment:release");
  assertEquals(env.GITHUB_REF_NAME, "v1");
  assertEquals(env.GITHUB_REF_TYPE, "tag");
  assert(first?.jti !== second?.jti);
  assertEquals(answers[0].count, answers[0].value.length);
});

Deno.test("a job that asks for no audience gets its owner's", async () => {
  await using running = await startSandbox();
  const env = running.githubEnv({ owner: "octo" });
  const { value } = await (await ask(env, "")).json();
  assertEquals(decodeJwt(value)?.claims.aud, "https://github.com/octo");
});

Deno.test("each job has an identity of its own", async () => {
  await using running = await startSandbox();
  const [one, two] = [
    running.githubEnv({ repository: "one" }),
    running.githubEnv({ repository: "two" }),
  ];
  for (const [env, repository] of [[one, "one"], [two, "two"]] as const) {
    const { value } = await (await ask(env, "&audience=pypi")).json();
    assertEquals(
      decodeJwt(value)?.claims.repository,
      `example/${repository}`,
    );
  }
});

Deno.test("a request without the job's bearer token is refused", async () => {
  await using running = await startSandbox();
  const env = running.githubEnv();
  const response = await ask(env, "&audience=pypi", "wrong");
  await response.body?.cancel();
  assertEquals(response.status, 401);
});

Deno.test("a request that replaced the URL's query is refused", async () => {
  await using running = await startSandbox();
  const env = running.githubEnv();
  const url = new URL(env.ACTIONS_ID_TOKEN_REQUEST_URL!);
  url.search = "?audience=pypi";
  const response = await ask(
    { ...env, ACTIONS_ID_TOKEN_REQUEST_URL: url.href },
    "",
  );
  await response.body?.cancel();
  assertEquals(response.status, 400);
});

Deno.test("the issuer's keys are found by discovery", async () => {
  await using running = await startSandbox();
  const discovery = await fetch(
    `${running.url}/.well-known/openid-configuration`,
  );
  const { jwks_uri } = await discovery.json();
  const { keys } = await (await fetch(jwks_uri)).json();
  assertEquals(keys.length, 1);
  assertEquals(keys[0].kty, "RSA");
});
