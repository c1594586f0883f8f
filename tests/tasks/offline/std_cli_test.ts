/** What the terminal output asks of `@std/cli`. */

import {
  assertEquals,
  assertGreaterOrEqual,
  assertStringIncludes,
} from "@std/assert";
import { unicodeWidth } from "@std/cli/unicode-width";
import {
  ProgressBar,
  type ProgressBarFormatter,
} from "@std/cli/unstable-progress-bar";

/** A stream that keeps what was written, and whether it was closed. */
function recorder() {
  const state = { text: "", closed: false };
  const decoder = new TextDecoder();
  const writable = new WritableStream<Uint8Array>({
    write: (chunk) => void (state.text += decoder.decode(chunk)),
    close: () => void (state.closed = true),
  });
  return { state, writable };
}

Deno.test("unicodeWidth() counts terminal columns", () => {
  const widths: [string, number][] = [
    ["", 0],
    ["demo-1.0.tar.gz", 15],
    ["é", 1],
    ["e\u0301", 1],
    ["日本", 4],
    ["🚀", 2],
    ["a\u200bb", 2],
  ];
  for (const [text, width] of widths) {
    assertEquals(unicodeWidth(text), width, JSON.stringify(text));
  }
});

Deno.test("ProgressBar draws its value and ends with a line break", async () => {
  const { state, writable } = recorder();
  const bar = new ProgressBar({ writable, max: 4, barLength: 4 });
  bar.value += 2;
  await bar.stop();
  assertStringIncludes(state.text, "----");
  assertStringIncludes(state.text, "##--");
  assertEquals(state.text.endsWith("\n"), true);
  assertEquals(state.closed, false);
});

Deno.test("ProgressBar tells the formatter where it stands", async () => {
  const { state, writable } = recorder();
  const seen: ProgressBarFormatter[] = [];
  const bar = new ProgressBar({
    writable,
    max: 8,
    value: 2,
    barLength: 4,
    fillChar: "=",
    emptyChar: ".",
    formatter: (now) => {
      seen.push(now);
      return `${now.progressBar} ${now.value}/${now.max}`;
    },
  });
  bar.max = 4;
  bar.value = 9;
  await bar.stop();
  assertStringIncludes(state.text, "\r\x1b[K=... 2/8");
  assertStringIncludes(state.text, "\r\x1b[K==== 9/4\n");
  assertEquals(seen[0]?.previousValue, 2);
  assertEquals(seen.at(-1)?.styledTime, "00:00");
  assertGreaterOrEqual(seen.at(-1)?.time ?? -1, 0);
});

Deno.test("ProgressBar wipes its line and closes when told to", async () => {
  const { state, writable } = recorder();
  const bar = new ProgressBar({
    writable,
    max: 1,
    clear: true,
    keepOpen: false,
  });
  await bar.stop();
  assertEquals(state.text.endsWith("\r\x1b[K"), true);
  assertEquals(state.closed, true);
});

Deno.test("ProgressBar draws again when its interval passes", async () => {
  const { state, writable } = recorder();
  let drawn = () => {};
  const drawnAgain = new Promise<void>((resolve) => drawn = resolve);
  const bar = new ProgressBar({
    writable,
    max: 2,
    interval: 1,
    formatter: ({ value }) => {
      if (value === 1) drawn();
      return `at ${value}`;
    },
  });
  bar.value = 1;
  await drawnAgain;
  await bar.stop();
  assertStringIncludes(state.text, "at 0");
  assertStringIncludes(state.text, "at 1");
});

Deno.test("ProgressBar survives a stream that went away", async () => {
  const writable = new WritableStream<Uint8Array>({
    write: () => Promise.reject(new Error("gone")),
  });
  const bar = new ProgressBar({ writable, max: 1 });
  await bar.stop();
});
