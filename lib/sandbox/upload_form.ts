/**
 * Reads the form of an upload: fields into memory, the file into storage,
 * hashed on its way.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { Blake2b256 } from "./blake2b.ts";
import {
  boundaryOf,
  MultipartError,
  type Part,
  readParts,
} from "./multipart.ts";
import { Refusal } from "./refusal.ts";
import type { FileDraft, Storage } from "./storage.ts";

const MAX_FIELD_BYTES = 16 * 1024 * 1024;
const MAX_PARTS = 20_000;
/** BLAKE2b is slow in JavaScript: beyond this it is computed on demand only. */
const MAX_UNASKED_BLAKE2B_BYTES = 64 * 1024;

/** The file of an upload. */
export interface UploadedContent {
  /** Its name. */
  readonly filename: string;
  /** The part's content type; `null` without one. */
  readonly type: string | null;
  /** Bytes. */
  readonly size: number;
  /** SHA-256, lower-case hex. */
  readonly sha256: string;
  /** MD5, lower-case hex. */
  readonly md5: string;
  /** BLAKE2b-256, lower-case hex; `null` for a large file sent without it. */
  readonly blake2b: string | null;
  /** The bytes. */
  readonly draft: FileDraft;
}

/** The form of an upload. */
export interface UploadForm {
  /** Fields in order, each with every value that was sent. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
  /** The file, or `null` without one. */
  readonly content: UploadedContent | null;
  /** Fields that were sent as files but must not be. */
  readonly misplacedFiles: readonly string[];
}

/**
 * Reads the form of an upload to its end.
 *
 * @param request The request
 * @param storage Where the file goes
 * @returns The form
 * @throws {Refusal} If the body is no form
 */
export async function readUploadForm(
  request: Request,
  storage: Storage,
): Promise<UploadForm> {
  const boundary = boundaryOf(request.headers.get("content-type") ?? "");
  if (boundary === null || request.body === null) {
    return await readPlainForm(request);
  }
  const form = new FormReader(storage);
  try {
    for await (const part of readParts(request.body, boundary)) {
      await form.take(part);
    }
  } catch (error) {
    await form.discard();
    if (!(error instanceof MultipartError)) throw error;
    throw new Refusal(400, "Invalid Form Data.");
  }
  return form.result();
}

/** A form without a file, such as the obsolete `submit` action. */
async function readPlainForm(request: Request): Promise<UploadForm> {
  const fields = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(await request.text())) {
    fields.set(name, [...fields.get(name) ?? [], value]);
  }
  return { fields, content: null, misplacedFiles: [] };
}

class FormReader {
  readonly #storage: Storage;
  readonly #fields = new Map<string, string[]>();
  readonly #misplacedFiles: string[] = [];
  #content: UploadedContent | null = null;
  #draft: FileDraft | null = null;
  #parts = 0;
  #bytes = 0;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  async take(part: Part): Promise<void> {
    if (++this.#parts > MAX_PARTS) {
      throw new MultipartError("Cannot read form: too many parts");
    }
    if (part.filename === null) return await this.#takeField(part);
    if (part.name === "content" && this.#draft === null) {
      return await this.#takeContent(part, part.filename);
    }
    if (part.name !== "gpg_signature") this.#misplacedFiles.push(part.name);
  }

  result(): UploadForm {
    return {
      fields: this.#fields,
      content: this.#content,
      misplacedFiles: this.#misplacedFiles,
    };
  }

  async discard(): Promise<void> {
    await this.#draft?.discard();
  }

  async #takeField({ name, body }: Part): Promise<void> {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    let value = "";
    try {
      for await (const chunk of body) {
        this.#bytes += chunk.length;
        if (this.#bytes > MAX_FIELD_BYTES) {
          throw new MultipartError("Cannot read form: its fields are too long");
        }
        value += decoder.decode(chunk, { stream: true });
      }
      value += decoder.decode();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw new MultipartError("Cannot read form: a field is not UTF-8");
    }
    const values = this.#fields.get(name);
    if (values === undefined) this.#fields.set(name, [value]);
    else values.push(value);
  }

  async #takeContent(part: Part, filename: string): Promise<void> {
    const draft = this.#draft = await this.#storage.create();
    const sha256 = createHash("sha256");
    const md5 = createHash("md5");
    const blake2b = new Blake2b256();
    const isAsked = this.#fields.has("blake2_256_digest");
    const small: Uint8Array<ArrayBuffer>[] = [];
    let size = 0;
    for await (const chunk of part.body) {
      size += chunk.length;
      sha256.update(chunk);
      md5.update(chunk);
      if (isAsked) blake2b.update(chunk);
      else if (size <= MAX_UNASKED_BLAKE2B_BYTES) small.push(chunk.slice());
      await draft.write(chunk);
    }
    const isSmall = size <= MAX_UNASKED_BLAKE2B_BYTES;
    if (isSmall) small.forEach((chunk) => blake2b.update(chunk));
    this.#content = {
      filename,
      type: part.type,
      size,
      sha256: sha256.digest("hex"),
      md5: md5.digest("hex"),
      blake2b: isAsked || isSmall ? blake2b.hex() : null,
      draft,
    };
  }
}
