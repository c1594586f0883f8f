/**
 * Core metadata: the text of METADATA and PKG-INFO.
 *
 * @module
 */

import type { Finding } from "../findings.ts";
import { METADATA_FIELDS, METADATA_VERSIONS } from "./metadata_fields.ts";
import { unreadable } from "./unreadable.ts";

/** One field, as it stands in the text. */
export interface MetadataField {
  /** The field's name in lower case, such as `requires-dist`. */
  readonly name: string;
  /**
   * Its value, without the blanks in front of it. A folded one keeps its line
   * breaks and indentation, as Python's `email` package reads it.
   */
  readonly value: string;
  /** 1-based line of its first line. */
  readonly line: number;
}

/**
 * Parsed core metadata. Fields keep their order and spelling, unknown ones
 * included: the index decides.
 */
export interface CoreMetadata {
  /** `Metadata-Version`; empty if absent. */
  readonly metadataVersion: string;
  /** `Name`, as spelled there; empty if absent. */
  readonly name: string;
  /** `Version`, as spelled there; empty if absent. */
  readonly version: string;
  /** The description: the body, else the `Description` field, else `null`. */
  readonly description: string | null;
  /** Every header field in file order, `Description` included. */
  readonly fields: readonly MetadataField[];
  /** A newer metadata version, unknown fields: what we can't judge. */
  readonly findings: readonly Finding[];
}

/** Bytes of METADATA or PKG-INFO that are read; more is an error. */
export const MAX_METADATA_BYTES: number = 8 * 1024 * 1024;

/** How many unknown fields one finding names. */
const MAX_NAMES = 5;

// What Python's email package takes for a header or a folded line. Anything
// else but an empty line ends the headers, and the body starts with it.
const HEADER_LINE = /^(?:From |[!-9;-~]*:|[\t ])/;

/**
 * Parses core metadata as PyPI's `packaging` does: as the headers and the body
 * of an e-mail message in UTF-8.
 *
 * Nothing is refused but text beyond {@linkcode MAX_METADATA_BYTES}: what
 * can't be judged becomes a finding, and all fields are kept.
 *
 * @param text The content of METADATA or PKG-INFO
 * @param file The distribution that it is from, for findings
 * @returns Its fields and its description
 * @throws {ReleasioError} `distribution-unreadable` if it is too large
 *
 * @see {@link https://packaging.python.org/en/latest/specifications/core-metadata/ | Core metadata specifications}
 *
 * @example Parse METADATA
 * ```ts
 * import { fieldValues, parseCoreMetadata } from "@releasio/cli/dist";
 * import { assertEquals } from "@std/assert";
 *
 * const metadata = parseCoreMetadata(
 *   "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n" +
 *     "Requires-Dist: a\nRequires-Dist: b\n\n# Demo\n",
 * );
 * assertEquals(metadata.name, "demo");
 * assertEquals(metadata.description, "# Demo\n");
 * assertEquals(fieldValues(metadata, "Requires-Dist"), ["a", "b"]);
 * ```
 */
export function parseCoreMetadata(
  text: string | Uint8Array,
  file: string | null = null,
): CoreMetadata {
  if (text.length > MAX_METADATA_BYTES) {
    throw unreadable(
      `its metadata is larger than ${MAX_METADATA_BYTES / 1024 / 1024} MiB`,
    );
  }
  const findings: Finding[] = [];
  const decoded = typeof text === "string" ? text : decode(text);
  if (decoded === null) findings.push(notUtf8(file));
  const lines = (decoded ?? new TextDecoder().decode(text as Uint8Array))
    .split(/\r\n|\r|\n/);

  const { fields, end } = readHeaders(lines);
  const stray = lines[end];
  if (stray !== undefined && stray !== "") {
    findings.push(brokenHeader(file, end + 1));
  }
  const body = lines.slice(stray === "" ? end + 1 : end).join("\n");
  const first = (name: string) =>
    fields.find((field) => field.name === name)?.value;
  const metadataVersion = first("metadata-version") ?? "";
  if (isNewer(metadataVersion)) {
    findings.push(newerVersion(file, metadataVersion));
  }
  const unknown = fields.filter(({ name }) => !METADATA_FIELDS.has(name));
  if (unknown.length > 0) findings.push(unknownFields(file, unknown));

  const description = first("description");
  return {
    metadataVersion,
    name: first("name") ?? "",
    version: first("version") ?? "",
    description: body !== ""
      ? body
      : description === undefined
      ? null
      : undent(description),
    fields,
    findings,
  };
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes);
  } catch {
    return null;
  }
}

