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

Deno.test("sha256() ends in the middle of a file when it is told to", async () => {
  const controller = new AbortController();
  let pieces = 0;
  const stream = () =>
    new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull(to) {
        if (++pieces === 3) controller.abort(new RangeError("enough"));
        to.enqueue(new Uint8Array(1000));
      },
    }, { highWaterMark: 0 });
  const endless = Object.assign(new Blob(), { stream });
  await assertRejects(
    () => sha256(endless, controller.signal),
    RangeError,
    "enough",
  );
  assertEquals(pieces, 3);
});

Deno.test("hashDistributions() hashes each, in order", async () => {
  const files = await Promise.all([
    fixtureFile("kettle/kettle-3.0.0.post1-py3-none-any.whl"),
    fixtureFile("kettle/kettle-3.0.0.post1.tar.gz"),
  ]);
  const distributions = await Promise.all(files.map(readDistribution));
  const hashed = await hashDistributions(distributions);
  for (const [i, { filename, sha256, kind }] of hashed.entries()) {
    assertEquals(filename, files[i]!.filename);
    assertEquals(kind, distributions[i]!.kind);
    assertEquals(
      sha256,
      await subtleSha256(await Deno.readFile(files[i]!.path)),
    );
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
