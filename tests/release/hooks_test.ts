import { assertEquals } from "@std/assert";
import { denoContext } from "../../lib/deno_context.ts";
import {
  expandHook,
  type HookValues,
  hookVariables,
  runHook,
} from "../../lib/release/hooks.ts";

const PLAIN: HookValues = {
  version: "1!2.0rc1",
  tag: "demo-v2.0",
  projectPath: "/home/octo/demo",
};

Deno.test("expandHook() puts harmless values in as they are", () => {
  assertEquals(
    expandHook("echo '{tag}' \"{tag}\" {project_path}/x {other}", PLAIN),
    "echo 'demo-v2.0' \"demo-v2.0\" /home/octo/demo/x {other}",
  );
});

Deno.test("expandHook() puts other values in as variables, in any quotes", () => {
  const values = { ...PLAIN, tag: "a b" };
  assertEquals(
    expandHook(`echo {tag} "{tag}" '{tag}' \\"{tag}`, values),
    `echo "\${RELEASIO_TAG}" "\${RELEASIO_TAG}" ''"\${RELEASIO_TAG}"'' \\""\${RELEASIO_TAG}"`,
  );
});

const HOSTILE = [
  "$(echo pwned)",
  "`echo pwned`",
  "'; echo pwned; '",
  '"; echo pwned; "',
  "a\necho pwned",
  "a b  c",
  "*",
  "\\",
  "$HOME",
  "! # ~ & | < >",
];

/** Places where a value may stand; each prints it with `$1`'s quotes lost. */
const PLACES: Readonly<Record<string, string>> = {
  "bare": "printf %s {tag}",
  "in double quotes": 'printf %s "{tag}"',
  "in single quotes": "printf %s '{tag}'",
  "after an escaped quote": 'x=\\\'{tag}; printf %s "${x#?}"',
  "in a substitution in double quotes": 'printf %s "$(printf %s "{tag}")"',
  "in a substitution": 'x=$(printf %s {tag}); printf %s "$x"',
};

for (const [place, command] of Object.entries(PLACES)) {
  Deno.test(`runHook() never runs what stands in a value, ${place}`, {
    ignore: Deno.build.os === "windows",
  }, async () => {
    const context = denoContext();
    for (const tag of HOSTILE) {
      let output = "";
      await runHook(context, command, {
        values: { ...PLAIN, tag, projectPath: "/" },
        name: "hooks.build",
        code: "hook-failed",
        onOutput: (text) => output += text,
      });
      // A value that ran would print the word alone.
      const isWhole = output.trim() === tag.trim();
      const isSplit = place.startsWith("in a substitution in") &&
        output.replaceAll(/\s/g, "") !== "pwned";
      assertEquals(isWhole || isSplit, true, `${tag} → ${output}`);
    }
  });
}

Deno.test("hookVariables() names every value", () => {
  assertEquals(hookVariables(PLAIN), {
    RELEASIO_VERSION: "1!2.0rc1",
    RELEASIO_TAG: "demo-v2.0",
    RELEASIO_PROJECT_PATH: "/home/octo/demo",
  });
});
