import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Context } from "../../lib/context.ts";
import { denoContext } from "../../lib/deno_context.ts";
import { ReleasioError } from "../../lib/errors.ts";
import { HANDED_IN_FILE, HANDED_IN_TOKEN } from "../../lib/oidc/handed_in.ts";
import type { IdentityProvider } from "../../lib/oidc/provider.ts";
import { testContext } from "../helpers/context.ts";
import { everythingOf, unsignedToken } from "./loopback.ts";

const CLAIMS = {
  iss: "https://platform.activestate.com/api/v1/oauth/oidc",
  aud: "pypi",
  organization: "org",
};
const JWT = unsignedToken(CLAIMS);

async function refusal(
  provider: IdentityProvider,
  context: Context,
  audience = "pypi",
): Promise<ReleasioError> {
  const error = await assertRejects(
    () => provider.acquire(context, audience),
    ReleasioError,
  );
  assertEquals(everythingOf(error).includes(JWT), false);
  assertEquals(error.code, "oidc-request-failed");
  return error;
}

Deno.test("HANDED_IN_TOKEN.acquire() takes RELEASIO_OIDC_TOKEN, and masks it", async () => {
  const context = testContext({ env: { RELEASIO_OIDC_TOKEN: ` ${JWT}\n` } });
  const identity = await HANDED_IN_TOKEN.acquire(context, "pypi");
  assertEquals(identity.token.reveal(), JWT);
  assertEquals(identity.claims, CLAIMS);
  assertEquals(context.masked, [JWT]);
  assertEquals(HANDED_IN_TOKEN.renewable, false);
});

Deno.test("HANDED_IN_TOKEN.acquire() refuses garbage and never writes it to the log", async () => {
  const hostile = "secret\n::set-output name=x::y";
  const context = testContext({ env: { RELEASIO_OIDC_TOKEN: hostile } });
  const error = await refusal(HANDED_IN_TOKEN, context);
  assertEquals(everythingOf(error).includes("secret"), false);
  assertEquals(context.masked, []);
});

Deno.test("HANDED_IN_TOKEN.acquire() has no token for a second audience", async () => {
  const context = testContext({ env: { RELEASIO_OIDC_TOKEN: JWT } });
  const error = await refusal(HANDED_IN_TOKEN, context, "sigstore");
  assertStringIncludes(error.message, '"pypi", not for "sigstore"');
});

Deno.test("HANDED_IN_FILE.acquire() reads the file each time", async () => {
  const path = await Deno.makeTempFile();
  const context = {
    ...testContext({ env: { RELEASIO_OIDC_TOKEN_FILE: path } }),
    openFile: denoContext().openFile,
  };
  for (const jti of ["one", "two"]) {
    const jwt = unsignedToken({ ...CLAIMS, jti });
    await Deno.writeTextFile(path, `${jwt}\n`);
    const identity = await HANDED_IN_FILE.acquire(context, "pypi");
    assertEquals(identity.token.reveal(), jwt);
  }
  await Deno.remove(path);
});

Deno.test("HANDED_IN_FILE.acquire() names a file that it can't read", async () => {
  const context = testContext({
    env: { RELEASIO_OIDC_TOKEN_FILE: "/run/token" },
  });
  const error = await refusal(HANDED_IN_FILE, context);
  assertStringIncludes(error.message, '"/run/token"');
});

Deno.test("HANDED_IN_FILE.acquire() refuses an empty file, and one that is too long", async () => {
  for (const text of ["", `${JWT}${" ".repeat(64 * 1024)}`]) {
    const context = testContext({
      env: { RELEASIO_OIDC_TOKEN_FILE: "x" },
      openFile: () => Promise.resolve(new Blob([text])),
    });
    await refusal(HANDED_IN_FILE, context);
  }
});
