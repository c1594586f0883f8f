import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { ReleasioError } from "../../lib/errors.ts";
import { GITHUB_ACTIONS } from "../../lib/oidc/github.ts";
import { testContext } from "../helpers/context.ts";
import {
  everythingOf,
  GITHUB_CLAIMS,
  networkContext,
  serve,
  unsignedToken,
} from "./loopback.ts";

const JWT = unsignedToken(GITHUB_CLAIMS);
const REQUEST_TOKEN = "request-token-of-the-runner";

function jobEnv(
  origin: string,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    GITHUB_ACTIONS: "true",
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_REPOSITORY: "octo/demo",
    ACTIONS_ID_TOKEN_REQUEST_URL: `${origin}/token?api-version=2.0&x=a%2Fb`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: REQUEST_TOKEN,
    ...more,
  };
}

async function refusal(
  env: Readonly<Record<string, string>>,
  overrides: Parameters<typeof networkContext>[0] = {},
  audience = "pypi",
): Promise<ReleasioError> {
  const context = networkContext({ env, ...overrides });
  const error = await assertRejects(
    () => GITHUB_ACTIONS.acquire(context, audience),
    ReleasioError,
  );
  const everything = everythingOf(error);
  for (const secret of [JWT, REQUEST_TOKEN]) {
    assertEquals(everything.includes(secret), false);
  }
  return error;
}

Deno.test("GITHUB_ACTIONS.acquire() adds the audience to a query that stays, and masks the token", async () => {
  await using issuer = serve(() => Response.json({ value: JWT, count: 1 }));
  const context = networkContext({ env: jobEnv(issuer.origin) });
  const identity = await GITHUB_ACTIONS.acquire(context, "pypi");
  const request = issuer.requests[0]!;
  assertEquals(
    request.url,
    `${issuer.origin}/token?api-version=2.0&x=a%2Fb&audience=pypi`,
  );
  assertEquals(request.headers.get("authorization"), `Bearer ${REQUEST_TOKEN}`);
  assertEquals(identity.token.reveal(), JWT);
  assertEquals(identity.claims, GITHUB_CLAIMS);
  assertEquals(context.masked, [JWT]);
  assertEquals(Deno.inspect(identity).includes(JWT), false);
});

Deno.test("GITHUB_ACTIONS.acquire() starts a query where there is none, and escapes the audience", async () => {
  const audience = "https://index.example/a&b";
  await using issuer = serve(() =>
    Response.json({ value: unsignedToken({ aud: audience }) })
  );
  const env = jobEnv(issuer.origin, {
    ACTIONS_ID_TOKEN_REQUEST_URL: `${issuer.origin}/token`,
  });
  await GITHUB_ACTIONS.acquire(networkContext({ env }), audience);
  const url = new URL(issuer.requests[0]!.url);
  assertEquals([...url.searchParams], [["audience", audience]]);
});

Deno.test("GITHUB_ACTIONS.acquire() gets past GitHub's own 5xx", async () => {
  let asked = 0;
  await using issuer = serve(() =>
    ++asked < 4
      ? new Response("busy", { status: [500, 502, 503][asked - 1]! })
      : Response.json({ value: JWT })
  );
  const context = networkContext({ env: jobEnv(issuer.origin) });
  const identity = await GITHUB_ACTIONS.acquire(context, "pypi");
  assertEquals(identity.token.reveal(), JWT);
  assertEquals(context.slept.length, 3);
});

Deno.test("GITHUB_ACTIONS.acquire() gives up on 503 in the end, as passing trouble", async () => {
  await using issuer = serve(() => new Response(JWT, { status: 503 }));
  const error = await refusal(jobEnv(issuer.origin));
  assertEquals(error.code, "server-error");
  assertEquals(error.message, "OIDC token request failed: GitHub answered 503");
  assertEquals(issuer.requests.length, 5);
});

Deno.test("GITHUB_ACTIONS.acquire() does not repeat a request that was refused", async () => {
  await using issuer = serve((request) =>
    new Response(`no: ${request.headers.get("authorization")} ${JWT}`, {
      status: 401,
    })
  );
  const error = await refusal(jobEnv(issuer.origin));
  assertEquals(error.code, "oidc-request-failed");
  assertEquals(error.message, "OIDC token request failed: GitHub answered 401");
  assertEquals(issuer.requests.length, 1);
});

