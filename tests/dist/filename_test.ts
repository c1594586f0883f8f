import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  looksLikeDistribution,
  normalizeName,
  parseFilename,
} from "../../lib/dist/filename.ts";

function reasonOf(filename: string): string {
  const parsed = parseFilename(filename);
  return parsed.kind === "invalid" ? parsed.reason : "";
}

Deno.test("parseFilename() takes a wheel's name apart", () => {
  assertEquals(
    parseFilename(
      "My_Proj-1.0.post1-2abc-cp39.cp310-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    ),
    {
      kind: "wheel",
      name: "My_Proj",
      version: "1.0.post1",
      build: "2abc",
      python: ["cp39", "cp310"],
      abi: ["abi3"],
      platform: ["manylinux_2_17_x86_64", "manylinux2014_x86_64"],
    },
  );
});

Deno.test("parseFilename() takes an sdist's name apart at its last dash", () => {
  assertEquals(parseFilename("my-proj-1.0.tar.gz"), {
    kind: "sdist",
    name: "my-proj",
    version: "1.0",
    extension: ".tar.gz",
  });
  assertEquals(parseFilename("proj-1.0.zip"), {
    kind: "sdist",
    name: "proj",
    version: "1.0",
    extension: ".zip",
  });
});

Deno.test("parseFilename() leaves to the index what the index judges", () => {
  for (
    const filename of [
      "My.Proj-1.0-py3-none-any.whl",
      "proj-1.0+cpu-py3-none-linux_x86_64.whl",
      "proj-v1.0-py3-none-any.whl",
      "größe-1.0-py3-none-any.whl",
      "My.Proj-1.0rc1.tar.gz",
    ]
  ) assert(parseFilename(filename).kind !== "invalid", filename);
});

Deno.test("parseFilename() says why a name can't be taken", () => {
  const cases: [string, RegExp][] = [
    ["proj.whl", /5 or 6 parts/],
    ["proj-1.0-py3-none-any-x-y.whl", /5 or 6 parts.*this one 7/],
    ["pr__oj-1.0-py3-none-any.whl", /"pr__oj"/],
    ["pr oj-1.0-py3-none-any.whl", /"pr oj"/],
    ["-1.0-py3-none-any.whl", /""/],
    ["proj-dog-py3-none-any.whl", /"dog" is no PEP 440 version/],
    ["proj-1.0-b1-py3-none-any.whl", /build tag "b1"/],
    ["proj-1.0-py3-none-.whl", /tags is empty/],
    ["proj-1.0-py3..py2-none-any.whl", /tags is empty/],
    ["proj.tar.gz", /<name>-<version>\.tar\.gz/],
    ["-1.0.tar.gz", /<name>-<version>\.tar\.gz/],
    ["proj-latest.zip", /"latest"/],
    ["Proj-1.0.TAR.GZ", /lower case/],
    ["proj-1.0-py3-none-any.WHL", /lower case/],
    ["proj-1.0.tar.bz2", /none of \.whl/],
    ["proj-1.0-py3.8.egg", /none of \.whl/],
    ["README.md", /none of \.whl/],
    ["pr\noj-1.0.tar.gz", /control character/],
    ["../proj-1.0.tar.gz", /slash/],
    [`${"a".repeat(300)}-1.0.tar.gz`, /longer than 255/],
  ];
  for (const [filename, reason] of cases) {
    assertMatch(reasonOf(filename), reason, filename);
  }
});

Deno.test("looksLikeDistribution() knows old formats and any case", () => {
  for (
    const filename of [
      "a.whl",
      "a.WHL",
      "a.tar.gz",
      "a.Tar.Gz",
      "a.zip",
      "a.egg",
      "a.tar.bz2",
      "a.tgz",
    ]
  ) assert(looksLikeDistribution(filename), filename);
  for (
    const filename of [
      "README.md",
      "a.whl.attestation",
      "a.tar.gz.asc",
      "a.exe",
      "whl",
      ".gitignore",
    ]
  ) assert(!looksLikeDistribution(filename), filename);
});

Deno.test("normalizeName() follows PEP 503", () => {
  assertEquals(normalizeName("Foo__Bar.-baz"), "foo-bar-baz");
});
