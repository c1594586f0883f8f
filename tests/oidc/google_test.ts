import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Context } from "../../lib/context.ts";
import { ReleasioError } from "../../lib/errors.ts";
import { GOOGLE_CLOUD } from "../../lib/oidc/google.ts";
import { notFound, testContext } from "../helpers/context.ts";
import {
  everythingOf,
  type Loopback,
  networkContext,
  serve,
  unsignedToken,
} from "./loopback.ts";

const CLAIMS = {
  iss: "https://accounts.google.com",
  aud: "pypi",
  email: "publisher@demo.iam.gserviceaccount.com",
  email_verified: true,
  sub: "112233",
};
const JWT = unsignedToken(CLAIMS);
const ACCESS = "ya29.access/token";
const ACCOUNT = CLAIMS.email;
const BASE = "/computeMetadata/v1/instance/service-accounts/default";

/** Google's two services, as they behave. */
function google(overrides: Record<string, () => Response> = {}): Loopback {
  return serve((request) => {
    const url = new URL(request.url);
    const override = overrides[url.pathname];
    if (override) return override();
    if (url.pathname.startsWith("/computeMetadata/")) {
      if (request.headers.get("metadata-flavor") !== "Google") {
        return new Response("Missing Metadata-Flavor", { status: 403 });
      }
      if (url.pathname === `${BASE}/identity`) {
        const full = url.searchParams.get("format") === "full";
        const { email: _, email_verified: __, ...bare } = CLAIMS;
        const aud = url.searchParams.get("audience");
        return new Response(unsignedToken({ ...(full ? CLAIMS : bare), aud }));
      }
      if (url.pathname === `${BASE}/token`) {
        return Response.json({ access_token: ACCESS, token_type: "Bearer" });
      }
    }
    if (url.pathname.endsWith(`${ACCOUNT}:generateIdToken`)) {
      const { audience, includeEmail } = JSON.parse(request.body);
      return request.method === "POST" &&
          request.headers.get("authorization") === `Bearer ${ACCESS}` &&
          includeEmail === true
        ? Response.json({ token: unsignedToken({ ...CLAIMS, aud: audience }) })
        : new Response("denied", { status: 403 });
    }
    return new Response("not found", { status: 404 });
  });
}

/** A context in which Google's addresses lead to this machine. */
function onGoogle(
  server: Loopback,
  env: Record<string, string> = {},
): ReturnType<typeof networkContext> {
  const host = new URL(server.origin).host;
  const context = networkContext();
  return networkContext({
    env,
    fetch: (request) => {
      const url = new URL(request.url);
      const known = {
        "metadata.google.internal": "http:",
        "iamcredentials.googleapis.com": "https:",
      }[url.hostname];
      if (known !== url.protocol) throw new TypeError(`no route to ${url}`);
      url.protocol = "http:";
      url.host = host;
      return context.fetch(new Request(url, request));
    },
  });
}

async function refusal(context: Context): Promise<ReleasioError> {
  const error = await assertRejects(
    () => GOOGLE_CLOUD.acquire(context, "pypi"),
    ReleasioError,
  );
  for (const secret of [JWT, ACCESS]) {
    assertEquals(everythingOf(error).includes(secret), false);
  }
  return error;
}

Deno.test("GOOGLE_CLOUD.acquire() asks the metadata server for the full claims", async () => {
  await using server = google();
  const context = onGoogle(server);
  const identity = await GOOGLE_CLOUD.acquire(context, "pypi");
  assertEquals(identity.claims, CLAIMS);
  assertEquals(context.masked, [JWT]);
});

Deno.test("GOOGLE_CLOUD.acquire() asks the server that GCE_METADATA_HOST names", async () => {
  await using server = google();
  const { host } = new URL(server.origin);
  const context = networkContext({ env: { GCE_METADATA_HOST: host } });
  const identity = await GOOGLE_CLOUD.acquire(context, "https://a.example/x&y");
  assertEquals(identity.claims.aud, "https://a.example/x&y");
});

Deno.test("GOOGLE_CLOUD.acquire() impersonates the account in GOOGLE_SERVICE_ACCOUNT_NAME, masking both tokens", async () => {
  await using server = google();
  const context = onGoogle(server, { GOOGLE_SERVICE_ACCOUNT_NAME: ACCOUNT });
  const identity = await GOOGLE_CLOUD.acquire(context, "pypi");
  assertEquals(identity.token.reveal(), JWT);
  assertEquals(context.masked, [ACCESS, JWT]);
  assertEquals(
    server.requests.map(({ url }) => new URL(url).pathname),
    [
      `${BASE}/token`,
      `/v1/projects/-/serviceAccounts/${ACCOUNT}:generateIdToken`,
    ],
  );
});

