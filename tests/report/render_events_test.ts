import { assertEquals } from "@std/assert";
import type { PublishEvent } from "../../lib/events.ts";
import {
  createLineRenderer,
  type LineRendererOptions,
} from "../../lib/report/render_events.ts";
import {
  assertInert,
  EVENTS,
  HOSTILE,
  HOSTILE_BODY,
  PYPI,
  WARNING,
  wheel,
} from "./samples.ts";

const SDIST = "demo-1.0.tar.gz";
const RUN: readonly PublishEvent[] = [
  EVENTS.note,
  EVENTS.finding,
  EVENTS.checked,
  EVENTS.registry,
  {
    type: "plan",
    registry: PYPI,
    files: [
      { file: wheel(13), size: 1_234_567, status: "planned" },
      { file: wheel(12), size: 1_200_000, status: "existing" },
      { file: SDIST, size: 84_000, status: "planned" },
    ],
  },
  EVENTS.auth,
  EVENTS.minted,
  EVENTS["upload-start"],
  EVENTS["upload-progress"],
  EVENTS["upload-retry"],
  EVENTS["upload-end"],
  { ...EVENTS["upload-start"], file: SDIST, size: 84_000 },
  {
    ...EVENTS["upload-end"],
    file: SDIST,
    size: 84_000,
    status: "failed",
    attempts: 1,
    error: {
      code: "upload-refused",
      message: "400 Only one sdist may be uploaded per release.",
    },
  },
  EVENTS.burned,
];

/** A plan of as many wheels, all uploaded. */
function longRun(n: number): PublishEvent[] {
  const files = Array.from({ length: n }, (_, i) => wheel(i));
  return [
    {
      type: "plan",
      registry: PYPI,
      files: files.map((file) => ({ file, size: 1000, status: "planned" })),
    },
    EVENTS.auth,
    ...files.flatMap((file): PublishEvent[] => [
      { ...EVENTS["upload-start"], file, size: 1000 },
      { ...EVENTS["upload-end"], file, size: 1000, attempts: 1 },
    ]),
    EVENTS.burned,
  ];
}

function render(
  events: readonly PublishEvent[],
  options: Partial<LineRendererOptions> = {},
): string {
  const renderer = createLineRenderer({ colour: false, ...options });
  return [...events.flatMap(renderer.render), ...renderer.end()].join("\n");
}

Deno.test("createLineRenderer() leaves out rates in a narrow window, not names", () => {
  assertEquals(
    render(longRun(1).slice(-2), { columns: 40 }),
    "  uploaded   1.00 kB  demo-1.0-…6_64.whl",
  );
});

Deno.test("createLineRenderer() tells a run in few words at 80 columns", () => {
  assertEquals(
    render(RUN, { columns: 80 }),
    `\
note: Left out dist/readme.txt
check: 2 files, 1 warning
  demo-1.0.tar.gz
    warning  No long description (description-missing)
             Add readme = "README.md" to [project].
index: PyPI, https://upload.pypi.org/legacy/
plan: 2 files to upload (1.32 MB), 1 already there
  upload     1.23 MB  demo-1.0-cp313-cp313-manylinu…_64.manylinux2014_x86_64.whl
  existing   1.20 MB  demo-1.0-cp312-cp312-manylinu…_64.manylinux2014_x86_64.whl
  upload     84.0 kB  demo-1.0.tar.gz
auth: trusted publishing, GitHub octo/demo release.yml, environment release
  retry     demo-1.0-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.whl:
            the server answered 503; next try in 4.2s
  uploaded   1.23 MB  1.37 MB/s  demo-1.0-cp313-cp3…ux2014_x86_64.whl  (2 tries)
  failed     84.0 kB             demo-1.0.tar.gz
            400 Only one sdist may be uploaded per release. (upload-refused)`,
  );
});

Deno.test("createLineRenderer() keeps names whole where there is no terminal", () => {
  assertEquals(
    render([RUN[4]!, EVENTS["upload-end"]]),
    `\
plan: 2 files to upload (1.32 MB), 1 already there
  upload     1.23 MB  ${wheel(13)}
  existing   1.20 MB  ${wheel(12)}
  upload     84.0 kB  demo-1.0.tar.gz
  uploaded   1.23 MB  1.37 MB/s  ${wheel(13)}  (2 tries)`,
  );
});

Deno.test("createLineRenderer() names the API token's source, and the index's host", () => {
  const registry = "http://127.0.0.1:8080/legacy/";
  assertEquals(
    render([
      { type: "checked", files: 1 },
      { type: "registry", registry },
      {
        type: "plan",
        registry,
        files: [{ file: "a.whl", size: 1, status: "existing" }],
      },
      {
        type: "auth",
        registry,
        auth: "api-token",
        publisher: null,
        source: "PYPI_TOKEN",
      },
    ]),
    `\
check: 1 file, no problems
index: 127.0.0.1:8080, http://127.0.0.1:8080/legacy/
plan: nothing to upload, 1 already there
  existing       1 B  a.whl
auth: API token from PYPI_TOKEN`,
  );
});

Deno.test("createLineRenderer() tells more when verbose", () => {
  assertEquals(
    render([
      EVENTS.minted,
      EVENTS["upload-start"],
      EVENTS["upload-end"],
      EVENTS.burned,
    ], { verbose: true }),
    `\
token: minted, valid until 2026-01-01 12:15:00 UTC
  start      1.23 MB  ${wheel(13)}
  uploaded   1.23 MB  1.37 MB/s  ${wheel(13)}  (2 tries, 0.9s)
token: burned`,
  );
});

