/**
 * Runs one command against one index, and measures it.
 *
 * @module
 */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command, Tool } from "./tools.ts";

/** What one run took. */
export interface Measurement {
  /** Seconds. */
  readonly time: number;
  /** Seconds of user and system time. */
  readonly cpu: number;
  /** Peak resident memory in bytes. */
  readonly memory: number;
  /** Requests that the index saw. */
  readonly requests: number;
}

// The parent of a process is the only one who is told what it used.
const STOPWATCH = `
import json, resource, subprocess, sys, time
start = time.monotonic()
done = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL,
                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
seconds = time.monotonic() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
unit = 1 if sys.platform == "darwin" else 1024
print(json.dumps({"code": done.returncode, "time": seconds,
                  "cpu": used.ru_utime + used.ru_stime,
                  "memory": used.ru_maxrss * unit,
                  "output": done.stdout.decode(errors="replace")[-2000:]}))
`;

/** Runs a command and measures it; it must succeed. */
export async function measureCommand(
  { line, env = {} }: Command,
): Promise<Omit<Measurement, "requests">> {
  const { stdout } = await new Deno.Command("python3", {
    args: ["-c", STOPWATCH, ...line],
    env: { ...env, NO_COLOR: "1" },
    stderr: "inherit",
  }).output();
  const result = JSON.parse(new TextDecoder().decode(stdout));
  if (result.code !== 0) {
    throw new Error(`Failed: ${line.join(" ")}\n${result.output}`);
  }
  return result;
}

/** Uploads a folder with a tool to a new index, and measures that. */
export async function measureUpload(
  tool: Pick<Tool, "name" | "upload">,
  folder: string,
  options: { readonly roundTrip: number; readonly configFile: string },
): Promise<Measurement> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  const files = entries.map(({ name }) => join(folder, name)).sort();
  const server = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--quiet", "-c", options.configFile],
      fileURLToPath(new URL("./index_server.ts", import.meta.url)),
      String(options.roundTrip),
    ],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const lines = server.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { port, token } = JSON.parse((await lines.read()).value!);
  const measured = await measureCommand(tool.upload({
    url: `http://127.0.0.1:${port}/legacy/`,
    token,
    folder,
    files,
  }));
  await server.stdin.close();
  const seen = JSON.parse((await lines.read()).value!);
  await lines.cancel();
  await server.status;
  if (seen.files !== files.length) {
    throw new Error(`${tool.name} uploaded ${seen.files} of ${files.length}`);
  }
  return { ...measured, requests: seen.requests };
}
