import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { changelogSection, releaseNotes } from "../../lib/release/notes.ts";

const STYLES: Readonly<Record<string, [changelog: string, version: string]>> = {
  "keepachangelog": [
    "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-01-31\n\n### Added\n\n- A\n\n## [1.1.0]\n\n- B\n",
    "1.2.0",
  ],
  "a version with a v": [
    "## v1.2.0 (2026-01-31)\n### Added\n\n- A\n## v1.1\n- B",
    "1.2",
  ],
  "underlined headings": [
    "Changes\n=======\n\n1.2.0\n-----\n\n### Added\n\n- A\n\n1.1.0\n-----\n\n- B\n",
    "1.2.0",
  ],
  "first-level headings": [
    "# demo 1.2.0\n\n### Added\n\n- A\n\n# demo 1.1.0\n",
    "1.2.0",
  ],
  "Windows line ends": [
    "## 1.2.0\r\n\r\n### Added\r\n\r\n- A\r\n\r\n## 1.1.0\r\n",
    "1.2.0",
  ],
};

for (const [style, [changelog, version]] of Object.entries(STYLES)) {
  Deno.test(`changelogSection() finds a version in ${style}`, () => {
    assertEquals(changelogSection(changelog, version), "### Added\n\n- A");
  });
}

Deno.test("changelogSection() does not take code for a heading", () => {
  const changelog =
    "## 2.0\n\n```sh\n## 1.0\n```\n\n- Done\n\n## 1.0\n\n- Old\n";
  assertEquals(
    changelogSection(changelog, "2.0"),
    "```sh\n## 1.0\n```\n\n- Done",
  );
  assertEquals(changelogSection(changelog, "1.0"), "- Old");
});

Deno.test("changelogSection() finds nothing where there is nothing", () => {
  assertEquals(changelogSection("", "1.0"), null);
  assertEquals(changelogSection("## 1.0.1\n\n- A\n", "1.0"), null);
  assertEquals(changelogSection("## 1.0\n\n## 0.9\n\n- A\n", "1.0"), null);
  assertEquals(changelogSection("## 1.0rc1\n\n- A\n", "1.0"), null);
});

Deno.test("releaseNotes() links the files on PyPI", () => {
  const file = { name: "demo-1.0.tar.gz", size: 3, sha256: "ab".repeat(32) };
  const parts = {
    changes: "- A\n",
    page: "https://pypi.org/project/demo/1.0/",
    project: "demo",
    version: "1.0",
    files: [file, { ...file, name: "demo-1.0.tar.gz.publish.attestation" }],
  };
  const notes = releaseNotes(parts);
  assert(notes.startsWith("- A\n\nOn PyPI: "), notes);
  assertStringIncludes(
    notes,
    "(https://pypi.org/project/demo/1.0/#demo-1.0.tar.gz)",
  );
  assertStringIncludes(notes, file.sha256);
  assert(!notes.includes("attestation"), notes);
  const unpublished = releaseNotes({ ...parts, page: null });
  assert(!unpublished.includes("pypi.org"), unpublished);
});
