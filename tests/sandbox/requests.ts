/**
 * Requests as clients of an index make them.
 */

import { createHash } from "node:crypto";
import type { Sandbox } from "../../lib/sandbox/mod.ts";
import { buildWheel } from "../helpers/archives.ts";

export const ORIGIN = "https://sandbox.example";

/** An upload; every part of it can be changed, `undefined` leaves it out. */
export interface UploadSpec {
  readonly origin?: string;
  readonly token?: string;
  readonly authorization?: string | null;
  readonly accept?: string;
  readonly filename?: string;
  readonly bytes?: Uint8Array<ArrayBuffer>;
  readonly type?: string;
  readonly fields?: Readonly<Record<string, string | undefined>>;
}

export const WHEEL = "demo-1.0-py3-none-any.whl";

/** An upload of `demo` 1.0, good unless told otherwise. */
export function uploadRequest(spec: UploadSpec = {}): Request {
  const {
    filename = WHEEL,
    bytes = buildWheel(),
    authorization = `Basic ${btoa(`__token__:${spec.token}`)}`,
  } = spec;
  const isWheel = filename.endsWith(".whl");
  const fields = {
    ":action": "file_upload",
    protocol_version: "1",
    metadata_version: "2.1",
    name: "demo",
    version: "1.0",
    filetype: isWheel ? "bdist_wheel" : "sdist",
    pyversion: isWheel ? "py3" : "source",
    sha256_digest: createHash("sha256").update(bytes).digest("hex"),
    ...spec.fields,
  };
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) form.append(name, value);
  }
  const type = spec.type ?? "application/octet-stream";
  form.append("content", new Blob([bytes], { type }), filename);
  return new Request(`${spec.origin ?? ORIGIN}/legacy/`, {
    method: "POST",
    headers: {
      ...(authorization === null ? {} : { authorization }),
      accept: spec.accept ?? "application/json",
    },
    body: form,
  });
}

/** The status and PyPI's words of an answer. */
export async function outcome(
  response: Response,
): Promise<readonly [number, string]> {
  const text = await response.text();
  if (response.status < 400) return [response.status, text];
  const { code } = JSON.parse(text);
  return [response.status, code.replace(`${response.status} `, "")];
}

/** Exchanges an identity token, or any other body. */
export function mintRequest(token: unknown, body?: string): Request {
  return new Request(`${ORIGIN}/_/oidc/mint-token`, {
    method: "POST",
    body: body ?? JSON.stringify({ token }),
  });
}

/** The code and description of a refused exchange, or its status. */
export async function mintOutcome(
  sandbox: Sandbox,
  request: Request,
): Promise<string> {
  const response = await sandbox.handle(request);
  const answer = await response.json();
  if (response.status === 200) return "minted";
  const [{ code, description }] = answer.errors;
  return `${response.status} ${code}: ${description}`;
}

export function get(
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Request {
  return new Request(`${ORIGIN}${path}`, { headers: { ...headers } });
}
