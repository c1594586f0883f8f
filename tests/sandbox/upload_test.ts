import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createHash } from "node:crypto";
import {
  createSandbox,
  digestOnlyStorage,
  githubClaims,
  type Sandbox,
  type SandboxOptions,
} from "../../lib/sandbox/mod.ts";
import { buildSdist, buildWheel } from "../helpers/archives.ts";
import { DEMO_PUBLISHER, startSandbox } from "../helpers/sandbox.ts";
import {
  mintRequest,
  ORIGIN,
  outcome,
  uploadRequest,
  type UploadSpec,
  WHEEL,
} from "./requests.ts";

const NOW = Date.UTC(2026, 0, 1);
const DAY = 24 * 60 * 60 * 1000;
interface Desk {
  readonly sandbox: Sandbox;
  readonly clock: { now: number };
  readonly upload: (spec?: UploadSpec) => Promise<readonly [number, string]>;
}

async function openDesk(options: SandboxOptions = {}): Promise<Desk> {
  const clock = { now: NOW };
  const sandbox = await createSandbox({ now: () => clock.now, ...options });
  const token = sandbox.createApiToken();
  return {
    sandbox,
    clock,
    upload: async (spec = {}) =>
      await outcome(await sandbox.handle(uploadRequest({ token, ...spec }))),
  };
}

async function mintedToken(sandbox: Sandbox, now = NOW): Promise<string> {
  const claims = githubClaims({}, { audience: "pypi", now });
  const response = await sandbox.handle(
    mintRequest(await sandbox.issueToken(claims)),
  );
  return (await response.json()).token;
}

Deno.test("an upload is stored with its names, sizes and digests", async () => {
  const { sandbox, upload } = await openDesk();
  const bytes = buildWheel();
  assertEquals(
    await upload({ bytes, fields: { requires_python: ">=3.9" } }),
    [200, ""],
  );

  const [file] = sandbox.state.projects.get("demo")!.files;
  assertEquals(file?.filename, WHEEL);
  assertEquals(file?.size, bytes.length);
  assertEquals(file?.version, "1.0");
  assertEquals(file?.requiresPython, ">=3.9");
  assertEquals(file?.sha256.length, 64);
  assertEquals(file?.blake2b?.length, 64);
  assertStringIncludes(file?.metadata ?? "", "Name: demo");
});

Deno.test("the same file again is fine, other bytes under its name are not", async () => {
  const { sandbox, upload } = await openDesk();
  const bytes = buildWheel();
  await upload({ bytes });
  assertEquals(await upload({ bytes }), [200, ""]);
  assertEquals(sandbox.state.projects.get("demo")!.files.length, 1);

  const [status, text] = await upload({
    bytes: buildWheel({ description: "other" }),
  });
  assertEquals(status, 400);
  assert(
    /^File already exists \('demo-1\.0-py3-none-any\.whl', with blake2_256 hash '[0-9a-f]{64}'\)\. See /
      .test(text),
    text,
  );
});

Deno.test("the same bytes under another name are refused", async () => {
  const { upload } = await openDesk();
  const bytes = buildWheel();
  await upload({ bytes });
  const [status, text] = await upload({
    bytes,
    filename: "demo-1.0-py2-none-any.whl",
  });
  assertEquals(status, 400);
  assert(text.startsWith("File already exists ('demo-1.0-py2-none-any.whl'"));
});

const SDIST = "demo-1.0.tar.gz";

