/**
 * Rules about the records of ZIP files: readers that stream and readers that
 * start at the central directory must see the same members.
 *
 * @module
 */

import type { Rule } from "../rule.ts";
import type { ZipFacts } from "../zip_facts.ts";
import type { ZipFaultReason } from "../zip_records.ts";

const ARCHIVES = "https://docs.pypi.org/archives";
const REBUILD =
  "Build it again with an up-to-date build tool, and don't repack it by hand.";

interface FramingRow {
  readonly code: string;
  readonly summary: string;
  readonly reasons: readonly ZipFaultReason[];
  readonly hint?: string;
}

const ROWS: readonly FramingRow[] = [
  {
    code: "zip-unknown-record",
    summary:
      "between a ZIP file's records stand other bytes, or some before the first one",
    reasons: ["Unknown record signature"],
  },
  {
    code: "zip-data-descriptor",
    summary:
      "a ZIP file was written in streaming mode, its sizes after the content",
    reasons: ["ZIP contains a data descriptor"],
    hint: "Write the archive to a file that can be sought in, not to a pipe.",
  },
  {
    code: "zip-size-mismatch",
    summary:
      "a member's local header and the central directory give different sizes",
    reasons: ["Mis-matched data size", "Mis-matched file size"],
  },
  {
    code: "zip-member-unlisted",
    summary:
      "a member is not in the central directory, or its name is not UTF-8",
    reasons: ["Filename not in central directory", "Filename not unicode"],
  },
  {
    code: "zip-member-missing",
    summary: "the central directory lists a member that is not there",
    reasons: [
      "Missing filename in local headers",
      "Mis-matched local headers and central directory",
    ],
  },
  {
    code: "zip-member-duplicate",
    summary: "two members of a ZIP file have one name",
    reasons: [
      "Duplicate filename in local headers",
      "Duplicate filename in central directory",
    ],
  },
  {
    code: "zip-member-name",
    summary:
      "a member's name has a control character, or its Unicode form is not UTF-8",
    reasons: ["Invalid character in filename", "Filename not valid UTF-8"],
  },
  {
    code: "zip-extra-duplicate",
    summary: "a member has a ZIP64 or Unicode-path field twice",
    reasons: ["Invalid duplicate extra in local file"],
  },
  {
    code: "zip-member-comment",
    summary: "a member has a comment",
    reasons: ["Comment in central directory"],
  },
  {
    code: "zip-directory-mismatch",
    summary:
      "the end of a ZIP file says something else about its directory than is there",
    reasons: [
      "Mismatched central directory records",
      "Mismatched central directory offset",
      "Mismatched central directory size",
    ],
  },
  {
    code: "zip64-extensible-data",
    summary: "the ZIP64 end record has extensible data",
    reasons: ["ZIP64 extensible data not allowed"],
  },
  {
    code: "zip-malformed",
    summary: "a record of a ZIP file is cut off, or contradicts itself",
    reasons: ["Malformed zip file"],
  },
  {
    code: "zip-trailing-data",
    summary: "bytes follow the end of a ZIP file",
    reasons: ["Trailing data"],
  },
];

/** Rules about the records of ZIP files, of which at most one strikes. */
export const ZIP_FRAMING_RULES: readonly Rule<ZipFacts>[] = ROWS.map(
  ({ code, summary, reasons, hint }) => ({
    code,
    severity: "error",
    summary,
    source: ARCHIVES,
    hint: hint ?? REBUILD,
    *check({ fault }) {
      if (!fault || !reasons.includes(fault.reason)) return;
      const where = fault.member === null
        ? ""
        : `, at ${JSON.stringify(fault.member)}`;
      yield {
        message: `PyPI refuses the ZIP file: ${fault.reason}${where}`,
        pypi:
          `Invalid distribution file. ZIP archive not accepted: ${fault.reason}. See https://docs.pypi.org/archives for more information`,
      };
    },
  }),
);
