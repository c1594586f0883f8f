/**
 * Metadata as the index sees it: the values of each field of an upload's form.
 *
 * The checks build it from METADATA or PKG-INFO, the sandbox from the form
 * itself, so that both judge by the same rules.
 *
 * @module
 */

import type { CoreMetadata, MetadataField } from "../dist/core_metadata.ts";
import {
  METADATA_FIELDS,
  METADATA_VERSIONS,
  predatesLicenseFile,
} from "../dist/metadata_fields.ts";

/** Known fields by name in lower case, each with its values in order. */
export type MetadataView = ReadonlyMap<string, readonly MetadataField[]>;

/**
 * The view of a distribution's own metadata.
 *
 * @param metadata The parsed METADATA or PKG-INFO
 * @returns What its upload would tell the index
 */
export function viewOfMetadata(metadata: CoreMetadata): MetadataView {
  // Only what is sent counts, and an upload leaves these out.
  const isOld = predatesLicenseFile(metadata.metadataVersion);
  const fields = metadata.fields.filter(({ name, value }) =>
    value !== "" && name !== "description" &&
    !(isOld && name === "license-file")
  );
  if (metadata.description !== null) {
    fields.push({
      name: "description",
      value: metadata.description,
      line: metadata.fields.find(({ name }) => name === "description")?.line ??
        0,
    });
  }
  return group(fields);
}

/**
 * The view of an upload's form.
 *
 * @param form The form's fields, each with every value that was sent
 * @returns What it tells the index
 */
export function viewOfForm(
  form: ReadonlyMap<string, readonly string[]>,
): MetadataView {
  const fields: MetadataField[] = [];
  for (const [name, { formKey }] of METADATA_FIELDS) {
    for (const value of form.get(formKey) ?? []) {
      fields.push({ name, value, line: 0 });
    }
  }
  return group(fields);
}

function group(fields: readonly MetadataField[]): MetadataView {
  const view = new Map<string, MetadataField[]>();
  for (const field of fields) {
    if (!METADATA_FIELDS.has(field.name)) continue;
    const values = view.get(field.name);
    if (values) values.push(field);
    else view.set(field.name, [field]);
  }
  for (const [name, values] of view) {
    if (countsAsAbsent(values)) view.delete(name);
  }
  return view;
}

// PyPI drops a field whose only value is empty, and one that old build tools
// filled with "UNKNOWN".
function countsAsAbsent(values: readonly MetadataField[]): boolean {
  return (values.length === 1 && values[0]!.value === "") ||
    values.at(-1)!.value.trim() === "UNKNOWN";
}

/**
 * The values of one field.
 *
 * @param view The metadata
 * @param name The field's name in lower case, such as `requires-dist`
 * @returns Its values; empty if it is absent
 */
export function valuesOf(
  view: MetadataView,
  name: string,
): readonly MetadataField[] {
  return view.get(name) ?? [];
}

/**
 * The value of a field that may be given once.
 *
 * @param view The metadata
 * @param name The field's name in lower case, such as `summary`
 * @returns Its value; `undefined` if it is absent, or there are several
 */
export function valueOf(
  view: MetadataView,
  name: string,
): MetadataField | undefined {
  const values = view.get(name);
  return values?.length === 1 ? values[0] : undefined;
}

/**
 * Where a metadata version stands among those that PyPI takes.
 *
 * @param version A metadata version, such as `2.1`
 * @returns Its place; beyond the last one if it is not among them
 */
export function metadataAge(version: string): number {
  const age = METADATA_VERSIONS.indexOf(version);
  return age < 0 ? METADATA_VERSIONS.length : age;
}

/**
 * Whether a metadata version is newer than all that PyPI takes, as far as we
 * know: then only the index can judge it.
 *
 * @param version A metadata version, such as `2.6`
 * @returns `false` for known ones and for what is no version
 */
export function isNewerMetadata(version: string): boolean {
  if (!/^\d{1,4}\.\d{1,4}$/.test(version)) return false;
  const [major, minor] = version.split(".").map(Number) as [number, number];
  const [lastMajor, lastMinor] = METADATA_VERSIONS.at(-1)!.split(".")
    .map(Number) as [number, number];
  return major > lastMajor || (major === lastMajor && minor > lastMinor);
}

/**
 * A field's name as people write it.
 *
 * @param name The name in lower case, such as `requires-dist`
 * @returns Such as `Requires-Dist`
 */
export function headerOf(name: string): string {
  return METADATA_FIELDS.get(name)?.header ?? name;
}
