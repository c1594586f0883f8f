/**
 * Runs the tasks that need the project's dependencies: `deno task <name>`.
 *
 * It has no dependency itself. On a machine where the JSR packages can't be
 * had it writes `deno.offline.json`, with which any command runs too:
 * `deno run -c deno.offline.json cli.ts …`.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- it speaks to a developer

import { join } from "node:path";
import { deno, denoTest } from "./deno.ts";
import { onPackage } from "./staged_package.ts";
import { openWorkshop, type Workshop } from "./workshop.ts";

type Task = (workshop: Workshop) => Promise<number>;

/** Folders of tests that `test` leaves to tasks of their own. */
const SEPARATE_TESTS = ["tests/faults", "tests/interop"];

/** The tests, and the examples of the library's documentation. */
const EVERYTHING_TESTED = ["--doc", "tests", "lib", "mod.ts", "cli.ts"];

/** The least that a rehearsal of the example needs. */
const REHEARSAL_PERMISSIONS = [
  "--allow-read=.",
  "--allow-env",
  "--allow-net=127.0.0.1",
];

const TASKS: Record<string, Task> = {
  releasio: ({ root, configFile, args }) =>
    deno(["run", "-A", "-c", configFile, join(root, "mod.ts"), ...args], {
      // Where the developer stands, not where deno.json is.
      cwd: Deno.env.get("INIT_CWD") ?? root,
    }),

  rehearse: ({ root, configFile, args }) =>
    deno([
      ...["run", "--no-prompt", ...REHEARSAL_PERMISSIONS],
      ...["-c", configFile, "mod.ts"],
      ...["rehearse", "-C", "examples/demo", ...args],
    ], { cwd: root }),

  test: ({ root, configFile, args }) =>
    denoTest([
      ...["-P", "-c", configFile, "--parallel"],
      `--ignore=${SEPARATE_TESTS.join(",")}`,
      ...(args.length > 0 ? args : EVERYTHING_TESTED),
    ], { cwd: root, env: childConfig(configFile) }),

  "test:faults": (workshop) => testFolder("tests/faults", workshop),

  "test:interop": (workshop) => testFolder("tests/interop", workshop),

  bench: ({ root, configFile, args }) =>
    deno(["run", "-A", "-c", configFile, "tasks/bench/main.ts", ...args], {
      cwd: root,
    }),

  check: (workshop) => inOrder([checkAll, checkPure], workshop),

  doc: (workshop) =>
    onPackage(workshop, (cwd) =>
      deno([
        ...["doc", "--lint"],
        ...Object.values(workshop.config.exports ?? {}),
      ], { cwd })),

  dry: (workshop) =>
    onPackage(
      workshop,
      (cwd) => deno(["publish", "--dry-run", "--allow-dirty"], { cwd }),
    ),

  ok: (workshop) =>
    inOrder([
      ({ root }) => deno(["fmt", "--check"], { cwd: root }),
      ({ root }) => deno(["lint"], { cwd: root }),
      TASKS["doc"]!,
      TASKS["check"]!,
      TASKS["dry"]!,
      TASKS["test"]!,
    ], workshop),
};

/** Runs tasks until one fails. */
async function inOrder(
  tasks: readonly Task[],
  workshop: Workshop,
): Promise<number> {
  for (const task of tasks) {
    const code = await task(workshop);
    if (code !== 0) return code;
  }
  return 0;
}

async function testFolder(
  folder: string,
  { root, configFile, args }: Workshop,
): Promise<number> {
  if (await findModules(root, folder, "_test.ts").then(isEmpty)) {
    console.error(`NOTHING TESTED: there are no tests in ${folder}`);
    return 0;
  }
  return await denoTest([
    ...["-P", "-c", configFile],
    ...(args.length > 0 ? args : [folder]),
  ], { cwd: root, env: childConfig(configFile) });
}

/** Tests run the command line too, and it resolves its imports as they do. */
function childConfig(configFile: string): Record<string, string> {
  return { RELEASIO_DENO_CONFIG: configFile };
}

/** Type-checks everything, examples in the documentation included. */
async function checkAll(
  { root, configFile, source }: Workshop,
): Promise<number> {
  const tasks = await findModules(root, "tasks");
  const standIns = source.kind === "stand-ins";
  return await deno([
    ...["check", "--doc", "-c", configFile, "mod.ts", "cli.ts"],
    ...["lib", "tests"],
    // Without links the stand-ins' own imports mean nothing.
    ...tasks.filter((file) => standIns || !file.includes("offline")),
  ], { cwd: root });
}

/** Type-checks the stages as a browser would see them: they run anywhere. */
async function checkPure({ root, config }: Workshop): Promise<number> {
  const folder = await Deno.makeTempDir({ prefix: "releasio-pure-" });
  const configFile = join(folder, "deno.json");
  try {
    await Deno.writeTextFile(
      configFile,
      JSON.stringify({
        imports: config.imports,
        links: config.links,
        lock: false,
        compilerOptions: { ...config.compilerOptions, lib: ["esnext", "dom"] },
      }),
    );
    const stages = (await findModules(root, "lib"))
      .filter((file) => /^lib\/(?!cli\/).+\//.test(file));
    return await deno(["check", "-c", configFile, ...stages], { cwd: root });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The modules below a folder, relative to the repository. */
async function findModules(
  root: string,
  folder: string,
  suffix = ".ts",
): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const entry of Deno.readDir(join(root, folder))) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory) {
        found.push(...await findModules(root, path, suffix));
      } else if (path.endsWith(suffix)) found.push(path);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found.sort();
}

function isEmpty(list: readonly unknown[]): boolean {
  return list.length === 0;
}

if (import.meta.main) {
  const [name = "", ...args] = Deno.args;
  const task = Object.hasOwn(TASKS, name) ? TASKS[name] : undefined;
  if (!task) {
    console.error(`Tasks: ${Object.keys(TASKS).join(", ")}`);
    Deno.exit(2);
  }
  const root = join(import.meta.dirname!, "..");
  Deno.exit(await task(await openWorkshop(root, args)));
}