/** What is wrong, the upload, and PyPI's answer. */
const REFUSED: readonly (readonly [string, UploadSpec, number, string])[] = [
  [
    "no action",
    { fields: { ":action": undefined } },
    405,
    "Method Not Allowed",
  ],
  [
    "an obsolete action",
    { fields: { ":action": "submit" } },
    410,
    "Project pre-registration is no longer required or supported, upload your files instead.",
  ],
  [
    "no credentials",
    { authorization: null },
    403,
    "Invalid or non-existent authentication information. See https://pypi.org/help/#invalid-auth for more information.",
  ],
  [
    "a token that nobody knows",
    { token: "pypi-x" },
    403,
    "Invalid or non-existent authentication information. See https://pypi.org/help/#invalid-auth for more information.",
  ],
  [
    "a user and a password",
    { authorization: `Basic ${btoa("bob:secret")}` },
    403,
    "Username/Password authentication is no longer supported. Migrate to API Tokens or Trusted Publishers instead. See https://pypi.org/help/#apitoken and https://pypi.org/help/#trusted-publishers",
  ],
  [
    "another protocol",
    { fields: { protocol_version: "2" } },
    400,
    "Unknown protocol version.",
  ],
  [
    "no name",
    { fields: { name: "" } },
    400,
    "'' is an invalid value for Name. Error: This field is required. See https://packaging.python.org/specifications/core-metadata for more information.",
  ],
  [
    "a bad name",
    { fields: { name: "demo-" } },
    400,
    "'demo-' is an invalid value for Name. Error: Start and end with a letter or numeral containing only ASCII numeric and '.', '_' and '-'. See https://packaging.python.org/specifications/core-metadata for more information.",
  ],
  [
    "no filetype",
    { fields: { filetype: undefined } },
    400,
    "Invalid value for filetype. Error: This field is required.",
  ],
  [
    "a strange filetype",
    { fields: { filetype: "Sdist" } },
    400,
    "Invalid value for filetype. Error: Use a known file type.",
  ],
  [
    "a wheel without pyversion",
    { fields: { pyversion: undefined } },
    400,
    "Invalid value for pyversion. Error: Python version is required for binary distribution uploads.",
  ],
  [
    "an sdist with a pyversion",
    { filename: SDIST, fields: { pyversion: "py3" } },
    400,
    "Invalid value for pyversion. Error: Use 'source' as Python version for an sdist.",
  ],
  [
    "a digest that is none",
    { fields: { sha256_digest: "abc" } },
    400,
    "Invalid value for sha256_digest. Error: Use a valid, hex-encoded, SHA256 message digest.",
  ],
  [
    "no digest",
    { fields: { sha256_digest: undefined } },
    400,
    "Error: Include at least one message digest.",
  ],
  [
    "a wrong SHA-256",
    { fields: { sha256_digest: "0".repeat(64) } },
    400,
    "The digest supplied does not match a digest calculated from the uploaded file.",
  ],
  [
    "a wrong BLAKE2b",
    { fields: { blake2_256_digest: "0".repeat(64) } },
    400,
    "The digest supplied does not match a digest calculated from the uploaded file.",
  ],
  [
    "a wrong MD5",
    { fields: { md5_digest: "0" } },
    400,
    "The digest supplied does not match a digest calculated from the uploaded file.",
  ],
  [
    "no version",
    { fields: { version: undefined } },
    400,
    "'version' is a required field. See https://packaging.python.org/specifications/core-metadata for more information.",
  ],
  [
    "a version that is none",
    { fields: { version: "dog" } },
    400,
    "'dog' is invalid for 'version'. See https://packaging.python.org/specifications/core-metadata for more information.",
  ],
  [
    "a local version",
    { fields: { version: "1.0+cpu" } },
    400,
    "The use of local versions in '1.0+cpu' is not allowed. See https://packaging.python.org/en/latest/specifications/version-specifiers/#local-version-identifiers for more information.",
  ],
  [
    "a classifier that nobody knows",
    { fields: { classifiers: "Nobody :: Knows" } },
    400,
    "'Nobody :: Knows' is not a valid classifier. See https://packaging.python.org/specifications/core-metadata for more information.",
  ],
  [
    "bytes that are no archive",
    { bytes: new Uint8Array([1, 2, 3]) },
    400,
    "Invalid distribution file. File is not a zipfile",
  ],
  ["an image", { type: "image/png" }, 400, "Invalid distribution file."],
  [
    "a slash in the name",
    { filename: "a/b.whl" },
    400,
    "Cannot upload a file with '/' or '\\' in the name.",
  ],
  [
    "a control character in the name",
    { filename: "demo-1.0\x01.whl" },
    400,
    "Cannot upload a file with non-printable characters (ordinals 0-31) or the DEL character (ordinal 127) in the name.",
  ],
  [
    "another extension",
    { filename: "demo-1.0.egg" },
    400,
    "Invalid file extension: Use .tar.gz, .whl or .zip extension. See https://www.python.org/dev/peps/pep-0527 and https://peps.python.org/pep-0715/ for more information.",
  ],
  [
    "a wheel of another project",
    {
      filename: "other-1.0-py3-none-any.whl",
      bytes: buildWheel({ name: "other" }),
    },
    400,
    "Start filename for 'demo' with 'demo'.",
  ],
  [
    "a wheel whose folder is spelled otherwise",
    { filename: "Demo-1.0-py3-none-any.whl" },
    400,
    "Invalid distribution file. WHEEL not found at Demo-1.0.dist-info/WHEEL",
  ],
  [
    "a wheel of another version",
    {
      filename: "demo-2.0-py3-none-any.whl",
      bytes: buildWheel({ version: "2.0" }),
    },
    400,
    "Version in filename should be '1.0' not '2.0'.",
  ],
  [
    "an sdist's name that is not normalized",
    { filename: "demo-1.00.tar.gz", bytes: buildSdist() },
    400,
    "Filename 'demo-1.00.tar.gz' is invalid, should be 'demo-1.0.tar.gz'.",
  ],
  [
    "an sdist in a ZIP file",
    { filename: "demo-1.0.zip" },
    400,
    "Invalid distribution file. Incorrect number of top-level directories in sdist",
  ],
];