Deno.test("GOOGLE_CLOUD.acquire() says when no service account is attached", async () => {
  await using server = google({
    [`${BASE}/identity`]: () => new Response("none", { status: 404 }),
  });
  const error = await refusal(onGoogle(server));
  assertEquals(error.code, "oidc-request-failed");
  assertStringIncludes(error.message, "Google's metadata server answered 404");
  assertStringIncludes(error.hint!, "service account attached");
});

Deno.test("GOOGLE_CLOUD.acquire() says which role impersonation needs", async () => {
  await using server = google({
    [`/v1/projects/-/serviceAccounts/${ACCOUNT}:generateIdToken`]: () =>
      Response.json({ error: { message: ACCESS } }, { status: 403 }),
  });
  const error = await refusal(
    onGoogle(server, { GOOGLE_SERVICE_ACCOUNT_NAME: ACCOUNT }),
  );
  assertEquals(error.code, "oidc-request-failed");
  assertStringIncludes(error.hint!, "Identity Token Creator");
});

for (
  const [name, path, answer] of [
    ["an access token that is missing", `${BASE}/token`, "{}"],
    ["an access token that is not JSON", `${BASE}/token`, "<html>"],
    [
      "an access token with a line break",
      `${BASE}/token`,
      '{"access_token": "a\\n::set-output name=x::y"}',
    ],
    [
      "an identity token that is missing",
      `/v1/projects/-/serviceAccounts/${ACCOUNT}:generateIdToken`,
      '{"tokens": 1}',
    ],
  ] as const
) {
  Deno.test(`GOOGLE_CLOUD.acquire() refuses ${name}`, async () => {
    await using server = google({ [path]: () => new Response(answer) });
    const context = onGoogle(server, { GOOGLE_SERVICE_ACCOUNT_NAME: ACCOUNT });
    const error = await refusal(context);
    assertEquals(error.code, "oidc-request-failed");
    assertEquals(context.masked.some((text) => text.includes("\n")), false);
  });
}

Deno.test("GOOGLE_CLOUD.acquire() refuses an account name that would change the address", async () => {
  const error = await refusal(
    testContext({ env: { GOOGLE_SERVICE_ACCOUNT_NAME: "../x?y=" } }),
  );
  assertEquals(error.code, "oidc-request-failed");
  assertStringIncludes(error.message, "GOOGLE_SERVICE_ACCOUNT_NAME");
});

Deno.test("GOOGLE_CLOUD.acquire() refuses what the metadata server gives for another audience", async () => {
  await using server = google({
    [`${BASE}/identity`]: () => new Response(unsignedToken({ aud: "x" })),
  });
  assertEquals((await refusal(onGoogle(server))).code, "oidc-request-failed");
});

for (
  const name of [
    "GOOGLE_SERVICE_ACCOUNT_NAME",
    "GCE_METADATA_HOST",
    "BUILDER_OUTPUT",
    "K_SERVICE",
    "CLOUD_RUN_JOB",
  ]
) {
  Deno.test(`GOOGLE_CLOUD.detect() goes by ${name}`, async () => {
    const context = testContext({ env: { [name]: "x" } });
    assertEquals(await GOOGLE_CLOUD.detect(context), true);
  });
}

function machine(
  product: string | Error,
  env: Record<string, string> = {},
): Context {
  return testContext({
    env,
    openFile: (path) =>
      product instanceof Error || path !== "/sys/class/dmi/id/product_name"
        ? Promise.reject(product)
        : Promise.resolve(new Blob([product])),
  });
}

Deno.test("GOOGLE_CLOUD.detect() knows Google's machines where their name may be read", async () => {
  const detect = (context: Context) => GOOGLE_CLOUD.detect(context);
  assertEquals(await detect(machine("Google Compute Engine\n")), true);
  assertEquals(await detect(machine("Google\n")), true);
  assertEquals(await detect(machine("ThinkPad\n")), false);
  assertEquals(await detect(machine(notFound("x"))), false);
  assertEquals(await detect(machine(new Deno.errors.NotCapable("no"))), false);
});

Deno.test("GOOGLE_CLOUD.detect() takes no other CI's machine for its own", async () => {
  const context = machine("Google Compute Engine\n", { CIRCLECI: "true" });
  assertEquals(await GOOGLE_CLOUD.detect(context), false);
});
