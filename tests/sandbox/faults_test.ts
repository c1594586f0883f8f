import { assertEquals } from "@std/assert";
import { createSandbox } from "../../lib/sandbox/mod.ts";
import { get, uploadRequest } from "./requests.ts";

Deno.test("a fault answers as often as it was told to", async () => {
  const sandbox = await createSandbox();
  sandbox.fail({
    match: "GET /simple/",
    times: 2,
    status: 503,
    headers: { "retry-after": "1" },
    body: "down",
  });
  for (const status of [503, 503, 404]) {
    const response = await sandbox.handle(get("/simple/demo/"));
    assertEquals(response.status, status);
    assertEquals(
      response.headers.get("retry-after"),
      status === 503 ? "1" : null,
    );
    await response.body?.cancel();
  }
  assertEquals(
    sandbox.state.requests.map(({ status }) => status),
    [503, 503, 404],
  );
});

Deno.test("a fault leaves other requests alone", async () => {
  const sandbox = await createSandbox();
  sandbox.fail({ match: "POST /legacy/", status: 500 });
  const response = await sandbox.handle(get("/_/oidc/audience"));
  await response.body?.cancel();
  assertEquals(response.status, 200);
});

Deno.test("a fault keeps an upload out, unless it takes effect", async () => {
  const sandbox = await createSandbox();
  const token = sandbox.createApiToken();
  sandbox.fail({ match: "POST /legacy/", status: 502 });
  sandbox.fail({ match: "POST /legacy/", status: 504, takesEffect: true });

  for (const [status, files] of [[502, undefined], [504, 1]] as const) {
    const response = await sandbox.handle(uploadRequest({ token }));
    assertEquals(response.status, status);
    assertEquals(sandbox.state.projects.get("demo")?.files.length, files);
  }
});

Deno.test("a fault may only delay", async () => {
  const slept: number[] = [];
  const sandbox = await createSandbox({
    sleep: (ms) => Promise.resolve(void slept.push(ms)),
  });
  sandbox.fail({ match: "GET /", delay: 5000 });
  const response = await sandbox.handle(get("/_/oidc/audience"));
  assertEquals(await response.json(), { audience: "pypi" });
  assertEquals(slept, [5000]);
});
