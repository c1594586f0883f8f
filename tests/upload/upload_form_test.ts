import { assert, assertEquals } from "@std/assert";
import { uploadFields, uploadForm } from "../../lib/upload/upload_form.ts";
import { distributionOf } from "../helpers/fake_index.ts";

const METADATA = `Summary: A demo
License-File: LICENSE
Classifier: Programming Language :: Python
Classifier: Topic :: Utilities
Requires-Dist: attrs
Project-URL: Home, https://example.org
Platform: any
Brand-New: kept

# Demo

Second line.
`;

Deno.test("uploadFields() gives a wheel's fields under the index's names", async () => {
  const wheel = await distributionOf(
    "demo-1.0-py2.py3-none-any.whl",
    new Uint8Array(3),
    METADATA,
  );
  assertEquals(uploadFields(wheel), [
    [":action", "file_upload"],
    ["protocol_version", "1"],
    ["filetype", "bdist_wheel"],
    ["pyversion", "py2.py3"],
    ["sha256_digest", wheel.sha256],
    ["metadata_version", "2.1"],
    ["name", "demo"],
    ["version", "1.0"],
    ["summary", "A demo"],
    ["classifiers", "Programming Language :: Python"],
    ["classifiers", "Topic :: Utilities"],
    ["requires_dist", "attrs"],
    ["project_urls", "Home, https://example.org"],
    ["platform", "any"],
    ["brand_new", "kept"],
    ["description", "# Demo\n\nSecond line.\n"],
    ["requires_python", ""],
  ]);
});

Deno.test("uploadFields() calls an sdist source and sends License-File from metadata 2.4 on", async () => {
  const sdist = await distributionOf("demo-1.0.tar.gz", new Uint8Array(3));
  const fields = new Map(uploadFields({
    ...sdist,
    metadata: {
      ...sdist.metadata,
      metadataVersion: "2.4",
      fields: [{ name: "license-file", value: "LICENSE", line: 1 }],
    },
  }));
  assertEquals(fields.get("filetype"), "sdist");
  assertEquals(fields.get("pyversion"), "source");
  assertEquals(fields.get("license_file"), "LICENSE");
});

Deno.test("uploadFields() sends attestations as one JSON array", async () => {
  const sdist = await distributionOf("demo-1.0.tar.gz");
  const fields = new Map(uploadFields(sdist, ['{"version":1}', '{"a":2}']));
  assertEquals(fields.get("attestations"), '[{"version":1},{"a":2}]');
});

Deno.test("uploadForm() is read back as it was, line ends and odd names included", async () => {
  const sdist = await distributionOf("demo-1.0.tar.gz");
  const { body, contentType } = uploadForm(
    sdist,
    [["description", "a\nb\r\nc\n"], ['odd"name\n', "ü"]],
    new Blob([new Uint8Array([0, 13, 10, 45, 45])]),
  );
  const form = await new Response(body, {
    headers: { "content-type": contentType },
  }).formData();
  assertEquals(form.get("description"), "a\nb\r\nc\n");
  assertEquals(form.get("odd%22name%0A") ?? form.get('odd"name\n'), "ü");
  const content = form.get("content") as File;
  assertEquals(content.name, "demo-1.0.tar.gz");
  assertEquals(content.type, "application/octet-stream");
  assertEquals([...await content.bytes()], [0, 13, 10, 45, 45]);
  assert(body.size > 5);
});
