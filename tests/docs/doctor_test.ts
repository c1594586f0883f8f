import { assertEquals } from "@std/assert";
import { runCli } from "../helpers/cli.ts";
import { readPages } from "./pages.ts";

const WORKFLOWS = (await readPages()).flatMap(({ snippets }) =>
  snippets.filter(({ file }) =>
    file?.startsWith(".github/workflows/") || file === ".gitlab-ci.yml"
  )
);

for (const { page, line, file, text } of WORKFLOWS) {
  Deno.test(`doctor finds no error in ${page}:${line}`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "releasio-doctor-" });
    try {
      await Deno.mkdir(`${folder}/.github/workflows`, { recursive: true });
      await Deno.mkdir(`${folder}/.git`);
      await Deno.writeTextFile(`${folder}/${file}`, text);
      const { stdout, stderr } = await runCli(["doctor", "--json"], {
        cwd: folder,
        permissions: ["--allow-read", "--allow-env"],
      });
      const { findings } = JSON.parse(stdout);
      const isInOneJob = findings.some(({ code }: { code: string }) =>
        code === "release-in-one-job"
      );
      // Shown as the shorter way, said to be the weaker one.
      assertEquals(isInOneJob, /pipx install uv/.test(text), stderr);
      assertEquals(
        findings.filter(({ severity }: { severity: string }) =>
          severity === "error"
        ),
        [],
        stderr,
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
