import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { resolve, sep } from "node:path";
import { readConfigFile } from "../../lib/config/read_config_file.ts";
import { ReleasioError } from "../../lib/errors.ts";
import { testContext } from "../helpers/context.ts";
import { type FileContent, fileTree } from "../helpers/files.ts";

type Files = Readonly<Record<string, FileContent>>;

function read(files: Files, folder = ".", configFile?: string) {
  return readConfigFile(testContext(fileTree(files)), folder, configFile);
}

async function pathOf(files: Files, folder = "."): Promise<string | null> {
  return (await read(files, folder)).file?.path ?? null;
}

async function refusal(
  files: Files,
  configFile?: string,
): Promise<ReleasioError> {
  return await assertRejects(
    () => read(files, ".", configFile),
    ReleasioError,
  );
}

const OURS = "[tool.releasio.publish]\njobs = 2\n";

Deno.test("readConfigFile() takes the first of its files and merges none", async () => {
  const all = {
    ".releasio.toml": "[publish]\njobs = 1",
    "releasio.toml": "[publish]\njobs = 2\ntool = 'uv'",
    "pyproject.toml": OURS,
  };
  const { file } = await read(all);
  assertEquals(file?.path, ".releasio.toml");
  assertEquals(file?.table, { publish: { jobs: 1 } });

  const { ".releasio.toml": _, ...two } = all;
  assertEquals(await pathOf(two), "releasio.toml");
  assertEquals(await pathOf({ "pyproject.toml": OURS }), "pyproject.toml");
  assertEquals(await pathOf({}), null);
});

Deno.test("readConfigFile() lets an empty .releasio.toml win", async () => {
  const { file } = await read({ ".releasio.toml": "", "pyproject.toml": OURS });
  assertEquals(file?.table, {});
});

Deno.test("readConfigFile() looks for pyproject.toml up to the repository's root", async () => {
  const files = {
    "repo/.git/HEAD": "ref",
    "repo/pyproject.toml": OURS,
    "repo/packages/a/pyproject.toml": "[project]\nname = 'a'",
    "pyproject.toml": OURS,
  };
  assertEquals(await pathOf(files, "repo/packages/a"), "repo/pyproject.toml");
  const { "repo/pyproject.toml": _, ...without } = files;
  assertEquals(await pathOf(without, "repo/packages/a"), null);
});

Deno.test("readConfigFile() takes the nearest pyproject.toml that has the table", async () => {
  const files = {
    "/repo/.git": "gitdir: elsewhere", // A worktree's is a file.
    "/repo/pyproject.toml": OURS,
    "/repo/a/pyproject.toml": OURS,
    "/repo/a/b/dist/x": "",
  };
  assertEquals(
    await pathOf(files, "/repo/a/b"),
    "/repo/a/pyproject.toml",
  );
});

Deno.test("readConfigFile() looks above a relative project folder", async () => {
  const files = {
    "../.git/HEAD": "ref",
    "../pyproject.toml": OURS,
    "dist/x": "",
  };
  assertEquals(await pathOf(files), "../pyproject.toml");
});

Deno.test("readConfigFile() does not look above a project outside a repository", async () => {
  const files = { "/tmp/pyproject.toml": OURS, "/tmp/project/dist/x": "" };
  assertEquals(await pathOf(files, "/tmp/project"), null);
});

Deno.test("readConfigFile() looks for .releasio.toml in the project's folder alone", async () => {
  const files = {
    "a/.git/HEAD": "ref",
    "a/.releasio.toml": "",
    "a/b/dist/x": "",
  };
  assertEquals(await pathOf(files, "a/b"), null);
});

Deno.test("readConfigFile() passes over what it may not read, with a note", async () => {
  const { file, notes } = await read({
    ".releasio.toml": { error: "NotCapable" },
    "releasio.toml": { error: "PermissionDenied" },
    "pyproject.toml": OURS,
  });
  assertEquals(file?.path, "pyproject.toml");
  assertEquals(notes, [
    ".releasio.toml was passed over: reading it is not permitted",
    "releasio.toml was passed over: reading it is not permitted",
  ]);
});

