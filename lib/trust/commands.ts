/**
 * Which program a shell command runs in the end, behind `uvx`, `pipx run`,
 * `python -m` and the like.
 *
 * @module
 */

/** A program and its arguments. */
export interface Program {
  /** Its name without path or version, such as `twine`. */
  readonly name: string;
  /** Its subcommand, or `null`. */
  readonly subcommand: string | null;
  /** Everything behind its name. */
  readonly args: readonly string[];
}

/** Programs that run another one, and the words that make them do so. */
const RUNNERS: readonly (readonly string[])[] = [
  ["uvx"],
  ["uv", "tool", "run"],
  ["uv", "run"],
  ["pipx", "run"],
  ["poetry", "run"],
  ["pdm", "run"],
  ["rye", "run"],
  ["hatch", "run"],
  ["pixi", "run"],
  ["xvfb-run"],
];
/** Flags of runners and of ours that take a value. */
const VALUE_FLAGS = new Set(
  ("--from --with --with-requirements --python -p --spec --group --extra " +
    "--package --project --directory --index-url -C --config -e --env")
    .split(" "),
);
const OURS = /^(?:jsr:)?@releasio\/cli(?:@[^/]*)?$/;

/**
 * Finds the program that a command runs.
 *
 * @param words The command's words
 * @returns The program, or `null` for no words
 */
export function findProgram(words: readonly string[]): Program | null {
  let rest = [...words];
  for (let hops = 0; hops < 8; hops++) {
    const inner = unwrap(rest);
    if (inner === null) break;
    rest = inner;
  }
  const [head, ...args] = rest;
  if (head === undefined) return null;
  const name = head.replace(/^.*[/\\]/, "").replace(/(?:==|@|\[).*$/, "")
    .replace(/\.exe$/, "");
  return {
    name: OURS.test(head) ? "releasio" : name,
    subcommand: args[flagsEnd(args)] ?? null,
    args,
  };
}

function unwrap(words: readonly string[]): string[] | null {
  const [head = "", second = ""] = words;
  if (/^(?:.*\/)?(?:python[\d.]*|py|pypy[\d.]*)$/.test(head)) {
    const at = words.indexOf("-m");
    return at > 0 && at < 4 ? words.slice(at + 1) : null;
  }
  // `deno run <permissions> jsr:@releasio/cli publish`, and through npx.
  const ours = words.findIndex((word) => OURS.test(word));
  if (ours > 0 && /^(?:deno|npx|dx|bunx|pnpm|deno@.*)$/.test(head)) {
    return words.slice(ours);
  }
  if (head === "npx" || head === "bunx") return null;
  for (const runner of RUNNERS) {
    if (!runner.every((word, i) => words[i] === word)) continue;
    const args = words.slice(runner.length);
    // `hatch run env:command`
    const inner = args.slice(flagsEnd(args));
    if (head === "hatch" && inner[0]?.includes(":")) {
      inner[0] = inner[0].replace(/^.*:/, "");
    }
    return inner;
  }
  return second === "" || head !== "command" ? null : words.slice(1);
}

/** Where the flags end, their values included. */
function flagsEnd(args: readonly string[]): number {
  let at = 0;
  while (at < args.length && args[at]!.startsWith("-")) {
    at += VALUE_FLAGS.has(args[at]!) ? 2 : 1;
  }
  return at;
}

/**
 * The value of a flag: `--flag value`, `--flag=value`, `-fvalue`.
 *
 * @param args A program's arguments
 * @param flags The flag's spellings
 * @returns The value, or `null` when the flag is not there
 */
export function flagValue(
  args: readonly string[],
  flags: readonly string[],
): string | null {
  for (const [i, word] of args.entries()) {
    if (flags.includes(word)) return args[i + 1] ?? "";
    for (const flag of flags) {
      if (flag.startsWith("--")) {
        if (word.startsWith(`${flag}=`)) return word.slice(flag.length + 1);
      } else if (word.startsWith(flag) && !word.startsWith("--")) {
        return word.slice(flag.length).replace(/^=/, "");
      }
    }
  }
  return null;
}