Deno.test("GITHUB_ACTIONS.acquire() says that the service can't be reached", async () => {
  const error = await refusal(jobEnv("https://token.example"), {
    fetch: () => Promise.reject(new TypeError("connection refused")),
  });
  assertEquals(error.code, "network");
  assertEquals(
    error.message,
    "OIDC token request failed: Cannot reach token.example",
  );
});

for (
  const [name, response] of [
    ["no JSON", () => new Response("<html>")],
    ["no value", () => Response.json({ count: 0 })],
    ["a number for a value", () => Response.json({ value: 7 })],
    ["an empty value", () => Response.json({ value: "" })],
    ["a value that is no token", () => Response.json({ value: "x y z" })],
  ] as const
) {
  Deno.test(`GITHUB_ACTIONS.acquire() refuses an answer with ${name}`, async () => {
    await using issuer = serve(response);
    const error = await refusal(jobEnv(issuer.origin));
    assertEquals(error.code, "oidc-request-failed");
  });
}

Deno.test("GITHUB_ACTIONS.acquire() refuses a token for another audience, and masks it all the same", async () => {
  const jwt = unsignedToken({
    ...GITHUB_CLAIMS,
    aud: "https://github.com/octo",
  });
  await using issuer = serve(() => Response.json({ value: jwt }));
  const context = networkContext({ env: jobEnv(issuer.origin) });
  const error = await assertRejects(
    () => GITHUB_ACTIONS.acquire(context, "pypi"),
    ReleasioError,
    'the token is made for the audience "https://github.com/octo", not for "pypi"',
  );
  assertEquals(error.code, "oidc-request-failed");
  assertEquals(context.masked, [jwt]);
  assertEquals(everythingOf(error).includes(jwt), false);
});

Deno.test("GITHUB_ACTIONS.acquire() sends the request token over https or to this machine only", async () => {
  for (const url of ["http://issuer.example/t?a=1", "ftp://x", "nonsense"]) {
    const error = await refusal(
      jobEnv("", { ACTIONS_ID_TOKEN_REQUEST_URL: url }),
      { fetch: () => Promise.reject(new Error("it was sent")) },
    );
    assertEquals(error.code, "oidc-request-failed");
    assertStringIncludes(error.message, "not an https URL");
  }
});

Deno.test("GITHUB_ACTIONS.acquire() follows no redirect to another host", async () => {
  await using other = serve(() => Response.json({ value: JWT }));
  await using issuer = serve(() => Response.redirect(`${other.origin}/t`, 302));
  const error = await refusal(jobEnv(issuer.origin));
  assertEquals(error.code, "server-error");
  assertEquals(other.requests.length, 0);
});

for (
  const missing of [
    "ACTIONS_ID_TOKEN_REQUEST_URL",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
  ]
) {
  Deno.test(`GITHUB_ACTIONS.acquire() answers a missing ${missing} with the permission to grant`, async () => {
    const error = await refusal(jobEnv("https://x.example", { [missing]: "" }));
    assertEquals(error.code, "oidc-permission-missing");
    assertEquals(error.message, "OIDC token request failed");
    assertStringIncludes(error.hint!, "permissions: id-token: write");
    assertEquals(error.details.snippet, "permissions:\n  id-token: write");
  });
}

function eventFile(text: string): Parameters<typeof networkContext>[0] {
  return {
    openFile: (path) => {
      assertEquals(path, "/event.json");
      return Promise.resolve(new Blob([text]));
    },
  };
}

function pullRequest(repo: unknown): Parameters<typeof networkContext>[0] {
  return eventFile(JSON.stringify({ pull_request: { head: { repo } } }));
}

const PULL_REQUEST = {
  GITHUB_EVENT_NAME: "pull_request",
  GITHUB_EVENT_PATH: "/event.json",
};

Deno.test("GITHUB_ACTIONS.acquire() refuses a fork's pull request before asking", async () => {
  await using issuer = serve(() => Response.json({ value: JWT }));
  const error = await refusal(
    jobEnv(issuer.origin, PULL_REQUEST),
    pullRequest({ fork: true, full_name: "someone/demo" }),
  );
  assertEquals(error.code, "oidc-fork");
  assertEquals(error.details.fork, "someone/demo");
  assertEquals(issuer.requests.length, 0);
});

