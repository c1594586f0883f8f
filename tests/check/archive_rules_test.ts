import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import { judgeFile } from "../../lib/check/judge.ts";
import { TAR_RULES, ZIP_RULES } from "../../lib/check/rules/archive.ts";
import {
  FILENAME_LENGTH_RULES,
  FILENAME_RULES,
  SDIST_FILENAME_RULES,
  WHEEL_FILENAME_RULES,
} from "../../lib/check/rules/filename.ts";
import {
  SDIST_LICENSE_RULES,
  SDIST_RULES,
} from "../../lib/check/rules/sdist.ts";
import { WHEEL_FILE_RULES, WHEEL_RULES } from "../../lib/check/rules/wheel.ts";
import { ZIP_FRAMING_RULES } from "../../lib/check/rules/zip_framing.ts";
import type { DistributionFile } from "../../lib/dist/distribution.ts";
import {
  buildSdist,
  buildTar,
  buildTarGz,
  buildWheel,
  buildZip,
  concat,
  type DistributionSpec,
  extraField,
  gzip,
  type TarMember,
  type ZipMember,
  type ZipOptions,
} from "../helpers/archives.ts";
import { check, codesOf, errorsOf, file } from "./helpers.ts";

const WHEEL = "demo-1.0-py3-none-any.whl";
const SDIST = "demo-1.0.tar.gz";
const INFO = "demo-1.0.dist-info";
const METADATA = "Metadata-Version: 2.4\nName: demo\nVersion: 1.0\n";
const PREFIX = "Invalid distribution file.";
const SEE = "See https://docs.pypi.org/archives for more information";

type Bytes = Uint8Array<ArrayBuffer>;

/** An archive that a rule strikes at, and one that it just passes. */
interface Case {
  readonly code: string;
  /** What is wrong with the bad one. */
  readonly when: string;
  readonly bad: DistributionFile;
  readonly good: DistributionFile;
  /** PyPI's words for the bad one; `null` if it takes it. */
  readonly pypi: string | null;
  /** The metadata's name, and license files. */
  readonly form?: Record<string, string[]>;
}

/** A wheel's members, with some of them changed or added. */
function wheelOf(
  changes: readonly ZipMember[] = [],
  options: ZipOptions = {},
): Bytes {
  const names = changes.map(({ name }) => String(name));
  const members: ZipMember[] = [
    { name: `${INFO}/METADATA`, data: METADATA },
    { name: `${INFO}/WHEEL`, data: "Wheel-Version: 1.0\n" },
    { name: `${INFO}/RECORD`, data: recordOf(names) },
  ];
  return buildZip(
    [
      ...members.map((member) =>
        changes.find(({ name }) => name === member.name) ?? member
      ),
      ...changes.filter(({ name }) =>
        !members.some((member) => member.name === name)
      ),
    ],
    options,
  );
}

function recordOf(names: readonly string[]): string {
  const own = ["METADATA", "WHEEL", "RECORD"].map((name) => `${INFO}/${name}`);
  return [...new Set([...own, ...names])].map((name) => `"${name}",,\n`)
    .join("");
}

function wheel(
  changes: readonly ZipMember[] = [],
  options: ZipOptions = {},
): DistributionFile {
  return file(WHEEL, wheelOf(changes, options));
}

const PKG_INFO: TarMember = { name: "demo-1.0/PKG-INFO", data: METADATA };
const SETUP: TarMember = { name: "demo-1.0/setup.py", data: "" };

function sdist(...members: readonly TarMember[]): DistributionFile {
  return file(SDIST, buildTarGz([PKG_INFO, SETUP, ...members]));
}

/** An sdist in gzip's clothes alone: its members' bytes show through. */
function uncompressed(member: TarMember): DistributionFile {
  const tar = buildTar([PKG_INFO, SETUP, member]);
  return file(SDIST, new Uint8Array(gzipSync(tar, { level: 0 })));
}

function named(filename: string, spec: DistributionSpec = {}) {
  return file(
    filename,
    filename.endsWith(".whl") ? buildWheel(spec) : buildSdist(spec),
  );
}

function u16(...values: readonly number[]): Bytes {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => bytes.writeUInt16LE(value, index * 2));
  return new Uint8Array(bytes);
}

