import { assertEquals } from "@std/assert";
import {
  tagOfRun,
  type TagOptions,
  versionOfTag,
} from "../../lib/check/tag.ts";
import { buildSdist, buildWheel } from "../helpers/archives.ts";
import { check, codesOf, file } from "./helpers.ts";

const FILES = [
  file("demo-1.0.tar.gz", buildSdist()),
  file("demo-1.0-py3-none-any.whl", buildWheel()),
];
const OTHER = file("other-1.0.tar.gz", buildSdist({ name: "other" }));

for (const tag of ["1.0", "v1.0", "v1.0.0", "demo-1.0", "Demo-v1.0"]) {
  Deno.test(`--tag ${tag} passes files of version 1.0`, async () => {
    assertEquals(await check(FILES, { tag }), []);
  });
}

for (const tag of ["1.0.1", "1.0rc1", "nightly", "other-1.0"]) {
  Deno.test(`--tag ${tag} strikes at each file of version 1.0`, async () => {
    assertEquals(codesOf(await check(FILES, { tag })), [
      "tag-mismatch",
      "tag-mismatch",
    ]);
  });
}

Deno.test("--tag holds for files of several projects", async () => {
  assertEquals(await check([...FILES, OTHER], { tag: "v1.0" }), []);
});

Deno.test("a tag's prefix of one's own is left out", async () => {
  const options: TagOptions = { tag: "release/1.0", tagPrefix: "release/" };
  assertEquals(await check(FILES, options), []);
});

Deno.test("the CI run's tag strikes when it stands for another version", async () => {
  assertEquals(codesOf(await check(FILES, { ciTag: "v1.1" })), [
    "tag-mismatch",
    "tag-mismatch",
  ]);
});

Deno.test("the CI run's tag is passed over with a note when it stands for no version", async () => {
  const findings = await check(FILES, { ciTag: "nightly" });
  assertEquals(findings.map(({ code, severity }) => [code, severity]), [
    ["tag-not-compared", "note"],
  ]);
});

Deno.test("the CI run's tag is passed over with a note for files of several projects", async () => {
  const findings = await check([...FILES, OTHER], { ciTag: "v2.0" });
  assertEquals(codesOf(findings), ["tag-not-compared"]);
});

Deno.test("versionOfTag() takes a project's name in any spelling", () => {
  assertEquals(versionOfTag("My_Demo-1.0", "my-demo"), "1.0");
  assertEquals(versionOfTag("my-demo-1.0", "demo"), null);
});

Deno.test("tagOfRun() finds the tag of GitHub and GitLab, and none for a branch", () => {
  const tagOf = (env: Record<string, string>) => tagOfRun((name) => env[name]);
  assertEquals(
    tagOf({ GITHUB_REF_TYPE: "tag", GITHUB_REF_NAME: "v1.0" }),
    "v1.0",
  );
  assertEquals(
    tagOf({ GITHUB_REF_TYPE: "branch", GITHUB_REF_NAME: "v1.0" }),
    null,
  );
  assertEquals(tagOf({ CI_COMMIT_TAG: "v1.0" }), "v1.0");
  assertEquals(tagOf({ CI_COMMIT_TAG: "" }), null);
});
