import { assertEquals, assertStringIncludes } from "@std/assert";
import { errorCode, runCli } from "../helpers/cli.ts";
import { validate } from "../helpers/json_schema.ts";
import { ROOT } from "../helpers/paths.ts";
import { startSandbox } from "../helpers/sandbox.ts";
import { openHouse, signerOf } from "../attest/signing.ts";

const WHEEL = "releasio_demo-1.0.0-py3-none-any.whl";

/** A folder with a wheel, its attestation and the root to verify with. */
async function signedFolder() {
  const folder = await Deno.makeTempDir();
  const bytes = await Deno.readFile(`${ROOT}examples/demo/dist/${WHEEL}`);
  await Deno.writeFile(`${folder}/${WHEEL}`, bytes);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const house = await openHouse();
  const attestation = await signerOf(house).sign({
    filename: WHEEL,
    sha256: digest.toHex(),
  });
  const write = (name: string, value: unknown) =>
    Deno.writeTextFile(`${folder}/${name}`, JSON.stringify(value));
  await write(`${WHEEL}.publish.attestation`, attestation);
  await write("root.json", await house.sandbox.trustedRootJson());
  return {
    folder,
    file: `${folder}/${WHEEL}`,
    root: `${folder}/root.json`,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

Deno.test("verify finds the attestation beside the file", async () => {
  await using signed = await signedFolder();
  const { code, stdout, stderr } = await runCli(
    ["verify", signed.file, "--trusted-root", signed.root],
    { cwd: signed.folder },
  );
  assertEquals(code, 0, stderr);
  assertStringIncludes(stdout, "verified");
  assertStringIncludes(stdout, "example/demo/.github/workflows/release.yml");
  assertStringIncludes(stdout, "1 of 1 attestation verified");
});

Deno.test("verify compares with the configured publisher", async () => {
  await using signed = await signedFolder();
  const configure = (repository: string) =>
    Deno.writeTextFile(
      `${signed.folder}/releasio.toml`,
      `[publish.publisher]\nowner = "example"\nrepository = "${repository}"\nworkflow = "release.yml"\n`,
    );
  const run = () =>
    runCli(
      ["verify", signed.file, "--trusted-root", signed.root, "--json"],
      { cwd: signed.folder },
    );
  await configure("demo");
  const good = await run();
  assertEquals(good.code, 0, good.stderr);
  const document = JSON.parse(good.stdout);
  assertEquals(document.attestations[0].verified, true);
  assertEquals(
    document.attestations[0].expected,
    "GitHub example/demo release.yml",
  );
  await configure("other");
  const bad = await run();
  assertEquals(bad.code, 3);
  const [attestation] = JSON.parse(bad.stdout).attestations;
  assertEquals(attestation.error.code, "attestation-invalid");
  assertStringIncludes(attestation.error.message, "not https://github.com");
  const schema = JSON.parse(
    await Deno.readTextFile(`${ROOT}docs/releasio.schema.json`),
  );
  for (const { stdout } of [good, bad]) {
    assertEquals(
      validate(schema, JSON.parse(stdout), { strict: true }),
      [],
      stdout,
    );
  }
});

Deno.test("verify believes the public-good instance unless told otherwise", async () => {
  await using signed = await signedFolder();
  const { code, stdout } = await runCli(
    ["verify", signed.file, `${signed.file}.publish.attestation`],
    { cwd: signed.folder },
  );
  assertEquals(code, 3);
  assertStringIncludes(stdout, "refused");
  assertStringIncludes(stdout, "not issued by a trusted authority");
});

Deno.test("verify asks the index where there is no attestation beside the file", async () => {
  await using running = await startSandbox();
  await using signed = await signedFolder();
  await Deno.remove(`${signed.file}.publish.attestation`);
  const refused = await runCli(
    ["verify", signed.file, "-r", `${running.url}/legacy/`],
    { cwd: signed.folder },
  );
  assertEquals(refused.code, 3);
  assertEquals(errorCode(refused), "attestation-missing");
  assertStringIncludes(refused.stderr, "it has no attestation");
  assertEquals(running.sandbox.state.requests.map(({ path }) => path), [
    `/integrity/releasio-demo/1.0.0/${WHEEL}/provenance`,
  ]);
});

Deno.test("verify says what it can't read", async () => {
  await using signed = await signedFolder();
  const missing = await runCli(["verify", `${signed.folder}/none.whl`]);
  assertEquals(missing.code, 3);
  const noRoot = await runCli(
    ["verify", signed.file, "--trusted-root", signed.file],
    { cwd: signed.folder },
  );
  assertEquals(noRoot.code, 2);
  assertStringIncludes(noRoot.stderr, "Cannot read trusted root");
});

Deno.test("rehearse signs, and reads it back", async () => {
  const { code, stderr } = await runCli(
    [
      "rehearse",
      "-C",
      `${ROOT}examples/demo`,
      "--attestations",
      "required",
      "--wait",
    ],
  );
  assertEquals(code, 0, stderr);
  assertStringIncludes(stderr, "Signed 2 files");
});
