import {
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { basename, dirname, join } from "node:path";
import type { Context } from "../../lib/context.ts";
import { denoContext } from "../../lib/deno_context.ts";
import { findDistributions } from "../../lib/dist/find_distributions.ts";
import { ReleasioError } from "../../lib/errors.ts";
import { notFound, testContext } from "../helpers/context.ts";

const WHEEL = "demo-1.0-py3-none-any.whl";
const SDIST = "demo-1.0.tar.gz";

/** Runs a test in a temporary folder with the files given. */
async function inFolder(
  files: Readonly<Record<string, string>>,
  test: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, content] of Object.entries(files)) {
      await Deno.mkdir(join(folder, dirname(name)), { recursive: true });
      await Deno.writeTextFile(join(folder, name), content);
    }
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function names(
  folder: string,
  paths: readonly string[],
): Promise<string[]> {
  const { files } = await find(folder, paths);
  return files.map(({ filename }) => filename);
}

function find(folder: string, paths: readonly string[]) {
  return findDistributions(
    denoContext(),
    paths.map((path) => join(folder, path)),
  );
}

async function failure(
  folder: string,
  paths: readonly string[],
): Promise<ReleasioError> {
  return await assertRejects(() => find(folder, paths), ReleasioError);
}

Deno.test("findDistributions() searches folders through and sorts by name", async () => {
  const other = "other-2.0-py3-none-any.whl";
  await inFolder({
    [`artifacts/linux/${other}`]: "1",
    [`artifacts/sdist/deep/${SDIST}`]: "2",
    [WHEEL]: "3",
  }, async (folder) => {
    const { files, ignored } = await find(folder, [""]);
    assertEquals(files.map(({ filename }) => filename), [
      WHEEL,
      SDIST,
      other,
    ]);
    assertEquals(files[1]!.path, join(folder, "artifacts/sdist/deep", SDIST));
    assertEquals(await files[1]!.blob.text(), "2");
    assertEquals(ignored, []);
  });
});

Deno.test("findDistributions() leaves other files out and says why", async () => {
  await inFolder({
    [`dist/${WHEEL}`]: "",
    "dist/.gitignore": "*",
    "dist/SHA256SUMS": "",
    ".venv/x-1.0-py3-none-any.whl": "",
  }, async (folder) => {
    const { files, ignored } = await find(folder, [""]);
    assertEquals(files.length, 1);
    assertEquals(
      ignored.map(({ path, reason }) => [basename(path), reason]).sort(),
      [
        [".gitignore", "it is hidden"],
        [".venv", "it is hidden"],
        ["SHA256SUMS", "it is neither a wheel nor an sdist"],
      ],
    );
  });
});

Deno.test("findDistributions() collects attestations on their own", async () => {
  await inFolder({
    [WHEEL]: "",
    [`${WHEEL}.publish.attestation`]: "{}",
  }, async (folder) => {
    const { files, attestations } = await find(folder, [""]);
    assertEquals(files.map(({ filename }) => filename), [WHEEL]);
    assertEquals(attestations.map(({ filename }) => filename), [
      `${WHEEL}.publish.attestation`,
    ]);
  });
});

Deno.test("findDistributions() never leaves out what looks like a distribution", async () => {
  for (
    const [name, reason] of [
      ["demo.whl", /5 or 6 parts/],
      ["Demo-1.0.TAR.GZ", /lower case/],
      ["demo-1.0-py3.8.egg", /none of \.whl/],
      ["docs.zip", /<name>-<version>/],
    ] as const
  ) {
    await inFolder({ [WHEEL]: "", [`a/${name}`]: "" }, async (folder) => {
      const error = await failure(folder, [""]);
      assertEquals(error.code, "distribution-name-invalid");
      assertStringIncludes(error.message, join("a", name));
      assertMatch(error.message, reason);
    });
  }
});

