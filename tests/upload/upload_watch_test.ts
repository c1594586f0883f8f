import { assert, assertFalse, assertStringIncludes } from "@std/assert";
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

Deno.test("UploadWatch ends what has no connection at the limit, not later", async () => {
  const connect = 400;
  const watch = new UploadWatch("index.example", SIZE, { ...LIMITS, connect });
  const start = Date.now();
  const aborted = new Promise((resolve) =>
    watch.signal.addEventListener("abort", resolve)
  );
  // A host that says nothing, for as long as it is asked.
  watch.start((timeout) =>
    new Promise((resolve) => setTimeout(() => resolve(false), timeout))
  );
  await aborted;
  const took = Date.now() - start;
  watch.stop();
  assertStringIncludes(
    (watch.signal.reason as Error).message,
    "Cannot connect to index.example within 0.4 s",
  );
  // Twice the limit is what asking after it would take.
  assert(took < 1.8 * connect, `${took} ms`);
});
