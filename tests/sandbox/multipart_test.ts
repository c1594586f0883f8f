import { assertEquals, assertRejects } from "@std/assert";
import {
  boundaryOf,
  MultipartError,
  readParts,
} from "../../lib/sandbox/multipart.ts";

interface ReadPart {
  readonly name: string;
  readonly filename: string | null;
  readonly type: string | null;
  readonly text: string;
}

async function read(
  body: Uint8Array<ArrayBuffer>,
  boundary: string,
  chunk = body.length,
): Promise<ReadPart[]> {
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      for (let start = 0; start < body.length; start += chunk) {
        controller.enqueue(body.slice(start, start + chunk));
      }
      controller.close();
    },
  });
  const parts: ReadPart[] = [];
  for await (const { body, ...part } of readParts(stream, boundary)) {
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    for await (const bytes of body) chunks.push(bytes.slice());
    parts.push({ ...part, text: await new Blob(chunks).text() });
  }
  return parts;
}

const bytes = (text: string) => new TextEncoder().encode(text);

// As requests-toolbelt, which twine uses, writes a form.
const TWINE = [
  "--0f5a6b",
  'Content-Disposition: form-data; name=":action"',
  "",
  "file_upload",
  "--0f5a6b",
  'Content-Disposition: form-data; name="summary"',
  "",
  "Ünïcode",
  "--0f5a6b",
  'Content-Disposition: form-data; name="content"; filename="demo-1.0.tar.gz"',
  "Content-Type: application/octet-stream",
  "",
  "\x1f\r\n--0f5a6\r\n--0f5a6",
  "--0f5a6b--",
  "",
].join("\r\n");

// As reqwest, which uv uses: no type, a blank after the last delimiter.
const UV = [
  "--d3-1-2-3",
  'Content-Disposition: form-data; name="content"; filename="demo-1.0.tar.gz"',
  "",
  "",
  "--d3-1-2-3",
  'Content-Disposition: form-data; name="classifiers"',
  "",
  "A :: B",
  "--d3-1-2-3--",
].join("\r\n");

const TWINE_PARTS: readonly ReadPart[] = [
  { name: ":action", filename: null, type: null, text: "file_upload" },
  { name: "summary", filename: null, type: null, text: "Ünïcode" },
  {
    name: "content",
    filename: "demo-1.0.tar.gz",
    type: "application/octet-stream",
    text: "\x1f\r\n--0f5a6\r\n--0f5a6",
  },
];

Deno.test("readParts() reads a form as twine writes it", async () => {
  assertEquals(await read(bytes(TWINE), "0f5a6b"), [...TWINE_PARTS]);
});

Deno.test("readParts() reads a form however it is cut", async () => {
  for (const chunk of [1, 2, 3, 5, 7, 11, 64]) {
    assertEquals(await read(bytes(TWINE), "0f5a6b", chunk), [...TWINE_PARTS]);
  }
});

Deno.test("readParts() reads a form as uv writes it", async () => {
  assertEquals(await read(bytes(UV), "d3-1-2-3"), [
    { name: "content", filename: "demo-1.0.tar.gz", type: null, text: "" },
    { name: "classifiers", filename: null, type: null, text: "A :: B" },
  ]);
});

Deno.test("readParts() reads a form as Deno writes it", async () => {
  const form = new FormData();
  form.append("a", "1\r\n2");
  form.append("a", "3");
  form.append("content", new Blob(["x"], { type: "text/plain" }), 'a"b\n.whl');
  const request = new Request("http://localhost/", {
    method: "POST",
    body: form,
  });
  const boundary = boundaryOf(request.headers.get("content-type")!)!;
  assertEquals(await read(await request.bytes(), boundary, 9), [
    { name: "a", filename: null, type: null, text: "1\r\n2" },
    { name: "a", filename: null, type: null, text: "3" },
    { name: "content", filename: 'a"b\n.whl', type: "text/plain", text: "x" },
  ]);
});

Deno.test("readParts() passes over a preamble and what a reader leaves", async () => {
  const stream = new Blob([`noise\r\n${TWINE}noise`]).stream();
  const names: string[] = [];
  for await (const { name } of readParts(stream, "0f5a6b")) names.push(name);
  assertEquals(names, [":action", "summary", "content"]);
});

Deno.test("readParts() refuses a form that ends too early", async () => {
  for (const length of [3, 20, 60, 90, TWINE.length - 6]) {
    await assertRejects(
      () => read(bytes(TWINE.slice(0, length)), "0f5a6b"),
      MultipartError,
      "Cannot read form: it ends too early",
    );
  }
});

Deno.test("readParts() says when the sender broke off", async () => {
  let pulls = 0;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (pulls++ > 0) throw new Error("reset");
      controller.enqueue(bytes(TWINE.slice(0, 100)));
    },
  });
  await assertRejects(
    async () => {
      for await (const _ of readParts(body, "0f5a6b")) {
        // Only its end is of interest.
      }
    },
    MultipartError,
    "Cannot read form: its sender broke off",
  );
});

Deno.test("readParts() reads its stream to the end", async () => {
  const body = new Blob([`${TWINE}and an epilogue`]).stream();
  for await (const _ of readParts(body, "0f5a6b")) {
    // Only its end is of interest.
  }
  // A stream that is not at its end would be locked by its reader still.
  const { done } = await body.getReader().read().catch(() => ({ done: null }));
  assertEquals(done, true);
});

Deno.test("readParts() refuses a part without a name", async () => {
  await assertRejects(
    () => read(bytes("--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--"), "b"),
    MultipartError,
    "a part has no name",
  );
});

Deno.test("readParts() bounds headers", async () => {
  const long = `--b\r\nX: ${"x".repeat(40_000)}\r\n\r\nx\r\n--b--`;
  await assertRejects(() => read(bytes(long), "b", 1000), MultipartError);
  const many = `--b\r\n${"X: x\r\n".repeat(10_000)}\r\nx\r\n--b--`;
  await assertRejects(() => read(bytes(many), "b", 1000), MultipartError);
});

Deno.test("boundaryOf() knows forms alone", () => {
  assertEquals(boundaryOf("multipart/form-data; boundary=abc"), "abc");
  assertEquals(
    boundaryOf('Multipart/Form-Data; charset=utf-8; boundary="a b"'),
    "a b",
  );
  assertEquals(boundaryOf("multipart/mixed; boundary=abc"), null);
  assertEquals(boundaryOf("multipart/form-data"), null);
  assertEquals(boundaryOf(""), null);
});
