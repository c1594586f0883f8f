import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  type ApiToken,
  checkApiToken,
  findApiToken,
} from "../../lib/config/credentials.ts";
import { parseRegistry, PYPI, TESTPYPI } from "../../lib/config/registry.ts";
import { ReleasioError } from "../../lib/errors.ts";
import { Secret } from "../../lib/secret.ts";
import { testContext } from "../helpers/context.ts";
import { type FileContent, fileTree } from "../helpers/files.ts";

const NEXUS = parseRegistry("https://nexus.example/repository/python/");

async function find(
  env: Readonly<Record<string, string>>,
  registry = PYPI,
  pypirc?: FileContent,
) {
  const files = fileTree(
    pypirc === undefined ? {} : { "/home/me/.pypirc": pypirc },
  );
  const context = testContext({ env: { HOME: "/home/me", ...env }, ...files });
  const notes: string[] = [];
  const token = await findApiToken(
    context,
    registry,
    (note) => notes.push(note),
  );
  return {
    found: token && [token.source, token.username, token.password.reveal()],
    masked: context.masked,
    notes,
  };
}

const EVERYWHERE = {
  RELEASIO_PYPI_TOKEN: "pypi-1",
  PYPI_TOKEN: "pypi-2",
  UV_PUBLISH_TOKEN: "pypi-3",
  TWINE_PASSWORD: "pypi-4",
};

Deno.test("findApiToken() looks into the variables in their order, then .pypirc", async () => {
  const env: Record<string, string> = { ...EVERYWHERE };
  const pypirc = "[pypi]\npassword = pypi-5";
  for (const [name, value] of Object.entries(EVERYWHERE)) {
    const { found } = await find(env, PYPI, pypirc);
    assertEquals(found, [name, "__token__", value]);
    env[name] = " ";
  }
  const { found } = await find(env, PYPI, pypirc);
  assertEquals(found, ["~/.pypirc [pypi]", "__token__", "pypi-5"]);
  assertEquals((await find({})).found, null);
});

Deno.test("findApiToken() masks the token and its Basic form", async () => {
  const { masked } = await find({ PYPI_TOKEN: "pypi-2\n" });
  assertEquals(masked, ["pypi-2", btoa("__token__:pypi-2")]);
});

Deno.test("findApiToken() masks a secret of several lines line by line", async () => {
  const { masked } = await find({ TWINE_PASSWORD: "one\r\n\ntwo" }, NEXUS);
  assertEquals(masked.slice(0, 2), ["one", "two"]);
});

Deno.test("findApiToken() takes a user name for an index that is not PyPI", async () => {
  const env = { PYPI_TOKEN: "secret", TWINE_USERNAME: "twine" };
  assertEquals((await find(env, NEXUS)).found?.[1], "twine");
  assertEquals((await find(env, TESTPYPI)).found?.[1], "__token__");
  assertEquals(
    (await find({ ...env, RELEASIO_PUBLISH_USERNAME: "own" }, NEXUS)).found
      ?.[1],
    "own",
  );
  assertEquals(
    (await find({ PYPI_TOKEN: "x" }, NEXUS)).found?.[1],
    "__token__",
  );
});

Deno.test("findApiToken() takes the section of .pypirc that is about the registry", async () => {
  const pypirc = `
# index-servers is of no interest
[distutils]
index-servers =
    pypi
    password = not-this
    testpypi

[pypi]
  username = __token__
  password = pypi-a%b
[testpypi]
username: __token__
password: pypi-test
; a comment
[nexus]
repository = https://nexus.example/repository/python
username = me
Password = p = a:ss
[other]
repository = https://other.example/
password = other
`;
  assertEquals((await find({}, PYPI, pypirc)).found, [
    "~/.pypirc [pypi]",
    "__token__",
    "pypi-a%b",
  ]);
  assertEquals((await find({}, TESTPYPI, pypirc)).found?.[2], "pypi-test");
  assertEquals((await find({}, NEXUS, pypirc)).found, [
    "~/.pypirc [nexus]",
    "me",
    "p = a:ss",
  ]);
  const nobody = parseRegistry("https://nobody.example/");
  assertEquals((await find({}, nobody, pypirc)).found, null);
});

Deno.test("findApiToken() does not send a [pypi] section's token elsewhere", async () => {
  const pypirc =
    "[pypi]\nrepository = https://nexus.example/repository/python/\npassword = x";
  assertEquals((await find({}, PYPI, pypirc)).found, null);
  assertEquals((await find({}, NEXUS, pypirc)).found?.[2], "x");
});

Deno.test("findApiToken() passes over sections without a password or with no usable URL", async () => {
  const pypirc = `[pypi]
username = me
[a]
repository = https://me:secret@upload.pypi.org/legacy/
password = no
[b]
repository = pypi.org
password = no
[c]
repository = https://upload.pypi.org/legacy/
password = yes
`;
  assertEquals((await find({}, PYPI, pypirc)).found?.[0], "~/.pypirc [c]");
});

