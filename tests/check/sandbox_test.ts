import { assertEquals } from "@std/assert";
import { createSandbox } from "../../lib/sandbox/mod.ts";
import { buildWheel, concat } from "../helpers/archives.ts";
import {
  outcome,
  uploadRequest,
  type UploadSpec,
} from "../sandbox/requests.ts";

const SEE =
  "See https://packaging.python.org/specifications/core-metadata for more information.";

async function answerTo(spec: UploadSpec) {
  const sandbox = await createSandbox();
  const token = sandbox.createApiToken();
  return await outcome(
    await sandbox.handle(uploadRequest({ token, ...spec })),
  );
}

Deno.test("the sandbox takes what the checks pass", async () => {
  assertEquals(await answerTo({}), [200, ""]);
});

Deno.test("the sandbox refuses metadata by the rules of the checks, in PyPI's words", async () => {
  assertEquals(
    await answerTo({ fields: { classifiers: "Private :: Do Not Upload" } }),
    [400, `'Private :: Do Not Upload' is not a valid classifier. ${SEE}`],
  );
});

Deno.test("the sandbox refuses archives by the rules of the checks, in PyPI's words", async () => {
  const bytes = concat([buildWheel(), new Uint8Array(1)]);
  assertEquals(await answerTo({ bytes }), [
    400,
    "Invalid distribution file. ZIP archive not accepted: Trailing data. See https://docs.pypi.org/archives for more information",
  ]);
});
