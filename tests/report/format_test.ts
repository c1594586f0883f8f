import { assertEquals } from "@std/assert";
import {
  count,
  formatBytes,
  formatDuration,
  formatRate,
  formatTime,
} from "../../lib/report/format.ts";

Deno.test("formatBytes() shows three digits", () => {
  const shown = [
    0,
    824,
    999,
    1000,
    12_345,
    99_960,
    999_499,
    999_500,
    1.02e9,
    5e15,
  ]
    .map(formatBytes);
  assertEquals(shown, [
    "0 B",
    "824 B",
    "999 B",
    "1.00 kB",
    "12.3 kB",
    "100 kB",
    "999 kB",
    "1.00 MB",
    "1.02 GB",
    "5000 TB",
  ]);
});

Deno.test("formatRate() survives an instant", () => {
  assertEquals(formatRate(3_400_000, 1000), "3.40 MB/s");
  assertEquals(formatRate(1000, 0), "1.00 MB/s");
});

Deno.test("formatDuration() shows the two units that matter", () => {
  const shown = [0, 420, 9940, 9960, 59_400, 59_600, 125_000, 3_720_000]
    .map(formatDuration);
  assertEquals(shown, [
    "0.0s",
    "0.4s",
    "9.9s",
    "10s",
    "59s",
    "1m 0s",
    "2m 5s",
    "1h 2m",
  ]);
});

Deno.test("formatTime() survives times beyond any calendar", () => {
  assertEquals(formatTime(0), "1970-01-01 00:00:00 UTC");
  assertEquals(formatTime(1e300), "?");
  assertEquals(formatTime(NaN), "?");
});

Deno.test("count() knows one from many", () => {
  assertEquals([0, 1, 2].map((n) => count(n, "file")), [
    "0 files",
    "1 file",
    "2 files",
  ]);
});
