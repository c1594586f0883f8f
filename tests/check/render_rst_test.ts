import { assertEquals } from "@std/assert";
import { checkRendering } from "../../lib/check/render_rst.ts";
import { runChecks } from "../../lib/check/run_checks.ts";
import type { ChildCommand } from "../../lib/context.ts";
import type { Distribution } from "../../lib/dist/distribution.ts";
import { buildSdist, buildWheel } from "../helpers/archives.ts";
import { notFound, testContext } from "../helpers/context.ts";
import { file } from "./helpers.ts";

async function distributions(
  headers = "",
  description = "Title\n=====\n",
): Promise<readonly Distribution[]> {
  const spec = { headers, description };
  const result = await runChecks([
    file("demo-1.0.tar.gz", buildSdist(spec)),
    file("demo-1.0-py3-none-any.whl", buildWheel(spec)),
  ], { maxFileSize: 1e9 });
  return result.distributions;
}

/** A python3 that answers so, and what it was asked. */
function python(code: number, stdout: string) {
  const commands: ChildCommand[] = [];
  const context = testContext({
    env: { PATH: "/bin", RELEASIO_PYPI_TOKEN: "pypi-secret", PYTHONPATH: "x" },
    run: (command) => {
      commands.push(command);
      return Promise.resolve({ code, stdout, stderr: "" });
    },
  });
  return { commands, context };
}

Deno.test("checkRendering() runs an isolated python3 with a PATH alone, once for each text", async () => {
  const { commands, context } = python(0, '{"problem": null}\n');
  assertEquals(await checkRendering(context, await distributions()), []);
  assertEquals(
    commands.map(({ command, args, env, stdin, timeout }) => ({
      command,
      flags: args.slice(0, 2),
      env,
      stdin,
      timeout,
    })),
    [{
      command: "python3",
      flags: ["-I", "-c"],
      env: { PATH: "/bin" },
      stdin: "Title\n=====\n",
      timeout: 10_000,
    }],
  );
});

Deno.test("description-not-rendered says in one line what docutils says", async () => {
  const { context } = python(
    0,
    JSON.stringify({
      problem: "3: (WARNING/2) Title underline too short.\nTitle",
    }),
  );
  const findings = await checkRendering(context, await distributions());
  assertEquals(
    findings.map(({ code, severity, message }) => [code, severity, message]),
    ["error", "error"].map((severity) => [
      "description-not-rendered",
      severity,
      "The description does not render: 3: (WARNING/2) Title underline too short.",
    ]),
  );
});

for (
  const [why, code, stdout] of [
    ["python3 has no docutils", 3, ""],
    ["docutils took too long", -1, ""],
    ["docutils failed", 1, ""],
    ["docutils failed", 0, "what?"],
  ] as const
) {
  Deno.test(`description-rendering-not-checked notes that ${why} (${code})`, async () => {
    const { context } = python(code, stdout);
    const [finding] = await checkRendering(context, await distributions());
    assertEquals(finding?.code, "description-rendering-not-checked");
    assertEquals(finding?.severity, "note");
    assertEquals(
      finding?.message,
      `Rendering of the description was not checked: ${why}`,
    );
  });
}

Deno.test("description-rendering-not-checked notes that there is no python3", async () => {
  const context = testContext({
    run: () => Promise.reject(notFound("python3")),
  });
  const [finding] = await checkRendering(context, await distributions());
  assertEquals(
    finding?.message,
    "Rendering of the description was not checked: python3 can't be run",
  );
});

for (const type of ["text/markdown", "text/plain; charset=UTF-8"]) {
  Deno.test(`checkRendering() asks nobody about ${type}`, async () => {
    const headers = `Description-Content-Type: ${type}\n`;
    const context = testContext();
    assertEquals(
      await checkRendering(context, await distributions(headers)),
      [],
    );
  });
}

Deno.test("checkRendering() asks nobody without a description", async () => {
  assertEquals(
    await checkRendering(testContext(), await distributions("", "")),
    [],
  );
});
