import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Registry } from "../../lib/config/registry.ts";
import { ReleasioError } from "../../lib/errors.ts";
import { fetchAudience, isAudienceOf } from "../../lib/mint/audience.ts";
import { testContext } from "../helpers/context.ts";
import { networkContext, serve } from "../oidc/loopback.ts";
import { PYPI, registryAt } from "./fake_index.ts";

async function refusal(
  response: () => Response,
  registry?: Registry,
): Promise<ReleasioError> {
  await using index = serve(response);
  return await assertRejects(
    () => fetchAudience(networkContext(), registry ?? registryAt(index.origin)),
    ReleasioError,
  );
}

Deno.test("fetchAudience() asks the origin of the upload URL", async () => {
  await using index = serve(() => Response.json({ audience: "127.0.0.1" }));
  const registry = {
    ...registryAt(index.origin),
    uploadUrl: `${index.origin}/deep/legacy/?x`,
  };
  assertEquals(await fetchAudience(networkContext(), registry), "127.0.0.1");
  const [request] = index.requests;
  assertEquals(request?.url, `${index.origin}/_/oidc/audience`);
  assertEquals(request?.method, "GET");
  assertEquals(request?.headers.get("authorization"), null);
});

Deno.test("fetchAudience() asks upload.pypi.org for PyPI's audience", async () => {
  const asked: string[] = [];
  const context = testContext({
    fetch: (request) => {
      asked.push(request.url);
      return Promise.resolve(Response.json({ audience: "pypi" }));
    },
  });
  assertEquals(await fetchAudience(context, PYPI), "pypi");
  assertEquals(asked, ["https://upload.pypi.org/_/oidc/audience"]);
});

Deno.test("fetchAudience() says that an index has no trusted publishing", async () => {
  const answers = [
    () => new Response("Not Found", { status: 404 }),
    () => new Response("<p>lost</p>".repeat(100_000), { status: 404 }),
    () => new Response("Method Not Allowed", { status: 405 }),
    () => new Response("who are you", { status: 401 }),
    () => new Response("<html>a front page for everything</html>"),
    () => Response.json({}),
    () => Response.json({ audience: 7 }),
    () => Response.json({ audience: "" }),
    () => Response.json(["pypi"]),
  ];
  for (const answer of answers) {
    const error = await refusal(answer);
    assertEquals(error.code, "trusted-publishing-unsupported");
    assertStringIncludes(error.hint!, "RELEASIO_PYPI_TOKEN");
  }
});

Deno.test("fetchAudience() says that trusted publishing is switched off", async () => {
  const error = await refusal(() =>
    Response.json({ message: "Trusted publishing functionality not enabled" }, {
      status: 403,
    })
  );
  assertEquals(error.code, "trusted-publishing-disabled");
});

Deno.test("fetchAudience() gets past passing trouble, and gives up in the end", async () => {
  let asked = 0;
  await using index = serve(() =>
    ++asked === 1
      ? new Response("", { status: 503, headers: { "retry-after": "7" } })
      : Response.json({ audience: "pypi" })
  );
  const context = networkContext();
  assertEquals(await fetchAudience(context, registryAt(index.origin)), "pypi");
  assertEquals(context.slept, [7000]);
  const error = await refusal(() => new Response("", { status: 502 }));
  assertEquals(error.code, "server-error");
});

Deno.test("fetchAudience() refuses an audience of somebody else", async () => {
  for (const audience of ["sigstore", "sts.amazonaws.com", "a\nb"]) {
    const error = await refusal(() => Response.json({ audience }));
    assertEquals(error.code, "audience-refused");
    assertEquals(error.details.audience, audience);
    assertEquals(error.message.includes("\n"), false);
  }
});

Deno.test("fetchAudience() sends nothing in the clear", async () => {
  const registry = { ...PYPI, uploadUrl: "http://upload.pypi.org/legacy/" };
  const error = await assertRejects(
    () => fetchAudience(testContext(), registry),
    ReleasioError,
  );
  assertEquals(error.code, "registry-invalid");
});

const ALLOWED: readonly [string, string][] = [
  ["https://pypi.org", "pypi"],
  ["https://upload.pypi.org", "pypi"],
  ["https://test.pypi.org", "testpypi"],
  ["http://127.0.0.1:8080", "pypi"],
  ["http://127.0.0.1:8080", "testpypi"],
  ["http://localhost:8080", "pypi"],
  ["http://[::1]:8080", "testpypi"],
  ["http://localhost:8080", "localhost"],
  ["http://127.0.0.1:8080", "127.0.0.1"],
  ["http://127.0.0.1:8080", "127.0.0.1:8080"],
  ["http://127.0.0.1:8080", "http://127.0.0.1:8080/x"],
  ["https://pkgs.corp.example", "pkgs.corp.example"],
  ["https://pkgs.corp.example", "corp.example"],
  ["https://pkgs.corp.example", "corp"],
  ["https://pkgs.corp.example", "pkgs"],
  ["https://pkgs.corp.example", "https://pkgs.corp.example"],
  ["https://pkgs.corp.example", "https://pkgs.corp.example/simple/"],
  ["https://pkgs.corp.example:8443", "pkgs.corp.example:8443"],
  ["https://10.0.0.1", "10.0.0.1"],
  ["https://upload.pypi.org", "pypi.org"],
];

const REFUSED: readonly [string, string][] = [
  ["https://evil.example", "pypi"],
  ["https://pypi.evil.example", "pypi"],
  ["https://testpypi.evil.example", "testpypi"],
  ["https://pypi.org.evil.example", "pypi"],
  ["https://pypi.org:8443", "pypi"],
  ["https://test.pypi.org", "pypi"],
  ["https://pypi.org", "testpypi"],
  ["https://upload.pypi.org", "testpypi"],
  ["https://pypi.org", "sigstore"],
  ["https://sigstore.evil.example", "sigstore"],
  ["http://127.0.0.1:8080", "sigstore"],
  ["http://localhost:8080", "vault"],
  ["https://pkgs.corp.example", "example"],
  ["https://pkgs.corp.example", "other.corp.example"],
  ["https://pkgs.corp.example", "orp.example"],
  ["https://pkgs.corp.example", "https://corp.example"],
  ["https://pkgs.corp.example", "http://pkgs.corp.example"],
  ["https://pkgs.corp.example", "https://pkgs.corp.example.evil.example"],
  ["https://pkgs.corp.example", "https://pkgs.corp.example@evil.example/"],
  ["https://pkgs.corp.example", "https://evil.example/pkgs.corp.example"],
  ["https://pkgs.corp.example", "PKGS.corp.example"],
  ["https://pkgs.corp.example", "pkgs.corp.example "],
  ["https://pkgs.corp.example", "https://pkgs.corp.example/a\nb"],
  ["https://10.0.0.1", "0.0.1"],
  ["https://10.0.0.1", "10"],
  ["https://[::1]", "["],
  ["https://pkgs.corp.example", `https://pkgs.corp.example/${"a".repeat(300)}`],
];

Deno.test("isAudienceOf() allows PyPI's names on PyPI, and an index its own", () => {
  for (const [index, audience] of ALLOWED) {
    assertEquals(
      isAudienceOf(audience, new URL(index)),
      true,
      `${index} may ask for ${audience}`,
    );
  }
});

Deno.test("isAudienceOf() refuses everything else", () => {
  for (const [index, audience] of REFUSED) {
    assertEquals(
      isAudienceOf(audience, new URL(index)),
      false,
      `${index} may not ask for ${audience}`,
    );
  }
});
