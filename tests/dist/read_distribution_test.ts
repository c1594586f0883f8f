import { assertEquals, assertRejects } from "@std/assert";
import { fieldValues, parseProjectUrl } from "../../lib/dist/core_metadata.ts";
import type { Distribution } from "../../lib/dist/distribution.ts";
import { METADATA_FIELDS } from "../../lib/dist/metadata_fields.ts";
import { readDistribution } from "../../lib/dist/read_distribution.ts";
import { ReleasioError } from "../../lib/errors.ts";
import { fixtureFile, fixtureTable } from "../helpers/fixtures.ts";
import { buildWheel } from "../helpers/archives.ts";

type Raw = Record<string, string | string[] | Record<string, string>>;
const { metadata } = await fixtureTable<{ metadata: Record<string, Raw> }>(
  "metadata.json",
);

/** The form keys whose values `packaging` keeps under another name. */
const RAW_KEYS: Readonly<Record<string, string>> = {
  platform: "platforms",
  supported_platform: "supported_platforms",
  license_file: "license_files",
  import_name: "import_names",
  import_namespace: "import_namespaces",
};

/** Metadata in the shape that `packaging` gives it. */
function toRaw({ metadata }: Distribution): Raw {
  const raw: Raw = {};
  for (const [name, { formKey, repeatable }] of METADATA_FIELDS) {
    const values = fieldValues(metadata, name);
    if (values.length === 0) continue;
    if (formKey === "keywords") {
      raw.keywords = values[0]!.split(",").map((word) => word.trim());
    } else if (formKey === "project_urls") {
      raw.project_urls = Object.fromEntries(
        values.map(parseProjectUrl).map(({ label, url }) => [label, url]),
      );
    } else {
      raw[RAW_KEYS[formKey] ?? formKey] = repeatable ? values : values[0]!;
    }
  }
  if (metadata.description !== null) raw.description = metadata.description;
  return raw;
}

for (const [path, expected] of Object.entries(metadata)) {
  Deno.test(`readDistribution() reads ${path} as packaging does`, async () => {
    const distribution = await readDistribution(await fixtureFile(path));
    assertEquals(toRaw(distribution), expected);
    assertEquals(distribution.metadata.findings, []);
    assertEquals(
      distribution.kind,
      path.endsWith(".whl") ? "wheel" : "sdist",
    );
    assertEquals(distribution.version, distribution.metadata.version);
  });
}

Deno.test("readDistribution() normalizes project and version", async () => {
  const filename = "My.Demo-v1.0-py3-none-any.whl";
  const bytes = buildWheel({ name: "My.Demo" });
  const distribution = await readDistribution({
    path: `dist/${filename}`,
    filename,
    blob: new Blob([bytes]),
  });
  assertEquals(distribution.project, "my-demo");
  assertEquals(distribution.version, "1.0");
  assertEquals(distribution.name.name, "My.Demo");
  assertEquals(distribution.size, bytes.length);
});

Deno.test("readDistribution() names the file in the findings", async () => {
  const filename = "demo-1.0-py3-none-any.whl";
  const { metadata } = await readDistribution({
    path: filename,
    filename,
    blob: new Blob([buildWheel({ headers: "Colour: red\n" })]),
  });
  assertEquals(metadata.findings.map(({ file, code }) => [file, code]), [
    [filename, "metadata-field-unknown"],
  ]);
});

Deno.test("readDistribution() refuses a name that is none", async () => {
  const error = await assertRejects(
    () =>
      readDistribution({
        path: "d/x.whl",
        filename: "x.whl",
        blob: new Blob(),
      }),
    ReleasioError,
    'Cannot take "x.whl": ',
  );
  assertEquals(error.code, "distribution-name-invalid");
});
