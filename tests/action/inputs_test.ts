import { assertEquals, assertThrows } from "@std/assert";
import { readInputs } from "../../lib/cli/action.ts";
import { ReleasioError } from "../../lib/errors.ts";

function read(inputs: Readonly<Record<string, string>>) {
  return readInputs((name) => inputs[name.replace(/^INPUT_/, "")]);
}

Deno.test("readInputs() publishes without any input", () => {
  assertEquals(read({}), {
    command: "publish",
    workingDirectory: ".",
    flags: { dryRun: false },
    paths: [],
    variables: {},
    hasFallback: false,
  });
});

Deno.test("readInputs() makes flags of what publish takes", () => {
  const { flags, paths } = read({
    REGISTRY: "testpypi",
    SKIP_EXISTING: "True",
    VERIFY_METADATA: "false",
    ATTESTATIONS: "required",
    DRY_RUN: "yes",
    VERBOSE: "1",
    PRINT_HASH: "true",
    PACKAGES_DIR: " out/ ",
  });
  assertEquals(flags, {
    registry: ["testpypi"],
    attestations: "required",
    skipExisting: true,
    check: false,
    verbose: true,
    dryRun: true,
  });
  assertEquals(paths, ["out/"]);
});

Deno.test("readInputs() executes a release unless dry-run says otherwise", () => {
  assertEquals(read({ COMMAND: "release" }).flags, {
    execute: true,
    build: true,
    skipPublish: false,
  });
  const built = read({
    COMMAND: "release",
    DRY_RUN: "true",
    PACKAGES_DIR: "out",
    GITHUB_TOKEN: "ghs_x",
  });
  assertEquals(built.flags, {
    execute: false,
    build: false,
    skipPublish: false,
  });
  assertEquals(built.paths, []);
  assertEquals(built.variables, {
    GITHUB_TOKEN: "ghs_x",
    RELEASIO_PUBLISH_DIST: "out",
  });
});

Deno.test("readInputs() keeps tokens out of flags", () => {
  const { flags, variables, hasFallback } = read({
    USER: "__token__",
    PASSWORD: "pypi-a",
    PYPI_TOKEN: "pypi-b",
    GITHUB_TOKEN: "ghs_x",
  });
  assertEquals(flags, { trustedPublishing: "never", dryRun: false });
  assertEquals(variables, {
    RELEASIO_PYPI_TOKEN: "pypi-a",
    RELEASIO_PUBLISH_USERNAME: "__token__",
  });
  assertEquals(hasFallback, false);
  assertEquals(read({ PYPI_TOKEN: "pypi-b" }).hasFallback, true);
});

Deno.test("readInputs() refuses words that are neither true nor false", () => {
  const error = assertThrows(
    () => read({ DRY_RUN: "maybe" }),
    ReleasioError,
    'Cannot use the input dry-run: expected true or false, found "maybe"',
  );
  assertEquals(error.code, "usage");
});
