import { assert, assertEquals } from "@std/assert";
import { createPublicKey, verify } from "node:crypto";
import { createIssuer, decodeJwt } from "../../lib/sandbox/issuer.ts";

const NOW = Date.UTC(2026, 0, 1);
const SECONDS = NOW / 1000;
const CLAIMS = {
  iss: "https://issuer.example",
  aud: "pypi",
  iat: SECONDS,
  nbf: SECONDS,
  exp: SECONDS + 300,
};
const OPTIONS = { audience: "pypi", now: NOW };

Deno.test("sign() makes a token that another implementation verifies with the published key", async () => {
  const issuer = createIssuer();
  const token = await issuer.sign(CLAIMS);
  const { keys } = await issuer.jwks();
  const [header, claims, signature] = token.split(".") as [
    string,
    string,
    string,
  ];
  const { kid, alg } = JSON.parse(
    new TextDecoder().decode(
      Uint8Array.fromBase64(header, { alphabet: "base64url" }),
    ),
  );

  const key = keys.find((key) => "kid" in key && key.kid === kid)!;
  assertEquals(alg, "RS256");
  assert(
    verify(
      "RSA-SHA256",
      new TextEncoder().encode(`${header}.${claims}`),
      createPublicKey({ key: { ...key }, format: "jwk" }),
      Uint8Array.fromBase64(signature, { alphabet: "base64url" }),
    ),
  );
  assertEquals("d" in key, false);
});

Deno.test("verify() takes what it signed, within 30 seconds of its time", async () => {
  const issuer = createIssuer();
  const token = await issuer.sign(CLAIMS);
  const at = (seconds: number) =>
    issuer.verify(token, { ...OPTIONS, now: NOW + seconds * 1000 });

  assertEquals(await at(0), CLAIMS);
  assertEquals(await at(-30), CLAIMS);
  assertEquals(await at(-31), null);
  assertEquals(await at(329), CLAIMS);
  assertEquals(await at(330), null);
});

const REFUSED: readonly (readonly [string, Record<string, unknown>])[] = [
  ["another audience", { aud: "testpypi" }],
  ["an array of audiences", { aud: ["pypi"] }],
  ["no audience", { aud: undefined }],
  ["no iat", { iat: undefined }],
  ["no exp", { exp: undefined }],
  ["an exp in words", { exp: "tomorrow" }],
  ["a later nbf", { nbf: SECONDS + 31 }],
  ["a numeric sub", { sub: 1 }],
  ["a numeric jti", { jti: 1 }],
];

for (const [title, changes] of REFUSED) {
  Deno.test(`verify() refuses ${title}`, async () => {
    const issuer = createIssuer();
    const token = await issuer.sign({ ...CLAIMS, ...changes });
    assertEquals(await issuer.verify(token, OPTIONS), null);
  });
}

Deno.test("verify() takes an old token that has not ended, and one without nbf", async () => {
  const issuer = createIssuer();
  const claims = { ...CLAIMS, iat: 0, nbf: undefined, exp: SECONDS + 1 };
  const token = await issuer.sign(claims);
  assertEquals((await issuer.verify(token, OPTIONS))?.iat, 0);
});

Deno.test("verify() refuses a foreign key, a changed payload and other algorithms", async () => {
  const issuer = createIssuer();
  const token = await issuer.sign(CLAIMS);
  const [header, , signature] = token.split(".");
  const forged = btoa(JSON.stringify({ ...CLAIMS, sub: "x" }))
    .replaceAll("=", "").replaceAll("+", "-").replaceAll("/", "_");
  const tokens = [
    await issuer.sign(CLAIMS, { foreignKey: true }),
    await issuer.sign(CLAIMS, { header: { kid: undefined } }),
    await issuer.sign(CLAIMS, { header: { kid: "other" } }),
    await issuer.sign(CLAIMS, { header: { alg: "none" } }),
    await issuer.sign(CLAIMS, { header: { alg: "HS256" } }),
    `${header}.${forged}.${signature}`,
    `${header}.${forged}.`,
    "not a token",
  ];
  for (const token of tokens) {
    assertEquals(await issuer.verify(token, OPTIONS), null);
  }
});

Deno.test("decodeJwt() takes no part for granted", () => {
  for (const text of ["", "a.b", "a.b.c", "e30.W10.", "e30.!.", "....."]) {
    assertEquals(decodeJwt(text), null);
  }
  assertEquals(decodeJwt("e30.e30.")?.claims, {});
});
