import {
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  parsePublisher,
  runServe,
  type ServeFlags,
} from "../../lib/cli/serve.ts";
import { denoContext } from "../../lib/deno_context.ts";
import { ReleasioError } from "../../lib/errors.ts";
import { outcome, uploadRequest } from "../sandbox/requests.ts";

/** Runs `serve` while `use` talks to it, and gives its exit code. */
async function serveWhile(
  flags: ServeFlags,
  use: (env: Readonly<Record<string, string>>) => Promise<void>,
): Promise<number> {
  const interruption = new AbortController();
  const lines: string[] = [];
  const running = runServe({
    context: denoContext(interruption.signal),
    terminal: { out: (text) => void lines.push(text), err: () => {} },
    globals: {},
  }, flags);
  // The variables are printed before the first request can be answered.
  while (lines.length === 0) await new Promise((done) => setTimeout(done, 5));
  const env = Object.fromEntries(lines.map((line) => {
    const sign = line.indexOf("=");
    return [line.slice(0, sign), line.slice(sign + 1)];
  }));
  try {
    await use(env);
  } finally {
    interruption.abort(new ReleasioError("interrupted", "Interrupted"));
  }
  return await running;
}

Deno.test("serve prints a job's variables, with which another process can publish, and ends with 0", async () => {
  const pending = ["octo/demo/publish.yml@release:demo"];
  const exitCode = await serveWhile({ pending }, async (env) => {
    assertEquals(env.GITHUB_ACTIONS, "true");
    assertEquals(env.GITHUB_REPOSITORY, "octo/demo");
    const registry = env.RELEASIO_PUBLISH_REGISTRY!;
    const { origin } = new URL(registry);
    assertEquals(registry, `${origin}/legacy/`);

    const identity = await fetch(
      `${env.ACTIONS_ID_TOKEN_REQUEST_URL}&audience=pypi`,
      {
        headers: {
          authorization: `bearer ${env.ACTIONS_ID_TOKEN_REQUEST_TOKEN}`,
        },
      },
    );
    const { value } = await identity.json();
    const minted = await fetch(`${origin}/_/oidc/mint-token`, {
      method: "POST",
      body: JSON.stringify({ token: value }),
    });
    const { token } = await minted.json();
    const response = await fetch(uploadRequest({ origin, token }));
    assertEquals(await outcome(response), [200, ""]);
  });
  assertEquals(exitCode, 0);
});

Deno.test("serve holds files to the limits of the settings", async () => {
  const config = await Deno.makeTempFile({ suffix: ".toml" });
  try {
    await Deno.writeTextFile(config, "[publish]\nmax_file_size = 100\n");
    const flags = { config, apiToken: "pypi-mine" };
    await serveWhile(flags, async (env) => {
      const { origin } = new URL(env.RELEASIO_PUBLISH_REGISTRY!);
      const request = uploadRequest({ origin, token: "pypi-mine" });
      const [status, reason] = await outcome(await fetch(request));
      assertEquals(status, 400);
      assertStringIncludes(reason, "File too large");
    });
  } finally {
    await Deno.remove(config);
  }
});

Deno.test("serve takes the API token that it was given", async () => {
  await serveWhile({ apiToken: "pypi-mine" }, async (env) => {
    const { origin } = new URL(env.RELEASIO_PUBLISH_REGISTRY!);
    const response = await fetch(uploadRequest({ origin, token: "pypi-mine" }));
    assertEquals(await outcome(response), [200, ""]);
  });
});

Deno.test("serve says when it can't have its port", async () => {
  using taken = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = taken.addr as Deno.NetAddr;
  const io = {
    context: denoContext(),
    terminal: { out: () => {}, err: () => {} },
    globals: {},
  };
  await assertRejects(
    () => runServe(io, { port }),
    ReleasioError,
    `Cannot listen on port ${port}`,
  );
});

Deno.test("parsePublisher() reads owner, repository, workflow, environment and project", () => {
  assertEquals(parsePublisher("octo/demo/release.yml:my-demo"), {
    publisher: {
      provider: "github",
      owner: "octo",
      repository: "demo",
      workflow: "release.yml",
      environment: null,
    },
    project: "my-demo",
  });
  assertEquals(
    parsePublisher("octo/demo/release.yml@my env:demo").publisher.environment,
    "my env",
  );
});

Deno.test("parsePublisher() refuses what the index's form would refuse", () => {
  for (
    const [text, message] of [
      ["octo/demo:demo", 'Cannot read the publisher "octo/demo:demo"'],
      ["octo/demo/release.yml", "Cannot read the publisher"],
      ["octo/demo/release:demo", '"release" does not end in .yml or .yaml'],
    ] as const
  ) {
    assertThrows(() => parsePublisher(text), ReleasioError, message);
  }
});
