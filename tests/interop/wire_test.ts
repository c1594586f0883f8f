/**
 * What goes over the wire: twine, uv and we, for the same files.
 */

import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { buildWheel } from "../helpers/archives.ts";
import { fixturePath } from "../helpers/fixtures.ts";
import { CLIENTS } from "./clients.ts";
import { startMatrix } from "./matrix.ts";
import { interopTest, python, type PythonTools } from "./python.ts";
import { publish } from "./releasio.ts";
import { startRecorder, type WireRequest } from "./wire.ts";

/** Files of every back end, wheels and sdists. */
const FILES = [
  "flat_shapes/flat_shapes-0.3-py3-none-any.whl",
  "flat_shapes/flat_shapes-0.3.tar.gz",
  "kettle/kettle-3.0.0.post1-py3-none-any.whl",
  "kettle/kettle-3.0.0.post1.tar.gz",
  "steady_rows/steady_rows-2.1.0-py3-none-any.whl",
  "steady_rows/steady_rows-2.1.0.tar.gz",
  "swift_path/swift_path-0.9.0.dev4-1-cp312-cp312-win_amd64.whl",
  "swift_path/swift_path-0.9.0.dev4.tar.gz",
  "ueber_cafe/ueber_cafe-1.0rc1-py3-none-any.whl",
  "ueber_cafe/ueber_cafe-1.0rc1.tar.gz",
].map((path) => fixturePath(`dist/${path}`));

/** A file that says no more than it must. */
const BARE = "bare-1.0-py3-none-any.whl";

const OTHERS = ["twine", "uv"] as const;
type Other = typeof OTHERS[number];

const TOKEN = "pypi-a-token";

/** How a request of theirs differs from ours, and why it may. */
const REASONS: Readonly<Record<string, string>> = {
  "field `blake2_256_digest`":
    "an index wants one digest; SHA-256 is the one that every index knows",
  "field `import_name`":
    "metadata 2.5, which twine does not know yet; the name that PyPI reads",
  "field `import_names`": "uv's spelling of the above, which PyPI passes over",
  "field `keywords`":
    "twine puts a blank behind each comma; we send the file's",
  "field `requires_python`":
    "GitLab's registry refuses a form without it; PyPI takes an empty one for none",
  "order of fields":
    "no index looks at it but for the file, which is last with all three",
  "type of the file part":
    "as twine does; uv leaves it out, and PyPI takes both",
  "header `accept`":
    "we ask for JSON, in which PyPI gives its whole reason; twine reads the status line",
  "header `accept-encoding`": "what each HTTP library can unpack",
  "header `accept-language`": "`fetch` sends it; no index looks at it",
  "header `connection`": "HTTP/1.1 keeps connections without being told",
  "header `user-agent`": "each says who it is; we tell nothing of the machine",
};

/** What each does in each respect in which it is not like us. */
type Differences = Map<string, Map<Other, string>>;

interopTest(
  "twine and uv send what we send, but for the differences that are explained",
  async (python) => {
    const folder = await Deno.makeTempDir({ prefix: "releasio-wire-" });
    const files = [...FILES, join(folder, BARE)];
    await Deno.writeFile(join(folder, BARE), buildWheel({ name: "bare" }));
    const ours = await record((uploadUrl) =>
      publish({ uploadUrl, password: TOKEN }, files)
    );
    assertEquals(ours.size, files.length);
    const differences: Differences = new Map();
    for (const other of OTHERS) {
      const theirs = await record((uploadUrl) =>
        publishWith(python, other, uploadUrl, files)
      );
      assertEquals([...theirs.keys()].sort(), [...ours.keys()].sort());
      for (const [filename, request] of theirs) {
        for (const [what, how] of compare(request, ours.get(filename)!)) {
          if (!differences.has(what)) differences.set(what, new Map());
          differences.get(what)!.set(other, how);
        }
      }
    }
    assertEquals(
      [...differences.keys()].sort(),
      Object.keys(REASONS).sort(),
      "Each difference has its reason, and each reason its difference",
    );
    await settle(differences);
  },
);