Deno.test("findDistributions() tells of every name that can't be taken", async () => {
  await inFolder({ "a.whl": "", "b.whl": "", "c.whl": "" }, async (folder) => {
    const error = await failure(folder, [""]);
    assertMatch(error.message, /a\.whl": .* \(and 2 more like it\)$/);
    assertEquals((error.details.files as unknown[]).length, 3);
  });
});

Deno.test("findDistributions() expands globs", async () => {
  const linux = "demo-1.0-cp312-cp312-linux_x86_64.whl";
  await inFolder({
    [`a/${WHEEL}`]: "1",
    [`a/b/${linux}`]: "2",
    [SDIST]: "3",
    ".hidden/demo-9.0.tar.gz": "4",
    "notes.md": "5",
  }, async (folder) => {
    const cases: [string, string[]][] = [
      ["*.tar.gz", [SDIST]],
      ["*", [linux, WHEEL, SDIST]],
      ["**", [linux, WHEEL, SDIST]],
      ["**/*.whl", [linux, WHEEL]],
      ["a/*", [linux, WHEEL]],
      ["a/*.whl", [WHEEL]],
      ["a/**/*linux*", [linux]],
      ["*/", [linux, WHEEL]],
      ["[a-c]/[!x]*-1.?-py3*.whl", [WHEEL]],
      ["{a/b,.}/demo*.{whl,tar.gz}", [linux, SDIST]],
      [".hidden/*", ["demo-9.0.tar.gz"]],
      [".hid*/*", ["demo-9.0.tar.gz"]],
    ];
    for (const [pattern, expected] of cases) {
      assertEquals(await names(folder, [pattern]), expected, pattern);
    }
  });
});

Deno.test("findDistributions() takes a path with brackets as it stands if it is there", async () => {
  await inFolder({ [`out[1]/${WHEEL}`]: "" }, async (folder) => {
    assertEquals(await names(folder, ["out[1]"]), [WHEEL]);
    assertEquals(await names(folder, [`out[1]/${WHEEL}`]), [WHEEL]);
  });
});

Deno.test("findDistributions() counts a file once, however often it is reached", async () => {
  await inFolder({ [`d/${WHEEL}`]: "same", [`e/${WHEEL}`]: "same" }, async (
    folder,
  ) => {
    assertEquals(await names(folder, ["d", `d/${WHEEL}`, "d/*", "d/../d"]), [
      WHEEL,
    ]);
    const { files, ignored } = await find(folder, ["d", "e"]);
    assertEquals(files.length, 1);
    assertMatch(ignored[0]!.reason, /it is the same as ".*d.*whl"/);
  });
});

Deno.test("findDistributions() refuses two different files of one name", async () => {
  for (const other of ["size", "diff"]) {
    await inFolder({ [`d/${WHEEL}`]: "same", [`e/${WHEEL}`]: other }, async (
      folder,
    ) => {
      const error = await failure(folder, ["d", "e"]);
      assertEquals(error.code, "distribution-name-invalid");
      assertMatch(error.message, /same name and other bytes/);
    });
  }
});

Deno.test("findDistributions() says what is there when there is no distribution", async () => {
  await inFolder({ "d/README.txt": "", "d/.keep": "" }, async (folder) => {
    const error = await failure(folder, ["d"]);
    assertEquals(error.code, "no-distributions");
    assertStringIncludes(error.hint ?? "", "README.txt");
    assertStringIncludes(error.hint ?? "", ".keep");
  });
  await inFolder({}, async (folder) => {
    const error = await failure(folder, [""]);
    assertEquals(error.code, "no-distributions");
    assertMatch(error.hint ?? "", /empty.*uv build/);
  });
});

Deno.test("findDistributions() refuses paths and globs that stand for nothing", async () => {
  await inFolder({ [WHEEL]: "" }, async (folder) => {
    const missing = await failure(folder, ["", "dist"]);
    assertEquals(missing.code, "no-distributions");
    assertMatch(missing.message, /no file or folder ".*dist"$/);
    const unmatched = await failure(folder, ["", "*.tar.gz"]);
    assertEquals(unmatched.code, "no-distributions");
    assertMatch(unmatched.message, /nothing matches ".*\*\.tar\.gz"$/);
  });
});

Deno.test({
  name: "findDistributions() follows links to files and doesn't go in circles",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder({ [`real/${WHEEL}`]: "1", "d/x": "" }, async (folder) => {
      await Deno.symlink(join(folder, "real", WHEEL), join(folder, "d", WHEEL));
      await Deno.symlink(join(folder, "d"), join(folder, "d/loop"));
      await Deno.symlink("nowhere", join(folder, "d/dead"));
      const { files, ignored } = await find(folder, ["d"]);
      assertEquals(files.map(({ filename }) => filename), [WHEEL]);
      assertEquals(
        ignored.map(({ path, reason }) => [basename(path), reason]).sort(),
        [
          ["dead", "it is neither a file nor a folder"],
          ["loop", "it is a link to a folder"],
          ["x", "it is neither a wheel nor an sdist"],
        ],
      );
      assertEquals(await names(folder, ["d/loop"]), [WHEEL]);
      await Deno.symlink("nowhere", join(folder, "d", SDIST));
      const error = await failure(folder, ["d"]);
      assertStringIncludes(error.message, SDIST);
    }),
});

Deno.test({
  name: "findDistributions() does not wait for who writes into a pipe",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder({}, async (folder) => {
      const pipe = join(folder, WHEEL);
      await new Deno.Command("mkfifo", { args: [pipe] }).output();
      for (const path of [".", WHEEL]) {
        const error = await failure(folder, [path]);
        assertEquals(error.code, "distribution-unreadable");
        assertStringIncludes(error.message, "Is a pipe");
      }
    }),
});

Deno.test("findDistributions() says which file it may not open", async () => {
  const context: Context = testContext({
    openFile: (path) =>
      Promise.reject(
        Object.assign(new Error(`Requires read access to "${path}"`), {
          name: "NotCapable",
        }),
      ),
  });
  const error = await assertRejects(
    () => findDistributions(context, ["d"]),
    ReleasioError,
    'Cannot open "d": Requires read access',
  );
  assertEquals(error.code, "distribution-unreadable");
});

Deno.test("findDistributions() gives up on folders without end", async () => {
  const entry = { kind: "directory", name: "again" } as const;
  const deep = testContext({
    readDirectory: () => Promise.resolve([entry, { ...entry, name: "more" }]),
    openFile: (path) => Promise.reject(notFound(path)),
  });
  const wide = testContext({
    readDirectory: () =>
      Promise.resolve(
        Array.from({ length: 200_000 }, () => ({ name: "f", kind: "file" })),
      ),
  });
  for (const context of [deep, wide]) {
    for (const path of ["d", "d/**/*.whl"]) {
      const error = await assertRejects(
        () => findDistributions(context, [path]),
        ReleasioError,
      );
      assertEquals(error.code, "no-distributions");
    }
  }
});