Deno.test("findApiToken() survives a .pypirc that is none", async () => {
  for (
    const text of [
      "password = x",
      "[pypi\npassword = x",
      "=\n:\n[]\n[pypi]\n= x\npassword",
      "\uFEFF",
      new Uint8Array([0xff, 0xfe, 0, 10, 200]),
      "[pypi]\n".repeat(100_000),
    ]
  ) {
    assertEquals((await find({}, PYPI, text)).found, null);
  }
});

Deno.test("findApiToken() counts a .pypirc that it may not read as absent, with a note", async () => {
  const { found, notes } = await find({}, PYPI, { error: "NotCapable" });
  assertEquals(found, null);
  assertEquals(notes, [
    "~/.pypirc was passed over: reading it is not permitted",
  ]);
});

Deno.test("findApiToken() finds the home folder of Windows", async () => {
  const context = testContext({
    env: { USERPROFILE: "/users/me" },
    ...fileTree({ "/users/me/.pypirc": "[pypi]\r\npassword = x\r\n" }),
  });
  assertEquals((await findApiToken(context, PYPI))?.password.reveal(), "x");
});

// The public start of every token of these sites.
const FROM_PYPI = "pypi-AgEIcHlwaS5vcmcCJDAwMDAwMDAw";
const FROM_TESTPYPI = "pypi-AgENdGVzdC5weXBpLm9yZwIkMDAw";

function tokenFrom(location: string): string {
  const name = new TextEncoder().encode(location);
  const bytes = new Uint8Array([2, 1, name.length, ...name, 2, 1, 48]);
  return `pypi-${bytes.toBase64({ alphabet: "base64url", omitPadding: true })}`;
}

function token(value: string): ApiToken {
  return {
    username: "__token__",
    password: new Secret(value),
    source: "PYPI_TOKEN",
  };
}

Deno.test("checkApiToken() lets a token go to the site that made it", () => {
  checkApiToken(token(FROM_PYPI), PYPI);
  checkApiToken(token(FROM_TESTPYPI), TESTPYPI);
  checkApiToken(token(tokenFrom("nexus.example")), NEXUS);
  checkApiToken(
    token(tokenFrom("index.example")),
    parseRegistry("https://upload.index.example/legacy/"),
  );
  const local = parseRegistry("http://127.0.0.1:8000/legacy/");
  checkApiToken(token(tokenFrom("127.0.0.1:8000")), local);
  checkApiToken(token(tokenFrom("127.0.0.1")), local);
});

Deno.test("checkApiToken() refuses a token of another site, whatever the index", () => {
  const cases: [string, typeof PYPI, string][] = [
    [FROM_TESTPYPI, PYPI, 'publish to "testpypi"'],
    [FROM_PYPI, TESTPYPI, 'publish to "pypi"'],
    [FROM_PYPI, NEXUS, 'publish to "pypi"'],
    [FROM_PYPI, parseRegistry("http://127.0.0.1:8000/legacy/"), "pypi"],
    [FROM_PYPI, parseRegistry("https://pypi.org.evil.example/legacy/"), "pypi"],
    [tokenFrom("example"), NEXUS, "nexus.example"],
    [tokenFrom("0.0.1"), parseRegistry("http://127.0.0.1/legacy/"), "127"],
    [tokenFrom("us.example"), NEXUS, "nexus.example"],
  ];
  for (const [value, registry, hint] of cases) {
    const error = assertThrows(
      () => checkApiToken(token(value), registry),
      ReleasioError,
    );
    assertEquals(error.code, "token-invalid");
    assertStringIncludes(error.hint!, hint);
    assertEquals(`${error.message}${error.hint}`.includes(value), false);
  }
});

Deno.test("checkApiToken() refuses what PyPI can't have made", () => {
  for (
    const [registry, site] of [[PYPI, "pypi.org"], [
      TESTPYPI,
      "test.pypi.org",
    ]] as const
  ) {
    const error = assertThrows(
      () => checkApiToken(token("hunter2"), registry),
      ReleasioError,
    );
    assertEquals(error.code, "token-invalid");
    assertStringIncludes(error.message, "PYPI_TOKEN");
    assertStringIncludes(error.hint!, `https://${site}/manage/account/token/`);
  }
  checkApiToken(token("hunter2"), NEXUS);
});

Deno.test("checkApiToken() leaves what it can't decode to the index", () => {
  for (
    const value of [
      "pypi-",
      "pypi-!",
      "pypi-A",
      "pypi-AgE",
      "pypi-AgH_",
      "pypi-AgEI",
    ]
  ) {
    checkApiToken(token(value), PYPI);
    checkApiToken(token(value), NEXUS);
  }
});
