/**
 * A tree of files in memory, as the file functions of a context.
 */

import { basename, dirname, normalize } from "node:path";
import type { Context, DirectoryEntry } from "../../lib/context.ts";
import { notFound } from "./context.ts";

/** What a path holds: text, bytes, or the name of the error that reading it meets. */
export type FileContent = string | Uint8Array<ArrayBuffer> | {
  readonly error: "NotCapable" | "PermissionDenied" | "IsADirectory";
};

/**
 * The file functions over a tree. A path that only others lie below is a
 * folder, and so is one whose content is an error and that is listed.
 */
export function fileTree(
  files: Readonly<Record<string, FileContent>>,
): Pick<Context, "openFile" | "readDirectory"> {
  const tree = new Map(
    Object.entries(files).map(([path, content]) => [normalize(path), content]),
  );
  return {
    openFile(path) {
      const content = tree.get(normalize(path));
      if (content === undefined) return Promise.reject(notFound(path));
      if (typeof content === "object" && "error" in content) {
        return Promise.reject(failure(content.error, path));
      }
      return Promise.resolve(new Blob([content]));
    },
    readDirectory(path) {
      const folder = normalize(path);
      const own = tree.get(folder);
      if (typeof own === "object" && "error" in own) {
        return Promise.reject(failure(own.error, path));
      }
      const entries = new Map<string, DirectoryEntry>();
      for (const file of tree.keys()) {
        let at = file;
        while (dirname(at) !== folder && dirname(at) !== at) at = dirname(at);
        if (dirname(at) !== folder || at === folder) continue;
        const kind = tree.has(at) ? "file" : "directory";
        entries.set(basename(at), { name: basename(at), kind });
      }
      return entries.size === 0
        ? Promise.reject(notFound(path))
        : Promise.resolve([...entries.values()]);
    },
  };
}

function failure(name: string, path: string): Error {
  const error = new Error(`${name}: ${path}`);
  error.name = name;
  return error;
}
