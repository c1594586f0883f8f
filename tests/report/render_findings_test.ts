import { assertEquals } from "@std/assert";
import type { Finding } from "../../lib/findings.ts";
import {
  findingAnnotations,
  renderFindings,
} from "../../lib/report/render_findings.ts";
import {
  assertInert,
  HOSTILE,
  HOSTILE_BODY,
  WARNING,
  wheel,
} from "./samples.ts";

const FINDINGS: readonly Finding[] = [
  {
    code: "expect-unmet",
    severity: "error",
    file: null,
    message: "No file matches *.tar.gz",
    hint: null,
  },
  WARNING,
  {
    code: "classifier-unknown",
    severity: "error",
    file: "demo-1.0.tar.gz",
    message:
      '"Programming Language :: Python :: 3.99" is not a classifier that PyPI knows',
    hint:
      "Remove it, or look for the nearest one at https://pypi.org/classifiers/.",
  },
];

Deno.test("renderFindings() groups by file, errors first, and counts", () => {
  assertEquals(
    renderFindings(FINDINGS, { colour: false }),
    `\
  error    No file matches *.tar.gz (expect-unmet)

demo-1.0.tar.gz
  error    "Programming Language :: Python :: 3.99" is not a classifier that
           PyPI knows (classifier-unknown)
           Remove it, or look for the nearest one at
           https://pypi.org/classifiers/.
  warning  No long description (description-missing)
           Add readme = "README.md" to [project].

2 errors, 1 warning in 1 file`,
  );
});

Deno.test("renderFindings() says so when there are none", () => {
  assertEquals(renderFindings([], { colour: false }), "No problems found");
});

Deno.test("renderFindings() lets files with the same findings share them", () => {
  const findings = [9, 10, 11, 12, 13].map((python) => ({
    ...WARNING,
    file: wheel(python),
    line: 2,
  }));
  assertEquals(
    renderFindings(findings, { colour: false }),
    `\
${wheel(9)}
${wheel(10)}
${wheel(11)}
and 2 more files
  warning  line 2: No long description (description-missing)
           Add readme = "README.md" to [project].

5 warnings in 5 files`,
  );
});

Deno.test("renderFindings() colours the severity alone", () => {
  assertEquals(
    renderFindings([WARNING], { colour: true }),
    `\
\x1b[1mdemo-1.0.tar.gz\x1b[22m
  \x1b[33mwarning\x1b[39m  No long description (description-missing)
\x1b[2m           Add readme = "README.md" to [project].\x1b[22m

1 warning in 1 file`,
  );
});

Deno.test("findingAnnotations() points at the file, as often as GitHub shows", () => {
  const many = Array.from(
    { length: 12 },
    (_, i) => ({ ...WARNING, file: `${i}.whl`, line: i + 1 }),
  );
  const lines = findingAnnotations([...many, { ...WARNING, severity: "note" }]);
  assertEquals(lines.length, 10);
  assertEquals(
    lines[0],
    '::warning file=0.whl,line=1,title=description-missing::No long description%0AAdd readme = "README.md" to [project].',
  );
});

Deno.test("renderFindings() keeps hostile text inert", () => {
  for (const text of [...HOSTILE, HOSTILE_BODY]) {
    const finding = {
      code: text,
      severity: "error",
      file: text,
      message: text,
      hint: text,
    } as const;
    assertInert(renderFindings([finding], { colour: false }));
    assertInert(findingAnnotations([finding]).join("\n"), {
      own: /^::error file=[^:,]*,title=[^:,]*::/,
    });
  }
});
