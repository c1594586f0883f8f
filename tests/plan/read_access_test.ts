import { assertEquals } from "@std/assert";
import {
  PYPI,
  type Reader,
  type Registry,
  TESTPYPI,
} from "../../lib/config/registry.ts";
import { readAccess } from "../../lib/plan/read_access.ts";
import { Secret } from "../../lib/secret.ts";

const reader = (): Promise<Reader> =>
  Promise.resolve({
    kind: "user",
    username: "me",
    password: new Secret("sesame"),
  });

/** Whether a page of an index at an address is read with credentials. */
async function isGranted(
  uploadUrl: string,
  url: string,
  more: Partial<Registry> = { reader },
): Promise<boolean> {
  const access = await readAccess(
    { name: "x", kind: "other", uploadUrl, simpleUrl: null, ...more },
    url,
  );
  return access.kind === "granted";
}

Deno.test("readAccess() grants credentials to the origin of the uploads alone", async () => {
  const upload = "https://index.example/legacy/";
  assertEquals(
    await isGranted(upload, "https://index.example/simple/a/"),
    true,
  );
  for (
    const url of [
      "https://index.example:8443/simple/a/",
      "https://files.index.example/simple/a/",
      "http://index.example/simple/a/",
    ]
  ) {
    assertEquals(await isGranted(upload, url), false, url);
  }
});

Deno.test("readAccess() grants nothing over plain http but on this machine", async () => {
  const isGrantedOn = (origin: string) =>
    isGranted(`${origin}/legacy/`, `${origin}/simple/a/`);
  assertEquals(await isGrantedOn("http://127.0.0.1:8080"), true);
  assertEquals(await isGrantedOn("http://index.example"), false);
});

Deno.test("readAccess() grants nothing to PyPI and TestPyPI", async () => {
  for (const { kind, uploadUrl } of [PYPI, TESTPYPI]) {
    const url = new URL("/simple/a/", uploadUrl).href;
    assertEquals(await isGranted(uploadUrl, url, { kind, reader }), false);
  }
});

Deno.test("readAccess() grants nothing that there isn't", async () => {
  const upload = "https://index.example/legacy/";
  const url = "https://index.example/simple/a/";
  assertEquals(await isGranted(upload, url, {}), false);
  assertEquals(
    await readAccess({
      name: "x",
      kind: "other",
      uploadUrl: upload,
      simpleUrl: url,
      reader: () => Promise.resolve({ kind: "nobody", reason: "No one." }),
    }, url),
    { kind: "withheld", reason: "No one." },
  );
});
