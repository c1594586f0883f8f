import { assert, assertEquals } from "@std/assert";
import { runChecks } from "../../lib/check/mod.ts";
import {
  type DistributionFile,
  type HashedDistribution,
  readDistribution,
  sha256,
} from "../../lib/dist/mod.ts";
import { uploadFields } from "../../lib/upload/upload_form.ts";
import { python } from "./python.ts";
import { realProjects } from "./real_projects.ts";

const LIMIT = 1024 * 1024 * 1024;

const projects = typeof python === "string" ? null : await realProjects(python);
const ignore = projects === null;

/**
 * Files that PyPI took once and would refuse today, each with the code and the
 * reason. None of the pinned ones is.
 */
const REFUSED_TODAY: readonly (readonly [file: string, code: string])[] = [];

Deno.test({
  name: "wheels and sdists of sixty well-known projects pass the checks",
  ignore,
  fn: async () => {
    const names = new Set<string>();
    for (const files of projects!.values()) {
      const { findings, distributions } = await runChecks(files, {
        maxFileSize: LIMIT,
      });
      const refused = findings.filter(({ severity }) => severity === "error")
        .map(({ file, code }) => [file, code]);
      assertEquals(
        refused.filter((finding) => !isKnown(finding)),
        [],
      );
      for (const { project } of distributions) names.add(project);
    }
    assert(names.size >= 60, `only ${names.size} projects`);
  },
});

function isKnown([file, code]: (string | null | undefined)[]): boolean {
  return REFUSED_TODAY.some((known) => known[0] === file && known[1] === code);
}

Deno.test({
  name: "the form fields of these files are those that twine sends",
  ignore,
  fn: async () => {
    const files = [...projects!.values()].flat();
    const twine = await twineFields(files);
    for (const file of files) {
      const ours = uploadFields(await hashed(file));
      assertEquals(
        comparable(ours),
        comparable(twine.get(file.path)!),
        file.filename,
      );
    }
  },
});

type Fields = readonly (readonly [name: string, value: string])[];

// Each of these differences is meant.
const ONLY_OURS = new Set([
  // twine 7 does not know metadata 2.5 yet.
  "import_name",
  "import_namespace",
]);
const ONLY_TWINES = new Set([
  // One digest is enough for every index.
  "blake2_256_digest",
  "md5_digest",
]);

function comparable(fields: Fields): Record<string, string[]> {
  const values: Record<string, string[]> = {};
  for (const [name, value] of fields) {
    if (ONLY_OURS.has(name) || ONLY_TWINES.has(name) || value === "") continue;
    (values[name] ??= []).push(...normalized(name, value));
  }
  return values;
}

function normalized(name: string, value: string): string[] {
  // twine writes underscores as dashes; we leave the name as it is spelled.
  if (name === "name") return [value.replaceAll(/[^A-Za-z0-9.]+/g, "-")];
  // twine puts a blank behind every comma, which the index strips.
  if (name === "keywords") return value.split(",").map((word) => word.trim());
  // We keep to one kind of line end.
  if (name === "description") return [value.replaceAll("\r\n", "\n")];
  return [value];
}

async function hashed(file: DistributionFile): Promise<HashedDistribution> {
  return {
    ...await readDistribution(file),
    sha256: await sha256(file.blob),
  };
}

const TWINE_FIELDS = `
import json, sys
from twine.package import PackageFile
from twine.repository import Repository
fields = {}
for path in sys.argv[1:]:
    package = PackageFile.from_filename(path, None)
    data = Repository._convert_metadata_to_list_of_tuples(package.metadata_dictionary())
    fields[path] = [*data, (":action", "file_upload"), ("protocol_version", "1")]
print(json.dumps(fields))
`;

async function twineFields(
  files: readonly DistributionFile[],
): Promise<ReadonlyMap<string, Fields>> {
  if (typeof python === "string") throw new TypeError(python);
  const paths = files.map(({ path }) => path);
  const result = await python.run("python", ["-c", TWINE_FIELDS, ...paths]);
  assertEquals(result.code, 0, result.stderr);
  return new Map(Object.entries(JSON.parse(result.stdout)));
}