Deno.test("readConfigFile() does not look above a folder it may not list", async () => {
  const { file, notes } = await read({
    "..": { error: "NotCapable" },
    "dist/x": "",
  });
  assertEquals(file, null);
  assertEquals(notes, [
    "No configuration was looked for above .: reading .. is not permitted",
  ]);
});

Deno.test("readConfigFile() leaves somebody else's pyproject.toml alone, broken or not", async () => {
  assertEquals(await pathOf({ "pyproject.toml": "= not toml" }), null);
  assertEquals(
    await pathOf({ "pyproject.toml": '[tool.uv]\nname = "releasio"' }),
    null,
  );
});

Deno.test("readConfigFile() reads the file it is told to, and no other", async () => {
  const files = {
    ".releasio.toml": "",
    "ci/release.toml": "[publish]\njobs = 9",
  };
  const { file } = await read(files, ".", "ci/release.toml");
  assertEquals(file?.path, "ci/release.toml");

  const pyproject = await read(
    { "a/pyproject.toml": OURS },
    ".",
    "a/pyproject.toml",
  );
  assertEquals(pyproject.file?.table, { publish: { jobs: 2 } });
});

Deno.test("readConfigFile() refuses a named file that is not there, may not be read, or says nothing", async () => {
  assertEquals((await refusal({}, "no.toml")).code, "config-not-found");
  assertEquals(
    (await refusal({ "x.toml": { error: "NotCapable" } }, "x.toml")).code,
    "config-not-found",
  );
  const empty = await refusal({ "pyproject.toml": "" }, "pyproject.toml");
  assertEquals(empty.code, "config-invalid");
  assertStringIncludes(empty.message, "no [tool.releasio] table");
});

Deno.test("readConfigFile() says where a file stops being TOML", async () => {
  const error = await refusal({
    ".releasio.toml": "[publish]\n\ntrusted_publishing = True\n",
  });
  assertEquals(error.code, "config-invalid");
  assertStringIncludes(error.message, ".releasio.toml:3");
  assertStringIncludes(error.hint!, "trusted_publishing = True");
});

Deno.test("readConfigFile() refuses a setting that is there twice", async () => {
  const error = await refusal({
    "pyproject.toml": "[tool.releasio.publish]\njobs = 1\n# again\njobs = 2\n",
  });
  assertEquals(error.code, "config-invalid");
  assertStringIncludes(
    error.message,
    "publish.jobs is defined twice (pyproject.toml:4)",
  );
  assertStringIncludes(error.hint!, "line 2");
});

Deno.test("readConfigFile() refuses what is too large, no text, or no file", async () => {
  const large = await refusal({ ".releasio.toml": "#".repeat(300_000) });
  assertStringIncludes(large.message, "262144 bytes");
  const binary = await refusal({
    ".releasio.toml": new Uint8Array([0xff, 0xfe]),
  });
  assertStringIncludes(binary.message, "not UTF-8");
  const folder = await refusal({ ".releasio.toml": { error: "IsADirectory" } });
  assertEquals(folder.code, "config-invalid");
});

Deno.test("readConfigFile() survives nesting without end", async () => {
  const error = await refusal({
    ".releasio.toml": `a = ${"[".repeat(100_000)}`,
  });
  assertEquals(error.code, "config-invalid");
});

Deno.test("readConfigFile() takes a byte order mark and Windows line ends", async () => {
  const { file } = await read({
    ".releasio.toml": "\uFEFF[publish]\r\n\r\njobs = 1\r\n",
  });
  assertEquals(file?.table, { publish: { jobs: 1 } });
  assertEquals(file?.lineOf(["publish", "jobs"]), 3);
});

Deno.test("readConfigFile() never looks above the root of the file system", async () => {
  const read: string[] = [];
  const context = testContext({
    readDirectory: (path) => {
      read.push(path);
      return Promise.resolve([]);
    },
  });
  await readConfigFile(context, ".");
  assertEquals(
    read.length,
    resolve(".").split(sep).filter(Boolean).length + 1,
  );
});
