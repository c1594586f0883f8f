import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { unicodeWidth } from "@std/cli/unicode-width";
import { ProgressBar } from "@std/cli/unstable-progress-bar";
import type { PublishEvent } from "../../lib/events.ts";
import {
  filesUnderWay,
  NO_PROGRESS,
  progressFrame,
  type ProgressState,
  reduceProgress,
  renderProgress,
  totals,
} from "../../lib/report/progress.ts";
import { assertInert, EVENTS, HOSTILE, PYPI, wheel } from "./samples.ts";

const FILES = [wheel(13), wheel(12), "demo-1.0.tar.gz"];
const SIZE = 10_000_000;
const PLAN: PublishEvent = {
  type: "plan",
  registry: PYPI,
  files: [
    ...FILES.map((file) => ({ file, size: SIZE, status: "planned" as const })),
    { file: wheel(11), size: SIZE, status: "existing" },
  ],
};

function start(file: string, attempt = 1): PublishEvent {
  return { type: "upload-start", registry: PYPI, file, size: SIZE, attempt };
}

function sent(file: string, bytes: number): PublishEvent {
  return {
    type: "upload-progress",
    registry: PYPI,
    file,
    sent: bytes,
    size: SIZE,
  };
}

function retry(file: string): PublishEvent {
  return { ...EVENTS["upload-retry"], file };
}

function end(file: string, status: "uploaded" | "failed"): PublishEvent {
  return { ...EVENTS["upload-end"], file, size: SIZE, status };
}

/** The state after events that are a second apart. */
function after(...events: PublishEvent[]): ProgressState {
  return events.reduce(
    (state, event, i) => reduceProgress(state, event, i * 1000),
    NO_PROGRESS,
  );
}

Deno.test("renderProgress() shows a bar for each file on its way, and one for all", () => {
  const state = after(
    PLAN,
    start(FILES[0]!),
    sent(FILES[0]!, SIZE),
    end(FILES[0]!, "uploaded"),
    start(FILES[1]!),
    start(FILES[2]!),
    sent(FILES[1]!, 2_500_000),
  );
  assertEquals(
    renderProgress(state, { columns: 80, now: 6000 }).join("\n"),
    `\
  demo-1.0-cp312-cp312-man…anylinux2014_x86_64.whl  ███░░░░░░░░░   25%   10.0 MB
  demo-1.0.tar.gz                                   ░░░░░░░░░░░░    0%   10.0 MB
████████░░░░░░░░░░░░  1 of 3 files  12.5 MB of 30.0 MB  2.50 MB/s  7.0s left`,
  );
});

Deno.test("renderProgress() says what it waits for when all bytes are out", () => {
  const state = after(
    { ...PLAN, files: PLAN.files.slice(0, 1) },
    start(FILES[0]!),
    sent(FILES[0]!, SIZE),
  );
  assertEquals(
    renderProgress(state, { columns: 80, now: 2000 }).at(-1),
    "████████████████████  0 of 1 file  10.0 MB of 10.0 MB  waiting for the index",
  );
});

Deno.test("renderProgress() tells rate and time left of a hundred files in 80 columns", () => {
  const files = Array.from({ length: 100 }, (_, i) => wheel(i));
  const state = after(
    {
      ...PLAN,
      files: files.map((file) => ({ file, size: SIZE, status: "planned" })),
    },
    ...files.slice(0, 99)
      .flatMap((
        file,
      ) => [start(file), sent(file, SIZE), end(file, "uploaded")]),
    start(files[99]!),
  );
  assertEquals(
    renderProgress(state, { columns: 80, now: 20_000_000 }).at(-1),
    "███████████████████  99 of 100 files  990 MB of 1.00 GB  3.04 kB/s  54m 47s left",
  );
});

Deno.test("renderProgress() gives up least what matters most in a narrow window", () => {
  const state = after(
    PLAN,
    start(FILES[0]!),
    sent(FILES[0]!, SIZE),
    end(FILES[0]!, "uploaded"),
    start(FILES[1]!),
    sent(FILES[1]!, 2_500_000),
  );
  const at = (columns: number) =>
    renderProgress(state, { columns, now: 6000 }).join("\n");
  assertEquals(
    at(60),
    `\
  demo-1.0-cp312…14_x86_64.whl  ███░░░░░░░░░   25%   10.0 MB
1 of 3 files  12.5 MB of 30.0 MB  2.50 MB/s  7.0s left`,
  );
  assertEquals(
    at(40),
    `\
  demo-1.0-…6_64.whl  ███░░░░░░░░░   25%
12.5 MB of 30.0 MB  2.50 MB/s  7.0s left`,
  );
  assertEquals(
    at(33),
    `\
  demo-1.0-cp3…4_x86_64.whl   25%
12.5 MB of 30.0 MB  7.0s left`,
  );
});

