import { assert, assertEquals, assertRejects } from "@std/assert";
import { ReleasioError } from "../../lib/errors.ts";
import {
  askGitHub,
  findGitHub,
  type GitHub,
  rateLimitDelay,
} from "../../lib/release/github.ts";
import { downloadAsset } from "../../lib/release/github_assets.ts";
import {
  createDraft,
  findReleases,
} from "../../lib/release/github_releases.ts";
import { Secret } from "../../lib/secret.ts";
import { testContext } from "../helpers/context.ts";

const GITHUB: GitHub = {
  apiUrl: "https://api.github.com",
  owner: "octo",
  repository: "demo",
  token: new Secret("ghs_secret"),
};
const SETTINGS = {
  owner: null,
  repository: null,
  apiUrl: null,
  keepDraft: false,
};

Deno.test("findGitHub() says why there is no GitHub", () => {
  const origin = { host: "gitlab.com", owner: "octo", repository: "demo" };
  assertEquals(findGitHub(testContext(), SETTINGS, origin), {
    github: null,
    reason: "there is no GITHUB_TOKEN",
  });
  const context = testContext({ env: { GH_TOKEN: "ghs_x" } });
  assertEquals(findGitHub(context, SETTINGS, origin), {
    github: null,
    reason: "no repository on GitHub is known",
  });
});

Deno.test("findGitHub() finds the repository in settings, job or remote, and masks the token", () => {
  const origin = { host: "github.com", owner: "octo", repository: "demo" };
  const context = testContext({ env: { GH_TOKEN: "ghs_x" } });
  const found = findGitHub(context, SETTINGS, origin);
  assertEquals(found.github?.apiUrl, "https://api.github.com");
  assertEquals(found.github?.owner, "octo");
  assertEquals(context.masked, ["ghs_x"]);
  const job = testContext({
    env: {
      GITHUB_TOKEN: "ghs_x",
      GITHUB_REPOSITORY: "job/one",
      GITHUB_API_URL: "https://ghe.example/api/v3/",
    },
  });
  const inJob = findGitHub(job, { ...SETTINGS, owner: "mine" }, origin).github;
  assertEquals(inJob?.owner, "mine");
  assertEquals(inJob?.repository, "one");
  assertEquals(inJob?.apiUrl, "https://ghe.example/api/v3");
});

Deno.test("askGitHub() waits for the rate limit to end", async () => {
  let asked = 0;
  const context = testContext({
    fetch: () => {
      asked++;
      return Promise.resolve(
        asked === 1
          ? Response.json({ message: "API rate limit exceeded" }, {
            status: 403,
            headers: {
              "x-ratelimit-remaining": "0",
              "x-ratelimit-reset": String(Date.UTC(2026, 0, 1) / 1000 + 90),
            },
          })
          : Response.json([]),
      );
    },
  });
  await askGitHub(context, GITHUB, { path: "/releases", what: "look" });
  assertEquals(asked, 2);
  assertEquals(context.slept, [90_000]);
});

Deno.test("askGitHub() does not wait for an hour", async () => {
  const context = testContext({
    fetch: () =>
      Promise.resolve(
        new Response("{}", {
          status: 429,
          headers: { "retry-after": "3600" },
        }),
      ),
  });
  const error = await assertRejects(
    () =>
      askGitHub(context, GITHUB, {
        method: "POST",
        path: "/releases",
        what: "make a draft",
      }),
    ReleasioError,
    "Cannot make a draft: GitHub answered 429",
  );
  assertEquals(error.code, "github-failed");
  assert(error.hint?.includes("60 minutes"), error.hint!);
});

Deno.test("rateLimitDelay() takes a missing permission for what it is", () => {
  const headers = new Headers({ "x-ratelimit-remaining": "4999" });
  assertEquals(rateLimitDelay({ status: 403, headers }, 0), null);
  assertEquals(rateLimitDelay({ status: 404, headers }, 0), null);
});

for (
  const uploadUrl of [
    "https://evil.example/repos/octo/demo/releases/1/assets{?name,label}",
    "http://uploads.github.com/repos/octo/demo/releases/1/assets{?name}",
    "https://uploads.github.com.evil.example/x",
    "nonsense",
  ]
) {
  Deno.test(`createDraft() sends no token to ${uploadUrl}`, async () => {
    const hosts: string[] = [];
    const context = testContext({
      fetch: (request) => {
        hosts.push(new URL(request.url).host);
        return Promise.resolve(
          Response.json({ id: 1, upload_url: uploadUrl }, { status: 201 }),
        );
      },
    });
    await assertRejects(
      () =>
        createDraft(context, GITHUB, {
          tag: "v1",
          commit: "a",
          body: "",
          prerelease: false,
        }),
      ReleasioError,
    );
    assertEquals(hosts, ["api.github.com"]);
  });
}

Deno.test("downloadAsset() takes no token along to the storage, and no other bytes", async () => {
  const seen: [string, string | null][] = [];
  let written = "";
  const context = testContext({
    fetch: (request) => {
      seen.push([request.url, request.headers.get("authorization")]);
      return Promise.resolve(
        request.url.startsWith("https://api.github.com/")
          ? new Response(null, {
            status: 302,
            headers: { location: "https://objects.example/x?sig=1" },
          })
          : new Response("abcdef"),
      );
    },
    writeFile: async (_path, bytes) => {
      written = await new Response(bytes).text();
    },
    openFile: () => Promise.resolve(new Blob([written])),
  });
  const expected = { name: "x.whl", size: 3, sha256: "0".repeat(64) };
  await assertRejects(
    () =>
      downloadAsset(
        context,
        GITHUB,
        { id: 1, name: "x.whl", size: 3 },
        expected,
        "dist/x.whl",
      ),
    ReleasioError,
    "its bytes have changed",
  );
  assertEquals(seen, [
    [
      "https://api.github.com/repos/octo/demo/releases/assets/1",
      "Bearer ghs_secret",
    ],
    ["https://objects.example/x?sig=1", null],
  ]);
});

Deno.test("findReleases() looks through every page for drafts", async () => {
  const draft = {
    id: 7,
    draft: true,
    tag_name: "v1",
    upload_url: "https://uploads.github.com/x{?name}",
    html_url: "https://github.com/x",
    body: null,
    assets: [{ id: 1, name: "a", size: 1, state: "starter" }],
  };
  const other = { ...draft, tag_name: "v2" };
  const context = testContext({
    fetch: (request) => {
      const { pathname, searchParams } = new URL(request.url);
      if (pathname.includes("/tags/")) {
        return Promise.resolve(new Response("{}", { status: 404 }));
      }
      const page = searchParams.get("page") === "1"
        ? Array(100).fill(other)
        : [draft];
      return Promise.resolve(Response.json(page));
    },
  });
  const found = await findReleases(context, GITHUB, "v1");
  assertEquals(found.map(({ id, isDraft, assets }) => [id, isDraft, assets]), [
    [7, true, []],
  ]);
});
