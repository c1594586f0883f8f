/**
 * One pipeline for GitLab: what `init` writes, what docs/gitlab.md shows, and
 * what docs/permissions.md allows.
 */

import { assertEquals } from "@std/assert";
import { parse } from "yaml";
import { gitlabPipeline } from "../../lib/trust/release_workflow.ts";
import { readPages } from "./pages.ts";

const PAGES = await readPages();

function snippet(page: string, words: string): string {
  const { snippets } = PAGES.find(({ path }) => path === page)!;
  return snippets.find(({ text }) => text.includes(words))!.text;
}

/** The flags that Deno is started with. */
function permissions(script: string): string[] {
  return [...script.matchAll(/--allow-\S+/g)].map(([flag]) => flag).sort();
}

function job(yaml: string, name: string) {
  const { image, id_tokens: tokens, script } = parse(yaml)[name];
  return { image, tokens, permissions: permissions(script.join("\n")) };
}

const written = gitlabPipeline({
  environment: "pypi",
  testEnvironment: "testpypi",
});

Deno.test("init writes the GitLab job that the documentation shows", () => {
  const shown = job(snippet("docs/gitlab.md", "aud: sigstore"), "publish");
  assertEquals(job(written, "publish"), {
    ...shown,
    permissions: shown.permissions.filter((flag) =>
      flag !== "--allow-write=publish.env"
    ),
  });
  assertEquals(
    job(written, "testpypi"),
    job(snippet("docs/testpypi.md", "aud: sigstore"), "testpypi"),
  );
});

Deno.test("init writes GitLab the tokens that both indexes and Sigstore want", () => {
  const SIGSTORE_ID_TOKEN = { aud: "sigstore" };
  assertEquals(job(written, "publish").tokens, {
    PYPI_ID_TOKEN: { aud: "pypi" },
    SIGSTORE_ID_TOKEN,
  });
  assertEquals(job(written, "testpypi").tokens, {
    TESTPYPI_ID_TOKEN: { aud: "testpypi" },
    SIGSTORE_ID_TOKEN,
  });
});

Deno.test("docs/gitlab.md has the permissions of docs/permissions.md", () => {
  assertEquals(
    job(snippet("docs/gitlab.md", "aud: sigstore"), "publish").permissions,
    permissions(snippet("docs/permissions.md", "GITLAB_CI")),
  );
});
