/**
 * Hostile input for the checks: real distributions, changed at random by a
 * seeded generator, so that a case can be had again by its number.
 */

import { deflateRawSync, gunzipSync, gzipSync } from "node:zlib";
import { judgeFile, judgeMetadata } from "../../lib/check/judge.ts";
import { runChecks } from "../../lib/check/run_checks.ts";
import { denoContext } from "../../lib/deno_context.ts";
import { METADATA_FIELDS } from "../../lib/dist/metadata_fields.ts";
import {
  buildSdist,
  buildTar,
  buildWheel,
  buildZip,
} from "../helpers/archives.ts";
import { FIXTURES } from "../helpers/paths.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What a run of the fuzzer saw. */
export interface FuzzReport {
  /** How many cases ran. */
  readonly cases: number;
  /** The slowest case, in milliseconds. */
  readonly slowest: number;
  /** The most memory that the process took for one case, in bytes. */
  readonly memory: number;
  /** How many cases had no error. */
  readonly passed: number;
}

/** Generates random numbers from a seed (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number, 0 inclusive to `limit` exclusive. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  }

  /** One of some items. */
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}

/** Runs cases, and throws at the first that crashes, naming its number. */
export async function fuzzChecks(
  seed: number,
  count: number,
): Promise<FuzzReport> {
  const seeds = await readSeeds();
  let slowest = 0;
  let memory = 0;
  let passed = 0;
  for (let number = 0; number < count; number++) {
    const random = new Random(seed + number);
    const { filename, bytes, form } = makeCase(random, seeds);
    const blob = new BytesBlob(bytes);
    const before = Deno.memoryUsage().rss;
    const started = performance.now();
    try {
      const { findings } = await runChecks(
        [{ path: filename, filename, blob }],
        { maxFileSize: 1e9 },
      );
      if (findings.every(({ severity }) => severity !== "error")) passed++;
      judgeMetadata(form);
      await judgeFile({ fields: form, filename, blob });
    } catch (cause) {
      throw new Error(`case ${seed + number} (${filename}) crashed`, { cause });
    }
    slowest = Math.max(slowest, performance.now() - started);
    memory = Math.max(memory, Deno.memoryUsage().rss - before);
    // Streams are closed between tasks.
    await new Promise((resolve) => setTimeout(resolve));
  }
  return { cases: count, slowest, memory, passed };
}

// The runtime frees what plain blobs hold long after they are done with: that
// would be measured, not the checks.
class BytesBlob extends Blob {
  readonly #bytes: Bytes;

  constructor(bytes: Bytes) {
    super();
    this.#bytes = bytes;
  }

  override get size(): number {
    return this.#bytes.length;
  }

