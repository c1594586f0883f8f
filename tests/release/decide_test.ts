import { assertEquals, assertThrows } from "@std/assert";
import { ReleasioError } from "../../lib/errors.ts";
import { decide, type ReleaseFacts } from "../../lib/release/decide.ts";
import {
  type Manifest,
  readManifest,
  withManifest,
} from "../../lib/release/draft.ts";
import type { GitHubRelease } from "../../lib/release/github_releases.ts";

const HEAD = "a".repeat(40);
const OLD = "b".repeat(40);
const FILE = { name: "demo-1.0.tar.gz", size: 3, sha256: "c".repeat(64) };

function begun(
  commit: string,
  overrides: Partial<GitHubRelease> = {},
): GitHubRelease {
  return {
    id: 1,
    isDraft: true,
    url: "https://github.com/o/r/releases/1",
    uploadUrl: "https://uploads.github.com/x",
    manifest: { commit, files: [FILE] },
    assets: [{ id: 2, name: FILE.name, size: FILE.size }],
    ...overrides,
  };
}

function facts(overrides: Partial<ReleaseFacts> = {}): ReleaseFacts {
  return {
    tag: "v1.0",
    head: HEAD,
    tagged: null,
    isOnIndex: false,
    skipsIndex: false,
    releases: [],
    ...overrides,
  };
}

const finished = begun(HEAD, { isDraft: false, manifest: null });

const CASES: readonly [
  title: string,
  facts: Partial<ReleaseFacts>,
  kind: string,
][] = [
  ["nothing is there", {}, "start"],
  ["the draft is whole", { releases: [begun(HEAD)] }, "resume"],
  [
    "the draft lacks a file",
    { releases: [begun(HEAD, { assets: [] })] },
    "start",
  ],
  [
    "the draft has a file of another size",
    {
      releases: [
        begun(HEAD, { assets: [{ id: 1, name: FILE.name, size: 2 }] }),
      ],
    },
    "start",
  ],
  ["the draft is of another commit", { releases: [begun(OLD)] }, "start"],
  [
    "the draft is of another commit that is tagged",
    { releases: [begun(OLD)], tagged: OLD },
    "resume",
  ],
  [
    "the draft is of another commit that is on the index",
    { releases: [begun(OLD)], isOnIndex: true },
    "resume",
  ],
  [
    "the release is public but its hooks have not run",
    {
      releases: [begun(HEAD, { isDraft: false })],
      tagged: HEAD,
      isOnIndex: true,
    },
    "resume",
  ],
  [
    "all is done",
    { releases: [finished], tagged: HEAD, isOnIndex: true },
    "nothing",
  ],
  [
    "an older commit was released",
    { releases: [finished], tagged: OLD, isOnIndex: true },
    "nothing",
  ],
  [
    "somebody tagged this commit to start this run",
    { tagged: HEAD },
    "start",
  ],
  ["it came to the index from elsewhere", { isOnIndex: true }, "nothing"],
  [
    "it is on the index and nobody can tell about drafts",
    { isOnIndex: true, releases: null },
    "start",
  ],
  [
    "the index is left out and the tag is older",
    { tagged: OLD, skipsIndex: true },
    "nothing",
  ],
];

for (const [title, overrides, kind] of CASES) {
  Deno.test(`decide() says ${kind} when ${title}`, () => {
    assertEquals(decide(facts(overrides)).kind, kind);
  });
}

Deno.test("decide() refuses a tag on another commit than what is unpublished", () => {
  for (const releases of [[], [begun(HEAD)]]) {
    const error = assertThrows(
      () => decide(facts({ tagged: OLD, releases })),
      ReleasioError,
    );
    assertEquals(error.code, "tag-conflict");
  }
});

Deno.test("decide() discards drafts that can't be used, and nothing else", () => {
  const decision = decide(facts({
    releases: [begun(OLD), begun(OLD, { id: 7, manifest: null })],
  }));
  assertEquals(
    decision.kind === "start" && decision.discard.map(({ id }) => id),
    [1],
  );
});

Deno.test("readManifest() reads what withManifest() wrote", () => {
  const manifest: Manifest = {
    commit: HEAD,
    files: [{ ...FILE, name: "x --> <b>.whl" }],
  };
  const body = withManifest("Notes\n", manifest);
  assertEquals(body.match(/-->/g)?.length, 1, body);
  assertEquals(readManifest(body), manifest);
});

Deno.test("readManifest() takes no manifest that could do harm", () => {
  for (
    const file of [
      { ...FILE, name: "../demo.whl" },
      { ...FILE, name: "a\\b.whl" },
      { ...FILE, name: ".git" },
      { ...FILE, sha256: "x" },
      { ...FILE, size: -0.5 },
    ]
  ) {
    assertEquals(
      readManifest(withManifest("", { commit: HEAD, files: [file] })),
      null,
      file.name,
    );
  }
  assertEquals(readManifest("no manifest"), null);
  assertEquals(readManifest("<!-- releasio {nonsense} -->"), null);
});
