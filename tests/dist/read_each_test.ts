import { assertEquals, assertRejects } from "@std/assert";
import { readEach } from "../../lib/dist/read_each.ts";

const FILES = Array.from({ length: 20 }, (_, number) => number);

Deno.test("readEach() reads four at a time and keeps the order", async () => {
  let open = 0;
  let most = 0;
  const results = await readEach(FILES, async (file) => {
    most = Math.max(most, ++open);
    // The later, the sooner: the order of ends is not that of the files.
    for (let turn = file; turn < FILES.length; turn++) await undefined;
    open--;
    return file * 2;
  });
  assertEquals(results, FILES.map((file) => file * 2));
  assertEquals(most, 4);
});

Deno.test("readEach() begins no other file after a failure", async () => {
  const begun: number[] = [];
  await assertRejects(
    () =>
      readEach(FILES, async (file) => {
        begun.push(file);
        await undefined;
        if (file === 2) throw new RangeError("it is torn");
      }),
    RangeError,
    "it is torn",
  );
  // The two before it had made room for two more.
  assertEquals(begun, [0, 1, 2, 3, 4, 5]);
});