Deno.test("GITHUB_ACTIONS.acquire() says fork, not permission, when a fork's pull request lacks the variables", async () => {
  const error = await refusal(
    { GITHUB_ACTIONS: "true", ...PULL_REQUEST },
    pullRequest({ fork: true }),
  );
  assertEquals(error.code, "oidc-fork");
});

Deno.test("GITHUB_ACTIONS.acquire() asks for a pull request inside the repository, a forked one too", async () => {
  await using issuer = serve(() => Response.json({ value: JWT }));
  for (const fork of [false, true]) {
    const context = networkContext({
      env: jobEnv(issuer.origin, PULL_REQUEST),
      ...pullRequest({ fork, full_name: "octo/demo" }),
    });
    await GITHUB_ACTIONS.acquire(context, "pypi");
  }
  assertEquals(issuer.requests.length, 2);
});

Deno.test("GITHUB_ACTIONS.acquire() goes on without an event file that it can use", async () => {
  await using issuer = serve(() => Response.json({ value: JWT }));
  const files: Parameters<typeof networkContext>[0][] = [
    {}, // not there
    eventFile("{"),
    eventFile("[]"),
    eventFile('{"pull_request": null}'),
    {
      openFile: () => {
        const huge = new Blob(["{}"]);
        Object.defineProperty(huge, "size", { value: 26 * 1024 * 1024 });
        huge.text = () => Promise.reject(new Error("it was read"));
        return Promise.resolve(huge);
      },
    },
    {
      openFile: () => Promise.reject(new Deno.errors.NotCapable("no")),
    },
  ];
  for (const file of files) {
    const context = networkContext({
      env: jobEnv(issuer.origin, PULL_REQUEST),
      ...file,
    });
    await GITHUB_ACTIONS.acquire(context, "pypi");
  }
  assertEquals(issuer.requests.length, files.length);
});

Deno.test("GITHUB_ACTIONS.acquire() refuses pull_request_target before asking", async () => {
  await using issuer = serve(() => Response.json({ value: JWT }));
  const error = await refusal(
    jobEnv(issuer.origin, { GITHUB_EVENT_NAME: "pull_request_target" }),
  );
  assertEquals(error.code, "oidc-pull-request-target");
  assertEquals(issuer.requests.length, 0);
});

Deno.test("GITHUB_ACTIONS.acquire() tells GitHub Enterprise that PyPI takes github.com alone", async () => {
  for (const audience of ["pypi", "testpypi"]) {
    const error = await refusal(
      { GITHUB_ACTIONS: "true", GITHUB_SERVER_URL: "https://git.corp.example" },
      {},
      audience,
    );
    assertEquals(error.code, "oidc-provider-unsupported");
    assertStringIncludes(error.message, "git.corp.example");
  }
});

Deno.test("GITHUB_ACTIONS.acquire() gets GitHub Enterprise's token for another index", async () => {
  const jwt = unsignedToken({
    ...GITHUB_CLAIMS,
    iss: "https://git.corp.example/_services/token",
    aud: "packages.corp.example",
  });
  await using issuer = serve(() => Response.json({ value: jwt }));
  const env = jobEnv(issuer.origin, {
    GITHUB_SERVER_URL: "https://git.corp.example",
  });
  const identity = await GITHUB_ACTIONS.acquire(
    networkContext({ env }),
    "packages.corp.example",
  );
  assertEquals(identity.token.reveal(), jwt);
});

Deno.test("GITHUB_ACTIONS.acquire() stops when the run is interrupted", async () => {
  const stop = new AbortController();
  const reason = new ReleasioError("interrupted", "Interrupted");
  await using issuer = serve(() => {
    stop.abort(reason);
    return new Response("", { status: 503 });
  });
  const context = networkContext({
    env: jobEnv(issuer.origin),
    signal: stop.signal,
  });
  const error = await assertRejects(() =>
    GITHUB_ACTIONS.acquire(context, "pypi")
  );
  assertEquals(error, reason);
});

Deno.test("GITHUB_ACTIONS.detect() goes by GITHUB_ACTIONS, empty being unset", () => {
  const detect = (env: Record<string, string>) =>
    GITHUB_ACTIONS.detect(testContext({ env }));
  assert(detect({ GITHUB_ACTIONS: "true" }));
  assertEquals(detect({ GITHUB_ACTIONS: "" }), false);
  assertEquals(detect({}), false);
});
