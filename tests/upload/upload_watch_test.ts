import { assert, assertFalse } from "@std/assert";
import { UploadWatch } from "../../lib/upload/upload_watch.ts";

const LIMITS = { connect: 60_000, progress: 60_000, answer: 60_000 };
const SIZE = 10_000_000;

// A timer that is left would keep the process from ending: the test runner
// finds it.
Deno.test("UploadWatch: bytes that still move after the end are not waited for", () => {
  const watch = new UploadWatch("index.example", SIZE, LIMITS);
  watch.start(() => Promise.resolve(true));
  watch.moved(5_000_000);
  assertFalse(watch.signal.aborted);
  watch.stop();
  watch.moved(6_000_000);
  watch.moved(SIZE);
  watch.answered();
  assert(watch.signal.aborted);
});