function u64(...values: readonly number[]): Bytes {
  const bytes = Buffer.alloc(values.length * 8);
  values.forEach((value, index) =>
    bytes.writeBigUInt64LE(BigInt(value), index * 8)
  );
  return new Uint8Array(bytes);
}

/** Bytes with some of them replaced, at the last place where a signature is. */
function patched(
  bytes: Bytes,
  signature: string,
  offset: number,
  data: Uint8Array,
): Bytes {
  const copy = Buffer.from(bytes);
  copy.set(data, copy.lastIndexOf(signature, undefined, "latin1") + offset);
  return new Uint8Array(copy);
}

function framing(reason: string): string {
  return `${PREFIX} ZIP archive not accepted: ${reason}. ${SEE}`;
}

const CODE: ZipMember = { name: "demo/a.py", data: "x = 1\n" };
const ZIP64: ZipOptions = { zip64: true };
const MIB = 1024 * 1024;
const hexName = (name: string) => new TextEncoder().encode(name);

const CASES: readonly Case[] = [
  {
    code: "filename-extension",
    when: "a wheel ends in capitals",
    bad: named("demo-1.0-py3-none-any.WHL"),
    good: named(WHEEL),
    pypi:
      "Invalid file extension: Use .tar.gz, .whl or .zip extension. See https://www.python.org/dev/peps/pep-0527 and https://peps.python.org/pep-0715/ for more information",
  },
  {
    code: "filename-control-character",
    when: "a name has a DEL",
    bad: named("demo-1.0-py3-none-any\x7f.whl"),
    good: named(WHEEL),
    pypi:
      "Cannot upload a file with non-printable characters (ordinals 0-31) or the DEL character (ordinal 127) in the name.",
  },
  {
    code: "filename-slash",
    when: "a name has a backslash",
    bad: named("a\\demo-1.0-py3-none-any.whl"),
    good: named(WHEEL),
    pypi: "Cannot upload a file with '/' or '\\' in the name.",
  },
  {
    code: "filename-too-long",
    when: "a wheel's name has 247 bytes",
    bad: named(`demo-1.0-1${"0".repeat(247 - 27)}-py3-none-any.whl`),
    good: named(`demo-1.0-1${"0".repeat(246 - 27)}-py3-none-any.whl`),
    pypi: `Filename is too long: 'demo-1.0-1${
      "0".repeat(247 - 27)
    }-py3-none-any.whl'`,
  },
  {
    code: "archive-zip-and-tar",
    when: "a tar file stands before a wheel",
    bad: wheel([], { prefix: buildTar([SETUP], { end: false }) }),
    good: wheel([], { comment: "not a tar file" }),
    pypi: `${PREFIX} File is both a zip and a tar file`,
  },
  {
    code: "archive-zip-and-tar",
    when: "an sdist holds a ZIP file that shows through",
    bad: uncompressed({ name: "demo-1.0/a.zip", data: wheelOf() }),
    good: uncompressed({
      name: "demo-1.0/a.txt",
      data: `PK\x05\x06${"x".repeat(40)}`,
    }),
    pypi: `${PREFIX} File is both a zip and a tar file`,
  },
  {
    code: "archive-format",
    when: "a wheel is no ZIP file",
    bad: file(WHEEL, hexName("nothing")),
    good: wheel(),
    pypi: `${PREFIX} File is not a zipfile`,
  },
  {
    code: "archive-format",
    when: "an sdist holds no tar file",
    bad: file(SDIST, gzip(new Uint8Array(600).fill(65))),
    good: sdist(),
    pypi: `${PREFIX} File is not a tarfile`,
  },
  {
    code: "archive-damaged",
    when: "an sdist is cut off",
    bad: file(
      SDIST,
      buildTarGz([PKG_INFO, { ...SETUP, data: "abc", size: 4000 }], {
        end: false,
      }),
    ),
    good: file(SDIST, buildTarGz([PKG_INFO, SETUP], { end: false })),
    pypi: `${PREFIX} None`,
  },
  {
    code: "archive-damaged",
    when: "a module's CRC is wrong",
    bad: wheel([{ ...CODE, crc: 1 }]),
    good: wheel([{ ...CODE, name: "demo/a.so", crc: 1 }]),
    pypi: `${PREFIX} None`,
  },
  {
    code: "archive-bomb",
    when: "a wheel unpacks to more than 64 MiB and 50 times its size",
    bad: wheel([{ name: "a.bin", data: new Uint8Array(64 * MIB + 1) }]),
    good: wheel([{ name: "a.bin", data: new Uint8Array(63 * MIB) }]),
    pypi: `${PREFIX} File exceeds compression ratio of 50`,
  },
  {
    code: "archive-compression",
    when: "a member is compressed with LZMA",
    bad: wheel([{ name: "a.bin", raw: hexName("x"), method: 14, size: 1 }]),
    good: wheel([{ name: "a.bin", data: "x", method: 0 }]),
    pypi: `${PREFIX} File does not use a supported compression type`,
  },
  {
    code: "encrypted-code",
    when: "a wheel's module is encrypted with PyArmor",
    bad: wheel([{ ...CODE, data: "from x import __pyarmor_enter__" }]),
    good: wheel([{ name: "a.txt", data: "from x import __pyarmor_enter__" }]),
    pypi:
      `${PREFIX} PyArmor-encrypted content is not allowed. See https://pypi.org/policy/acceptable-use-policy/ for more information.`,
  },
  {
    code: "encrypted-code",
    when: "an sdist's module is encrypted with SourceDefender",
    bad: sdist({
      name: "demo-1.0/a.PYE",
      data: "---BEGIN PYE FILE---x---END PYE FILE---",
    }),
    good: sdist({ name: "demo-1.0/a.pye", data: "---BEGIN PYE FILE---" }),
    pypi:
      `${PREFIX} SourceDefender-encrypted content is not allowed. See https://pypi.org/policy/acceptable-use-policy/ for more information.`,
  },
  {
    code: "tar-sparse",
    when: "a pax header tells of holes",
    bad: sdist({ name: "demo-1.0/x", pax: { "GNU.sparse.major": "1" } }),
    good: sdist({ name: "demo-1.0/x", pax: { comment: "1" } }),
    pypi:
      `${PREFIX} tar archive not accepted: Sparse members are not allowed. ${SEE}`,
  },
  {
    code: "tar-ends-early",
    when: "a later header is damaged",
    bad: sdist({ name: "demo-1.0/x", checksum: 1 }),
    good: sdist({ name: "demo-1.0/x" }),
    pypi: null,
  },
  {
    code: "zip-unknown-record",
    when: "bytes stand before the first record",
    bad: wheel([], { prefix: hexName("#!/bin/sh\n") }),
    good: wheel([], { comment: "#!/bin/sh" }),
    pypi: framing("Unknown record signature"),
  },
  {
    code: "zip-unknown-record",
    when: "bytes stand between members",
    bad: wheel([{ ...CODE, gap: hexName("gap!") }]),
    good: wheel([CODE]),
    pypi: framing("Unknown record signature"),
  },
  {
    code: "zip-data-descriptor",
    when: "a member was streamed",
    bad: wheel([{ ...CODE, descriptor: true }]),
    good: wheel([{ ...CODE, zip64: true }]),
    pypi: framing("ZIP contains a data descriptor"),
  },
  {
    code: "zip-size-mismatch",
    when: "the local header says another size in the archive",
    bad: wheel([{
      name: "a",
      data: "x",
      method: 0,
      local: { compressedSize: 2 },
    }]),
    good: wheel([{ name: "a", data: "x", method: 0 }]),
    pypi: framing("Mis-matched data size"),
  },
  {
    code: "zip-size-mismatch",
    when: "the local header says another size of the content",
    bad: wheel([{ name: "a", data: "x", local: { size: 2 } }]),
    good: wheel([{ name: "a", data: "x", local: { crc: 2 } }]),
    pypi: framing("Mis-matched file size"),
  },
  {
    code: "zip-member-unlisted",
    when: "a member is not in the directory",
    bad: wheel([{ ...CODE, central: null }]),
    good: wheel([CODE]),
    pypi: framing("Filename not in central directory"),
  },
  {
    code: "zip-member-unlisted",
    when: "a member's name is not UTF-8",
    bad: wheel([{ name: new Uint8Array([0xe9]), flags: 0 }]),
    good: wheel([{ name: "é" }]),
    pypi: framing("Filename not unicode"),
  },
  {
    code: "zip-member-missing",
    when: "the directory lists what is not there",
    bad: wheel([{ name: "demo/a.so", local: null }]),
    good: wheel([{ name: "demo/a.so" }]),
    pypi: framing("Missing filename in local headers"),
  },
  {
    code: "zip-member-duplicate",
    when: "two members have one name",
    bad: wheel([{ name: "a", data: "1" }, { name: "a", data: "2" }]),
    good: wheel([{ name: "a", data: "1" }, { name: "A", data: "2" }]),
    pypi: framing("Duplicate filename in local headers"),
  },
  {
    code: "zip-member-duplicate",
    when: "the directory lists a member twice",
    bad: wheel([{ name: "a", data: "1" }, {
      name: "a",
      data: "1",
      local: null,
    }]),
    good: wheel([{ name: "a", data: "1" }]),
    pypi: framing("Duplicate filename in central directory"),
  },
  {
    code: "zip-member-name",
    when: "a name has a control character",
    bad: wheel([{ name: "a\x01" }]),
    good: wheel([{ name: "a\x80" }]),
    pypi: framing("Invalid character in filename"),
  },
  {
    code: "zip-member-name",
    when: "a Unicode path is not UTF-8",
    bad: wheel([{
      name: "a",
      local: {
        extra: extraField(0x7075, new Uint8Array([1, 0, 0, 0, 0, 0xff])),
      },
    }]),
    good: wheel([{
      name: "a",
      local: { extra: extraField(0x7075, new Uint8Array([1, 0, 0, 0, 0, 65])) },
    }]),
    pypi: framing("Filename not valid UTF-8"),
  },
  {
    code: "zip-extra-duplicate",
    when: "a ZIP64 field is there twice",
    bad: wheel([{
      name: "a",
      local: {
        extra: concat([
          extraField(1, new Uint8Array()),
          extraField(1, new Uint8Array()),
        ]),
      },
    }]),
    good: wheel([{
      name: "a",
      local: {
        extra: concat([
          extraField(2, new Uint8Array()),
          extraField(2, new Uint8Array()),
        ]),
      },
    }]),
    pypi: framing("Invalid duplicate extra in local file"),
  },
  {
    code: "zip-member-comment",
    when: "a member has a comment",
    bad: wheel([{ ...CODE, central: { comment: "hello" } }]),
    good: wheel([CODE], { comment: "hello" }),
    pypi: framing("Comment in central directory"),
  },
  {
    code: "zip-directory-mismatch",
    when: "the end says another number of members",
    bad: wheel([], { end: { entries: 4 } }),
    good: wheel([], { end: { entries: 3 } }),
    pypi: framing("Mismatched central directory records"),
  },
  {
    code: "zip-directory-mismatch",
    when: "the end says another offset of the directory",
    bad: wheel([], { end: { directoryOffset: 1 } }),
    good: wheel(),
    pypi: `${PREFIX} None`,
  },
  {
    code: "zip64-extensible-data",
    when: "the ZIP64 end record claims more than its fields",
    bad: file(WHEEL, patched(wheelOf([], ZIP64), "PK\x06\x06", 4, u64(45))),
    good: wheel([], ZIP64),
    pypi: framing("ZIP64 extensible data not allowed"),
  },
  {
    code: "zip-malformed",
    when: "the two numbers of members in the end differ",
    bad: file(WHEEL, patched(wheelOf(), "PK\x05\x06", 8, u16(2, 3))),
    good: file(WHEEL, patched(wheelOf(), "PK\x05\x06", 8, u16(3, 3))),
    pypi: framing("Malformed zip file"),
  },
  {
    code: "zip-malformed",
    when: "a ZIP64 field has an odd length",
    bad: wheel([{
      name: "a",
      local: { extra: extraField(1, new Uint8Array(12)) },
    }]),
    good: wheel([{
      name: "a",
      method: 0,
      local: { extra: extraField(1, new Uint8Array(8)) },
    }]),
    pypi: framing("Malformed zip file"),
  },
  {
    code: "zip-malformed",
    when: "a deflated member has only one size in ZIP64",
    bad: wheel([{
      ...CODE,
      local: { extra: extraField(1, u64(6)) },
    }]),
    good: wheel([{
      ...CODE,
      method: 0,
      local: { extra: extraField(1, u64(6)) },
    }]),
    pypi: framing("Malformed zip file"),
  },
  {
    code: "zip-trailing-data",
    when: "bytes follow the end",
    bad: wheel([], { comment: "abc", suffix: hexName("\n") }),
    good: wheel([], { comment: "abc\n" }),
    pypi: framing("Trailing data"),
  },
  {
    code: "wheel-filename-parts",
    when: "a wheel's name has four parts",
    bad: named("demo-1.0-py3-none.whl"),
    good: named("demo-1.0-1-py3-none-any.whl"),
    pypi: "Invalid wheel filename (wrong number of parts): 'demo-1.0-py3-none'",
  },
  {
    code: "wheel-filename-parts",
    when: "a wheel's name has two parts",
    bad: named("demo-1.0.whl"),
    good: named(WHEEL),
    pypi: `${PREFIX} Unable to parse name and version from wheel filename`,
  },
  {
    code: "wheel-filename-name",
    when: "two underscores stand in a row",
    bad: renamed("de__mo", "1.0"),
    good: named("de_mo-1.0-py3-none-any.whl", { name: "de-mo" }),
    pypi: "Invalid project name: 'de__mo-1.0-py3-none-any'",
  },
  {
    code: "wheel-filename-version-invalid",
    when: "the second part is a word",
    bad: renamed("demo", "latest"),
    good: named(WHEEL),
    pypi:
      "Invalid wheel filename (invalid version): 'demo-latest-py3-none-any'",
  },
  {
    code: "wheel-filename-build",
    when: "the build tag is a letter",
    bad: named("demo-1.0-a1-py3-none-any.whl"),
    good: named("demo-1.0-1a-py3-none-any.whl"),
    pypi: "Invalid build number: a1 in 'demo-1.0-a1-py3-none-any'",
  },
  {
    code: "wheel-platform-unsupported",
    when: "a wheel is for any Linux",
    bad: named("demo-1.0-py3-none-linux_x86_64.whl"),
    good: named("demo-1.0-py3-none-manylinux_2_28_x86_64.whl"),
    pypi:
      "Binary wheel 'demo-1.0-py3-none-linux_x86_64.whl' has an unsupported platform tag 'linux_x86_64'.",
  },
  {
    code: "wheel-filename-project",
    when: "the metadata names another project",
    bad: named(WHEEL, { metadata: METADATA.replace("demo", "Other.Demo") }),
    good: named(WHEEL, { metadata: METADATA.replace("demo", "Demo") }),
    form: { name: ["Other.Demo"] },
    pypi: "Start filename for 'Other.Demo' with 'other_demo'.",
  },
  {
    code: "wheel-filename-not-normalized",
    when: "the name keeps its dot",
    bad: renamed("de.mo", "1.0", "de.mo"),
    good: renamed("de_mo", "1.0", "de.mo"),
    form: { name: ["de.mo"] },
    pypi:
      "Filename 'de.mo-1.0-py3-none-any.whl' should contain the normalized project name 'de_mo', not 'de.mo'.",
  },
  {
    code: "wheel-filename-version",
    when: "the metadata has another version",
    bad: named(WHEEL, { metadata: METADATA.replace("1.0", "1.1") }),
    good: named(WHEEL, { metadata: METADATA.replace("1.0", "1.0.0") }),
    form: { version: ["1.1"] },
    pypi: "Version in filename should be '1.1' not '1.0'.",
  },
  {
    code: "wheel-file-missing",
    when: "the .dist-info folder is spelled otherwise",
    bad: file(WHEEL, buildWheel({ version: "1.0.0" })),
    good: named(WHEEL),
    pypi: `${PREFIX} WHEEL not found at ${INFO}/WHEEL`,
  },
  {
    code: "wheel-metadata-missing",
    when: "there is no METADATA",
    bad: file(
      WHEEL,
      buildZip([
        { name: `${INFO}/WHEEL`, data: "" },
        { name: `${INFO}/RECORD`, data: `${INFO}/WHEEL,,\n${INFO}/RECORD,,\n` },
      ]),
    ),
    good: wheel(),
    pypi:
      `Wheel '${WHEEL}' does not contain the required METADATA file: ${INFO}/METADATA`,
  },
  {
    code: "wheel-record-missing",
    when: "RECORD has a blank line",
    bad: wheel([{ name: `${INFO}/RECORD`, data: `${recordOf([])}\n` }]),
    good: wheel([{ name: `${INFO}/RECORD`, data: recordOf([]).trimEnd() }]),
    pypi:
      `Wheel '${WHEEL}' does not contain the required RECORD file: ${INFO}/RECORD`,
  },
  {
    code: "wheel-record-mismatch",
    when: "RECORD lists less than is there",
    bad: wheel([CODE, { name: `${INFO}/RECORD`, data: recordOf([]) }]),
    good: wheel([
      CODE,
      { name: "demo/" },
      { name: `${INFO}/RECORD.jws` },
      { name: `${INFO}/RECORD`, data: recordOf(["demo\\a.py"]) },
    ]),
    pypi: null,
  },
  {
    code: "wheel-entry-points-invalid",
    when: "a script's name has a slash",
    bad: wheel([{
      name: `${INFO}/entry_points.txt`,
      data: "[console_scripts]\n../x = demo:main\n",
    }]),
    good: wheel([{
      name: `${INFO}/entry_points.txt`,
      data: "[console_scripts]\nx-1.y_z = demo:main\n\n[a/b]\n../x = y\n",
    }]),
    pypi:
      `Wheel '${WHEEL}' has invalid entry points defined in the entry_points.txt file`,
  },
  {
    code: "wheel-license-file-missing",
    when: "a license file is not below licenses/",
    bad: named(WHEEL, {
      metadata: `${METADATA}License-File: LICENSE\n`,
      files: { [`${INFO}/LICENSE`]: "" },
    }),
    good: named(WHEEL, {
      metadata: `${METADATA}License-File: LICENSE\n`,
      files: { [`${INFO}/licenses/LICENSE`]: "" },
    }),
    form: { license_file: ["LICENSE"] },
    pypi:
      `License-File LICENSE does not exist in distribution file ${WHEEL} at ${INFO}/licenses/LICENSE`,
  },
  {
    code: "sdist-filename-invalid",
    when: "no version follows the last dash",
    bad: named("demo-1.0-linux.tar.gz"),
    good: named("demo-1.0.tar.gz"),
    pypi: "Invalid source distribution filename: demo-1.0-linux.tar.gz",
  },
  {
    code: "sdist-filename-project",
    when: "the metadata names another project",
    bad: named(SDIST, { metadata: METADATA.replace("demo", "other") }),
    good: named(SDIST, { metadata: METADATA.replace("demo", "DEMO") }),
    form: { name: ["other"] },
    pypi: "Start filename for 'other' with 'other'.",
  },
  {
    code: "sdist-filename-not-normalized",
    when: "the version is not normalized",
    bad: named("demo-1.0-1.tar.gz", { version: "1.0.post1" }),
    good: named("demo-1.0.post1.tar.gz", { version: "1.0.post1" }),
    form: { version: ["1.0.post1"] },
    pypi:
      "Filename 'demo-1.0-1.tar.gz' is invalid, should be 'demo-1.0.post1.tar.gz'.",
  },
  {
    code: "sdist-filename-not-normalized",
    when: "an sdist is a ZIP file",
    bad: file(
      "demo-1.0.zip",
      buildZip([{ name: "demo-1.0/PKG-INFO", data: METADATA }, {
        name: "demo-1.0/setup.py",
      }]),
    ),
    good: named(SDIST),
    pypi: "Filename 'demo-1.0.zip' is invalid, should be 'demo-1.0.tar.gz'.",
  },
  {
    code: "sdist-top-folder",
    when: "a member lies beside the top folder",
    bad: sdist({ name: "README" }),
    good: sdist({ name: "demo-1.0/README" }),
    pypi: `${PREFIX} Incorrect number of top-level directories in sdist`,
  },
  {
    code: "sdist-pkg-info-missing",
    when: "names start with ./",
    bad: file(
      SDIST,
      buildTarGz([
        { ...PKG_INFO, name: "./demo-1.0/PKG-INFO" },
        { name: "./demo-1.0/setup.py" },
      ]),
    ),
    good: file(
      SDIST,
      buildTarGz([{ name: "./demo-1.0/setup.py" }, PKG_INFO]),
    ),
    pypi: `${PREFIX} PKG-INFO not found at demo-1.0/PKG-INFO`,
  },
  {
    code: "sdist-license-file-missing",
    when: "a license file is elsewhere",
    bad: named(SDIST, {
      metadata: `${METADATA}License-File: LICENSE\n`,
      files: { "docs/LICENSE": "" },
    }),
    good: named(SDIST, {
      metadata: `${METADATA}License-File: docs/LICENSE\n`,
      files: { "docs/LICENSE": "" },
    }),
    form: { license_file: ["LICENSE"] },
    pypi:
      `License-File LICENSE does not exist in distribution file ${SDIST} at demo-1.0/LICENSE`,
  },
];