Deno.test("renderProgress() tells neither rate nor time left of the first two seconds", () => {
  const state = after(PLAN, start(FILES[0]!), sent(FILES[0]!, 2_500_000));
  const at = (now: number) =>
    renderProgress(state, { columns: 80, now }).at(-1)!;
  assertEquals(
    at(2999),
    "█░░░░░░░░░░░░░░░░░░░  0 of 3 files  2.50 MB of 30.0 MB",
  );
  assertEquals(
    at(3000),
    "█░░░░░░░░░░░░░░░░░░░  0 of 3 files  2.50 MB of 30.0 MB  1.25 MB/s  22s left",
  );
});

Deno.test("renderProgress() shows a refused file as waiting for its next try", () => {
  const state = after(
    PLAN,
    start(FILES[0]!),
    start(FILES[2]!),
    sent(FILES[0]!, SIZE),
    sent(FILES[2]!, SIZE / 2),
    retry(FILES[0]!),
  );
  assertEquals(
    renderProgress(state, { columns: 80, now: 5000 }).join("\n"),
    `\
  demo-1.0-cp313-cp313-man…anylinux2014_x86_64.whl  waiting         0%   10.0 MB
  demo-1.0.tar.gz                                   ██████░░░░░░   50%   10.0 MB
███░░░░░░░░░░░░░░░░░  0 of 3 files  5.00 MB of 30.0 MB  3.75 MB/s  6.7s left`,
  );
});

Deno.test("renderProgress() keeps its rate when a file is refused or fails", () => {
  const events = [
    PLAN,
    start(FILES[0]!),
    start(FILES[1]!),
    sent(FILES[0]!, SIZE),
  ];
  for (const event of [retry(FILES[0]!), end(FILES[0]!, "failed")]) {
    assertStringIncludes(
      renderProgress(after(...events, event), { columns: 80, now: 5000 })
        .at(-1)!,
      "  2.50 MB/s  ",
    );
  }
});

Deno.test("renderProgress() tells no rate while nothing is being sent", () => {
  const state = after(
    PLAN,
    start(FILES[0]!),
    sent(FILES[0]!, SIZE),
    retry(FILES[0]!),
  );
  assertEquals(
    renderProgress(state, { columns: 80, now: 5000 }).at(-1),
    "░░░░░░░░░░░░░░░░░░░░  0 of 3 files  0 B of 30.0 MB  waiting for the next try",
  );
});

Deno.test("renderProgress() counts the bytes of every try in its rate", () => {
  const state = after(
    PLAN,
    start(FILES[0]!),
    sent(FILES[0]!, SIZE),
    retry(FILES[0]!),
    start(FILES[0]!, 2),
    sent(FILES[0]!, 6_000_000),
    // Sent anew with another token, without a start.
    sent(FILES[0]!, 2_000_000),
    sent(FILES[0]!, 4_000_000),
  );
  assertStringIncludes(
    renderProgress(state, { columns: 80, now: 11_000 }).at(-1)!,
    "  4.00 MB of 30.0 MB  2.00 MB/s  ",
  );
});

Deno.test("renderProgress() keeps clear of the top of the terminal", () => {
  const files = Array.from({ length: 16 }, (_, i) => wheel(i));
  const state = after(PLAN, ...files.map((file) => start(file)));
  const count = (rows: number) =>
    renderProgress(state, { columns: 80, rows, now: 0 }).length;
  assertEquals([1, 2, 3, 10, 24].map(count), [1, 1, 2, 9, 17]);
});

Deno.test("renderProgress() is empty before a plan", () => {
  assertEquals(renderProgress(NO_PROGRESS, { columns: 80, now: 0 }), []);
});

Deno.test("renderProgress() never fills more than the terminal's width", () => {
  const state = after(
    PLAN,
    ...FILES.flatMap((file) => [start(file), sent(file, 1)]),
  );
  for (const columns of [10, 24, 40, 60, 79, 80, 200]) {
    for (const line of renderProgress(state, { columns, now: 99_000 })) {
      assert(unicodeWidth(line) <= columns, `${columns}: ${line}`);
    }
  }
});

