/**
 * The folder in which `serve --data` keeps what is uploaded.
 *
 * @module
 */

import type { Context } from "../context.ts";
import { isAbsent } from "../context.ts";
import type { FileDraft, Storage } from "../sandbox/storage.ts";

/**
 * A sandbox's storage in a folder: `index.json`, and the files below
 * `files/`.
 *
 * @param context The outside world
 * @param folder The folder, which is created
 * @returns The storage
 */
export async function folderStorage(
  context: Context,
  folder: string,
): Promise<Storage> {
  const incoming = `${folder}/incoming`;
  const index = `${folder}/index.json`;
  await Deno.mkdir(incoming, { recursive: true });
  return {
    create: () => createDraft(context, incoming, `${folder}/files`),
    open: (path) => orNull(() => context.openFile(`${folder}/files/${path}`)),
    async loadIndex() {
      const blob = await orNull(() => context.openFile(index));
      return blob === null ? null : await blob.text();
    },
    async saveIndex(text) {
      // Renamed into place, so that an interruption leaves the old one whole.
      await Deno.writeTextFile(`${index}.new`, text);
      await Deno.rename(`${index}.new`, index);
    },
  };
}

async function createDraft(
  context: Context,
  incoming: string,
  files: string,
): Promise<FileDraft> {
  const path = `${incoming}/${crypto.randomUUID()}`;
  const file = await Deno.open(path, { write: true, createNew: true });
  const writer = file.writable.getWriter();
  let isOpen = true;
  const close = async () => {
    if (isOpen) await writer.close();
    isOpen = false;
  };
  return {
    write: (bytes) => writer.write(bytes),
    async read() {
      await close();
      return await context.openFile(path);
    },
    async keep(kept) {
      await close();
      const target = `${files}/${kept}`;
      await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), {
        recursive: true,
      });
      await Deno.rename(path, target);
    },
    async discard() {
      await close();
      await orNull(() => Deno.remove(path));
    },
  };
}

async function orNull<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}
