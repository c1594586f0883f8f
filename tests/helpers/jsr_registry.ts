/**
 * A JSR registry on loopback, for what only the literal
 * `deno run jsr:@releasio/cli` can show. It serves this package and checkouts
 * of those it depends on, as `deno publish` would have uploaded them.
 *
 * The three kinds of request are those of https://jsr.io/docs/api.
 */

import { delimiter, join, relative, resolve } from "node:path";
import { glob } from "node:fs/promises";

/** A package as the registry holds it. */
export interface JsrPackage {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, string>>;
  /** Text by path, such as `/mod.ts`. */
  readonly files: ReadonlyMap<string, string>;
}

/** A registry that is running. */
export interface JsrRegistry extends AsyncDisposable {
  /** For `JSR_URL`. */
  readonly url: string;
  /** Size of all answers so far. */
  readonly bytes: () => number;
}

interface Config {
  name: string;
  version: string;
  exports?: string | Record<string, string>;
  imports?: Record<string, string>;
  publish?: { include: string[] };
  workspace?: string[];
}

const ROOT = join(import.meta.dirname!, "..", "..");

/** This package, and the members of the workspaces that `JSR_CHECKOUTS` names. */
export async function readJsrPackages(
  checkouts: string,
): Promise<JsrPackage[]> {
  const packages = [await readPackage(ROOT, {})];
  for (const folder of checkouts.split(delimiter)) {
    const { imports = {}, workspace = [] } = await readConfig(folder);
    const members = await Promise.all(
      workspace.map((member) => readConfig(resolve(folder, member))),
    );
    // A member imports another by its name, and is published with its version.
    const siblings = members
      .map(({ name, version }) => [name, `jsr:${name}@^${version}`]);
    const map = { ...imports, ...Object.fromEntries(siblings) };
    for (const member of workspace) {
      packages.push(await readPackage(resolve(folder, member), map));
    }
  }
  return packages;
}

/** Serves packages on a free loopback port. */
export function serveJsr(packages: readonly JsrPackage[]): JsrRegistry {
  let bytes = 0;
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const path = decodeURIComponent(new URL(request.url).pathname);
      const text = await answer(packages, path);
      if (text === undefined) return new Response(null, { status: 404 });
      const body = new TextEncoder().encode(text);
      bytes += body.length;
      const type = path.endsWith(".json")
        ? "application/json"
        : "text/typescript";
      return new Response(body, { headers: { "content-type": type } });
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    bytes: () => bytes,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function answer(
  packages: readonly JsrPackage[],
  path: string,
): Promise<string | undefined> {
  const [, name, rest = ""] = /^\/(@[^/]+\/[^/]+)\/(.*)$/.exec(path) ?? [];
  const found = packages.find((candidate) => candidate.name === name);
  if (!found) return undefined;
  const { version, exports, files } = found;
  if (rest === "meta.json") {
    return JSON.stringify({ latest: version, versions: { [version]: {} } });
  }
  if (rest === `${version}_meta.json`) {
    return JSON.stringify({ exports, manifest: await manifestOf(files) });
  }
  return rest.startsWith(`${version}/`)
    ? files.get(rest.slice(version.length))
    : undefined;
}

async function manifestOf(files: ReadonlyMap<string, string>) {
  const manifest: Record<string, { size: number; checksum: string }> = {};
  for (const [path, text] of files) {
    const bytes = new TextEncoder().encode(text);
    const digest = await crypto.subtle.digest("SHA-256", bytes);
    manifest[path] = {
      size: bytes.length,
      checksum: `sha256-${new Uint8Array(digest).toHex()}`,
    };
  }
  return manifest;
}

async function readPackage(
  folder: string,
  workspaceImports: Record<string, string>,
): Promise<JsrPackage> {
  const { name, version, exports = {}, imports, publish } = await readConfig(
    folder,
  );
  const map = { ...workspaceImports, ...imports };
  const include = publish?.include ?? ["**/*.ts", "**/*.json"];
  const files = new Map<string, string>();
  for await (const file of glob(include, { cwd: folder })) {
    if (/(?:_test\.ts|testdata\/.*)$/.test(file)) continue;
    const text = await Deno.readTextFile(join(folder, file));
    const path = `/${relative("", file).replaceAll("\\", "/")}`;
    files.set(path, file.endsWith(".ts") ? unfurl(text, map) : text);
  }
  return {
    name,
    version,
    exports: typeof exports === "string" ? { ".": exports } : exports,
    files,
  };
}

/** Writes out what the import map means, as `deno publish` does. */
function unfurl(text: string, map: Record<string, string>): string {
  return text.replaceAll(
    /(\bfrom\s*|\bimport\s*\(\s*|\bimport\s+)(["'])([^"'\n]+)\2/g,
    (whole, before, quote, specifier: string) => {
      const key = Object.keys(map).find((name) =>
        specifier === name || specifier.startsWith(`${name}/`)
      );
      if (key === undefined) return whole;
      return `${before}${quote}${map[key]}${
        specifier.slice(key.length)
      }${quote}`;
    },
  );
}

async function readConfig(folder: string): Promise<Config> {
  return JSON.parse(await Deno.readTextFile(join(folder, "deno.json")));
}