Deno.test("reduceProgress() begins a file anew when it is tried again", () => {
  const state = after(
    PLAN,
    start(FILES[0]!),
    sent(FILES[0]!, 5_000_000),
    start(FILES[0]!, 2),
  );
  assertEquals(totals(state.files), {
    size: 3 * SIZE,
    sent: 0,
    done: 0,
    count: 3,
  });
});

Deno.test("reduceProgress() takes back what a refused try has sent", () => {
  const state = after(
    PLAN,
    start(FILES[0]!),
    sent(FILES[0]!, SIZE),
    retry(FILES[0]!),
  );
  assertEquals(totals(state.files).sent, 0);
  assertEquals(state.files.get(FILES[0]!), {
    size: SIZE,
    sent: 0,
    state: "retrying",
  });
});

Deno.test("reduceProgress() counts a failed file no longer", () => {
  const state = after(
    PLAN,
    start(FILES[0]!),
    sent(FILES[0]!, 5_000_000),
    end(FILES[0]!, "failed"),
  );
  assertEquals(totals(state.files), {
    size: 2 * SIZE,
    sent: 0,
    done: 0,
    count: 2,
  });
});

Deno.test("reduceProgress() counts no byte that is read after the end of a try", () => {
  for (const over of [retry(FILES[0]!), end(FILES[0]!, "failed")]) {
    const state = after(PLAN, start(FILES[0]!), over);
    assert(reduceProgress(state, sent(FILES[0]!, 1), 9000) === state);
  }
});

Deno.test("filesUnderWay() names the files that are sent or wait for their next try", () => {
  const state = after(
    PLAN,
    ...FILES.map((file) => start(file)),
    end(FILES[1]!, "uploaded"),
    retry(FILES[2]!),
  );
  assertEquals(
    filesUnderWay(state).map(([file]) => file),
    [FILES[0]!, FILES[2]!],
  );
});

Deno.test("reduceProgress() begins anew with the next index's plan", () => {
  const state = after(PLAN, start(FILES[0]!), end(FILES[0]!, "uploaded"), PLAN);
  assertEquals(totals(state.files).done, 0);
});

Deno.test("reduceProgress() leaves the state alone where nothing moves", () => {
  const state = after(PLAN);
  assert(reduceProgress(state, EVENTS.note, 0) === state);
});

Deno.test("reduceProgress() keeps a bounded number of samples", () => {
  const state = after(
    PLAN,
    start(FILES[0]!),
    ...Array.from({ length: 100 }, (_, i) => sent(FILES[0]!, i)),
  );
  assertEquals(state.samples.length, 20);
});

Deno.test("progressFrame() replaces the drawing before it and leaves lines above", () => {
  assertEquals(
    progressFrame(["a", "b"], { columns: 80 }),
    "\r\x1b[Ka\n\x1b[Kb\x1b[J",
  );
  assertEquals(
    progressFrame(["a"], {
      columns: 80,
      before: ["a", "b", "c"],
      above: ["done x"],
    }),
    "\x1b[2A\r\x1b[Jdone x\n\x1b[Ka\x1b[J",
  );
});

Deno.test("progressFrame() finds the top of a drawing that a narrower window has broken", () => {
  const up = (columns: number) =>
    progressFrame([], { columns, before: ["█".repeat(60), "█".repeat(40), ""] })
      .replace("\r\x1b[J", "");
  assertEquals(
    [80, 60, 59, 40, 39, 20].map(up),
    [2, 2, 3, 3, 4, 5].map((rows) => `\x1b[${rows}A`),
  );
});

Deno.test("std's ProgressBar says when to draw, and draws the total bar", async () => {
  const frames: string[][] = [];
  const state = after(PLAN, start(FILES[0]!), sent(FILES[0]!, SIZE / 2));
  const { size, sent: value } = totals(state.files);
  let totalBar = "";
  const bar = new ProgressBar({
    max: size,
    value,
    barLength: 10,
    fillChar: "█",
    emptyChar: "░",
    writable: new WritableStream({
      write() {
        const layout = { columns: 80, now: 3000, bar: totalBar };
        frames.push(renderProgress(state, layout));
      },
    }),
    formatter: ({ progressBar }) => totalBar = progressBar,
  });
  await bar.stop();
  assertEquals(
    frames[0]?.at(-1),
    "█░░░░░░░░░  0 of 3 files  5.00 MB of 30.0 MB  2.50 MB/s  10s left",
  );
});

Deno.test("renderProgress() keeps hostile names inert", () => {
  for (const text of HOSTILE) {
    for (const columns of [20, 80]) {
      assertInert(
        renderProgress(after(start(text)), { columns, now: 0 }).join("\n"),
      );
    }
  }
});