/** A wheel whose folder is spelled like its file name. */
function renamed(
  name: string,
  version: string,
  project = "demo",
): DistributionFile {
  const info = `${name}-${version}.dist-info`;
  return file(
    `${name}-${version}-py3-none-any.whl`,
    buildZip([
      { name: `${info}/METADATA`, data: METADATA.replace("demo", project) },
      { name: `${info}/WHEEL`, data: "" },
      {
        name: `${info}/RECORD`,
        data: ["METADATA", "WHEEL", "RECORD"].map((part) =>
          `${info}/${part},,\n`
        ).join(""),
      },
    ]),
  );
}

for (const { code, when, bad, good, form, pypi } of CASES) {
  Deno.test(`${code} strikes when ${when}`, async () => {
    const findings = await check([bad]);
    const finding = findings.find((finding) => finding.code === code);
    assert(finding, `found only: ${codesOf(findings)}`);
    assertEquals(finding.severity, pypi === null ? "warning" : "error");
  });

  Deno.test(`${code} passes the near miss of: ${when}`, async () => {
    const codes = codesOf(await check([good]));
    assert(!codes.includes(code), `found: ${codes}`);
  });

  Deno.test(`PyPI's words when ${when}`, async () => {
    const fields = new Map(Object.entries({
      metadata_version: ["2.4"],
      name: ["demo"],
      version: ["1.0"],
      ...form,
    }));
    assertEquals(
      await judgeFile({ fields, filename: bad.filename, blob: bad.blob }),
      pypi,
    );
  });
}

