/**
 * Index servers that no one here wrote, each on a port of this machine.
 *
 * @module
 */

import { join } from "node:path";
import type { PythonTools } from "./python.ts";

/** A running index server. */
export interface IndexServer extends AsyncDisposable {
  /** Where files are posted. */
  readonly uploadUrl: string;
  /** Where pip looks. */
  readonly simpleUrl: string;
  /** A user who may upload. */
  readonly username: string;
  /** What that user authenticates with. */
  readonly password: string;
}

const USER = "maker";
const PASSWORD = "correct-horse-battery";

/** How long a server may take to answer first, in tenths of a second. */
const PATIENCE = 600;

/**
 * Starts pypiserver; a file that is there stays as it is.
 *
 * @param python The Python tools
 * @param options Whether only its user may read it, too
 */
export async function startPypiserver(
  python: PythonTools,
  { isPrivate = false } = {},
): Promise<IndexServer> {
  const folder = await Deno.makeTempDir({ prefix: "releasio-pypiserver-" });
  await Deno.mkdir(join(folder, "packages"));
  const digest = await crypto.subtle.digest(
    "SHA-1",
    new TextEncoder().encode(PASSWORD),
  );
  await Deno.writeTextFile(
    join(folder, "htpasswd"),
    `${USER}:{SHA}${new Uint8Array(digest).toBase64()}\n`,
  );
  const port = freePort();
  const url = `http://127.0.0.1:${port}/`;
  const stop = await startServer(python, "pypi-server", url, [
    ...["run", "--interface", "127.0.0.1", "--port", `${port}`],
    ...["--passwords", join(folder, "htpasswd"), "--disable-fallback"],
    ...["--authenticate", isPrivate ? "update,list,download" : "update"],
    join(folder, "packages"),
  ]);
  return {
    uploadUrl: url,
    simpleUrl: `${url}simple/`,
    username: USER,
    password: PASSWORD,
    [Symbol.asyncDispose]: () => stop(folder),
  };
}

/** A devpi-server with two indexes: one that takes a file again, one that does not. */
export interface DevpiServer extends AsyncDisposable {
  /** Where a file may be replaced. */
  readonly volatile: Omit<IndexServer, typeof Symbol.asyncDispose>;
  /** Where a file stays as it is; a login token is the password here. */
  readonly fixed: Omit<IndexServer, typeof Symbol.asyncDispose>;
}

/** Starts devpi-server. */
export async function startDevpi(python: PythonTools): Promise<DevpiServer> {
  const folder = await Deno.makeTempDir({ prefix: "releasio-devpi-" });
  const made = await python.run("devpi-init", [
    ...["--serverdir", folder, "--no-root-pypi", "--root-passwd", PASSWORD],
  ]);
  if (made.code !== 0) throw new Error(made.output);
  const port = freePort();
  const url = `http://127.0.0.1:${port}/`;
  const stop = await startServer(python, "devpi-server", `${url}+api`, [
    ...["--serverdir", folder, "--host", "127.0.0.1", "--port", `${port}`],
    ...["--threads", "8"],
  ]);
  const send = async (
    method: string,
    path: string,
    body: unknown,
    auth?: string,
  ) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        "content-type": "application/json",
        "accept": "application/json",
        ...(auth === undefined ? {} : { "x-devpi-auth": btoa(auth) }),
      },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${text}`);
    return JSON.parse(text).result;
  };
  await send("PUT", USER, { password: PASSWORD });
  const login = { user: USER, password: PASSWORD };
  const { password: token } = await send("POST", "+login", login);
  for (const [name, volatile] of [["draft", true], ["final", false]]) {
    await send(
      "PUT",
      `${USER}/${name}`,
      { bases: [], volatile },
      `${USER}:${token}`,
    );
  }
  const index = (name: string, password: string) => ({
    uploadUrl: `${url}${USER}/${name}/`,
    simpleUrl: `${url}${USER}/${name}/+simple/`,
    username: USER,
    password,
  });
  return {
    volatile: index("draft", PASSWORD),
    fixed: index("final", token),
    [Symbol.asyncDispose]: () => stop(folder),
  };
}

/** Starts a server and waits until it answers. */
async function startServer(
  python: PythonTools,
  program: string,
  url: string,
  args: readonly string[],
): Promise<(folder: string) => Promise<void>> {
  const log = await Deno.makeTempFile({ prefix: `${program}-` });
  const file = await Deno.open(log, { write: true });
  const child = new Deno.Command(python.program(program), {
    args: [...args],
    env: python.env(),
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const logged = Promise.all([
    child.stdout.pipeTo(file.writable, { preventClose: true }),
    child.stderr.pipeTo(new WritableStream()),
  ]);
  let isRunning = true;
  const ended = child.status.then(() => void (isRunning = false));
  for (let tries = 0;; tries++) {
    const answer = await fetch(url).catch(() => null);
    await answer?.body?.cancel();
    if (answer !== null) break;
    if (!isRunning || tries === PATIENCE) {
      throw new Error(`${program} does not answer; see ${log}`);
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  return async (folder) => {
    if (isRunning) child.kill("SIGTERM");
    await ended;
    await logged;
    file.close();
    await Deno.remove(log);
    await Deno.remove(folder, { recursive: true });
  };
}

/** A port that was free a moment ago. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}
