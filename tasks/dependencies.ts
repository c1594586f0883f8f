/**
 * Where the JSR packages come from on this machine: the registry, checkouts of
 * their repositories, or the stand-ins in `tasks/offline/`.
 *
 * @module
 */

import { delimiter, join, resolve } from "node:path";

/** The parts of a `deno.json` that the tasks read or write. */
export interface DenoConfig {
  name?: string;
  version?: string;
  exports?: Record<string, string>;
  imports?: Record<string, string>;
  publish?: { include?: string[] };
  workspace?: string[] | { members: string[] };
  links?: string[];
  lock?: string | false;
  compilerOptions?: Record<string, unknown>;
}

/** A package on disk that takes the place of one on JSR. */
export interface LinkedPackage {
  readonly name: string;
  readonly version: string;
  /** Absolute path. */
  readonly folder: string;
}

/** Where the JSR packages come from. */
export type Source =
  | { readonly kind: "registry" }
  | {
    readonly kind: "checkouts" | "stand-ins";
    readonly links: readonly LinkedPackage[];
  };

/** Enough for a registry that is there, too little to wait for one that is not. */
const PROBE_MS = 2500;

/**
 * Decides where the JSR packages come from.
 *
 * @param root The repository
 * @param checkouts The value of `JSR_CHECKOUTS`, if it is set
 */
export async function chooseSource(
  root: string,
  checkouts: string | undefined,
): Promise<Source> {
  if (checkouts) {
    const folders = checkouts.split(delimiter).filter(Boolean);
    const links = (await Promise.all(folders.map(readWorkspace))).flat();
    return { kind: "checkouts", links };
  }
  const standIns = await readStandIns(root);
  if (await resolves(standIns)) return { kind: "registry" };
  return { kind: "stand-ins", links: standIns.map(({ link }) => link) };
}

/** One line that says what was chosen. */
export function describeSource(source: Source): string {
  switch (source.kind) {
    case "registry":
      return "JSR packages: from the registry";
    case "checkouts":
      return `JSR packages: ${source.links.length} from JSR_CHECKOUTS`;
    case "stand-ins":
      return "JSR packages: stand-ins from tasks/offline, since the registry can't be reached";
  }
}

/**
 * The configuration that puts `links` in the place of JSR packages.
 *
 * @param config The project's own `deno.json`
 */
export function linkConfig(
  config: DenoConfig,
  source: Exclude<Source, { kind: "registry" }>,
): DenoConfig {
  const imports = { ...config.imports };
  for (const { name, version } of source.links) {
    // A link counts only where its version is the one that is asked for.
    if (name in imports) imports[name] = `jsr:${name}@${version}`;
  }
  return {
    ...config,
    imports,
    links: source.links.map(({ folder }) => folder),
    // A lock of its own: a linked run would strip deno.lock of its JSR entries.
    lock: "deno.offline.lock",
    compilerOptions: source.kind === "checkouts"
      ? forCheckouts(config.compilerOptions)
      : config.compilerOptions ?? {},
  };
}

/** Linked packages are checked with our options, and not all are that strict. */
function forCheckouts(
  options: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    ...options,
    exactOptionalPropertyTypes: false,
    noUncheckedIndexedAccess: false,
  };
}

/**
 * The packages of a workspace.
 *
 * @throws {Error} If there are none
 */
export async function readWorkspace(folder: string): Promise<LinkedPackage[]> {
  const { workspace = [] } = await readConfig(folder);
  const members = Array.isArray(workspace) ? workspace : workspace.members;
  const links: LinkedPackage[] = [];
  for (const member of members) {
    const path = resolve(folder, member);
    const { name, version } = await readConfig(path);
    if (name && version) links.push({ name, version, folder: path });
  }
  if (links.length === 0) {
    throw new Error(`Cannot use checkout: no packages in "${folder}"`);
  }
  return links;
}

interface StandIn {
  readonly link: LinkedPackage;
  /** What the project imports: `jsr:@std/cli@1.0.32/unicode-width`. */
  readonly specifiers: readonly string[];
}

/** The stand-ins; each exports just what the project uses of its package. */
async function readStandIns(root: string): Promise<StandIn[]> {
  const standIns: StandIn[] = [];
  for await (const entry of Deno.readDir(join(root, "tasks", "offline"))) {
    const folder = join(root, "tasks", "offline", entry.name);
    const { name = "", version = "", exports = {} } = await readConfig(folder);
    const specifiers = Object.keys(exports)
      .map((path) => `jsr:${name}@${version}${path.slice(1)}`);
    standIns.push({ link: { name, version, folder }, specifiers });
  }
  return standIns.sort((a, b) => a.link.name < b.link.name ? -1 : 1);
}

/** Whether the real packages are in Deno's cache, or the registry answers. */
async function resolves(standIns: readonly StandIn[]): Promise<boolean> {
  const signal = AbortSignal.timeout(PROBE_MS);
  const specifiers = standIns.flatMap((standIn) => standIn.specifiers);
  const probes = [
    registryAnswers(standIns[0]?.link.name ?? "", signal),
    areCached(specifiers, signal),
  ].map(async (probe) => {
    if (!await probe) throw new Error("no");
  });
  return await Promise.any(probes).then(() => true, () => false);
}

async function registryAnswers(
  name: string,
  signal: AbortSignal,
): Promise<boolean> {
  const registry = Deno.env.get("JSR_URL") ?? "https://jsr.io/";
  try {
    const url = new URL(`${name}/meta.json`, registry);
    const response = await fetch(url, { signal });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

async function areCached(
  specifiers: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  const imports = specifiers.map((specifier) => `import "${specifier}";`);
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--cached-only",
      "--no-config",
      "--no-lock",
      imports.join("\n"),
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
    signal,
  }).output();
  return success;
}

/** Reads the `deno.json` of a folder; one that is missing is empty. */
export async function readConfig(folder: string): Promise<DenoConfig> {
  try {
    return JSON.parse(await Deno.readTextFile(join(folder, "deno.json")));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}