Deno.test("every rule about file names and archives has a case", () => {
  const tested = new Set(CASES.map(({ code }) => code));
  const rules = [
    FILENAME_RULES,
    FILENAME_LENGTH_RULES,
    ZIP_RULES,
    TAR_RULES,
    ZIP_FRAMING_RULES,
    WHEEL_FILENAME_RULES,
    WHEEL_FILE_RULES,
    WHEEL_RULES,
    SDIST_FILENAME_RULES,
    SDIST_RULES,
    SDIST_LICENSE_RULES,
  ].flat();
  assertEquals(
    rules.map(({ code }) => code).filter((code) => !tested.has(code)),
    [],
  );
});

Deno.test("runChecks() finds nothing in a plain wheel and a plain sdist", async () => {
  assertEquals(await check([named(WHEEL), named(SDIST)]), []);
});

Deno.test("runChecks() finds nothing in ZIP64 wheels", async () => {
  assertEquals(
    codesOf(await check([wheel([{ ...CODE, zip64: true }], ZIP64)])),
    [],
  );
});

Deno.test("runChecks() tells the cause alone when a wheel was renamed", async () => {
  const renamed = file("demo-1.1-py3-none-any.whl", buildWheel());
  assertEquals(errorsOf(await check([renamed])), [
    "wheel-filename-version",
    "wheel-file-missing",
  ]);
});

Deno.test("runChecks() tells the cause alone when a wheel is no ZIP file", async () => {
  assertEquals(
    errorsOf(await check([file(WHEEL, new Uint8Array(10))])),
    ["archive-format"],
  );
});

Deno.test("runChecks() checks metadata of a file whose name can't be taken", async () => {
  const wheel = buildWheel({ headers: "Requires-Python: three\n" });
  assertEquals(errorsOf(await check([file("demo-1.0-none-any.whl", wheel)])), [
    "wheel-filename-parts",
    "requires-python-invalid",
  ]);
});

Deno.test("runChecks() does not unpack large binaries", async () => {
  // Content that would fail to inflate is jumped over.
  const binary = new Uint8Array(1024).fill(0xff);
  const members = [{ name: "demo/a.so", raw: binary, size: 2048, method: 8 }];
  assertEquals(codesOf(await check([wheel(members)])), []);
});
