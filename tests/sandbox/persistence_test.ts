import { assertEquals, assertRejects } from "@std/assert";
import { ReleasioError } from "../../lib/errors.ts";
import { denoContext } from "../../lib/deno_context.ts";
import { folderStorage } from "../../lib/cli/data_folder.ts";
import { createSandbox } from "../../lib/sandbox/mod.ts";
import { buildWheel } from "../helpers/archives.ts";
import { get, outcome, uploadRequest, WHEEL } from "./requests.ts";

async function withFolder(
  test: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const PENDING = {
  publisher: {
    provider: "github",
    owner: "example",
    repository: "demo",
    workflow: "release.yml",
    environment: null,
  },
  project: "demo",
} as const;

Deno.test("a sandbox that starts again in its folder serves its files", async () => {
  await withFolder(async (folder) => {
    const bytes = buildWheel();
    const storage = () => folderStorage(denoContext(), folder);
    const first = await createSandbox({
      storage: await storage(),
      publishers: [PENDING],
    });
    const token = first.createApiToken();
    await first.handle(uploadRequest({ token, bytes }));
    await first.handle(uploadRequest({ token, fields: { version: "x" } }));

    const second = await createSandbox({
      storage: await storage(),
      // Its project exists by now, so it is not pending any more.
      pendingPublishers: [PENDING],
    });
    assertEquals(second.state.projects, first.state.projects);
    assertEquals(second.state.publishers, first.state.publishers);
    assertEquals(second.state.pendingPublishers, []);
    const [file] = second.state.projects.get("demo")!.files;
    const download = await second.handle(get(`/files/${file!.path}`));
    assertEquals(await download.bytes(), bytes);
    // Refused and repeated uploads leave nothing behind.
    assertEquals(await Array.fromAsync(Deno.readDir(`${folder}/incoming`)), []);
  });
});

Deno.test("a file in the folder can be uploaded again, and its other bytes can't", async () => {
  await withFolder(async (folder) => {
    const sandbox = await createSandbox({
      storage: await folderStorage(denoContext(), folder),
    });
    const token = sandbox.createApiToken();
    const bytes = buildWheel();
    const upload = async (bytes: Uint8Array<ArrayBuffer>) =>
      (await outcome(await sandbox.handle(uploadRequest({ token, bytes }))))[0];
    assertEquals(await upload(bytes), 200);
    assertEquals(await upload(bytes), 200);
    assertEquals(await upload(buildWheel({ description: "x" })), 400);
    assertEquals(
      sandbox.state.projects.get("demo")!.files.map(({ filename }) => filename),
      [WHEEL],
    );
    assertEquals(await Array.fromAsync(Deno.readDir(`${folder}/incoming`)), []);
  });
});

Deno.test("a folder of something else is refused", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/index.json`, '{"name":"x"}');
    await assertRejects(
      async () =>
        createSandbox({ storage: await folderStorage(denoContext(), folder) }),
      ReleasioError,
      "Cannot read the sandbox's data",
    );
  });
});
