/**
 * Other people's clients, our sandbox.
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { listen } from "../../lib/cli/listen.ts";
import { createSandbox } from "../../lib/sandbox/mod.ts";
import {
  type Client,
  CLIENTS,
  makeProject,
  poseAsTestPypi,
  type Project,
  type ProjectSpec,
  TESTPYPI,
} from "./clients.ts";
import { startMatrix } from "./matrix.ts";
import {
  interopTest,
  python,
  type PythonTools,
  type ToolResult,
} from "./python.ts";

const OPERATIONS = {
  first: "a wheel and an sdist",
  again: "the same again",
  otherBytes: "other bytes under the same names",
  skip: "the same, told to skip what exists",
  badToken: "a token that the index does not know",
  badMetadata: "metadata that PyPI refuses",
  trusted: "a wheel and an sdist by trusted publishing",
  stranger: "the same as a publisher that nobody registered",
};

const column = (client: Client) =>
  `\`${client.command}\` ${
    typeof python === "string" ? "" : python.version(client.name)
  }`;

const matrix = startMatrix(
  "clients",
  "Upload of",
  Object.values(OPERATIONS),
  CLIENTS.map(column),
);

const PUBLISHER = {
  provider: "github",
  owner: "octo",
  repository: "tin-whistle",
  workflow: "release.yml",
  environment: null,
} as const;

/** The words that PyPI refuses with, which users must get to see. */
const WORDS = {
  otherBytes: "File already exists",
  badToken: "Invalid or non-existent authentication information.",
  badMetadata: "512 characters",
  stranger: "invalid-publisher",
};

/** A sandbox, and folders, for one client. */
async function tryClient(
  python: PythonTools,
  client: Client,
): Promise<void> {
  const sandbox = await createSandbox();
  const token = sandbox.createApiToken();
  await using listener = await listen(sandbox.handle, 0);
  const url = `${listener.origin}/legacy/`;
  const folder = await Deno.makeTempDir({ prefix: "releasio-clients-" });
  const project = (name: string, spec: ProjectSpec): Promise<Project> =>
    makeProject(join(folder, name), spec);
  const note = (operation: keyof typeof OPERATIONS, result: string) =>
    matrix.record(OPERATIONS[operation], column(client), result);
  const refused = (result: ToolResult, operation: keyof typeof WORDS) => {
    assert(result.code !== 0, result.output);
    const words = WORDS[operation];
    assertStringIncludes(oneLine(result.output), words, result.output);
    note(operation, "refused, with PyPI's words");
  };
  try {
    const name = "tin-whistle";
    const whole = await project("whole", { name });
    const changed = await project("changed", { name, line: "volume = 11" });

    refused(
      await client.publish(python, whole, { url, token: "pypi-unknown" }),
      "badToken",
    );
    const first = await client.publish(python, whole, { url, token });
    assertEquals(first.code, 0, first.output);
    assertEquals(sandbox.state.projects.get(name)?.files.length, 2);
    note("first", "uploaded");

    const again = await client.publish(python, whole, { url, token });
    assertEquals(again.code, 0, again.output);
    note("again", "accepted");

    const target = { url, token };
    refused(await client.publish(python, changed, target), "otherBytes");
    if (client.skip === null) note("skip", "no such option");
    else {
      const args = client.skip;
      await using testpypi = await poseAsTestPypi(sandbox);
      const skip = client.skipsOnPypiOnly
        ? await client.publish(python, changed, { url: TESTPYPI, token }, {
          args,
          env: testpypi.env,
        })
        : await client.publish(python, changed, target, { args });
      assertEquals(skip.code, 0, skip.output);
      note("skip", "skipped");
    }

    const bad = await project("bad", { name, summary: "A".repeat(513) });
    refused(await client.publish(python, bad, target), "badMetadata");

    if (client.trustedPublishing === null) {
      note("trusted", "no such option");
      note("stranger", "no such option");
      return;
    }
    await tryTrustedPublishing(python, client, whole, { note, refused });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What a client is held to with an identity in place of a token. */
async function tryTrustedPublishing(
  python: PythonTools,
  client: Client,
  project: Project,
  { note, refused }: {
    readonly note: (operation: "trusted", result: string) => void;
    readonly refused: (result: ToolResult, operation: "stranger") => void;
  },
): Promise<void> {
  const sandbox = await createSandbox({
    audience: "testpypi",
    pendingPublishers: [{ publisher: PUBLISHER, project: "tin-whistle" }],
  });
  await using listener = await listen(sandbox.handle, 0);
  await using testpypi = await poseAsTestPypi(sandbox);
  const publishAs = (workflow: string) => {
    const args = client.trustedPublishing!;
    const job = sandbox.githubEnvironment(listener.origin, {
      ...PUBLISHER,
      workflow,
    });
    return client.publish(python, project, { url: TESTPYPI, token: null }, {
      args,
      env: { ...job, ...testpypi.env },
    });
  };
  refused(await publishAs("other.yml"), "stranger");
  const trusted = await publishAs(PUBLISHER.workflow);
  assertEquals(trusted.code, 0, trusted.output);
  assertEquals(sandbox.state.projects.get("tin-whistle")?.files.length, 2);
  assertEquals(sandbox.state.mintedTokens.length, 1);
  note("trusted", "uploaded");
}

/** Tools wrap what they print. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}

for (const client of CLIENTS) {
  interopTest(
    `${client.command} reads the sandbox as it reads PyPI`,
    (python) => tryClient(python, client),
  );
}

interopTest(
  "uv publish --check-url finds in the sandbox's index what is there",
  async (python) => {
    const sandbox = await createSandbox();
    const token = sandbox.createApiToken();
    await using listener = await listen(sandbox.handle, 0);
    const folder = await Deno.makeTempDir({ prefix: "releasio-check-url-" });
    try {
      const uv = CLIENTS.find(({ name }) => name === "uv")!;
      const url = `${listener.origin}/legacy/`;
      const args = [
        ...["--trusted-publishing", "never"],
        ...["--check-url", `${listener.origin}/simple/`],
      ];
      const publish = async (project: Project) =>
        await uv.publish(python, project, { url, token }, { args });
      const name = "horn";
      const whole = await makeProject(join(folder, "whole"), { name });
      const changed = await makeProject(join(folder, "changed"), {
        name,
        line: "volume = 11",
      });
      assertEquals((await publish(whole)).code, 0);
      const again = await publish(whole);
      assertEquals(again.code, 0, again.output);
      assertStringIncludes(again.output, "already exists, skipping");
      const other = await publish(changed);
      assert(other.code !== 0, other.output);
      assertStringIncludes(other.output, "do not match");
      const uploads = sandbox.state.requests
        .filter(({ method }) => method === "POST");
      assertEquals(uploads.length, 2);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

interopTest(
  "docs/compatibility.md tells how clients did",
  () => matrix.settle(),
);
