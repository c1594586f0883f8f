import { assertEquals, assertRejects } from "@std/assert";
import { denoContext } from "../../lib/deno_context.ts";
import { hashDistributions, sha256 } from "../../lib/dist/digest.ts";
import { readDistribution } from "../../lib/dist/read_distribution.ts";
import { ReleasioError } from "../../lib/errors.ts";
import { buildWheel } from "../helpers/archives.ts";
import { fixtureFile } from "../helpers/fixtures.ts";

async function subtleSha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

Deno.test("sha256() agrees with another implementation", async () => {
  for (const size of [0, 1, 65_536, 1_000_003]) {
    const bytes = new Uint8Array(size).map((_, i) => i * 7);
    assertEquals(await sha256(new Blob([bytes])), await subtleSha256(bytes));
  }
});

Deno.test("sha256() reports its progress to the last byte", async () => {
  const seen: number[] = [];
  await sha256(
    new Blob([new Uint8Array(300_000)]),
    (bytes) => seen.push(bytes),
  );
  assertEquals(seen.at(-1), 300_000);
  assertEquals(seen, seen.toSorted((a, b) => a - b));
});

Deno.test("hashDistributions() hashes each, in order", async () => {
  const files = await Promise.all([
    fixtureFile("kettle/kettle-3.0.0.post1-py3-none-any.whl"),
    fixtureFile("kettle/kettle-3.0.0.post1.tar.gz"),
  ]);
  const distributions = await Promise.all(files.map(readDistribution));
  const progress = new Map<string, number>();
  const hashed = await hashDistributions(
    distributions,
    ({ filename }, bytes) => void progress.set(filename, bytes),
  );
  for (const [i, { filename, sha256, size, kind }] of hashed.entries()) {
    assertEquals(filename, files[i]!.filename);
    assertEquals(kind, distributions[i]!.kind);
    assertEquals(
      sha256,
      await subtleSha256(await Deno.readFile(files[i]!.path)),
    );
    assertEquals(progress.get(filename), size);
  }
});

Deno.test("hashDistributions() names a file that vanished", async () => {
  const filename = "demo-1.0-py3-none-any.whl";
  const path = await Deno.makeTempFile();
  await Deno.writeFile(path, buildWheel());
  const blob = await denoContext().openFile(path);
  const distribution = await readDistribution({ path, filename, blob });
  await Deno.remove(path);
  const error = await assertRejects(
    () => hashDistributions([distribution]),
    ReleasioError,
    `Cannot read wheel "${filename}": `,
  );
  assertEquals(error.code, "distribution-unreadable");
});