Deno.test("createLineRenderer() tells of errors alone when quiet", () => {
  const refusal: PublishEvent = {
    type: "finding",
    finding: { ...WARNING, severity: "error" },
  };
  assertEquals(
    render([refusal, ...RUN], { quiet: true, columns: 80 }),
    `\
  demo-1.0.tar.gz
    error    No long description (description-missing)
             Add readme = "README.md" to [project].
  failed     84.0 kB             demo-1.0.tar.gz
            400 Only one sdist may be uploaded per release. (upload-refused)`,
  );
});

Deno.test("createLineRenderer() shows findings that nothing follows", () => {
  const renderer = createLineRenderer({ colour: false });
  assertEquals(renderer.render(EVENTS.finding), []);
  assertEquals(renderer.end().length, 3);
  assertEquals(renderer.end(), []);
});

Deno.test("createLineRenderer() colours verbs on a terminal", () => {
  assertEquals(
    render([EVENTS["upload-end"], EVENTS.auth], { colour: true, columns: 80 }),
    `\
  \x1b[32muploaded\x1b[39m   1.23 MB  1.37 MB/s  demo-1.0-cp313-cp3…ux2014_x86_64.whl\x1b[2m  (2 tries)\x1b[22m
\x1b[1mauth: trusted publishing, GitHub octo/demo release.yml, environment release\x1b[22m`,
  );
});

Deno.test("createLineRenderer() folds long lists in GitHub's log", () => {
  const rows = (verb: string, rate: string) =>
    Array.from(
      { length: 6 },
      (_, i) => `  ${verb}   1.00 kB${rate}  ${wheel(i)}`,
    ).join("\n");
  assertEquals(
    render(longRun(6), { ci: "github" }),
    `\
::group::plan: 6 files to upload (6.00 kB)
${rows("upload  ", "")}
::endgroup::
auth: trusted publishing, GitHub octo/demo release.yml, environment release
::group::upload: 6 files (6.00 kB)
${rows("uploaded", "  1.11 kB/s")}
::endgroup::`,
  );
});

Deno.test("createLineRenderer() annotates what went wrong on GitHub", () => {
  const lines = render(RUN, { ci: "github" }).split("\n");
  assertEquals(lines.filter((line) => line.startsWith("::")), [
    '::warning file=demo-1.0.tar.gz,title=description-missing::No long description%0AAdd readme = "README.md" to [project].',
    "::error title=upload-refused::demo-1.0.tar.gz: 400 Only one sdist may be uploaded per release.",
  ]);
});

Deno.test("createLineRenderer() closes a group that a run leaves open", () => {
  const lines = render(longRun(6).slice(0, 4), { ci: "github" }).split("\n");
  assertEquals(lines.at(-1), "::endgroup::");
});

Deno.test("createLineRenderer() folds with GitLab's sections", () => {
  const lines = render(longRun(6), {
    ci: "gitlab",
    now: () => 1_700_000_000_500,
  })
    .split("\n").filter((line) => line.includes("section_"));
  assertEquals(lines, [
    "\x1b[0Ksection_start:1700000000:releasio_1[collapsed=true]\r\x1b[0Kplan: 6 files to upload (6.00 kB)",
    "\x1b[0Ksection_end:1700000000:releasio_1\r\x1b[0K",
    "\x1b[0Ksection_start:1700000000:releasio_2[collapsed=true]\r\x1b[0Kupload: 6 files (6.00 kB)",
    "\x1b[0Ksection_end:1700000000:releasio_2\r\x1b[0K",
  ]);
});

Deno.test("createLineRenderer() shortens a long plan on a terminal", () => {
  const lines = render(longRun(40).slice(0, 1), { columns: 80 }).split("\n");
  assertEquals(lines.length, 12);
  assertEquals(lines.at(-1), "  and 30 more files");
});

Deno.test("createLineRenderer() keeps hostile text inert", () => {
  for (const text of [...HOSTILE, HOSTILE_BODY]) {
    const error = { code: text, message: text };
    const publisher = { provider: text, repository: text, workflow: text };
    const events: PublishEvent[] = [
      { type: "note", message: text },
      {
        type: "finding",
        finding: {
          ...WARNING,
          file: text,
          message: text,
          hint: text,
          code: text,
        },
      },
      { type: "checked", files: 1 },
      { type: "registry", registry: text },
      {
        type: "plan",
        registry: text,
        files: Array(6).fill({ file: text, size: 1, status: "planned" }),
      },
      {
        type: "auth",
        registry: text,
        auth: "trusted-publishing",
        publisher,
        source: null,
      },
      {
        type: "auth",
        registry: text,
        auth: "api-token",
        publisher: null,
        source: text,
      },
      { ...EVENTS["upload-start"], file: text },
      { ...EVENTS["upload-retry"], file: text, reason: text },
      { ...EVENTS["upload-end"], file: text, status: "failed", error },
    ];
    for (const columns of [40, undefined]) {
      for (const ci of ["github", null] as const) {
        assertInert(
          render(events, { ci, verbose: true, ...(columns && { columns }) }),
          {
            own: /^::(?:error|warning|group|endgroup)(?: [^:]*)?::/,
          },
        );
      }
    }
  }
});
