/** Reports, events and hostile text that the tests of this folder share. */

import { assert, assertEquals } from "@std/assert";
import type { PublisherIdentity, PublishEvent } from "../../lib/events.ts";
import type { Finding } from "../../lib/findings.ts";
import type {
  ErrorReport,
  FileReport,
  PublishReport,
} from "../../lib/report/report.ts";

export const PYPI = "https://upload.pypi.org/legacy/";

export const PUBLISHER: PublisherIdentity = {
  provider: "github",
  repository: "octo/demo",
  workflow: "release.yml",
  environment: "release",
  ref: "refs/heads/main",
};

export const REFUSED: ErrorReport = {
  code: "upload-refused",
  message: "400 Only one sdist may be uploaded per release.",
  hint: "PyPI keeps one sdist per release. Leave this one out.",
};

export const WARNING: Finding = {
  code: "description-missing",
  severity: "warning",
  file: "demo-1.0.tar.gz",
  message: "No long description",
  hint: 'Add readme = "README.md" to [project].',
};

/** Names of wheels, as long as real ones are. */
export function wheel(python: number): string {
  return `demo-1.0-cp3${python}-cp3${python}-manylinux_2_17_x86_64.manylinux2014_x86_64.whl`;
}

export function fileReport(
  file: string,
  status: FileReport["status"],
  overrides: Partial<FileReport> = {},
): FileReport {
  return {
    file,
    project: "demo",
    version: "1.0",
    size: 1_234_567,
    sha256: "ab".repeat(32),
    status,
    attempts: status === "uploaded" || status === "failed" ? 1 : 0,
    attestations: status === "uploaded" ? 1 : 0,
    url: "https://pypi.org/project/demo/1.0/",
    error: status === "failed" ? REFUSED : null,
    ...overrides,
  };
}

export function report(
  files: readonly FileReport[],
  overrides: Partial<PublishReport> = {},
): PublishReport {
  return {
    ok: true,
    exitCode: 0,
    dryRun: false,
    findings: [],
    error: null,
    runs: [{
      registry: PYPI,
      auth: "trusted-publishing",
      publisher: PUBLISHER,
      files,
    }],
    ...overrides,
  };
}

/** One event of each type: a new type does not compile until it is here. */
export const EVENTS: {
  readonly [Type in PublishEvent["type"]]: PublishEvent & { type: Type };
} = {
  "finding": { type: "finding", finding: WARNING },
  "note": { type: "note", message: "Left out dist/readme.txt" },
  "checked": { type: "checked", files: 2 },
  "registry": { type: "registry", registry: PYPI },
  "plan": {
    type: "plan",
    registry: PYPI,
    files: [
      { file: wheel(13), size: 1_234_567, status: "planned" },
      { file: "demo-1.0.tar.gz", size: 84_000, status: "existing" },
    ],
  },
  "auth": {
    type: "auth",
    registry: PYPI,
    auth: "trusted-publishing",
    publisher: PUBLISHER,
    source: null,
  },
  "minted": {
    type: "minted",
    registry: PYPI,
    expires: Date.UTC(2026, 0, 1, 12, 15),
  },
  "upload-start": {
    type: "upload-start",
    registry: PYPI,
    file: wheel(13),
    size: 1_234_567,
    attempt: 1,
  },
  "upload-progress": {
    type: "upload-progress",
    registry: PYPI,
    file: wheel(13),
    sent: 600_000,
    size: 1_234_567,
  },
  "upload-retry": {
    type: "upload-retry",
    registry: PYPI,
    file: wheel(13),
    attempt: 1,
    delay: 4200,
    reason: "the server answered 503",
  },
  "upload-end": {
    type: "upload-end",
    registry: PYPI,
    file: wheel(13),
    size: 1_234_567,
    status: "uploaded",
    attempts: 2,
    duration: 900,
    error: null,
  },
  "burned": { type: "burned", registry: PYPI },
};

/** What a token looks like; none of these is one. */
export const TOKENS = [
  "pypi-AgEIcHlwaS5vcmcCJDAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMA",
  "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJweXBpIn0.c2lnbmF0dXJlc2lnbmF0dXJl",
];

/** Text that wants to do something where it is printed. */
export const HOSTILE = [
  "\x1b[31mred\x1b[0m\x1b]0;title\x07\x9b2J",
  "::set-output name=x::y",
  "a\n::error::b\r\n##[error]c",
  "x ::add-mask::y ##vso[task.setvariable]z",
  "user\u202egpj.exe\u200b\u2066",
  "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
  "section_start:1:x\r\x1b[0Kfolded",
  "half \ud800 a pair",
  ...TOKENS,
];

/** All of it in one, and a megabyte more. */
export const HOSTILE_BODY = `${HOSTILE.join(" ")}${"x ".repeat(524_288)}`;

/** Asserts that no terminal and no log would act on a text. */
export function assertInert(
  text: string,
  options: { readonly maxLength?: number; readonly own?: RegExp } = {},
): void {
  const lines = text.split("\n")
    .map((line) => line.replace(options.own ?? /^\b$/, ""));
  for (const line of lines) {
    assertEquals(line.match(/[\p{Cc}\p{Cf}\p{Cs}]/u), null, line);
    assert(!/^\s*::\S/.test(line), line);
    assert(!/##[\w-]*\[/.test(line), line);
  }
  for (const token of TOKENS) assert(!text.includes(token));
  assert(text.length < (options.maxLength ?? 20_000), `${text.length}`);
}
