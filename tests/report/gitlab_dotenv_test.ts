import { assertEquals, assertMatch } from "@std/assert";
import { gitlabDotenv } from "../../lib/report/gitlab_dotenv.ts";
import { fileReport, HOSTILE, report, wheel } from "./samples.ts";

Deno.test("gitlabDotenv() writes the version and the files' names", () => {
  const files = [
    fileReport("demo-1.0-py3-none-any.whl", "uploaded"),
    fileReport("demo-1.0.tar.gz", "existing"),
  ];
  assertEquals(gitlabDotenv(report(files)), {
    text: `\
RELEASIO_VERSION=1.0
RELEASIO_FILES=demo-1.0-py3-none-any.whl,demo-1.0.tar.gz
`,
    isComplete: true,
  });
});

Deno.test("gitlabDotenv() names a file once, whatever the indexes it went to", () => {
  const one = report([fileReport("a.whl", "uploaded")]);
  const both = { ...one, runs: [...one.runs, ...one.runs] };
  assertEquals(
    gitlabDotenv(both).text,
    "RELEASIO_VERSION=1.0\nRELEASIO_FILES=a.whl\n",
  );
});

Deno.test("gitlabDotenv() leaves the files out where GitLab would refuse them", () => {
  const files = Array.from(
    { length: 100 },
    (_, i) => fileReport(wheel(i), "uploaded"),
  );
  assertEquals(gitlabDotenv(report(files)), {
    text: "RELEASIO_VERSION=1.0\n",
    isComplete: false,
  });
});

Deno.test("gitlabDotenv() keeps hostile text inside its value", () => {
  for (const text of HOSTILE) {
    assertMatch(
      gitlabDotenv(report([fileReport(text, "uploaded", { version: text })]))
        .text,
      /^RELEASIO_VERSION=[\w.+!%-]*\nRELEASIO_FILES=[\w.+!%-]*\n$/,
    );
  }
});