async function publishWith(
  python: PythonTools,
  name: Other,
  url: string,
  files: readonly string[],
): Promise<void> {
  const client = CLIENTS.find((client) => client.name === name)!;
  const project = { folder: fixturePath("dist"), files };
  const result = await client.publish(python, project, { url, token: TOKEN });
  assertEquals(result.code, 0, result.output);
}

/** The requests of one run, by the name of the file in them. */
async function record(
  run: (uploadUrl: string) => Promise<unknown>,
): Promise<Map<string, WireRequest>> {
  await using recorder = startRecorder();
  await run(recorder.uploadUrl);
  return new Map(recorder.uploads.map((upload) => {
    const content = upload.parts.at(-1)!;
    const filename = / filename="([^"]+)"/.exec(content.headers.join())?.[1];
    assert(content.name === "content" && filename !== undefined);
    return [filename, upload];
  }));
}

function* compare(
  theirs: WireRequest,
  ours: WireRequest,
): Generator<[what: string, how: string]> {
  assertEquals(theirs.line, ours.line);
  // Never another file, whatever else differs.
  assertEquals(theirs.parts.at(-1)!.body, ours.parts.at(-1)!.body);
  const parts = [headersOf(theirs), headersOf(ours)] as const;
  yield* compareValues("header", ...parts);
  yield* compareValues("field", fieldsOf(theirs), fieldsOf(ours));
  const order = ({ parts }: WireRequest) =>
    [
      ...new Set(parts.map(({ name }) => name)),
    ].join();
  if (order(theirs) !== order(ours)) {
    yield ["order of fields", "another"];
  }
  const type = ({ parts }: WireRequest) =>
    parts.at(-1)!.headers.find((line) => /^content-type:/i.test(line));
  if (type(theirs) !== type(ours)) {
    yield ["type of the file part", type(theirs) ? "another" : "none"];
  }
}

function* compareValues(
  kind: string,
  theirs: ReadonlyMap<string, readonly string[]>,
  ours: ReadonlyMap<string, readonly string[]>,
): Generator<[what: string, how: string]> {
  for (const name of new Set([...theirs.keys(), ...ours.keys()])) {
    const [a, b] = [theirs.get(name), ours.get(name)];
    if (JSON.stringify(a) === JSON.stringify(b)) continue;
    const how = a === undefined
      ? "not sent"
      : b === undefined
      ? "sent"
      : "other value";
    yield [`${kind} \`${name}\``, how];
  }
}

/** The values of each field in their order, the file's left out. */
function fieldsOf({ parts }: WireRequest): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  for (const { name, body } of parts.slice(0, -1)) {
    const value = new TextDecoder("utf-8", { ignoreBOM: true }).decode(body);
    fields.set(name, [...fields.get(name) ?? [], value]);
  }
  return fields;
}

/** What is different by its nature is not compared: host, length, boundary. */
function headersOf({ headers }: WireRequest): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of headers) {
    const lowerCase = name.toLowerCase();
    values.set(
      lowerCase,
      lowerCase === "host" || lowerCase === "content-length"
        ? []
        : [value.replace(/boundary=.*/, "")],
    );
  }
  return values;
}

async function settle(differences: Differences): Promise<void> {
  const version = (name: Other) =>
    typeof python === "string" ? "" : `${name} ${python.version(name)}`;
  const reason = "Why";
  const matrix = startMatrix(
    "wire",
    "Beside what we send",
    Object.keys(REASONS),
    [...OTHERS.map(version), reason],
  );
  for (const [what, why] of Object.entries(REASONS)) {
    for (const other of OTHERS) {
      matrix.record(
        what,
        version(other),
        differences.get(what)?.get(other) ?? "the same",
      );
    }
    matrix.record(what, reason, why);
  }
  await matrix.settle();
}
