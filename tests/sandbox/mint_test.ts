import { assert, assertEquals } from "@std/assert";
import { macaroonLocation } from "../../lib/config/macaroon.ts";
import {
  activestateClaims,
  createSandbox,
  githubClaims,
  gitlabClaims,
  googleClaims,
  type RegisteredPublisher,
  type Sandbox,
  type SandboxOptions,
} from "../../lib/sandbox/mod.ts";
import { get, mintOutcome, mintRequest, ORIGIN } from "./requests.ts";

const NOW = Date.UTC(2026, 0, 1);
const OPTIONS = { audience: "pypi", now: NOW };
const PUBLISHER: RegisteredPublisher = {
  provider: "github",
  owner: "example",
  repository: "demo",
  workflow: "release.yml",
  environment: null,
};

function openSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  return createSandbox({ now: () => NOW, ...options });
}

async function githubToken(
  sandbox: Sandbox,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  return await sandbox.issueToken({ ...githubClaims({}, OPTIONS), ...changes });
}

Deno.test("the audience is what the index was told", async () => {
  const sandbox = await openSandbox({ audience: "sandbox" });
  const response = await sandbox.handle(get("/_/oidc/audience"));
  assertEquals(await response.json(), { audience: "sandbox" });
});

Deno.test("the audience is refused where trusted publishing is off", async () => {
  const sandbox = await openSandbox();
  sandbox.state.flags.disallowOidc = true;
  const response = await sandbox.handle(get("/_/oidc/audience"));
  assertEquals(response.status, 403);
  assertEquals(await response.json(), {
    message: "Trusted publishing functionality not enabled",
  });
});

Deno.test("the audience answers GET alone", async () => {
  const sandbox = await openSandbox();
  const request = new Request(`${ORIGIN}/_/oidc/audience`, { method: "POST" });
  assertEquals((await sandbox.handle(request)).status, 405);
});

Deno.test("minting gives a token for 15 minutes that names its site", async () => {
  const sandbox = await openSandbox({
    publishers: [{ publisher: PUBLISHER, project: "demo" }],
  });
  const token = await githubToken(sandbox);
  const response = await sandbox.handle(mintRequest(token));

  const answer = await response.json();
  assertEquals(response.status, 200);
  assertEquals(answer.success, true);
  assertEquals(answer.expires, NOW / 1000 + 900);
  assertEquals(macaroonLocation(answer.token), "sandbox.example");
  assertEquals(sandbox.state.mintedTokens[0]?.token.reveal(), answer.token);
  assertEquals(sandbox.state.mintedTokens[0]?.projects, ["demo"]);
});

Deno.test("minting answers at its old address too", async () => {
  const sandbox = await openSandbox({
    publishers: [{ publisher: PUBLISHER, project: "demo" }],
  });
  const request = new Request(`${ORIGIN}/_/oidc/github/mint-token`, {
    method: "POST",
    body: JSON.stringify({ token: await githubToken(sandbox), more: 1 }),
  });
  assertEquals((await sandbox.handle(request)).status, 200);
});

Deno.test("minting refuses a body that is not the expected JSON", async () => {
  const sandbox = await openSandbox();
  for (const body of ["", "x", "[]", "{}", '{"token":1}', '{"token":null}']) {
    const outcome = await mintOutcome(sandbox, mintRequest(null, body));
    assert(
      outcome.startsWith(
        "422 invalid-payload: 1 validation error for TokenPayload\n",
      ),
      outcome,
    );
  }
});

Deno.test("minting refuses with PyPI's codes and words", async () => {
  const sandbox = await openSandbox({
    publishers: [{ publisher: PUBLISHER, project: "demo" }],
  });
  const mint = async (changes: Record<string, unknown>) =>
    await mintOutcome(
      sandbox,
      mintRequest(await githubToken(sandbox, changes)),
    );

  assertEquals(
    await mintOutcome(sandbox, mintRequest("not a token")),
    "422 invalid-payload: malformed JWT",
  );
  assertEquals(
    await mint({ iss: undefined }),
    "422 invalid-payload: malformed JWT",
  );
  assertEquals(
    await mint({ iss: "https://oidc.circleci.com" }),
    "422 invalid-payload: unknown trusted publishing issuer",
  );
  assertEquals(
    await mint({ aud: "testpypi" }),
    "422 invalid-token: malformed or invalid token",
  );
  assertEquals(
    await mint({ repository: "example/other" }),
    "422 invalid-publisher: valid token, but no corresponding publisher (Publisher with matching claims was not found)",
  );
  assertEquals(
    await mint({ ref: undefined }),
    "422 invalid-publisher: valid token, but no corresponding publisher (Missing claim 'ref')",
  );
});

Deno.test("minting refuses a provider that is switched off", async () => {
  const sandbox = await openSandbox();
  sandbox.state.flags.disallowedProviders.add("github");
  assertEquals(
    await mintOutcome(sandbox, mintRequest(await githubToken(sandbox))),
    "422 not-enabled: github trusted publishing functionality not enabled",
  );
});

