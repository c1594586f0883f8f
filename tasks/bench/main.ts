/**
 * Publishes the same files to the same index with this project, uv and twine,
 * and prints the page `docs/benchmarks.md`: `deno task bench [--runs <n>]
 * [--only <part of a scenario's title>] [--quick]`.
 *
 * `RELEASIO_BENCH_VENV` names a virtual environment with uv and twine; without
 * it, one is made.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- it speaks to a developer

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { measureCommand, type Measurement, measureUpload } from "./measure.ts";
import { measureSigning } from "./signing.ts";
import { machine, medianTime, row, share, table } from "./table.ts";
import { curl, openVenv, releasio, type Tool, twine, uv } from "./tools.ts";

const MB = 1_000_000;

/** What is uploaded, over a wire of which length. */
interface Scenario {
  readonly title: string;
  readonly count: number;
  readonly size: number;
  /** Milliseconds. */
  readonly roundTrip: number;
}

const SMALL = { title: "1 wheel of 10 kB", count: 1, size: 10_000 };
const MANY = { title: "40 wheels of 1 MB", count: 40, size: MB };
const LARGE = { title: "1 wheel of 500 MB", count: 1, size: 500 * MB };

const SCENARIOS: readonly Scenario[] = [SMALL, MANY, LARGE].flatMap((files) =>
  [0, 50, 150].map((roundTrip) => ({ ...files, roundTrip }))
);

const root = fileURLToPath(new URL("../../", import.meta.url));
const configFile = await exists(join(root, "deno.offline.json"))
  ? join(root, "deno.offline.json")
  : join(root, "deno.json");
const quick = Deno.args.includes("--quick");
const runs = Number(option("--runs") ?? (quick ? 1 : 5));
const only = option("--only") ?? "";
const INTRODUCTION = `\
# Benchmarks

What \`deno task bench\` prints. The same files go with an API token over HTTP to
the same index on the same machine, the sandbox behind a proxy that delays every
byte by half a round trip. Every round runs all tools; times are medians, with
the range of the ${runs} rounds in brackets, the start of the process included.
`;

const folder = await Deno.makeTempDir({ prefix: "releasio-bench-" });
try {
  const venv = await openVenv(folder);
  const ours = releasio(configFile, root);
  const tools = [ours, releasio(configFile, root, 8), uv(venv), twine(venv)];
  console.log(INTRODUCTION);
  console.log(`${await machine([ours, uv(venv), twine(venv)])}.`);
  await compare(tools);
  await startUp([ours, uv(venv), twine(venv)]);
  await sign();
  if (!quick) await scale(ours);
  console.log(`\nLoad at the end: ${Deno.loadavg()[0]!.toFixed(1)}.`);
} finally {
  await Deno.remove(folder, { recursive: true });
}

/** The tools side by side: each round runs all of them. */
async function compare(tools: readonly Tool[]): Promise<void> {
  const times = [];
  const rows = [];
  for (const scenario of SCENARIOS) {
    const title = `${scenario.title}, ${scenario.roundTrip} ms`;
    if (quick && scenario.size > 100 * MB || !title.includes(only)) continue;
    const files = await makeWheels(scenario);
    const measured = new Map<string, Measurement[]>();
    for (let run = 0; run < runs; run++) {
      for (const tool of tools) {
        const { roundTrip } = scenario;
        const one = await measureUpload(tool, files, { roundTrip, configFile });
        const those = measured.get(tool.name) ?? [];
        measured.set(tool.name, [...those, one]);
      }
      console.error(`${title}: run ${run + 1}`);
    }
    times.push([title, ...Array.from(measured.values(), medianTime)]);
    const [ours, wider, ...theirs] = measured;
    rows.push(
      ...[ours!, wider!].map((
        [tool, all],
      ) => [title, tool, ...row(all), "", ""]),
    );
    for (const [tool, all] of theirs) {
      const shares = [ours!, wider!].map(([, own]) => share(own, all));
      rows.push([title, tool, ...row(all), ...shares]);
    }
  }
  const scenario = "files, round trip";
  console.log(table([[scenario, ...tools.map(({ name }) => name)], ...times]));
  console.log(table([
    [
      scenario,
      "tool",
      "time",
      "CPU",
      "memory",
      "requests",
      "releasio takes of that",
      "with 8 jobs",
    ],
    ...rows,
  ]));
}

async function startUp(tools: readonly Tool[]): Promise<void> {
  const rows = [];
  for (const { name, help } of tools) {
    const times = [];
    for (let run = 0; run <= Math.max(runs, 5); run++) {
      times.push((await measureCommand(help)).time);
    }
    // The first one warms the caches.
    const sorted = times.slice(1).sort((a, b) => a - b);
    rows.push([name, `${(sorted[sorted.length >> 1]! * 1000).toFixed(0)} ms`]);
  }
  console.log(table([["start-up", "`--help`"], ...rows]));
}

async function sign(): Promise<void> {
  // The first one warms the caches.
  await measureSigning(1);
  const rows = [];
  for (const count of [1, 10, 100]) {
    const all = [];
    for (let run = 0; run < Math.max(runs, 5); run++) {
      all.push(await measureSigning(count));
    }
    const [{ time, requests }] = all.sort((a, b) => a.time - b.time)
      .slice(all.length >> 1) as [typeof all[number]];
    rows.push([String(count), `${(time * 1000).toFixed(0)} ms`, `${requests}`]);
  }
  console.log(table([["files to sign", "time", "requests"], ...rows]));
}

/** How time and memory grow with the number of files, and with their size. */
async function scale(tool: Tool): Promise<void> {
  const rows = [];
  const scenarios = [
    ...[1, 4, 10, 100, 400].map((count) => ({ count, size: 10_000 })),
    ...[1, 10, 100, 1000].map((size) => ({ count: 1, size: size * MB })),
  ];
  for (const { count, size } of scenarios) {
    const title = `${count} × ${size / MB} MB`;
    const files = await makeWheels({ title, count, size });
    const measured: Measurement[] = [];
    const floor: Measurement[] = [];
    for (let run = 0; run < runs; run++) {
      const wire = { roundTrip: 0, configFile };
      measured.push(await measureUpload(tool, files, wire));
      if (count === 1) floor.push(await measureUpload(curl, files, wire));
    }
    rows.push([
      title,
      ...row(measured),
      ...count === 1 ? [row(floor)[0]!, share(measured, floor)] : ["", ""],
    ]);
  }
  console.log(table([
    [
      "files",
      "time",
      "CPU",
      "memory",
      "requests",
      "`curl -F` and SHA-256",
      "releasio takes of that",
    ],
    ...rows,
  ]));
}

function option(name: string): string | undefined {
  const index = Deno.args.indexOf(name);
  return index === -1 ? undefined : Deno.args[index + 1];
}

async function makeWheels(
  { title, count, size }: Pick<Scenario, "title" | "count" | "size">,
): Promise<string> {
  const files = join(folder, title.replaceAll(/\W+/g, "-"));
  if (await exists(files)) return files;
  const script = fileURLToPath(new URL("./make_wheels.py", import.meta.url));
  const { success } = await new Deno.Command("python3", {
    args: [script, files, String(count), String(size)],
  }).output();
  if (!success) throw new Error(`Cannot make ${title}`);
  return files;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
