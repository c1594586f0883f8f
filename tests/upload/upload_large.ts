/**
 * Uploads a large file and prints what memory that took at most, in bytes:
 * `upload_large.ts <port> <path>`.
 */

// deno-lint-ignore-file no-console -- its parent reads it

import { denoContext } from "../../lib/deno_context.ts";
import { sha256 } from "../../lib/dist/digest.ts";
import { uploadFiles } from "../../lib/upload/mod.ts";
import { credentialsOf, distributionOf } from "../helpers/fake_index.ts";

const [port, path] = Deno.args;
const context = denoContext();
const blob = await context.openFile(path!);
const [outcome] = await uploadFiles(context, [{
  ...await distributionOf("demo-1.0-py3-none-any.whl"),
  blob,
  size: blob.size,
  sha256: await sha256(blob),
}], {
  registry: {
    name: "index",
    kind: "other",
    uploadUrl: `http://127.0.0.1:${port}/legacy/`,
    simpleUrl: null,
  },
  credentials: credentialsOf(),
  jobs: 1,
  skipExisting: false,
});
const status = await Deno.readTextFile("/proc/self/status");
const peak = Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)![1]) * 1024;
console.log(JSON.stringify({ status: outcome!.status, peak }));
