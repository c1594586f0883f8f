import { assertEquals, assertStringIncludes } from "@std/assert";
import { createClaimsReport } from "../../lib/report/claims_report.ts";
import { renderClaims } from "../../lib/report/render_claims.ts";
import { assertInert, HOSTILE, HOSTILE_BODY } from "./samples.ts";

const NOW = Date.UTC(2026, 0, 1, 12);
const GITHUB = {
  iss: "https://token.actions.githubusercontent.com",
  aud: "pypi",
  iat: NOW / 1000 - 61,
  nbf: NOW / 1000 - 661,
  exp: NOW / 1000 + 239,
  jti: "5d2f",
  sub: "repo:octo/demo:ref:refs/heads/main",
  repository: "octo/demo",
  repository_owner: "octo",
  repository_owner_id: "12",
  job_workflow_ref: "octo/demo/.github/workflows/release.yml@refs/heads/main",
  event_name: "push",
  ref: "refs/heads/main",
  sha: "0".repeat(40),
  actor: "me",
};

Deno.test("renderClaims() sorts claims by what PyPI does with them", () => {
  assertEquals(
    renderClaims(createClaimsReport(GITHUB, "github"), {
      colour: false,
      now: NOW,
    }),
    `\
PyPI compares these with the publisher
  repository           octo/demo
  repository_owner     octo
  repository_owner_id  12
  job_workflow_ref     octo/demo/.github/workflows/release.yml@refs/heads/main
  environment          (none)
  event_name           push
  ref                  refs/heads/main
  sha                  0000000000000000000000000000000000000000

The token itself
  iss                  https://token.actions.githubusercontent.com
  aud                  pypi
  iat                  2026-01-01 11:58:59 UTC, 1m 1s ago
  nbf                  2026-01-01 11:48:59 UTC, 11m 1s ago
  exp                  2026-01-01 12:03:59 UTC, in 3m 59s
  jti                  5d2f

PyPI ignores these
  actor                me
  sub                  repo:octo/demo:ref:refs/heads/main`,
  );
});

Deno.test("renderClaims() shows a token of nobody's that PyPI knows", () => {
  const text = renderClaims(
    createClaimsReport({ iss: "https://ci.example", build: { id: 7 } }, null),
    { colour: false, now: NOW },
  );
  assertEquals(
    text,
    `\
The token itself
  iss    https://ci.example

PyPI ignores these
  build  {"id":7}`,
  );
});

Deno.test("renderClaims() colours headings and what is ignored", () => {
  const text = renderClaims(createClaimsReport({ a: "b" }, null), {
    colour: true,
    now: NOW,
  });
  assertEquals(
    text,
    "\x1b[1mPyPI ignores these\x1b[22m\n\x1b[2m  a  b\x1b[22m",
  );
});

Deno.test("createClaimsReport() tells who, for whom and when", () => {
  const { issuer, audience, issued, expires } = createClaimsReport(
    GITHUB,
    "github",
  );
  assertEquals({ issuer, audience, issued, expires }, {
    issuer: "https://token.actions.githubusercontent.com",
    audience: "pypi",
    issued: NOW - 61_000,
    expires: NOW + 239_000,
  });
  const odd = createClaimsReport({ iss: 7, aud: ["pypi"], iat: "x" }, "github");
  assertEquals([odd.issuer, odd.audience, odd.issued, odd.expires], [
    null,
    null,
    null,
    null,
  ]);
});

Deno.test("createClaimsReport() is not fooled by a claim named after a method", () => {
  const report = createClaimsReport(
    JSON.parse('{"constructor": "x", "__proto__": "y"}'),
    null,
  );
  assertEquals(report.claims.map(({ name }) => name), [
    "__proto__",
    "constructor",
  ]);
});

Deno.test("renderClaims() keeps hostile claims inert, and few", () => {
  for (const text of [...HOSTILE, HOSTILE_BODY]) {
    const claims = {
      ...GITHUB,
      iss: text,
      environment: text,
      exp: 1e300,
      [text]: text,
      deep: { [text]: [text] },
    };
    assertInert(
      renderClaims(createClaimsReport(claims, "github"), {
        colour: false,
        now: NOW,
      }),
    );
  }
  const many = Object.fromEntries(
    Array.from({ length: 500 }, (_, i) => [`c${i}`, i]),
  );
  assertStringIncludes(
    renderClaims(createClaimsReport(many, null), { colour: false, now: NOW }),
    "\n  and 400 more",
  );
});
