import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type {
  PackageReport,
  ReleaseReport,
  ReleaseStep,
} from "../../lib/report/release_report.ts";
import { releaseOutputs } from "../../lib/report/github_outputs.ts";
import {
  releaseStepLines,
  releaseSummary,
  renderRelease,
} from "../../lib/report/render_release.ts";
import { assertInert, HOSTILE } from "./samples.ts";

const PACKAGE: PackageReport = {
  path: ".",
  project: "demo",
  version: "1.0",
  tag: "v1.0",
  commit: "a".repeat(40),
  url: "https://github.com/octo/demo/releases/tag/v1.0",
  status: "released",
};

function report(overrides: Partial<PackageReport> = {}): ReleaseReport {
  return {
    ok: true,
    exitCode: 0,
    dryRun: false,
    error: null,
    packages: [{ ...PACKAGE, ...overrides }],
    steps: [],
    publish: null,
  };
}

const PLAIN = { colour: false };

Deno.test("releaseStepLines() says what is done, would be done, and is left out", () => {
  const step: ReleaseStep = {
    step: "tag",
    status: "done",
    package: ".",
    message: "v1.0 pushed",
  };
  const lines = (overrides: Partial<ReleaseStep>) =>
    releaseStepLines({ ...step, ...overrides }, PLAIN);
  assertEquals(lines({}), ["tag: v1.0 pushed"]);
  assertEquals(lines({ status: "planned", message: "v1.0" }), [
    "tag: would be: v1.0",
  ]);
  assertEquals(lines({ status: "left-out", message: "none" }), [
    "tag: left out: none",
  ]);
  assertEquals(lines({ package: "packages/core" }), [
    "tag (packages/core): v1.0 pushed",
  ]);
});

Deno.test("renderRelease() says in a sentence what became of each package", () => {
  const text = (overrides: Partial<PackageReport>) =>
    renderRelease(report(overrides), { colour: false, columns: 200 });
  assertEquals(
    text({}),
    "demo 1.0 is released as v1.0: https://github.com/octo/demo/releases/tag/v1.0",
  );
  assertEquals(
    text({ status: "nothing-to-release", url: null }),
    "demo 1.0: nothing to release",
  );
  assertEquals(
    text({ status: "open" }),
    "demo 1.0 is not released: run the same command again to go on",
  );
});

Deno.test("what a release prints is inert, whatever its names are", () => {
  for (const text of HOSTILE) {
    const hostile = report({ project: text, version: text, tag: text });
    assertInert(renderRelease(hostile, PLAIN));
    assertInert(
      releaseStepLines({
        step: "post-release",
        status: "done",
        package: text,
        message: text,
      }, PLAIN).join("\n"),
    );
    assert(!releaseSummary(hostile).includes("<script"));
  }
});

Deno.test("releaseOutputs() tells version, tag and release of a single package", () => {
  const outputs = releaseOutputs(report(), () => 0.5);
  assertStringIncludes(outputs, "\nv1.0\n");
  assertStringIncludes(outputs, "release-url<<");
  const two = { ...report(), packages: [PACKAGE, PACKAGE] };
  assert(!releaseOutputs(two, () => 0.5).includes("v1.0"));
});