for (const [title, spec, status, text] of REFUSED) {
  Deno.test(`an upload with ${title} is refused in PyPI's words`, async () => {
    const { sandbox, upload } = await openDesk();
    assertEquals(await upload(spec), [status, text]);
    // Not even the project, which PyPI creates on the way, is left.
    assertEquals(sandbox.state.projects.size, 0);
  });
}

Deno.test("a field that is sent as a file is refused", async () => {
  const { sandbox } = await openDesk();
  const request = uploadRequest({ token: sandbox.createApiToken() });
  const form = await request.formData();
  form.append("license_file", new Blob(["x"]), "LICENSE");
  const changed = new Request(request.url, {
    method: "POST",
    headers: {
      authorization: request.headers.get("authorization")!,
      accept: "application/json",
    },
    body: form,
  });
  assertEquals(await outcome(await sandbox.handle(changed)), [
    400,
    "license_file: Should not be a tuple.",
  ]);
});

Deno.test("a file without a type is taken, one with an empty type is refused", async () => {
  for (
    const [header, expected] of [
      ["", [200, ""]],
      ["Content-Type: \r\n", [400, "Invalid distribution file."]],
    ] as const
  ) {
    const { sandbox } = await openDesk();
    const request = uploadRequest({ token: sandbox.createApiToken() });
    // A character for each byte, so that the file's own stay as they are.
    const form = atob((await request.bytes()).toBase64())
      .replace("Content-Type: application/octet-stream\r\n", header);
    const changed = new Request(request.url, {
      method: "POST",
      headers: request.headers,
      body: Uint8Array.from(form, (char) => char.charCodeAt(0)),
    });
    assertEquals(await outcome(await sandbox.handle(changed)), expected);
  }
});

Deno.test("a body that is no form is refused", async () => {
  const { sandbox } = await openDesk();
  const request = new Request(`${ORIGIN}/legacy/`, {
    method: "POST",
    headers: {
      "content-type": "multipart/form-data; boundary=b",
      accept: "application/json",
    },
    body: "--b\r\nnonsense",
  });
  assertEquals(await outcome(await sandbox.handle(request)), [
    400,
    "Invalid Form Data.",
  ]);
});

Deno.test("an upload without a file is refused; text in its place breaks PyPI", async () => {
  const { sandbox } = await openDesk();
  const token = sandbox.createApiToken();
  for (
    const [content, status, text] of [
      [null, 400, "Upload payload does not have a file."],
      ["text", 500, "Internal Server Error"],
    ] as const
  ) {
    const form = await uploadRequest({ token }).formData();
    form.delete("content");
    if (content !== null) form.append("content", content);
    const request = new Request(`${ORIGIN}/legacy/`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        accept: "application/json",
      },
      body: form,
    });
    assertEquals(await outcome(await sandbox.handle(request)), [status, text]);
  }
});

