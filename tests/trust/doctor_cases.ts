/**
 * The workflow files of the fixtures, each with what `doctor` is expected to
 * find in it.
 *
 * A comment `#! severity code, …` names the findings of its line; `@file` at
 * its end says that they are about no workflow, `@workflow` about the whole
 * file, `@line n` about another line. `# publisher:` and `# testpypi:` are the
 * settings, `# gitlab:` those of a GitLab project, and `# file:` is the name
 * of a workflow that stands alone.
 */

import type { Publisher } from "../../lib/config/settings.ts";
import { FIXTURES } from "../helpers/paths.ts";

/** A project made of workflow files. */
export interface DoctorCase {
  /** Such as `bad/no_permissions.yml`. */
  readonly name: string;
  /** The files by their path from the project's root. */
  readonly files: Readonly<Record<string, string>>;
  /** The settings. */
  readonly publishers: ReadonlyMap<string, Publisher>;
  /** Findings, sorted: `path:line severity code`. */
  readonly expected: readonly string[];
}

const ROOT = `${FIXTURES}workflows/`;
const UPLOAD_URLS: Readonly<Record<string, string>> = {
  publisher: "https://upload.pypi.org/legacy/",
  gitlab: "https://upload.pypi.org/legacy/",
  testpypi: "https://test.pypi.org/legacy/",
};

/** Reads every case below a folder of the fixtures. */
export function readDoctorCases(folder: "good" | "bad"): DoctorCase[] {
  return [...Deno.readDirSync(ROOT + folder)]
    .map(({ name }) => readCase(`${folder}/${name}`))
    .sort((a, b) => a.name < b.name ? -1 : 1);
}

function readCase(name: string): DoctorCase {
  const files: Record<string, string> = {};
  if (Deno.statSync(ROOT + name).isFile) {
    const text = Deno.readTextFileSync(ROOT + name);
    const file = /^# file: (\S+)/m.exec(text)?.[1] ?? "release.yml";
    files[`.github/workflows/${file}`] = text;
  } else {
    for (const path of filesBelow(ROOT + name).sort()) {
      files[path.slice(ROOT.length + name.length + 1)] = Deno.readTextFileSync(
        path,
      );
    }
  }
  return {
    name,
    files,
    publishers: new Map(Object.values(files).flatMap(readPublishers)),
    expected: Object.entries(files).flatMap(([path, text]) =>
      readExpected(path, text)
    ).sort(),
  };
}

function filesBelow(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesBelow(`${folder}/${name}`) : [`${folder}/${name}`]
  );
}

function readPublishers(text: string): [string, Publisher][] {
  return [...text.matchAll(
    /^# (publisher|testpypi|gitlab): (\S+)\/(\S+) (\S+)(?: (\S+))?\r?$/gm,
  )].map(([, key, owner, repository, workflow, environment]) => [
    UPLOAD_URLS[key!]!,
    key === "gitlab"
      ? {
        provider: "gitlab",
        namespace: owner!,
        project: repository!,
        workflow: workflow!,
        environment: environment ?? null,
        issuer: "https://gitlab.com",
      }
      : {
        provider: "github",
        owner: owner!,
        repository: repository!,
        workflow: workflow!,
        environment: environment ?? null,
      },
  ]);
}

function readExpected(path: string, text: string): string[] {
  return text.split("\n").flatMap((line, i) => {
    const marker = /#! (.*)$/.exec(line.trimEnd())?.[1];
    if (marker === undefined) return [];
    const [list, where] = marker.split(/ @/) as [string, string?];
    const place = where === undefined
      ? `${path}:${i + 1}`
      : where === "file"
      ? "-"
      : where === "workflow"
      ? `${path}:-`
      : `${path}:${where.slice("line ".length)}`;
    return list.split(", ").map((finding) => `${place} ${finding}`);
  });
}
