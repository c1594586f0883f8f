/**
 * `~/.pypirc`, where Python's tools keep their tokens.
 *
 * @see {@link https://packaging.python.org/en/latest/specifications/pypirc/}
 * @module
 */

import { parseRegistry, type Registry } from "./registry.ts";

/** What a section of `.pypirc` says about one registry. */
export interface PypircSection {
  /** The section's name. */
  readonly name: string;
  /** The user name, or `null`. */
  readonly username: string | null;
  /** The password or token. */
  readonly password: string;
}

type Section = ReadonlyMap<string, string>;

/**
 * Finds the first section that is about a registry and has a password.
 *
 * @param text The file
 * @param registry The registry
 * @returns The section, or `null`
 */
export function findPypircSection(
  text: string,
  registry: Registry,
): PypircSection | null {
  const sections = parseIni(text);
  for (const [name, section] of sections) {
    const password = section.get("password") ?? "";
    if (password === "" || !isAbout(name, section, registry)) continue;
    return { name, username: section.get("username") || null, password };
  }
  return null;
}

function isAbout(name: string, section: Section, registry: Registry): boolean {
  const repository = section.get("repository") ??
    (name === "pypi" || name === "testpypi" ? name : null);
  if (repository === null) return false;
  try {
    const { uploadUrl } = parseRegistry(repository);
    return withoutSlash(uploadUrl) === withoutSlash(registry.uploadUrl);
  } catch {
    // A section that we could not publish to is not about our registry.
    return false;
  }
}

function withoutSlash(url: string): string {
  return url.replace(/\/$/, "");
}

/**
 * Reads what Python's `configparser` reads, without interpolation: it is
 * what every other tool takes this file for.
 */
function parseIni(text: string): Map<string, Section> {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | null = null;
  let keyIndent: number | null = null;
  for (const line of text.replace(/^\uFEFF/, "").split(/\r?\n/)) {
    const content = line.trim();
    if (content === "" || /^[#;]/.test(content)) continue;
    const indent = line.length - line.trimStart().length;
    // Deeper than its key: the value goes on. No value of ours does.
    if (keyIndent !== null && indent > keyIndent) continue;

    const header = /^\[(.+)\]/.exec(content);
    if (header !== null) {
      section = sections.get(header[1]!) ?? new Map();
      sections.set(header[1]!, section);
      keyIndent = null;
      continue;
    }
    const option = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(content);
    if (option === null || section === null) continue;
    section.set(option[1]!.toLowerCase(), option[2]!);
    keyIndent = indent;
  }
  return sections;
}
