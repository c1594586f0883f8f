/**
 * The fields of core metadata: how each is called in a file and in an
 * upload's form.
 *
 * @module
 */

/** One field of core metadata. */
export interface MetadataFieldInfo {
  /** Its name in METADATA and PKG-INFO, such as `Requires-Dist`. */
  readonly header: string;
  /** Its key in the form of the legacy upload API, such as `requires_dist`. */
  readonly formKey: string;
  /** Whether it may be given more than once. */
  readonly repeatable: boolean;
  /** The metadata version that introduced it, such as `2.4`. */
  readonly since: string;
}

// header, form key, repeatable, since. Singular and plural form keys are
// PyPI's own, with all their irregularity: a wrong one is ignored there
// without an error (https://docs.pypi.org/api/upload/).
const ROWS: readonly (readonly [string, string, boolean, string])[] = [
  ["Metadata-Version", "metadata_version", false, "1.0"],
  ["Name", "name", false, "1.0"],
  ["Version", "version", false, "1.0"],
  ["Platform", "platform", true, "1.0"],
  ["Supported-Platform", "supported_platform", true, "1.1"],
  ["Summary", "summary", false, "1.0"],
  ["Description", "description", false, "1.0"],
  ["Description-Content-Type", "description_content_type", false, "2.1"],
  ["Keywords", "keywords", false, "1.0"],
  ["Home-page", "home_page", false, "1.0"],
  ["Download-URL", "download_url", false, "1.1"],
  ["Author", "author", false, "1.0"],
  ["Author-email", "author_email", false, "1.0"],
  ["Maintainer", "maintainer", false, "1.2"],
  ["Maintainer-email", "maintainer_email", false, "1.2"],
  ["License", "license", false, "1.0"],
  ["License-Expression", "license_expression", false, "2.4"],
  ["License-File", "license_file", true, "2.4"],
  ["Classifier", "classifiers", true, "1.1"],
  ["Project-URL", "project_urls", true, "1.2"],
  ["Requires-Python", "requires_python", false, "1.2"],
  ["Requires-Dist", "requires_dist", true, "1.2"],
  ["Provides-Dist", "provides_dist", true, "1.2"],
  ["Obsoletes-Dist", "obsoletes_dist", true, "1.2"],
  ["Requires-External", "requires_external", true, "1.2"],
  ["Provides-Extra", "provides_extra", true, "2.1"],
  ["Requires", "requires", true, "1.1"],
  ["Provides", "provides", true, "1.1"],
  ["Obsoletes", "obsoletes", true, "1.1"],
  ["Dynamic", "dynamic", true, "2.2"],
  ["Import-Name", "import_name", true, "2.5"],
  ["Import-Namespace", "import_namespace", true, "2.5"],
];

/**
 * Every known field by its name in lower case, in the order in which an
 * upload's form has them.
 *
 * @see {@link https://packaging.python.org/en/latest/specifications/core-metadata/ | Core metadata specifications}
 */
export const METADATA_FIELDS: ReadonlyMap<string, MetadataFieldInfo> = new Map(
  ROWS.map(([header, formKey, repeatable, since]) => [
    header.toLowerCase(),
    { header, formKey, repeatable, since },
  ]),
);

/**
 * The metadata versions that PyPI takes, oldest first. There is no 2.0: it
 * was never accepted.
 */
export const METADATA_VERSIONS: readonly string[] = [
  "1.0",
  "1.1",
  "1.2",
  "2.1",
  "2.2",
  "2.3",
  "2.4",
  "2.5",
];

/**
 * Whether metadata is older than `License-File`, which setuptools wrote years
 * before metadata 2.4 defined it. PyPI refuses the field in older metadata, so
 * nobody sends it.
 *
 * @param metadataVersion The declared version, such as `2.1`
 * @returns `false` for 2.4 and later, and for what is no version
 */
export function predatesLicenseFile(metadataVersion: string): boolean {
  return /^(?:1\.\d|2\.[0-3])$/.test(metadataVersion);
}
