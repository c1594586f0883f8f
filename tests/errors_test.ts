import { assert, assertEquals } from "@std/assert";
import {
  type ErrorCode,
  EXIT_CODES,
  exitCodeOf,
  ReleasioError,
} from "../lib/errors.ts";
import { troubleshootingUrl } from "../lib/report/render_error.ts";
import { readPages } from "./docs/pages.ts";
import { ROOT } from "./helpers/paths.ts";

const CODES = Object.keys(EXIT_CODES) as ErrorCode[];
const PAGES = new Map((await readPages()).map((page) => [page.path, page]));
/** The page's parts that are about codes: all after the first. */
const HEADINGS = [
  ...PAGES.get("docs/troubleshooting.md")!.text
    .split(/^## /m).slice(2).join("\n").matchAll(/^### (.*)$/gm),
].map(([, heading]) => heading!);

Deno.test("every error code has a heading in docs/troubleshooting.md, and every heading a code", () => {
  assertEquals([...HEADINGS].sort(), [...CODES].sort());
});

Deno.test("every heading of docs/troubleshooting.md has cause, place to look, and fix", () => {
  const parts = PAGES.get("docs/troubleshooting.md")!.text
    .split(/^### /m).slice(1);
  for (const part of parts) {
    const [heading = ""] = part.split("\n", 1);
    if (!CODES.some((code) => code === heading)) continue;
    for (const word of ["Cause", "See", "Fix"]) {
      assert(part.includes(`- **${word}:** `), `${heading} has no ${word}`);
    }
  }
});

Deno.test("the link of an error leads to its heading", () => {
  const { anchors } = PAGES.get("docs/troubleshooting.md")!;
  for (const code of CODES) {
    const { pathname, hash } = new URL(troubleshootingUrl(code));
    assert(pathname.endsWith("/docs/troubleshooting.md"));
    assert(anchors.has(hash.slice(1)), hash);
  }
});

Deno.test("docs/troubleshooting.md covers what people search for", () => {
  const { anchors } = PAGES.get("docs/troubleshooting.md")!;
  for (
    const anchor of [
      "token-request-failed",
      "publisher-not-found",
      "pending-publisher",
    ]
  ) assert(anchors.has(anchor), anchor);
});

Deno.test("every error code is named by a test", async () => {
  const tests = await readTests(`${ROOT}tests`);
  const untested = CODES.filter((code) => !tests.includes(`"${code}"`));
  assertEquals(untested, []);
});

Deno.test("every error code is thrown or reported somewhere", async () => {
  const source = await readSources(
    `${ROOT}lib`,
    (path) => path.endsWith(".ts") && !path.endsWith("lib/errors.ts"),
  );
  const unused = CODES.filter((code) => !source.includes(`"${code}"`));
  assertEquals(unused, []);
});

Deno.test("docs/exit-codes.md has every exit code", () => {
  const { text } = PAGES.get("docs/exit-codes.md")!;
  const rows = [...text.matchAll(/^\| (\d+) /gm)].map(([, code]) =>
    Number(code)
  );
  const codes = new Set<number>([0, ...Object.values(EXIT_CODES)]);
  assertEquals(rows, [...codes].sort((a, b) => a - b));
});

Deno.test("exitCodeOf() takes the lowest from 3, unless a signal ended the run", () => {
  const cases: [ErrorCode[], number][] = [
    [[], 0],
    [["network", "file-conflict"], 5],
    [["usage", "network"], 6],
    [["unexpected"], 1],
    [["publisher-not-found", "interrupted"], 130],
  ];
  for (const [codes, exitCode] of cases) {
    assertEquals(exitCodeOf(codes), exitCode, codes.join());
  }
});

Deno.test("ReleasioError has a hint and details only if it is given some", () => {
  const bare = new ReleasioError("network", "Cannot reach pypi.org");
  assertEquals([bare.hint, bare.details, "cause" in bare], [null, {}, false]);
  const cause = new TypeError("refused");
  const full = new ReleasioError("network", "Cannot reach pypi.org", {
    hint: "Check the network.",
    details: { host: "pypi.org" },
    cause,
  });
  assertEquals(full.hint, "Check the network.");
  assertEquals(full.details, { host: "pypi.org" });
  assertEquals(full.cause, cause);
});

/** Every test but this one, whose cases would make any code a tested one. */
async function readTests(folder: string): Promise<string> {
  return await readSources(
    folder,
    (path) => path.endsWith("_test.ts") && !path.endsWith("/errors_test.ts"),
  );
}

async function readSources(
  folder: string,
  isWanted: (path: string) => boolean,
): Promise<string> {
  const texts: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) texts.push(await readSources(path, isWanted));
    else if (isWanted(path)) texts.push(await Deno.readTextFile(path));
  }
  return texts.join("\n");
}
