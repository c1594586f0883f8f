import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { chooseAuthentication } from "../../lib/config/choose_authentication.ts";
import type { TrustedPublishing } from "../../lib/config/settings.ts";
import { EXIT_CODES, ReleasioError } from "../../lib/errors.ts";

type Cell = [
  mode: TrustedPublishing,
  hasIdentity: boolean,
  hasToken: boolean,
  result: string,
];

const CELLS: Cell[] = [
  ["auto", true, true, "trusted-publishing"],
  ["auto", true, false, "trusted-publishing"],
  ["auto", false, true, "api-token"],
  ["auto", false, false, "token-missing"],
  ["always", true, true, "trusted-publishing"],
  ["always", true, false, "trusted-publishing"],
  ["always", false, true, "oidc-unavailable"],
  ["always", false, false, "oidc-unavailable"],
  ["never", true, true, "api-token"],
  ["never", true, false, "token-missing"],
  ["never", false, true, "api-token"],
  ["never", false, false, "token-missing"],
];

for (const [mode, hasIdentity, hasToken, result] of CELLS) {
  const world = `${hasIdentity ? "an identity" : "no identity"} and ${
    hasToken ? "a token" : "no token"
  }`;
  Deno.test(`chooseAuthentication() answers ${mode} with ${world}: ${result}`, () => {
    const tokenSource = hasToken ? "PYPI_TOKEN" : null;
    const choose = () =>
      chooseAuthentication(mode, { hasIdentity, tokenSource });
    if (result === "trusted-publishing" || result === "api-token") {
      assertEquals(choose().kind, result);
    } else {
      const error = assertThrows(choose, ReleasioError);
      assertEquals(error.code, result);
      assertEquals(EXIT_CODES[error.code], 4);
      assertEquals(typeof error.hint, "string");
    }
  });
}

Deno.test("chooseAuthentication() mentions a token that lies about, under auto alone", () => {
  const means = { hasIdentity: true, tokenSource: "TWINE_PASSWORD" };
  assertStringIncludes(
    chooseAuthentication("auto", means).notes.join(),
    "TWINE_PASSWORD",
  );
  assertEquals(chooseAuthentication("always", means).notes, []);
  assertEquals(chooseAuthentication("never", means).notes, []);
});