function readHeaders(
  lines: readonly string[],
): { fields: MetadataField[]; end: number } {
  const fields: MetadataField[] = [];
  let name = "";
  let value: string[] = [];
  let start = 0;
  const finish = () => {
    if (name === "") return;
    const text = value.join("\n").replace(/^[ \t\n]+/, "");
    fields.push({ name, value: text, line: start });
  };
  let index = 0;
  for (; index < lines.length; index++) {
    const line = lines[index]!;
    if (!HEADER_LINE.test(line)) break;
    if (line.startsWith(" ") || line.startsWith("\t")) {
      value.push(line);
      continue;
    }
    finish();
    // An mbox "From " line, or a colon without a name, is passed over with
    // the lines folded after it.
    const colon = line.startsWith("From ") ? 0 : line.indexOf(":");
    name = line.slice(0, colon).toLowerCase();
    value = [line.slice(colon + 1)];
    start = index + 1;
  }
  finish();
  return { fields, end: index };
}

// Metadata before 2.1 folded the description into a field, each further line
// indented by eight columns: blanks, or seven and a bar.
function undent(description: string): string {
  return description.replaceAll(/\n(?: {8}| {7}\|)/g, "\n");
}

function isNewer(version: string): boolean {
  const [major = 0, minor = 0] = /^\d{1,9}\.\d{1,9}$/.test(version)
    ? version.split(".").map(Number)
    : [];
  const [knownMajor = 0, knownMinor = 0] = METADATA_VERSIONS.at(-1)!
    .split(".").map(Number);
  return major > knownMajor || (major === knownMajor && minor > knownMinor);
}

function newerVersion(file: string | null, version: string): Finding {
  return {
    code: "metadata-version-newer",
    severity: "warning",
    file,
    message:
      `Metadata version ${version} is newer than ${
        METADATA_VERSIONS.at(-1)
      }, ` +
      "the newest that is checked here",
    hint: "It is sent as it is; the index decides.",
  };
}

function unknownFields(
  file: string | null,
  fields: readonly MetadataField[],
): Finding {
  const names = [...new Set(fields.map(({ name }) => name))];
  const shown = names.slice(0, MAX_NAMES)
    .map((name) => `"${name.slice(0, 64)}"`).join(", ");
  const more = names.length - MAX_NAMES;
  return {
    code: "metadata-field-unknown",
    severity: "warning",
    file,
    line: fields[0]!.line,
    message: `Unknown metadata ${names.length === 1 ? "field" : "fields"}: ` +
      shown + (more > 0 ? ` and ${more} more` : ""),
    hint: "Such fields are passed over by indexes that don't know them.",
  };
}

function notUtf8(file: string | null): Finding {
  return {
    code: "metadata-not-utf8",
    severity: "warning",
    file,
    message: "The metadata is not valid UTF-8",
    hint:
      "PyPI gets the bad bytes as \u{fffd}. Save the project's metadata and readme as UTF-8 and build again.",
  };
}

function brokenHeader(file: string | null, line: number): Finding {
  return {
    code: "metadata-header-broken",
    severity: "warning",
    file,
    line,
    message: `Line ${line} of the metadata is no header: ` +
      "it and all that follows is read as the description",
    hint: "Further lines of a field must be indented.",
  };
}

/**
 * The values of one field, in file order.
 *
 * @param metadata Parsed metadata
 * @param name The field's name in any case, such as `Requires-Dist`
 * @returns Its values; empty if it is absent
 */
export function fieldValues(metadata: CoreMetadata, name: string): string[] {
  const wanted = name.toLowerCase();
  return metadata.fields.filter((field) => field.name === wanted)
    .map((field) => field.value);
}

/** A `Project-URL`, cut at its first comma. */
export interface ProjectUrl {
  /** What stands before the comma; the whole value if there is none. */
  readonly label: string;
  /** What stands after the comma; empty if there is none. */
  readonly url: string;
}

/**
 * Cuts the value of a `Project-URL` field into its label and its URL.
 *
 * @param value The value, such as `Docs, https://example.org/docs`
 * @returns Both parts without the blanks around them
 */
export function parseProjectUrl(value: string): ProjectUrl {
  const comma = value.indexOf(",");
  return comma < 0 ? { label: value.trim(), url: "" } : {
    label: value.slice(0, comma).trim(),
    url: value.slice(comma + 1).trim(),
  };
}
