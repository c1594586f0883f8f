/**
 * Rules about archives as such: format, damage, bombs, encrypted code.
 *
 * @module
 */

import type { CodeEncryption } from "../encrypted_code.ts";
import { type Problem, type Rule, type RuleInfo, shown } from "../rule.ts";
import type { TarFacts } from "../tar_facts.ts";
import type { ZipFacts } from "../zip_facts.ts";

const ARCHIVES = "https://docs.pypi.org/archives";
const REBUILD = "Build it again; if it was downloaded, download it again.";
/** What stands before PyPI's words about an archive. */
const PREFIX = "Invalid distribution file.";
/** PyPI says no more than this of an archive that it can't read. */
const NO_REASON = `${PREFIX} None`;

const BOTH_FORMATS: RuleInfo = {
  code: "archive-zip-and-tar",
  severity: "error",
  summary: "a file is both a ZIP and a tar file",
  source: ARCHIVES,
  hint: REBUILD,
};

const NOT_AN_ARCHIVE: RuleInfo = {
  code: "archive-format",
  severity: "error",
  summary:
    "a `.whl` or `.zip` is no ZIP file, or a `.tar.gz` no compressed tar file",
  source: ARCHIVES,
  hint: REBUILD,
};

const DAMAGED: RuleInfo = {
  code: "archive-damaged",
  severity: "error",
  summary: "an archive, or a member that PyPI reads, is cut off or damaged",
  source: ARCHIVES,
  hint: REBUILD,
};

const ENCRYPTED_CODE: RuleInfo = {
  code: "encrypted-code",
  severity: "error",
  summary: "Python code is encrypted with PyArmor or SourceDefender",
  source: "https://policies.python.org/pypi.org/Acceptable-Use-Policy/",
  hint:
    "PyPI hosts no encrypted code: publish the source, or on another index.",
};

const both: Problem = {
  message: "The file is both a ZIP and a tar file",
  pypi: `${PREFIX} File is both a zip and a tar file`,
};

const MIB = 1024 * 1024;
const MIN_BOMB_BYTES = 64 * MIB;
const MAX_RATIO = 50;
const SUPPORTED_METHODS = [0, 8];

const METHOD_NAMES: Readonly<Record<number, string>> = {
  9: "Deflate64",
  12: "bzip2",
  14: "LZMA",
  93: "Zstandard",
  95: "XZ",
};

/** Rules about ZIP files, in PyPI's order. */
export const ZIP_RULES: readonly Rule<ZipFacts>[] = [
  {
    ...BOTH_FORMATS,
    *check({ unreadable, isTar }) {
      if (unreadable === null && isTar) yield both;
    },
  },
  {
    ...NOT_AN_ARCHIVE,
    *check({ unreadable }) {
      if (unreadable === null) return;
      yield {
        message: `The file can't be read as a ZIP file: ${unreadable}`,
        pypi: `${PREFIX} File is not a zipfile`,
      };
    },
  },
  {
    code: "archive-bomb",
    severity: "error",
    summary: `a ZIP file unpacks to more than ${
      MIN_BOMB_BYTES / MIB
    } MiB and ${MAX_RATIO} times its size`,
    source: ARCHIVES,
    hint: "Leave out huge files that hold little, or split the distribution.",
    *check({ contentSize, size }) {
      if (contentSize <= MIN_BOMB_BYTES || contentSize <= MAX_RATIO * size) {
        return;
      }
      yield {
        message: `The file unpacks to ${
          Math.round(contentSize / size)
        } times its size, PyPI takes ${MAX_RATIO} times`,
        pypi: `${PREFIX} File exceeds compression ratio of ${MAX_RATIO}`,
      };
    },
  },
  {
    code: "archive-compression",
    severity: "error",
    summary: "a member of a ZIP file is neither stored nor deflated",
    source: ARCHIVES,
    hint: "Compress wheels with deflate.",
    *check({ entries }) {
      for (const { name, method } of entries.values()) {
        if (SUPPORTED_METHODS.includes(method)) continue;
        const how = METHOD_NAMES[method] ?? `method ${method}`;
        yield {
          message: `${shown(name)} is compressed with ${how}`,
          pypi: `${PREFIX} File does not use a supported compression type`,
        };
        return;
      }
    },
  },
  {
    ...DAMAGED,
    *check({ damaged, entries }) {
      for (const [name, reason] of damaged) {
        if (!SUPPORTED_METHODS.includes(entries.get(name)?.method ?? 0)) {
          continue;
        }
        yield {
          message: `The archive can't be read: ${reason}`,
          pypi: NO_REASON,
        };
      }
    },
  },
  {
    ...ENCRYPTED_CODE,
    *check({ encrypted }) {
      if (encrypted) yield encryptedProblem(encrypted);
    },
  },
];

/** Rules about compressed tar files, in PyPI's order. */
export const TAR_RULES: readonly Rule<TarFacts>[] = [
  {
    ...BOTH_FORMATS,
    *check({ isTar, isZip }) {
      if (isTar && isZip) yield both;
    },
  },
  {
    ...NOT_AN_ARCHIVE,
    *check({ isTar, unreadable }) {
      if (isTar) return;
      yield {
        message:
          `The file can't be read as a compressed tar file: ${unreadable}`,
        pypi: `${PREFIX} File is not a tarfile`,
      };
    },
  },
  {
    ...DAMAGED,
    *check({ isTar, unreadable }) {
      if (!isTar || unreadable === null) return;
      yield {
        message: `The archive can't be read: ${unreadable}`,
        pypi: NO_REASON,
      };
    },
  },
  {
    code: "tar-sparse",
    severity: "error",
    summary: "a member of a tar file is sparse",
    source: ARCHIVES,
    hint: "Create the archive without GNU tar's --sparse.",
    *check({ sparse }) {
      if (sparse === null) return;
      yield {
        message: `${shown(sparse)} is a sparse member`,
        pypi:
          `${PREFIX} tar archive not accepted: Sparse members are not allowed. See https://docs.pypi.org/archives for more information`,
      };
    },
  },
  {
    ...ENCRYPTED_CODE,
    *check({ encrypted }) {
      if (encrypted) yield encryptedProblem(encrypted);
    },
  },
  {
    code: "tar-ends-early",
    severity: "warning",
    summary:
      "a damaged header ends a tar file early; Python passes over what follows",
    source: "https://docs.python.org/3/library/tarfile.html",
    hint: REBUILD,
    *check({ endsEarly }) {
      if (endsEarly) {
        yield { message: "A damaged header ends the archive early" };
      }
    },
  },
];

function encryptedProblem(
  { tool, member }: { tool: CodeEncryption; member: string },
): Problem {
  return {
    message: `${shown(member)} is encrypted with ${tool}`,
    pypi:
      `${PREFIX} ${tool}-encrypted content is not allowed. See https://pypi.org/policy/acceptable-use-policy/ for more information.`,
  };
}
