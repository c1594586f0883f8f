/**
 * The permission sets of docs/permissions.md, as they stand there: they are
 * enough, and each part of them is needed for what the page says.
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { gitlabClaims } from "../../lib/sandbox/mod.ts";
import {
  childEnv,
  type CliResult,
  denoArgs,
  homeEnv,
  runCli,
} from "../helpers/cli.ts";
import { ROOT } from "../helpers/paths.ts";
import { type RunningSandbox, startSandbox } from "../helpers/sandbox.ts";
import { readPages } from "../docs/pages.ts";

const PAGE = (await readPages())
  .find(({ path }) => path === "docs/permissions.md")!;
/** The flags of the page's sets, in their order. */
const [GITHUB = [], GITLAB = [], LAPTOP = []] = PAGE.snippets
  .map(({ text }) => [...text.matchAll(/--allow-\S+/g)].map(([flag]) => flag));
const WHEEL = "releasio_demo-1.0.0-py3-none-any.whl";

/** A project in a folder of its own, and a sandbox in the place of PyPI. */
interface Place extends AsyncDisposable {
  readonly running: RunningSandbox;
  readonly folder: string;
  /** Runs `publish` in a folder with the distributions in `dist/`. */
  readonly publish: (
    permissions: readonly string[],
    env: Readonly<Record<string, string>>,
    args?: readonly string[],
  ) => Promise<CliResult>;
}