  override slice(start?: number, end?: number): Blob {
    return new BytesBlob(this.#bytes.subarray(start, end));
  }

  override arrayBuffer(): Promise<ArrayBuffer> {
    return Promise.resolve(this.#bytes.slice().buffer);
  }

  override stream(): ReadableStream<Bytes> {
    return ReadableStream.from([this.#bytes]);
  }
}

interface Seed {
  readonly filename: string;
  readonly bytes: Bytes;
}

interface Case extends Seed {
  readonly form: ReadonlyMap<string, readonly string[]>;
}

async function readSeeds(): Promise<Seed[]> {
  const seeds: Seed[] = [
    { filename: "demo-1.0-py3-none-any.whl", bytes: buildWheel() },
    { filename: "demo-1.0.tar.gz", bytes: buildSdist() },
  ];
  const context = denoContext();
  for (const { name } of await context.readDirectory(`${FIXTURES}dist`)) {
    const folder = `${FIXTURES}dist/${name}`;
    for (const { name: filename } of await context.readDirectory(folder)) {
      const blob = await context.openFile(`${folder}/${filename}`);
      seeds.push({
        filename,
        bytes: new Uint8Array(await blob.arrayBuffer()),
      });
    }
  }
  return seeds;
}

function makeCase(random: Random, seeds: readonly Seed[]): Case {
  const seed = random.pick(seeds);
  const kind = random.below(6);
  const form = new Map(
    [...METADATA_FIELDS.values()].filter(() => random.below(3) > 0)
      .map(({ formKey }) => [
        formKey,
        Array.from({ length: 1 + random.below(2) }, () => hostileText(random)),
      ]),
  );
  if (kind === 0) {
    return { ...seed, filename: mutateText(random, seed.filename), form };
  }
  if (kind === 1) {
    return { ...seed, bytes: mutateBytes(random, seed.bytes), form };
  }
  if (kind === 2) return { ...wheelWith(random), form };
  if (kind === 3) return { ...seed, bytes: mutateInside(random, seed), form };
  if (kind === 4) return { ...wheelOfMembers(random), form };
  return { ...sdistOfMembers(random), form };
}

const TEXTS = [
  "requests[socks]>=2.8,==2.8.*; python_version < '2.7'",
  "a @ https://example.org/a.zip ; (os.name == 'nt' and extra == 'x')",
  "MIT OR (Apache-2.0 AND GPL-2.0-only WITH Classpath-exception-2.0)",
  'Jo Doe (home) <jo@example.org>, "Doe, Al" <al@example.org>',
  "Documentation, https://user@example.org:8080/a?b=c#d",
  ">=3.8,!=3.9.*,<4",
  "text/markdown; charset=UTF-8; variant=GFM",
  "../licenses\\LICENSE*",
  "demo.core; private",
  "1!2.0.0rc1.post2.dev3+local.1",
  "Programming Language :: Python :: 3 :: Only",
  "((((((((((",
  '""""""""""',
  "a.".repeat(40),
  "-".repeat(90),
];

function hostileText(random: Random): string {
  return mutateText(random, random.pick(TEXTS)).repeat(
    random.below(20) === 0 ? 1 + random.below(400) : 1,
  );
}

const PIECES = [
  ..."()[]{}<>@,;:.\\/\"'*+-_=!~#% \t\n\r\0\x1b\x7f",
  "é",
  "\u{1f600}",
  "\ud800",
  "..",
  "--",
  "PK\x05\x06",
];

function mutateText(random: Random, text: string): string {
  let result = text;
  for (let times = random.below(6); times >= 0; times--) {
    const at = random.below(result.length + 1);
    const to = Math.min(result.length, at + random.below(8));
    const middle = random.pick([
      "",
      random.pick(PIECES),
      result.slice(at, to) + result.slice(at, to),
    ]);
    result = (result.slice(0, at) + middle + result.slice(to)).slice(0, 2000);
  }
  return result;
}

function mutateBytes(random: Random, bytes: Bytes): Bytes {
  let result = bytes.slice();
  for (let times = random.below(8); times >= 0; times--) {
    const at = random.below(result.length + 1);
    // Structure is where the signatures are: near the start and the end.
    const near = random.below(2) === 0
      ? at
      : Math.max(0, result.length - 1 - random.below(300));
    const what = random.below(5);
    if (what === 0) result = result.slice(0, near);
    else if (what === 1) result[near] = random.below(256);
    else if (what === 2) result.fill(random.pick([0, 0xff]), near, near + 4);
    else if (what === 3) result[near] = result[near]! ^ (1 << random.below(8));
    else {
      const piece = result.slice(near, near + random.below(600));
      result = joined(result.slice(0, near), piece, result.slice(near));
    }
  }
  return result;
}

function joined(...parts: readonly Bytes[]): Bytes {
  const bytes = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

// Changes an sdist below its compression; a wheel, below its CRC.
function mutateInside(random: Random, { filename, bytes }: Seed): Bytes {
  if (!filename.endsWith(".tar.gz")) return mutateBytes(random, bytes);
  const tar = mutateBytes(random, new Uint8Array(gunzipSync(bytes)));
  return new Uint8Array(gzipSync(tar, { level: random.pick([0, 1]) }));
}

function wheelWith(random: Random): Seed {
  const headers = Array.from(
    { length: random.below(12) },
    () => {
      const { header } = random.pick([...METADATA_FIELDS.values()]);
      return `${header}: ${hostileText(random)}\n`;
    },
  ).join("");
  const info = "demo-1.0.dist-info";
  const files: Record<string, string> = {
    [`${info}/entry_points.txt`]: mutateText(
      random,
      "[console_scripts]\na = b:c\n\n[DEFAULT]\nd = e\n",
    ),
  };
  if (random.below(2) === 0) {
    files[`${info}/RECORD`] = mutateText(random, `a,,\n"b,c",,\n${info},,\n`)
      .repeat(1 + random.below(50));
  }
  return {
    filename: "demo-1.0-py3-none-any.whl",
    bytes: buildWheel({
      metadata: "Metadata-Version: 2.5\nName: demo\nVersion: 1.0\n" +
        `${headers}\n${hostileText(random)}`,
      files,
    }),
  };
}

function wheelOfMembers(random: Random): Seed {
  const number = () =>
    random.pick([0, 1, 8, 0xffff, 0xffffffff, random.below(2 ** 31)]);
  const members = Array.from({ length: random.below(12) }, () => {
    const data = new Uint8Array(random.below(400)).fill(random.below(256));
    const forged = random.below(3);
    return {
      name: mutateText(random, "demo-1.0.dist-info/METADATA"),
      data,
      ...(forged === 0 ? { size: number(), compressedSize: number() } : {}),
      ...(forged === 1
        ? { local: { size: number(), extra: mutateBytes(random, data) } }
        : {}),
      ...(random.below(5) === 0 ? { zip64: true } : {}),
      ...(random.below(9) === 0 ? { method: random.below(20) } : {}),
      ...(random.below(9) === 0
        ? { raw: new Uint8Array(deflateRawSync(new Uint8Array(2 ** 20))) }
        : {}),
    };
  });
  return {
    filename: "demo-1.0-py3-none-any.whl",
    bytes: buildZip(members, {
      zip64: random.below(4) === 0,
      ...(random.below(6) === 0
        ? { end: { entries: number() % 65536, directorySize: number() } }
        : {}),
    }),
  };
}

function sdistOfMembers(random: Random): Seed {
  const members = Array.from({ length: random.below(30) }, () => ({
    name: mutateText(random, "demo-1.0/PKG-INFO").slice(0, 99),
    data: hostileText(random),
    type: random.pick(["0", "0", "0", "5", "2", "L", "x", "g", "S", "\0"]),
    ...(random.below(6) === 0
      ? { size: random.pick([0, 1, 511, 513, 2 ** 33 - 1]) }
      : {}),
    ...(random.below(6) === 0
      ? { pax: { path: hostileText(random), size: hostileText(random) } }
      : {}),
  }));
  return {
    filename: "demo-1.0.tar.gz",
    bytes: new Uint8Array(gzipSync(buildTar(members), { level: 1 })),
  };
}
