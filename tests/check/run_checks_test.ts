import { assertEquals, assertRejects } from "@std/assert";
import { runChecks } from "../../lib/check/run_checks.ts";
import { RELEASE_RULES } from "../../lib/check/rules/release.ts";
import { buildSdist, buildWheel } from "../helpers/archives.ts";
import { FIXTURES } from "../helpers/paths.ts";
import { fixtureFile } from "../helpers/fixtures.ts";
import { check, codesOf, errorsOf, file } from "./helpers.ts";

const WHEEL = "demo-1.0-py3-none-any.whl";
const SDIST = "demo-1.0.tar.gz";

const wheel = file(WHEEL, buildWheel());
const sdist = file(SDIST, buildSdist());

Deno.test("runChecks() reads the distributions in the order of the files", async () => {
  const { distributions } = await runChecks([sdist, wheel], {
    maxFileSize: 1e9,
  });
  assertEquals(distributions.map(({ filename }) => filename), [SDIST, WHEEL]);
});

Deno.test("runChecks() passes what real build back ends make", async () => {
  for await (const { name } of Deno.readDir(`${FIXTURES}dist`)) {
    const files = [];
    for await (const entry of Deno.readDir(`${FIXTURES}dist/${name}`)) {
      if (/\.(?:whl|tar\.gz)$/.test(entry.name)) {
        files.push(await fixtureFile(`${name}/${entry.name}`));
      }
    }
    assertEquals(errorsOf(await check(files)), [], name);
  }
});

Deno.test("runChecks() groups findings by file and puts those about all of them last", async () => {
  const findings = await check([
    file("demo-2.0.tar.gz", buildSdist({ headers: "Requires-Python: x\n" })),
    file(WHEEL, buildWheel({ headers: "Requires-Python: y\n" })),
  ], { expect: ["other-*"] });
  assertEquals(findings.map(({ file, code }) => [file, code]), [
    ["demo-2.0.tar.gz", "sdist-filename-not-normalized"],
    ["demo-2.0.tar.gz", "requires-python-invalid"],
    [WHEEL, "requires-python-invalid"],
    [null, "release-several-versions"],
    [null, "expect-unmet"],
  ]);
});

Deno.test("file-too-large strikes above the limit and passes at it", async () => {
  const { size } = wheel.blob;
  assertEquals(codesOf(await check([wheel], { maxFileSize: size })), []);
  assertEquals(codesOf(await check([wheel], { maxFileSize: size - 1 })), [
    "file-too-large",
  ]);
});

Deno.test("duplicate-filename strikes at two files of one name with different bytes", async () => {
  const other = file(WHEEL, buildWheel({ headers: "Summary: other\n" }));
  assertEquals(errorsOf(await check([wheel, other])), ["duplicate-filename"]);
});

Deno.test("duplicate-filename passes the same file given twice", async () => {
  assertEquals(codesOf(await check([wheel, wheel])), []);
});

Deno.test("duplicate-content strikes at the same bytes under two names", async () => {
  const copy = file("demo-1.0-py2-none-any.whl", buildWheel());
  const findings = await check([wheel, copy]);
  assertEquals(errorsOf(findings), ["duplicate-content"]);
  assertEquals(findings[0]!.file, copy.filename);
});

Deno.test("duplicate-content passes files that only have one size", async () => {
  const a = file(WHEEL, new Uint8Array([1, 2]));
  const b = file("demo-1.0-py2-none-any.whl", new Uint8Array([1, 3]));
  assertEquals(codesOf(await check([a, b])), [
    "archive-format",
    "archive-format",
  ]);
});

Deno.test("distribution-unreadable says what no other rule says", async () => {
  const huge = `Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n\n${
    "x".repeat(9 * 1024 * 1024)
  }`;
  const bytes = buildWheel({ metadata: huge });
  assertEquals(errorsOf(await check([file(WHEEL, bytes)])), [
    "distribution-unreadable",
  ]);
});

Deno.test("release-two-sdists strikes at versions that are equal by PEP 440", async () => {
  const second = file("demo-1.0.0.tar.gz", buildSdist({ version: "1.0.0" }));
  assertEquals(errorsOf(await check([sdist, second])), ["release-two-sdists"]);
});

Deno.test("release-two-sdists passes the sdists of two versions", async () => {
  const second = file("demo-1.1.tar.gz", buildSdist({ version: "1.1" }));
  assertEquals(errorsOf(await check([sdist, second])), []);
});

Deno.test("release-several-versions strikes at what was left behind", async () => {
  const old = file("demo-0.9.tar.gz", buildSdist({ version: "0.9" }));
  assertEquals(codesOf(await check([sdist, old])), [
    "release-several-versions",
  ]);
});

Deno.test("release-several-versions passes two projects with a version each", async () => {
  const other = file(
    "other-0.9.tar.gz",
    buildSdist({ name: "other", version: "0.9" }),
  );
  assertEquals(codesOf(await check([sdist, other])), []);
});

Deno.test("release-dev-version warns once for a release, and not for a pre-release", async () => {
  const files = ["1.0.dev1", "1.0rc1"].map((version) => [
    file(`demo-${version}.tar.gz`, buildSdist({ version })),
    file(`demo-${version}-py3-none-any.whl`, buildWheel({ version })),
  ]);
  assertEquals(codesOf(await check(files[0]!)), ["release-dev-version"]);
  assertEquals(codesOf(await check(files[1]!)), []);
});

Deno.test("release-metadata-differs names the fields that disagree", async () => {
  const headers = "Summary: one\nClassifier: Typing :: Typed\n";
  const findings = await check([
    file(SDIST, buildSdist({ headers })),
    file(WHEEL, buildWheel({ headers: "Summary: two\n" })),
  ]);
  assertEquals(codesOf(findings), ["release-metadata-differs"]);
  assertEquals(
    findings[0]!.message,
    `Metadata differs from that of "${SDIST}": Summary, Classifier`,
  );
});

Deno.test("release-metadata-differs passes dynamic fields and other requirements", async () => {
  const headers = "Dynamic: summary\nSummary: one\nRequires-Dist: a\n";
  const findings = await check([
    file(SDIST, buildSdist({ headers: headers.replace("a\n", "b\n") })),
    file(WHEEL, buildWheel({ headers: "Summary: two\n" })),
  ].map((file) => file));
  assertEquals(
    codesOf(findings).filter((code) => code !== "metadata-field-too-new"),
    [],
  );
});

Deno.test("every rule about a release is tested here", () => {
  assertEquals(RELEASE_RULES.map(({ code }) => code), [
    "release-two-sdists",
    "release-dev-version",
    "release-several-versions",
    "release-metadata-differs",
  ]);
});

Deno.test("expect-unmet strikes at a glob that no file matches", async () => {
  const expect = ["demo-*.{whl,zip}", "*.tar.gz", "demo-1.0-cp3*.whl"];
  const findings = await check([wheel, sdist], { expect });
  assertEquals(findings.map(({ code, message }) => [code, message]), [
    ["expect-unmet", 'No file matches "demo-1.0-cp3*.whl"'],
  ]);
});

Deno.test("runChecks() rejects a glob that explodes", async () => {
  await assertRejects(
    () => check([wheel], { expect: ["{a,b}".repeat(20)] }),
    RangeError,
  );
});
