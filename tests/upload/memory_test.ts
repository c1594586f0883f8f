import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";

const SIZE = 300_000_000;

const script = fileURLToPath(new URL("./upload_large.ts", import.meta.url));
const config = Deno.env.get("RELEASIO_DENO_CONFIG") ??
  fileURLToPath(new URL("../../deno.json", import.meta.url));

Deno.test({
  name: "uploadFiles() streams a large file, with its length, in little memory",
  // The peak of a process is in /proc.
  ignore: Deno.build.os !== "linux",
  async fn() {
    let length = 0;
    let headers = new Headers();
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      async (request) => {
        headers = new Headers(request.headers);
        for await (const chunk of request.body!) length += chunk.length;
        return new Response("OK");
      },
    );
    const path = await Deno.makeTempFile();
    try {
      await Deno.truncate(path, SIZE);
      const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          ...["run", "-A", "--no-check", "--quiet", "-c", config, script],
          ...[String(server.addr.port), path],
        ],
      }).output();
      const text = new TextDecoder().decode(stdout);
      assert(text !== "", new TextDecoder().decode(stderr));
      const { status, peak } = JSON.parse(text);
      assertEquals(status, "uploaded");
      assert(peak < 130_000_000, `${peak} bytes`);
    } finally {
      await Deno.remove(path);
    }
    assert(length > SIZE);
    assertEquals(headers.get("content-length"), String(length));
    assertEquals(headers.get("transfer-encoding"), null);
  },
});
