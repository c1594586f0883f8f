import { assert, assertEquals, assertMatch } from "@std/assert";
import { githubOutputs } from "../../lib/report/github_outputs.ts";
import { fileReport, HOSTILE, report, TOKENS } from "./samples.ts";

/** Reads the file as GitHub's runner does. */
function parse(text: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  const lines = text.split(/\r\n|\n|\r/);
  while (lines.length > 1) {
    const [name, delimiter] = lines.shift()!.split("<<");
    const end = lines.indexOf(delimiter!);
    assert(end >= 0, "a value without an end");
    outputs[name!] = lines.splice(0, end + 1).slice(0, -1).join("\n");
  }
  return outputs;
}

Deno.test("githubOutputs() writes the version and the files", () => {
  const outputs = parse(
    githubOutputs(
      report([fileReport("demo-1.0.tar.gz", "uploaded")]),
      () => 0.3,
    ),
  );
  assertEquals(outputs.version, "1.0");
  assertEquals(JSON.parse(outputs.files!), [{
    file: "demo-1.0.tar.gz",
    project: "demo",
    version: "1.0",
    size: 1_234_567,
    sha256: "ab".repeat(32),
    status: "uploaded",
    url: "https://pypi.org/project/demo/1.0/",
    registry: "https://upload.pypi.org/legacy/",
  }]);
});

Deno.test("githubOutputs() leaves the version empty for several or none", () => {
  const several = report([
    fileReport("a.whl", "uploaded"),
    fileReport("b.whl", "uploaded", { version: "2.0" }),
  ]);
  assertEquals(parse(githubOutputs(several, Math.random)).version, "");
  assertEquals(parse(githubOutputs(report([]), Math.random)), {
    version: "",
    files: "[]",
  });
});

Deno.test("githubOutputs() draws a new delimiter for each value", () => {
  const text = githubOutputs(report([]), Math.random);
  const [first, second] = text.match(/(?<=<<).+/g)!;
  assert(first !== second);
  assertMatch(first!, /^releasio_[0-9a-f]{36}$/);
});

Deno.test("githubOutputs() lets no value end itself or carry a token", () => {
  for (const text of HOSTILE) {
    const version = `${text}\nreleasio_${
      "4ccccccccccc".repeat(3)
    }\nother<<x\ny\nx`;
    const outputs = parse(
      githubOutputs(
        report([fileReport(text, "uploaded", { version })]),
        () => 0.3,
      ),
    );
    assertEquals(Object.keys(outputs), ["version", "files"]);
    for (const token of TOKENS) {
      assert(!JSON.stringify(outputs).includes(token));
    }
  }
});
