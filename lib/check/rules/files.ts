/**
 * Rules about files, whatever is in them.
 *
 * @module
 */

import type { RuleInfo } from "../rule.ts";

/** A file is larger than the index takes. */
export const FILE_TOO_LARGE: RuleInfo = {
  code: "file-too-large",
  severity: "error",
  summary:
    "a file is larger than the limit, 100 MiB unless `max_file_size` says otherwise",
  source: "https://docs.pypi.org/project-management/storage-limits/",
  hint:
    "Make it smaller, or ask PyPI for a higher limit and set max_file_size to it.",
};

/** Two different files have one name. */
export const DUPLICATE_FILENAME: RuleInfo = {
  code: "duplicate-filename",
  severity: "error",
  summary: "two files have one name and different content",
  source: "https://pypi.org/help/#file-name-reuse",
  hint: "Publish one of them.",
};

/** One file is there under two names. */
export const DUPLICATE_CONTENT: RuleInfo = {
  code: "duplicate-content",
  severity: "error",
  summary: "two files have the same content under different names",
  source: "https://pypi.org/help/#file-name-reuse",
  hint: "Publish one of them: an index takes the same bytes once.",
};

/** A file can't be read for a reason that no other rule has. */
export const UNREADABLE: RuleInfo = {
  code: "distribution-unreadable",
  severity: "error",
  summary: "a distribution can't be read for a reason that no other rule has",
  source: "Common mistake",
  hint: "Build it again; if it was downloaded, download it again.",
};
