import { assertEquals } from "@std/assert";
import { sendingOrder } from "../../lib/plan/sending_order.ts";
import { distributionOf } from "../helpers/fake_index.ts";

const file = (filename: string, size: number) =>
  distributionOf(filename, new Uint8Array(size));

Deno.test("sendingOrder() puts the smallest wheel first, then the largest, sdists last", async () => {
  const files = await Promise.all([
    file("demo-1.0.tar.gz", 900),
    file("demo-1.0-cp310-cp310-win32.whl", 30),
    file("demo-1.0-cp311-cp311-win32.whl", 10),
    file("demo-1.0-cp312-cp312-win32.whl", 50),
    file("demo-1.0-cp313-cp313-win32.whl", 10),
  ]);
  assertEquals(
    sendingOrder(files)[0]!.files.map(({ filename }) => filename.slice(9, 14)),
    ["cp311", "cp312", "cp310", "cp313", "tar.g"],
  );
});

Deno.test("sendingOrder() groups by project and version", async () => {
  const files = await Promise.all([
    file("b-1.0.tar.gz", 1),
    file("a-2.0.tar.gz", 1),
    file("a-1.0.tar.gz", 1),
    file("a-2.0-py3-none-any.whl", 1),
  ]);
  assertEquals(
    sendingOrder(files).map(({ project, version, files }) =>
      `${project} ${version} ${files.length}`
    ),
    ["a 1.0 1", "a 2.0 2", "b 1.0 1"],
  );
  assertEquals(sendingOrder([]), []);
});
