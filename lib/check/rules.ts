/**
 * Every rule there is, for the page that lists them.
 *
 * @module
 */

import { EXPECT_UNMET } from "./expect.ts";
import { METADATA_RULES } from "./metadata_rules.ts";
import { NOT_RENDERED, RENDERING_NOT_CHECKED } from "./render_rst.ts";
import type { RuleInfo } from "./rule.ts";
import { TAR_RULES, ZIP_RULES } from "./rules/archive.ts";
import {
  FILENAME_LENGTH_RULES,
  FILENAME_RULES,
  SDIST_FILENAME_RULES,
  WHEEL_FILENAME_RULES,
} from "./rules/filename.ts";
import {
  DUPLICATE_CONTENT,
  DUPLICATE_FILENAME,
  FILE_TOO_LARGE,
  UNREADABLE,
} from "./rules/files.ts";
import { RELEASE_RULES } from "./rules/release.ts";
import { SDIST_LICENSE_RULES, SDIST_RULES } from "./rules/sdist.ts";
import { WHEEL_FILE_RULES, WHEEL_RULES } from "./rules/wheel.ts";
import { ZIP_FRAMING_RULES } from "./rules/zip_framing.ts";
import { TAG_MISMATCH, TAG_NOT_COMPARED } from "./tag.ts";

const CORE_METADATA =
  "https://packaging.python.org/en/latest/specifications/core-metadata/";

// What the reader of metadata notices by itself.
const READING: readonly RuleInfo[] = [
  {
    code: "metadata-not-utf8",
    severity: "warning",
    summary: "the metadata is not UTF-8",
    source: CORE_METADATA,
    hint: "Save the project's metadata and readme as UTF-8 and build again.",
  },
  {
    code: "metadata-header-broken",
    severity: "warning",
    summary:
      "a line of the metadata is no header: it and all that follows is read as the description",
    source: CORE_METADATA,
    hint: "Further lines of a field must be indented.",
  },
  {
    code: "metadata-field-unknown",
    severity: "warning",
    summary: "the metadata has a field that is not known here",
    source: CORE_METADATA,
    hint: "Such fields are passed over by indexes that don't know them.",
  },
];

/** Every rule, by what it is about; some stand for two formats. */
export const ALL_RULES: readonly RuleInfo[] = [
  ...new Map(
    [
      ...FILENAME_RULES,
      ...FILENAME_LENGTH_RULES,
      FILE_TOO_LARGE,
      DUPLICATE_FILENAME,
      DUPLICATE_CONTENT,
      ...ZIP_RULES,
      ...TAR_RULES,
      UNREADABLE,
      ...ZIP_FRAMING_RULES,
      ...WHEEL_FILENAME_RULES,
      ...WHEEL_FILE_RULES,
      ...WHEEL_RULES,
      ...SDIST_FILENAME_RULES,
      ...SDIST_RULES,
      ...SDIST_LICENSE_RULES,
      ...READING,
      ...METADATA_RULES,
      NOT_RENDERED,
      RENDERING_NOT_CHECKED,
      ...RELEASE_RULES,
      TAG_MISMATCH,
      TAG_NOT_COMPARED,
      EXPECT_UNMET,
    ].map((rule) => [rule.code, rule]),
  ).values(),
];