async function createPlace(): Promise<Place> {
  const running = await startSandbox({
    publishers: [
      {
        project: "releasio-demo",
        publisher: {
          provider: "github",
          owner: "example",
          repository: "demo",
          workflow: "release.yml",
          environment: null,
        },
      },
      {
        project: "releasio-demo",
        publisher: {
          provider: "gitlab",
          namespace: "example",
          project: "demo",
          workflow: ".gitlab-ci.yml",
          environment: null,
          issuer: "https://gitlab.com",
        },
      },
    ],
  });
  // What a temporary folder's name goes through would be another one.
  const folder = await Deno.realPath(await Deno.makeTempDir());
  await Deno.mkdir(`${folder}/project/dist`, { recursive: true });
  await Deno.mkdir(`${folder}/runner`);
  for await (const { name } of Deno.readDir(`${ROOT}examples/demo/dist`)) {
    await Deno.copyFile(
      `${ROOT}examples/demo/dist/${name}`,
      `${folder}/project/dist/${name}`,
    );
  }
  return {
    running,
    folder,
    publish: (permissions, env, args = []) =>
      runCli(["publish", ...args], {
        cwd: `${folder}/project`,
        permissions: permissions.map((flag) => here(flag, folder)),
        env: {
          // Another host than that of the identity provider.
          RELEASIO_PUBLISH_REGISTRY: `${
            running.url.replace("127.0.0.1", "localhost")
          }/legacy/`,
          ...env,
        },
      }),
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** A flag as a shell would hand it on, its hosts those of the sandbox. */
function here(flag: string, folder: string): string {
  return flag.replaceAll(/["']/g, "")
    .replaceAll("$RUNNER_TEMP", `${folder}/runner`)
    .replace("*.pypi.org", "localhost")
    .replace("*.actions.githubusercontent.com", "127.0.0.1");
}

function githubEnv({ running, folder }: Place): Record<string, string> {
  return running.githubEnv({}, {
    GITHUB_EVENT_PATH: `${folder}/runner/event.json`,
    GITHUB_STEP_SUMMARY: `${folder}/runner/summary.md`,
    GITHUB_OUTPUT: `${folder}/runner/output`,
    RELEASIO_PUBLISH_REGISTRY: `${
      running.url.replace("127.0.0.1", "localhost")
    }/legacy/`,
  });
}

/** The set, less what a flag allows or one part of it. */
function without(
  set: readonly string[],
  flag: string,
  part?: string,
): string[] {
  const changed = set.flatMap((one) => {
    if (!one.startsWith(`--allow-${flag}`)) return one;
    const [name, value = ""] = one.split("=");
    const rest = value.replaceAll(/["']/g, "").split(",")
      .filter((item) => item !== part);
    return part === undefined || rest.length === 0
      ? []
      : `${name}=${rest.join(",")}`;
  });
  assert(changed.join(" ") !== set.join(" "), `no ${flag} ${part ?? ""}`);
  return changed;
}

function assertPublished({ code, stderr }: CliResult): void {
  assertEquals(code, 0, stderr);
  assertStringIncludes(stderr, "2 files uploaded");
  assertEquals(
    /warning|NotCapable|allow-|permitted/i.test(stderr),
    false,
    stderr,
  );
}

Deno.test("the permissions for GitHub Actions are enough", async () => {
  await using place = await createPlace();
  assertPublished(await place.publish(GITHUB, githubEnv(place)));
  const summary = await Deno.readTextFile(`${place.folder}/runner/summary.md`);
  assertStringIncludes(summary, WHEEL);
  const output = await Deno.readTextFile(`${place.folder}/runner/output`);
  assertStringIncludes(output, "version");
});

Deno.test("a wildcard allows a domain and what is below it", async () => {
  const hosts = [
    ["upload.pypi.org", "granted"],
    ["pypi.org", "granted"],
    ["run-actions-1-eastus.actions.githubusercontent.com", "granted"],
    ["notpypi.org", "prompt"],
    ["github.com", "prompt"],
  ];
  const program = `console.log(${JSON.stringify(hosts)}.map(([host]) =>
    Deno.permissions.querySync({ name: "net", host }).state).join());`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      GITHUB[0]!.replaceAll("'", ""),
      `data:text/javascript,${encodeURIComponent(program)}`,
    ],
  }).output();
  assertEquals(
    new TextDecoder().decode(stdout).trim(),
    hosts.map(([, state]) => state).join(),
  );
});

Deno.test("without the job's folder, a summary that can't be written is a warning", async () => {
  await using place = await createPlace();
  const { code, stderr } = await place.publish(
    without(GITHUB, "write"),
    githubEnv(place),
  );
  assertEquals(code, 0, stderr);
  assertStringIncludes(stderr, "Warning: cannot write the job summary");
  assertStringIncludes(stderr, "Warning: cannot write the step's outputs");
});

Deno.test("without a host, the error names the host and the flag", async () => {
  await using place = await createPlace();
  const cases = [
    ["*.pypi.org", "localhost"],
    ["*.actions.githubusercontent.com", "127.0.0.1"],
  ];
  for (const [part, host] of cases) {
    const { code, stderr } = await place.publish(
      without(GITHUB, "net", part),
      githubEnv(place),
    );
    assertEquals(code, 6, stderr);
    assertStringIncludes(stderr, "#network");
    assertStringIncludes(stderr, `Cannot reach ${host}`);
    assertStringIncludes(stderr, "--allow-net");
  }
});

Deno.test("without the variables of GitHub Actions, the error says what is missing", async () => {
  await using place = await createPlace();
  const cases = [
    ["GITHUB_*", "#token-missing"],
    ["ACTIONS_ID_TOKEN_REQUEST_*", "#oidc-permission-missing"],
  ];
  for (const [part, anchor] of cases) {
    const { code, stderr } = await place.publish(
      without(GITHUB, "env", part),
      githubEnv(place),
    );
    assertEquals(code, 4, stderr);
    assertStringIncludes(stderr, anchor!);
  }
});

Deno.test("without the project's folder, the error names it and the flag", async () => {
  await using place = await createPlace();
  const { code, stderr } = await place.publish(
    without(GITHUB, "read", "."),
    githubEnv(place),
  );
  assertEquals(code, 3, stderr);
  assertStringIncludes(stderr, "#distribution-unreadable");
  assertStringIncludes(stderr, "--allow-read");
});

Deno.test("the permissions for GitLab CI/CD are enough", async () => {
  await using place = await createPlace();
  const { running, folder } = place;
  const token = await running.sandbox.issueToken(
    gitlabClaims({ namespace: "example", project: "demo" }, {
      audience: "pypi",
      now: Date.now(),
    }),
  );
  const env = {
    CI: "true",
    GITLAB_CI: "true",
    PYPI_ID_TOKEN: token,
  };
  const args = ["--dotenv", "publish.env"];
  assertPublished(await place.publish(GITLAB, env, args));
  assertStringIncludes(
    await Deno.readTextFile(`${folder}/project/publish.env`),
    "RELEASIO_VERSION=1.0.0",
  );
});

Deno.test("without its token's variable, GitLab's error names the variable", async () => {
  await using place = await createPlace();
  const { code, stderr } = await place.publish(
    without(GITLAB, "env", "PYPI_ID_TOKEN"),
    { GITLAB_CI: "true", PYPI_ID_TOKEN: "e30.e30.e30" },
  );
  assertEquals(code, 4, stderr);
  assertStringIncludes(stderr, "PYPI_ID_TOKEN");
});

Deno.test("the permissions for a laptop are enough", async () => {
  await using place = await createPlace();
  const token = place.running.sandbox.createApiToken({ site: "localhost" });
  assertPublished(
    await place.publish(LAPTOP, { RELEASIO_PYPI_TOKEN: token }),
  );
});

Deno.test("the permissions for a laptop are enough for a token in .pypirc", async () => {
  await using place = await createPlace();
  const token = place.running.sandbox.createApiToken({ site: "localhost" });
  const registry = `${
    place.running.url.replace("127.0.0.1", "localhost")
  }/legacy/`;
  await Deno.writeTextFile(
    `${place.folder}/.pypirc`,
    `[distutils]\nindex-servers =\n    local\n\n[local]\nrepository = ${registry}\nusername = __token__\npassword = ${token}\n`,
  );
  const env = await homeEnv(place.folder);
  assertPublished(await place.publish(LAPTOP, env));
});

Deno.test("a .pypirc that can't be read counts as absent, and is spoken of", async () => {
  await using place = await createPlace();
  const { code, stderr } = await place.publish(
    [...without(LAPTOP, "read"), "--allow-read=."],
    await homeEnv(place.folder),
  );
  assertEquals(code, 4, stderr);
  assertStringIncludes(stderr, ".pypirc was passed over");
});

/** Flags by command, of the page's last table. */
const OTHERS = new Map(
  [...PAGE.text.matchAll(/^\| `(\w+)` +\| `(--allow[^`]+)`/gm)]
    .map(([, command, flags]) => [command!, flags!.split(" ")]),
);

Deno.test("the permissions of the other commands are enough", async () => {
  assertEquals([...OTHERS.keys()], ["check", "config", "rehearse", "serve"]);
  for (const command of ["check", "config", "rehearse"]) {
    const { code, stderr } = await runCli([command], {
      cwd: `${ROOT}examples/demo`,
      permissions: OTHERS.get(command)!,
    });
    assertEquals(code, 0, `${command}: ${stderr}`);
    assertEquals(/NotCapable|allow-|permitted/.test(stderr), false, stderr);
  }
});

Deno.test("the permissions of serve are enough", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...denoArgs(OTHERS.get("serve")), "serve"],
    env: childEnv(),
    clearEnv: true,
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let text = "";
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += part;
    // The last of its variables: it serves.
    if (text.includes("RELEASIO_PUBLISH_REGISTRY=")) break;
  }
  child.kill();
  await child.status;
  assertStringIncludes(text, "RELEASIO_PUBLISH_REGISTRY=http://127.0.0.1:");
});

Deno.test("what Deno does not permit is told as such, and is no bug", async () => {
  for (
    const [args, permissions] of [
      [["rehearse"], ["--allow-read", "--allow-env"]],
      [["serve"], ["--allow-env"]],
      [["-C", "..", "config"], ["--allow-env"]],
    ] as const
  ) {
    const { code, stdout } = await runCli([...args, "--json"], {
      cwd: `${ROOT}examples/demo`,
      permissions,
    });
    assertEquals(code, 2);
    const { error } = JSON.parse(stdout);
    assertEquals(error.code, "permission-missing", error.message);
    assertStringIncludes(error.hint, "docs/permissions.md");
  }
});