Deno.test("a deleted file's name is gone for ever, even for its own bytes", async () => {
  const { sandbox, upload } = await openDesk();
  const bytes = buildWheel();
  await upload({ bytes });
  sandbox.deleteFile(WHEEL);
  const [status, text] = await upload({ bytes });
  assertEquals(status, 400);
  assert(text.startsWith("This filename was previously used by a file"));
});

Deno.test("a release closes after 14 days, but takes what it has", async () => {
  const { clock, upload } = await openDesk();
  const bytes = buildWheel();
  await upload({ bytes });
  clock.now += 14 * DAY + 1;
  assertEquals(await upload({ bytes }), [200, ""]);
  assertEquals(await upload({ filename: SDIST, bytes: buildSdist() }), [
    400,
    "Uploading new files to releases older than 14 days is not allowed.",
  ]);
  // 1.0.0 is the same release.
  assertEquals(
    (await upload({
      filename: "demo-1.0.0.tar.gz",
      bytes: buildSdist({ version: "1.0.0" }),
      fields: { version: "1.0.0" },
    }))[0],
    400,
  );
});

Deno.test("a release takes one sdist", async () => {
  const { upload } = await openDesk();
  await upload({ filename: SDIST, bytes: buildSdist() });
  assertEquals(
    await upload({
      filename: "demo-1.0.0.tar.gz",
      bytes: buildSdist({ version: "1.0.0" }),
      fields: { version: "1.0.0" },
    }),
    [400, "Only one sdist may be uploaded per release."],
  );
});

Deno.test("two sdists at once: one is refused", async () => {
  const { upload } = await openDesk();
  const outcomes = await Promise.all(["1.0", "1.0.0"].map((version) =>
    upload({
      filename: `demo-${version}.tar.gz`,
      bytes: buildSdist({ version }),
      fields: { version },
    })
  ));
  assertEquals(outcomes.map(([status]) => status).toSorted(), [200, 400]);
});

Deno.test("limits of file and project are kept, to the byte", async () => {
  const bytes = buildWheel();
  const { upload } = await openDesk({
    limits: { maxFileSize: bytes.length, maxProjectSize: bytes.length },
  });
  assertEquals(await upload({ bytes }), [200, ""]);
  const more = new Uint8Array(bytes.length + 1);
  const filename = "demo-1.0-py2-none-any.whl";
  const [, tooLarge] = await upload({ bytes: more, filename });
  assert(tooLarge.startsWith("File too large. Limit for project 'demo' is "));
  const [, full] = await upload({ bytes: more.slice(0, 1), filename });
  assert(full.startsWith("Project size too large. Limit for project 'demo' "));
});

Deno.test("a minted token uploads to its publisher's projects alone, until it ends", async () => {
  const { sandbox, clock, upload } = await openDesk({
    publishers: [{ publisher: DEMO_PUBLISHER, project: "demo" }],
  });
  const token = await mintedToken(sandbox);
  assertEquals(await upload({ token }), [200, ""]);
  assertEquals(
    sandbox.state.projects.get("demo")!.files[0]?.publisher,
    DEMO_PUBLISHER,
  );

  sandbox.addPublisher({ ...DEMO_PUBLISHER, owner: "other" }, "else");
  assertEquals(await upload({ token, fields: { name: "else" } }), [
    403,
    "Invalid API Token: OIDC scoped token is not valid for project 'else'",
  ]);
  const [status, text] = await upload({ token, fields: { name: "new" } });
  assertEquals(status, 400);
  assert(text.startsWith("Non-user identities cannot create new projects."));

  clock.now += 900_000;
  assertEquals(await upload({ token }), [
    403,
    "Invalid API Token: token is expired",
  ]);
});

Deno.test("a burnt token is unknown", async () => {
  const { sandbox, upload } = await openDesk({
    publishers: [{ publisher: DEMO_PUBLISHER, project: "demo" }],
  });
  const token = await mintedToken(sandbox);
  sandbox.state.mintedTokens[0]!.burnt = true;
  const [status, text] = await upload({ token });
  assertEquals(status, 403);
  assert(text.startsWith("Invalid or non-existent authentication"));
});

