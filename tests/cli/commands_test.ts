import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { runCli } from "../helpers/cli.ts";
import { ROOT } from "../helpers/paths.ts";
import { startSandbox } from "../helpers/sandbox.ts";

const DEMO = `${ROOT}examples/demo`;

/** Runs a body in a folder that is gone afterwards. */
async function inFolder(
  files: Readonly<Record<string, string>>,
  body: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [path, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${path}`, text);
    }
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("--version prints one line without colour, and needs no permission", async () => {
  const { code, stdout } = await runCli(["--version"], { permissions: [] });
  assertEquals(code, 0);
  assertEquals(/^releasio \d+\.\d+\.\d+\n$/.test(stdout), true, stdout);
});

Deno.test("--help lists the commands without colour", async () => {
  const { code, stdout } = await runCli(["--help"]);
  assertEquals(code, 0);
  for (const command of ["publish", "check", "rehearse", "serve", "config"]) {
    assertStringIncludes(stdout, command);
  }
  assertEquals(stdout.includes("\x1b"), false);
});

Deno.test("help fits into 80 columns", async () => {
  const { stdout } = await runCli(["--help"]);
  const commands = [...stdout.matchAll(/^ {2}([a-z]+) /gm)]
    .map(([, name]) => [name!])
    // The library wrote that command's help.
    .filter(([name]) => name !== "completions");
  assert(commands.length > 8, stdout);
  for (const command of [[], ...commands]) {
    const { code, stdout } = await runCli([...command, "--help"]);
    assertEquals(code, 0);
    for (const line of stdout.split("\n")) {
      assert(line.trimEnd().length <= 80, `${command}: ${line}`);
    }
  }
});

Deno.test("help and version answer whatever else is given", async () => {
  for (
    const args of [
      ["--no-color", "--help"],
      ["publish", "-r", "testpypi", "-h"],
      ["-C", "nowhere", "publish", "--json", "--help"],
    ]
  ) {
    const { code, stdout } = await runCli(args);
    assertEquals(code, 0);
    assertStringIncludes(stdout, "Usage:");
    assertEquals(stdout.includes("--skip-existing"), args.includes("publish"));
  }
  const { code, stdout } = await runCli(["publish", "--json", "--version"]);
  assertEquals(code, 0);
  assertMatch(stdout, /^releasio \d+\.\d+\.\d+\n$/);
});

Deno.test("an unknown flag is a usage error that names the nearest one", async () => {
  const { code, stderr } = await runCli(["publish", "--dry-rum"]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "--dry-run");
});

Deno.test("an unknown flag with --json is told in the document too", async () => {
  const args = ["-C", ".", "publish", "--json", "--nope"];
  const { code, stdout } = await runCli(args);
  assertEquals(code, 2);
  const document = JSON.parse(stdout);
  assertEquals(document.command, "publish");
  assertEquals(document.error.code, "usage");
});

Deno.test("--wait-timeout takes no time that is none", async () => {
  for (const seconds of ["-5", "0"]) {
    for (const command of [["publish"], ["release", "--wait"]]) {
      const args = ["-C", DEMO, ...command, `--wait-timeout=${seconds}`];
      const { code, stderr } = await runCli(args);
      assertEquals(code, 2, stderr);
      assertStringIncludes(stderr, `Cannot wait for ${seconds} seconds`);
    }
  }
});

Deno.test("check finds nothing wrong with the example", async () => {
  const { code, stdout } = await runCli(["-C", DEMO, "check"]);
  assertEquals(code, 0, stdout);
  assertStringIncludes(stdout, "No problems found");
});

Deno.test("check refuses files that are not of the tag's version", async () => {
  const { code, stdout } = await runCli([
    "-C",
    DEMO,
    "check",
    "--json",
    "--tag",
    "v2.0.0",
  ]);
  assertEquals(code, 3);
  const { findings, ok } = JSON.parse(stdout);
  assertEquals(ok, false);
  assertEquals(
    findings.map(({ code }: { code: string }) => code),
    ["tag-mismatch", "tag-mismatch"],
  );
});

Deno.test("check misses a file that was expected", async () => {
  const { code, stdout } = await runCli([
    "-C",
    DEMO,
    "check",
    "--expect",
    "*-win_amd64.whl",
  ]);
  assertEquals(code, 3);
  assertStringIncludes(stdout, "win_amd64");
});

Deno.test("check without a file is an error that shows what is there", async () => {
  await inFolder({ "notes.txt": "" }, async (folder) => {
    const { code, stderr } = await runCli(["check", folder]);
    assertEquals(code, 3);
    assertStringIncludes(stderr, "notes.txt");
  });
});

Deno.test("config shows each setting with the file and line that it is from", async () => {
  await inFolder(
    { ".releasio.toml": "[publish]\nregistry = 'testpypi'\njobs = 2\n" },
    async (folder) => {
      const { code, stdout } = await runCli(
        ["-C", folder, "config", "--json"],
        {
          env: { RELEASIO_PUBLISH_JOBS: "3" },
        },
      );
      assertEquals(code, 0, stdout);
      const { settings } = JSON.parse(stdout);
      const find = (key: string) =>
        settings.find((setting: { key: string }) => setting.key === key);
      assertEquals(find("publish.registry").origin.name, ".releasio.toml:2");
      assertEquals(find("publish.jobs").value, 3);
      assertEquals(
        find("publish.jobs").origin.name,
        "RELEASIO_PUBLISH_JOBS",
      );
    },
  );
});

Deno.test("config names the file, the line and the nearest key of a mistake", async () => {
  await inFolder(
    { ".releasio.toml": "[publish]\nregistri = 'testpypi'\n" },
    async (folder) => {
      const { code, stderr } = await runCli(["-C", folder, "config"]);
      assertEquals(code, 2);
      assertStringIncludes(stderr, ".releasio.toml:2");
      assertStringIncludes(stderr, "registry");
    },
  );
});

Deno.test("in a GitHub job, what stops a command early is annotated too", async () => {
  const env = { GITHUB_ACTIONS: "true" };
  for (
    const [args, code] of [
      [["publish", "--nope"], "usage"],
      [["-C", "nowhere", "publish"], "usage"],
      [["config", "-r", "pypii"], "registry-invalid"],
    ] as const
  ) {
    const { stderr } = await runCli(args, { env });
    assertStringIncludes(stderr, `\n::error title=${code}::`);
  }
});

Deno.test("claims shows what PyPI compares, and never the token", async () => {
  await using running = await startSandbox();
  const { code, stdout, stderr } = await runCli(["claims"], {
    env: {
      ...running.githubEnv({ environment: "pypi" }),
      RELEASIO_PUBLISH_REGISTRY: `${running.url}/legacy/`,
    },
  });
  assertEquals(code, 0, stderr);
  assertStringIncludes(stdout, "example/demo/.github/workflows/release.yml");
  assertEquals(/eyJ[\w-]+\./.test(stdout), false);
});

Deno.test("claims outside of a CI says so", async () => {
  const { code, stderr } = await runCli(["claims"]);
  assertEquals(code, 4);
  assertStringIncludes(stderr, "trusted publishing");
});

Deno.test("completions writes a script for each shell", async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const { code, stdout } = await runCli(["completions", shell]);
    assertEquals(code, 0);
    assertStringIncludes(stdout, "releasio");
  }
});

Deno.test("rehearse publishes the example to a sandbox of its own", async () => {
  const { code, stdout, stderr } = await runCli([
    "-C",
    DEMO,
    "rehearse",
    "--json",
  ]);
  assertEquals(code, 0, stderr);
  const document = JSON.parse(stdout);
  assertEquals(document.command, "rehearse");
  assertEquals(
    document.runs[0].files.map(({ status }: { status: string }) => status),
    ["uploaded", "uploaded"],
  );
  assertStringIncludes(stderr, "a guess: no origin remote");
});

Deno.test("rehearse holds files to the limits of the settings", async () => {
  const { code, stdout } = await runCli([
    "-C",
    DEMO,
    "rehearse",
    "--json",
    "--no-check",
  ], { env: { RELEASIO_PUBLISH_MAX_FILE_SIZE: "1000" } });
  assertEquals(code, 5);
  assertEquals(JSON.parse(stdout).error.code, "file-too-large");
});
