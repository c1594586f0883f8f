import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  fieldValues,
  MAX_METADATA_BYTES,
  parseCoreMetadata,
  parseProjectUrl,
} from "../../lib/dist/core_metadata.ts";
import {
  METADATA_FIELDS,
  METADATA_VERSIONS,
} from "../../lib/dist/metadata_fields.ts";
import { ReleasioError } from "../../lib/errors.ts";

function codes(text: string | Uint8Array): string[] {
  return parseCoreMetadata(text, "x.whl").findings.map(({ code }) => code);
}

function parse(headers: string) {
  return parseCoreMetadata(`Metadata-Version: 2.1\nName: a\n${headers}`);
}

Deno.test("parseCoreMetadata() keeps fields in order, with their lines", () => {
  const metadata = parseCoreMetadata(
    "Metadata-Version: 2.4\nName: Demo\nVersion: v1.0\n" +
      "CLASSIFIER: A :: B\nclassifier: C :: D\n\n# Demo\n\nText.\n",
  );
  assertEquals(metadata.metadataVersion, "2.4");
  assertEquals(metadata.name, "Demo");
  assertEquals(metadata.version, "v1.0");
  assertEquals(metadata.description, "# Demo\n\nText.\n");
  assertEquals(metadata.fields[3], {
    name: "classifier",
    value: "A :: B",
    line: 4,
  });
  assertEquals(fieldValues(metadata, "Classifier"), ["A :: B", "C :: D"]);
  assertEquals(fieldValues(metadata, "Summary"), []);
  assertEquals(metadata.findings, []);
});

Deno.test("parseCoreMetadata() keeps a folded value's lines, as Python does", () => {
  const metadata = parse(
    "License: one\n        two\n\tthree  \nSummary:\n s\n",
  );
  assertEquals(fieldValues(metadata, "license"), [
    "one\n        two\n\tthree  ",
  ]);
  assertEquals(fieldValues(metadata, "summary"), ["s"]);
});

Deno.test("parseCoreMetadata() reads all line ends alike", () => {
  const metadata = parseCoreMetadata(
    "Name: a\r\nSummary: b\rAuthor: c\r\n\r\nd\r\ne",
  );
  assertEquals(metadata.fields.map(({ value }) => value), ["a", "b", "c"]);
  assertEquals(metadata.description, "d\ne");
});

Deno.test("parseCoreMetadata() undoes the indentation of a Description field", () => {
  assertEquals(
    parse("Description: a\n        b\n         c\n       |d\n").description,
    "a\nb\n c\nd",
  );
});

Deno.test("parseCoreMetadata() prefers the body to a Description field", () => {
  assertEquals(parse("Description: old\n\nnew").description, "new");
  assertEquals(parse("Summary: s\n").description, null);
});

Deno.test("parseCoreMetadata() says which line ended the headers by mistake", () => {
  const metadata = parse("Summary: a\nforgot to indent\nVersion: 1.0\n");
  assertEquals(metadata.version, "");
  assertEquals(metadata.description, "forgot to indent\nVersion: 1.0\n");
  assertEquals(metadata.findings.map(({ code, line }) => [code, line]), [
    ["metadata-header-broken", 4],
  ]);
});

Deno.test("parseCoreMetadata() passes over mbox lines and nameless headers", () => {
  const metadata = parseCoreMetadata(
    "From me\n folded\nName: a\n: b\n c\nVersion: 1\n",
  );
  assertEquals(metadata.fields.map(({ value }) => value), ["a", "1"]);
});

Deno.test("parseCoreMetadata() warns of a newer version and keeps it", () => {
  const metadata = parseCoreMetadata("Metadata-Version: 2.10\nName: a\n", "x");
  assertEquals(metadata.metadataVersion, "2.10");
  assertEquals(
    metadata.findings.map(({ code, severity, file }) => [
      code,
      severity,
      file,
    ]),
    [["metadata-version-newer", "warning", "x"]],
  );
  for (const version of [...METADATA_VERSIONS, "2.0", "dog", ""]) {
    assertEquals(codes(`Metadata-Version: ${version}\n`), [], version);
  }
  assertEquals(codes("Metadata-Version: 3.0\n"), ["metadata-version-newer"]);
});

Deno.test("parseCoreMetadata() warns of unknown fields, once, and keeps them", () => {
  const headers = Array.from(
    { length: 9 },
    (_, i) => `X-${i}: ${i}\nX-${i}: b`,
  );
  const metadata = parse(headers.join("\n"));
  assertEquals(fieldValues(metadata, "x-8"), ["8", "b"]);
  assertEquals(metadata.findings.length, 1);
  assertEquals(metadata.findings[0]!.severity, "warning");
  assertMatch(metadata.findings[0]!.message, /"x-0", .*"x-4" and 4 more/);
});

Deno.test("parseCoreMetadata() finds bytes that are not UTF-8", () => {
  const metadata = parseCoreMetadata(
    Uint8Array.of(...new TextEncoder().encode("Name: a"), 0xe9, 0x0a),
    "x",
  );
  assertEquals(metadata.name, "a\ufffd");
  assertEquals(metadata.findings[0]?.code, "metadata-not-utf8");
  // PyPI looks at the form, so it takes such a file.
  assertEquals(metadata.findings[0]?.severity, "warning");
});

Deno.test("parseCoreMetadata() refuses text beyond its limit", () => {
  const text = new Uint8Array(MAX_METADATA_BYTES + 1).fill(0x61);
  const error = assertThrows(() => parseCoreMetadata(text), ReleasioError);
  assertEquals(error.code, "distribution-unreadable");
  assertMatch(error.message, /larger than 8 MiB/);
});

Deno.test("parseCoreMetadata() is quick with hostile text", () => {
  const start = performance.now();
  parseCoreMetadata("a".repeat(4e6));
  parseCoreMetadata(" \n".repeat(2e6));
  parseCoreMetadata(`Description: ${"\n       ".repeat(5e5)}`);
  parseCoreMetadata("X:\n".repeat(1e6));
  assert(performance.now() - start < 10_000);
});

Deno.test("METADATA_FIELDS has the form keys that PyPI reads", () => {
  const keys = [...METADATA_FIELDS.values()].map(({ formKey }) => formKey);
  for (
    const key of [
      "classifiers",
      "project_urls",
      "platform",
      "license_file",
      "provides_extra",
      "import_name",
      "home_page",
    ]
  ) assert(keys.includes(key), key);
  assertEquals(new Set(keys).size, 32);
  for (const { since } of METADATA_FIELDS.values()) {
    assert(METADATA_VERSIONS.includes(since), since);
  }
  assertEquals(METADATA_FIELDS.get("license-file")?.since, "2.4");
});

Deno.test("parseProjectUrl() cuts at the first comma", () => {
  assertEquals(parseProjectUrl("Docs , https://example.org/a,b"), {
    label: "Docs",
    url: "https://example.org/a,b",
  });
  assertEquals(parseProjectUrl("Docs"), { label: "Docs", url: "" });
});