Deno.test("expireTokens() ends every minted token", async () => {
  const { sandbox, upload } = await openDesk({
    publishers: [{ publisher: DEMO_PUBLISHER, project: "demo" }],
  });
  const token = await mintedToken(sandbox);
  sandbox.expireTokens();
  assertEquals(
    (await upload({ token }))[1],
    "Invalid API Token: token is expired",
  );
});

Deno.test("a token may come as Bearer too", async () => {
  const { sandbox, upload } = await openDesk();
  const token = sandbox.createApiToken();
  assertEquals(await upload({ authorization: `Bearer ${token}` }), [200, ""]);
});

Deno.test("an API token of other projects creates none", async () => {
  const { sandbox, upload } = await openDesk();
  const token = sandbox.createApiToken({ projects: ["other"] });
  assertEquals(await upload({ token }), [
    403,
    "Invalid API Token: project-scoped token is not valid for project: 'demo'",
  ]);
});

Deno.test("new projects are refused by name", async () => {
  const { sandbox, upload } = await openDesk();
  await upload();
  const create = (name: string) => upload({ fields: { name } });
  const [, similar] = await create("dem0");
  assert(similar.startsWith("The name 'dem0' is too similar to an existing"));
  sandbox.state.prohibitedNames.add("forbidden");
  const [, prohibited] = await create("Forbidden");
  assert(prohibited.startsWith("The name 'Forbidden' isn't allowed. See"));
  const [, stdlib] = await create("Tomllib");
  assert(
    stdlib.startsWith(
      "The name 'Tomllib' isn't allowed (conflict with Python Standard Library",
    ),
  );
  sandbox.state.flags.disallowNewProjects = true;
  assertEquals((await create("fresh"))[0], 403);
});

Deno.test("archived and quarantined projects take nothing by trusted publishing", async () => {
  const { sandbox, upload } = await openDesk({
    publishers: [{ publisher: DEMO_PUBLISHER, project: "demo" }],
  });
  const token = await mintedToken(sandbox);
  const project = sandbox.state.projects.get("demo")!;
  for (const status of ["archived", "quarantined"] as const) {
    project.status = status;
    const [code, text] = await upload({ token });
    assertEquals(code, 403);
    assert(text.startsWith("The given token isn't allowed to upload to"));
  }
});

Deno.test("a read-only index says so", async () => {
  const { sandbox, upload } = await openDesk();
  sandbox.state.flags.readOnly = true;
  assertEquals(await upload(), [
    403,
    "Read-only mode: Uploads are temporarily disabled.",
  ]);
  sandbox.state.flags.readOnly = false;
  sandbox.state.flags.disallowUploads = true;
  assert(
    (await upload())[1].startsWith("New uploads are temporarily disabled."),
  );
});

Deno.test("judges refuse in their own words, in PyPI's order", async () => {
  const { upload } = await openDesk({
    judge: {
      judgeMetadata: (fields) =>
        fields.get("summary")?.[0] === "bad" ? "no such summary" : null,
      judgeFile: async ({ blob, filename }) => {
        const text = await blob!.slice(0, 2).text();
        return text === "PK" ? null : `${filename} is no zipfile`;
      },
    },
  });
  assertEquals(await upload({ fields: { summary: "bad" } }), [
    400,
    "no such summary",
  ]);
  assertEquals(await upload({ bytes: new Uint8Array([1, 2]) }), [
    400,
    `${WHEEL} is no zipfile`,
  ]);
  assertEquals(await upload(), [200, ""]);
});

const FORMS: readonly (readonly [string, string])[] = [
  ["*/*", "text/html; charset=UTF-8"],
  ["", "text/html; charset=UTF-8"],
  ["application/json, */*", "text/html; charset=UTF-8"],
  ["text/html;q=0.5, application/json", "application/json"],
  [
    "application/json;q=0.9, text/plain;q=0.8, text/html;q=0.7",
    "application/json",
  ],
  ["application/json", "application/json"],
  ["application/*", "application/json"],
  ["text/plain", "text/plain; charset=UTF-8"],
  ["application/json;q=0", "text/plain; charset=UTF-8"],
];