Deno.test("minting takes a token once, and a refusal does not use it up", async () => {
  const sandbox = await openSandbox();
  const token = await githubToken(sandbox);
  const refused = await mintOutcome(sandbox, mintRequest(token));
  assert(refused.startsWith("422 invalid-publisher"));
  sandbox.addPublisher(PUBLISHER, "demo");

  assertEquals(await mintOutcome(sandbox, mintRequest(token)), "minted");
  assertEquals(
    await mintOutcome(sandbox, mintRequest(token)),
    "422 invalid-reuse-token: invalid token: already used",
  );
  const fresh = await githubToken(sandbox);
  assertEquals(await mintOutcome(sandbox, mintRequest(fresh)), "minted");
});

Deno.test("minting takes a Google token without a jti more than once", async () => {
  const email = "release@demo.iam.gserviceaccount.com";
  const sandbox = await openSandbox({
    publishers: [{
      publisher: { provider: "google", email, sub: null },
      project: "demo",
    }],
  });
  const token = await sandbox.issueToken(googleClaims({ email }, OPTIONS));
  assertEquals(await mintOutcome(sandbox, mintRequest(token)), "minted");
  assertEquals(await mintOutcome(sandbox, mintRequest(token)), "minted");
});

Deno.test("minting takes GitLab and ActiveState tokens", async () => {
  const issuer = "https://gitlab.example";
  const sandbox = await openSandbox({
    publishers: [{
      publisher: {
        provider: "gitlab",
        namespace: "example",
        project: "demo",
        workflow: ".gitlab-ci.yml",
        environment: "release",
        issuer,
      },
      project: "demo",
    }, {
      publisher: {
        provider: "activestate",
        organization: "example",
        project: "demo",
        actor: "octo",
      },
      project: "demo",
    }],
  });
  const claims = [
    gitlabClaims({ issuer, environment: "release" }, OPTIONS),
    activestateClaims({}, OPTIONS),
  ];
  for (const set of claims) {
    const token = await sandbox.issueToken(set);
    assertEquals(await mintOutcome(sandbox, mintRequest(token)), "minted");
  }
});

Deno.test("minting for a pending publisher creates its project and converts it", async () => {
  const sandbox = await openSandbox({
    pendingPublishers: [
      { publisher: PUBLISHER, project: "My.Demo" },
      { publisher: { ...PUBLISHER, owner: "other" }, project: "my-dem0" },
      { publisher: { ...PUBLISHER, owner: "third" }, project: "else" },
    ],
  });
  const token = await githubToken(sandbox);

  assertEquals(await mintOutcome(sandbox, mintRequest(token)), "minted");
  assertEquals([...sandbox.state.projects.keys()], ["my-demo"]);
  assertEquals(
    sandbox.state.publishers.map(({ projects }) => [...projects]),
    [["my-demo"]],
  );
  // Its look-alike goes too.
  assertEquals(
    sandbox.state.pendingPublishers.map(({ project }) => project),
    ["else"],
  );
  assertEquals(sandbox.state.mintedTokens[0]?.projects, ["my-demo"]);
});

Deno.test("minting drops a pending publisher whose project exists by now", async () => {
  const sandbox = await openSandbox({
    pendingPublishers: [{ publisher: PUBLISHER, project: "demo" }],
  });
  sandbox.addPublisher({ ...PUBLISHER, owner: "other" }, "Demo");

  assertEquals(
    await mintOutcome(sandbox, mintRequest(await githubToken(sandbox))),
    "422 invalid-pending-publisher: valid token, but project already exists",
  );
  assertEquals(sandbox.state.pendingPublishers, []);
});

Deno.test("minting refuses a pending publisher's name that can't be had", async () => {
  const sandbox = await openSandbox({
    pendingPublishers: [{ publisher: PUBLISHER, project: "dem0" }],
  });
  sandbox.addPublisher({ ...PUBLISHER, owner: "other" }, "demo");
  assertEquals(
    await mintOutcome(sandbox, mintRequest(await githubToken(sandbox))),
    "422 invalid-payload: The name 'dem0' is too similar to an existing project. See https://pypi.org/help/#project-name for more information.",
  );
});

Deno.test("burning ends a token, and tells nothing of others", async () => {
  const sandbox = await openSandbox({
    publishers: [{ publisher: PUBLISHER, project: "demo" }],
  });
  const response = await sandbox.handle(
    mintRequest(await githubToken(sandbox)),
  );
  const { token } = await response.json();
  const burn = (body: string) =>
    sandbox.handle(
      new Request(`${ORIGIN}/_/oidc/burn-token`, { method: "POST", body }),
    );

  assertEquals((await burn(JSON.stringify({ token: "pypi-x" }))).status, 202);
  assertEquals(sandbox.state.mintedTokens[0]?.burnt, false);
  assertEquals((await burn(JSON.stringify({ token }))).status, 202);
  assertEquals(sandbox.state.mintedTokens[0]?.burnt, true);
  assertEquals((await burn("{}")).status, 422);
});

Deno.test("nothing that is printed shows a minted token", async () => {
  const sandbox = await openSandbox({
    publishers: [{ publisher: PUBLISHER, project: "demo" }],
  });
  const request = mintRequest(await githubToken(sandbox));
  const { token } = await (await sandbox.handle(request)).json();
  const shown = Deno.inspect(sandbox.state, { depth: 10 }) +
    JSON.stringify(sandbox.state.mintedTokens);
  assertEquals(shown.includes(token), false);
});
