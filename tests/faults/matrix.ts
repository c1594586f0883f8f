/**
 * Every fault at every stage, and mixtures of them.
 */

import { assert, assertEquals } from "@std/assert";
import type { Sandbox } from "../../lib/sandbox/mod.ts";
import { seededRandom } from "../helpers/fault_proxy.ts";
import {
  assertBurnt,
  assertTruthful,
  hurry,
  makeRelease,
  type Mischief,
  NO_MISCHIEF,
  onIndex,
  openSandbox,
  run,
  type Scene,
  type Stage,
  type Trouble,
} from "./world.ts";

const answers = [408, 425, 429, 500, 502, 503, 504].map((status) =>
  [`answers ${status}`, { kind: "answer", status }] as const
);

/** Everything that may happen to a request and that another try survives. */
const TROUBLES: readonly (readonly [name: string, trouble: Trouble])[] = [
  ...answers,
  ["answers 503 and asks for 20 s", {
    kind: "answer",
    status: 503,
    headers: { "retry-after": "20" },
  }],
  ["does it and answers 502", { kind: "lost", status: 502 }],
  ["does it and never answers", { kind: "hang" }],
  ["refuses the connection", { kind: "wire", fault: { kind: "refuse" } }],
  ["resets at once", { kind: "wire", fault: { kind: "reset", after: 1 } }],
  ["resets in the body", {
    kind: "wire",
    fault: { kind: "reset", after: 700 },
  }],
  ["stalls", { kind: "wire", fault: { kind: "stall", after: 300 } }],
  ["cuts the whole answer", {
    kind: "wire",
    fault: { kind: "truncate", after: 0 },
  }],
  ["cuts the answer's status", {
    kind: "wire",
    fault: { kind: "truncate", after: 12 },
  }],
  ["cuts the answer's body", {
    kind: "wire",
    fault: { kind: "truncate", after: 160 },
  }],
];

/** Only uploads: the token has ended. */
const EXPIRED: Trouble = {
  kind: "answer",
  status: 403,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ code: "403 Invalid API Token: token is expired" }),
};

/** Stages, with which request of the stage it is: of 3 wheels and an sdist. */
const STAGES: readonly (readonly [name: string, Stage, number])[] = [
  ["simple", "simple", 1],
  ["identity token", "identity", 1],
  ["audience", "audience", 1],
  ["mint", "mint", 1],
  ["first file", "upload", 1],
  ["middle file", "upload", 2],
  ["last file", "upload", 4],
  ["burn", "burn", 1],
];

/** One fault at one stage: the run survives it and tells the truth. */
async function survive(
  sandbox: Sandbox,
  project: string,
  stage: readonly [name: string, Stage, number],
  trouble: Trouble,
): Promise<void> {
  const random = seededRandom(7);
  const scene: Scene = {
    sandbox,
    project,
    files: makeRelease(project, 3, random),
    jobs: 1,
  };
  let met = false;
  const outcome = await run(scene, (where, number) => {
    if (where !== stage[1] || number !== stage[2]) return null;
    met = true;
    return trouble;
  }, random);
  assert(met, "the fault was never met");
  assertEquals(outcome.report.error, null);
  assertEquals(outcome.report.exitCode, 0);
  await assertTruthful(scene, outcome);
  assertBurnt(scene, outcome);
}

/** The pairs of the matrix, each with a project name of its own. */
function* pairs(): Generator<
  readonly [
    title: string,
    project: string,
    stage: typeof STAGES[number],
    trouble: Trouble,
  ]
> {
  let number = 0;
  for (const stage of STAGES) {
    const some = stage[1] === "upload"
      ? [...TROUBLES, ["has let the token expire", EXPIRED] as const]
      : TROUBLES;
    for (const [name, trouble] of some) {
      yield [`${stage[0]}: ${name}`, `pair${number++}`, stage, trouble];
    }
  }
}

/** Many faults at random: whatever came of it, the next run finishes it. */
async function muddleThrough(
  sandbox: Sandbox,
  seed: number,
): Promise<boolean> {
  const random = seededRandom(seed);
  const project = `seed${seed}`;
  const scene: Scene = {
    sandbox,
    project,
    files: makeRelease(project, 1 + Math.floor(random() * 4), random),
    jobs: 1 + Math.floor(random() * 4),
  };
  const outcome = await run(scene, mixture(random), random);
  await assertTruthful(scene, outcome);
  assertBurnt(scene, outcome);
  const before = onIndex(scene);

  const again = await run(scene, NO_MISCHIEF, random);
  assertEquals(again.report.error, null, `seed ${seed}`);
  await assertTruthful(scene, again);
  assertBurnt(scene, again);
  for (const { file, status } of again.report.runs[0]!.files) {
    assertEquals(status, before.has(file) ? "existing" : "uploaded");
  }
  return outcome.report.ok;
}

function mixture(random: () => number): Mischief {
  const likelihood = random() * 0.85;
  let hangs = 0;
  return (stage, number) => {
    if (random() > likelihood) return null;
    // A token lives on if no try to burn it gets through; they have 5 s.
    if (stage === "burn" && number > 2) return null;
    const [name, trouble] = TROUBLES[Math.floor(random() * TROUBLES.length)]!;
    if (stage === "upload" && random() < 0.1) return EXPIRED;
    // The patience of real time is short.
    const isSlow = name === "stalls" || trouble.kind === "hang";
    return isSlow && ++hangs > (stage === "burn" ? 1 : 2) ? null : trouble;
  };
}

/** Runs side by side: most of their time they wait for limits. */
const AT_A_TIME = 12;

/** Every so many-th pair of the matrix. */
export async function survivePairs(every = 1): Promise<number> {
  using _ = hurry();
  const sandbox = await openSandbox();
  const some = [...pairs()].filter((_, number) => number % every === 0);
  await atATime(AT_A_TIME, some, async ([title, project, stage, trouble]) => {
    await naming(title, survive(sandbox, project, stage, trouble));
  });
  return some.length;
}

/** So many seeds; returns how many runs needed no second one. */
export async function muddleSeeds(count: number): Promise<number> {
  using _ = hurry();
  const sandbox = await openSandbox();
  let survived = 0;
  const seeds = Array.from({ length: count }, (_, seed) => seed);
  await atATime(AT_A_TIME, seeds, async (seed) => {
    if (await naming(`seed ${seed}`, muddleThrough(sandbox, seed))) survived++;
  });
  return survived;
}

async function naming<T>(title: string, task: Promise<T>): Promise<T> {
  try {
    return await task;
  } catch (error) {
    throw new Error(`${title}: ${error}`, { cause: error });
  }
}

/** Does something with each item, so many at a time. */
async function atATime<T>(
  count: number,
  items: Iterable<T>,
  task: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  await Promise.all(Array.from({ length: count }, async () => {
    for (let next = queue.next(); !next.done; next = queue.next()) {
      await task(next.value);
    }
  }));
}