for (const [accept, type] of FORMS) {
  Deno.test(`a refusal for "${accept}" comes as ${type}`, async () => {
    const { sandbox } = await openDesk();
    const response = await sandbox.handle(
      uploadRequest({ authorization: null, accept }),
    );
    const text = await response.text();
    assertEquals(response.headers.get("content-type"), type);
    assertStringIncludes(text, "Invalid or non-existent authentication");
  });
}

Deno.test("the refusal of a password stands in the status line alone", async () => {
  const { sandbox } = await openDesk();
  const response = await sandbox.handle(
    uploadRequest({ authorization: `Basic ${btoa("bob:x")}` }),
  );
  const { message, code, title } = await response.json();
  assertEquals(message.trim(), "Access was denied to this resource.");
  assert(code.startsWith("403 Username/Password authentication"));
  assertEquals(title, "Forbidden");
});

Deno.test("/legacy without its slash redirects and keeps the method", async () => {
  const { sandbox } = await openDesk();
  const response = await sandbox.handle(
    new Request(`${ORIGIN}/legacy`, { method: "POST", body: "x" }),
  );
  assertEquals(response.status, 308);
  assertEquals(response.headers.get("location"), `${ORIGIN}/legacy/`);
});

Deno.test("the old upload address is gone", async () => {
  const { sandbox } = await openDesk();
  const response = await sandbox.handle(
    new Request(`${ORIGIN}/pypi?:action=file_upload`, {
      method: "POST",
      headers: { accept: "application/json" },
    }),
  );
  const [status, text] = await outcome(response);
  assertEquals(status, 410);
  assert(text.startsWith("This API has moved to"));
});

Deno.test("requests are logged by their header names, with the length that they claim", async () => {
  await using running = await startSandbox();
  const token = running.sandbox.createApiToken();
  const response = await fetch(uploadRequest({ token, origin: running.url }));
  await response.body?.cancel();
  assertEquals(response.status, 200);

  const [logged] = running.sandbox.state.requests;
  assertEquals(logged?.method, "POST");
  assertEquals(logged?.path, "/legacy/");
  assertEquals(logged?.status, 200);
  assert(logged!.headers.includes("authorization"));
  assert(logged!.contentLength! > buildWheel().length);
  assertEquals(
    JSON.stringify(running.sandbox.state.requests).includes(token),
    false,
  );
});

/** What this test holds; the resident size is that of every test beside it. */
function heldBytes(): number {
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

Deno.test("a large file costs little memory where bytes are not kept", async () => {
  const size = 200 * 1024 * 1024;
  const { sandbox } = await openDesk({
    storage: digestOnlyStorage(),
    limits: { maxFileSize: size },
  });
  const token = sandbox.createApiToken();
  const chunk = new Uint8Array(256 * 1024);
  let left = size / chunk.length;
  const sha256 = createHash("sha256");
  for (let i = 0; i < left; i++) sha256.update(chunk);
  const head = [
    [":action", "file_upload"],
    ["metadata_version", "2.1"],
    ["name", "demo"],
    ["version", "1.0"],
    ["filetype", "bdist_wheel"],
    ["pyversion", "py3"],
    ["sha256_digest", sha256.digest("hex")],
  ].map(([name, value]) =>
    `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
  ).join("") +
    `--b\r\nContent-Disposition: form-data; name="content"; filename="${WHEEL}"\r\n\r\n`;
  const encode = (text: string) => new TextEncoder().encode(text);
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(encode(head)),
    pull(controller) {
      if (left-- > 0) return controller.enqueue(chunk);
      controller.enqueue(encode("\r\n--b--\r\n"));
      controller.close();
    },
  });
  const before = heldBytes();
  const response = await sandbox.handle(
    new Request(`${ORIGIN}/legacy/`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "multipart/form-data; boundary=b",
        accept: "application/json",
      },
      body,
    }),
  );
  assertEquals(await outcome(response), [200, ""]);
  assertEquals(sandbox.state.projects.get("demo")!.files[0]?.size, size);
  const grown = heldBytes() - before;
  assert(grown < size / 2, `grew by ${grown} bytes`);
});
