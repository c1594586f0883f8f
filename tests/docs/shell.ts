/**
 * Runs the commands of a page as they are written. `deno`, `npx` and
 * `releasio` are programs in front of the real ones that see to it that the
 * checkout runs, and that it meets the sandboxes.
 */

import { CONFIG } from "../helpers/cli.ts";
import { ROOT } from "../helpers/paths.ts";
import type { World } from "./world.ts";

/** Programs that the pages name and that this test doesn't run. */
const FOREIGN =
  /^(?:uv|uvx|twine|python3?|pip|pipx|hatch|poetry|pdm|git|gh|glab|docker|curl|jq|export PATH=.*)\b/;

/** How a snippet ended. */
export interface ShellResult {
  readonly code: number;
  readonly output: string;
}

/** Whether every command of a snippet is one that only users have. */
export function isForeign(text: string): boolean {
  const lines = text.replaceAll("\\\n", " ").split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  return lines.length > 0 && lines.every((line) => FOREIGN.test(line));
}

/** Puts the programs that the pages name into a folder of the world. */
export async function installPrograms(world: World): Promise<void> {
  const bin = `${world.folder}/.bin`;
  await Deno.mkdir(bin);
  const deno = quote(Deno.execPath());
  const flags = world.denoFlags.map(quote).join(" ");
  // Loopback stands in for whatever hosts a command allows.
  const programs = {
    deno: `
case $1 in
  run) shift
    for arg; do
      shift
      case $arg in
        --allow-net=*) arg=--allow-net=127.0.0.1,\${arg#--allow-net=} ;;
      esac
      set -- "$@" "$arg"
    done
    exec ${deno} run --no-check ${flags} "$@" ;;
  install) shift
    for arg; do
      shift
      case $arg in jsr:*) arg=${quote(`${ROOT}mod.ts`)} ;; esac
      set -- "$@" "$arg"
    done
    ${deno} install --root ${quote(world.folder)}/.installed -c ${
      quote(CONFIG)
    } "$@" ;;
  task) shift
    sed 's|deno run|${world.folder}/.bin/deno run|' deno.json > .task.json
    exec ${deno} task -c .task.json "$@" ;;
  *) exec ${deno} "$@" ;;
esac`,
    // The two commands for a checkout: its tests are running already.
    npx: `
[ "$1 $2 $3" = "-y deno@2 task" ] || exit 64
cd ${quote(ROOT)} || exit
[ "$4" = test ] && exec grep -q '"test":' deno.json
shift 2
exec ${deno} "$@"`,
    releasio: `exec ${quote(bin)}/deno run -A jsr:@releasio/cli "$@"`,
  };
  for (const [name, script] of Object.entries(programs)) {
    await Deno.writeTextFile(`${bin}/${name}`, `#!/bin/sh\n${script}\n`, {
      mode: 0o755,
    });
  }
}

/** Runs a snippet to its end, or to the first command that fails. */
export async function runShell(
  world: World,
  text: string,
  options: { readonly parseOnly: boolean; readonly isGitlab: boolean },
): Promise<ShellResult> {
  // Who speaks of an API token is not in a CI.
  const env = options.isGitlab
    ? world.gitlabEnv()
    : text.includes("PYPI_TOKEN")
    ? world.laptopEnv()
    : world.ciEnv();
  const child = new Deno.Command("bash", {
    args: [
      ...(options.parseOnly ? ["-n"] : []),
      "-euo",
      "pipefail",
      "-c",
      text,
    ],
    cwd: world.folder,
    env: {
      ...env,
      PATH: `${world.folder}/.bin:${world.folder}/.installed/bin:${env.PATH}`,
    },
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  // For `read`: the token that a person would paste.
  const stdin = child.stdin.getWriter();
  await stdin.write(new TextEncoder().encode(`${world.apiToken}\n`))
    .then(() => stdin.close()).catch(() => {});
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, output: decoder.decode(stdout) + decoder.decode(stderr) };
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
