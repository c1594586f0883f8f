/**
 * What the command line asks of `@cliffy/command`, the real package and its
 * stand-in alike.
 */

import {
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { Command, ValidationError } from "@cliffy/command";
import { CompletionsCommand } from "@cliffy/command/completions";

type Call = [name: string, options: Record<string, unknown>, args: unknown[]];

/** A tree with everything that the contract speaks of. */
function tree(calls: Call[] = []) {
  const send = new Command()
    .description("Send files.")
    .arguments("[file...:string]")
    .option("-r, --registry <registry:string>", "Where to.", { collect: true })
    .option("-j, --jobs <n:integer>", "How many at once.")
    .option("--share <share:number>", "A number.", { default: 0.5 })
    .option("-n, --dry-run", "Only pretend.")
    .option("--no-check", "Skip the checks.")
    .option("--execute", "Really.", { conflicts: ["dry-run"] })
    .option("--inner", "For ourselves.", { hidden: true })
    .option("--mode <mode:string>", "Fast or slow.", {
      value: (mode: string): string => {
        if (mode === "fast" || mode === "slow") return mode;
        throw new ValidationError(`Unknown mode "${mode}"`);
      },
    })
    .example("Send all", "demo send dist/")
    .action((options, ...files) => {
      calls.push(["send", { ...options }, files]);
    });
  const show = new Command()
    .description("Show a file.")
    .arguments("<file:string> [other:string]")
    .action(async (options, ...files) => {
      await Promise.resolve();
      calls.push(["show", Object(options), files.filter(Boolean)]);
    });
  return new Command()
    .name("demo")
    .version("1.2.3")
    .description("A demonstration.")
    .usage("<command> [options]")
    .globalOption("-C, --project <dir:string>", "The project.")
    .globalOption("-q, --quiet", "Say less.")
    .globalOption("--no-color", "No colors.")
    .throwErrors()
    .noExit()
    .action(() => {
      calls.push(["demo", {}, []]);
    })
    .command("send", send).reset()
    .command("show", show).alias("cat").reset()
    .command("secret", new Command().description("Psst.")).hidden().reset()
    .command("completions", new CompletionsCommand()).reset();
}

async function run(...args: string[]): Promise<Call | undefined> {
  const calls: Call[] = [];
  await tree(calls).parse(args);
  return calls[0];
}

/** Runs with `console.log` caught. */
async function printed(...args: string[]): Promise<string> {
  const lines: unknown[] = [];
  // deno-lint-ignore no-console -- cliffy prints through it
  const original = console.log;
  // deno-lint-ignore no-console -- cliffy prints through it
  console.log = (...line) => void lines.push(...line);
  try {
    await tree().parse(args);
  } finally {
    // deno-lint-ignore no-console -- cliffy prints through it
    console.log = original;
  }
  return plain(lines.join("\n"));
}

function plain(text: string): string {
  // deno-lint-ignore no-control-regex -- help is colored
  return text.replaceAll(/\x1b\[\d+m/g, "");
}

const DEFAULTS = { color: true, check: true, share: 0.5 };

Deno.test("Command runs the action of the command that was named", async () => {
  assertEquals(await run("send", "a", "b"), ["send", DEFAULTS, ["a", "b"]]);
  assertEquals(await run("show", "a"), ["show", { color: true }, ["a"]]);
  assertEquals(await run("cat", "a", "b"), [
    "show",
    { color: true },
    ["a", "b"],
  ]);
  assertEquals(await run(), ["demo", {}, []]);
});

Deno.test("Command reads values by their type", async () => {
  const call = await run(
    ...["send", "--jobs", "3", "--share=0.25", "-n", "--mode", "fast"],
  );
  const expected = { jobs: 3, share: 0.25, dryRun: true, mode: "fast" };
  assertEquals(call?.[1], { ...DEFAULTS, ...expected });
  assertEquals((await run("send", "-j3"))?.[1]["jobs"], 3);
  assertEquals(
    (await run("send", "-r", "a", "--registry", "b"))?.[1]["registry"],
    ["a", "b"],
  );
});

Deno.test("Command takes flags that begin with no-", async () => {
  assertEquals((await run("send", "--no-check"))?.[1]["check"], false);
  assertEquals((await run("send", "--no-color"))?.[1]["color"], false);
  assertEquals((await run("--no-color", "send"))?.[1]["color"], false);
});

Deno.test("Command takes global options before and after a command", async () => {
  assertEquals((await run("-C", "x", "send"))?.[1]["project"], "x");
  assertEquals((await run("send", "-C", "x"))?.[1]["project"], "x");
  assertEquals((await run("send", "--project=x"))?.[1]["project"], "x");
  assertEquals((await run("-q", "send", "-n"))?.[1]["quiet"], true);
});

Deno.test("Command keeps what stands after -- apart", async () => {
  const result = await tree().parse(["send", "a", "--", "-x"]);
  assertEquals([...result.args], ["a"]);
  assertEquals(result.literal, ["-x"]);
});

const REFUSALS: [args: string, message: string][] = [
  [
    "send --registri x",
    'Unknown option "--registri". Did you mean option "--registry"?',
  ],
  ["sendd", 'Unknown command "sendd". Did you mean command "send"?'],
  ["show", "Missing argument(s): file"],
  ["show a b c", "Too many arguments: c"],
  ["send -r", 'Missing value for option "--registry".'],
  [
    "send --jobs 1.5",
    'Option "--jobs" must be of type "integer", but got "1.5".',
  ],
  ["send --jobs x", 'Option "--jobs" must be of type "integer", but got "x".'],
  ["send --share x", 'Option "--share" must be of type "number", but got "x".'],
  [
    "send -n --execute",
    'Option "--execute" conflicts with option "--dry-run".',
  ],
  ["send --mode odd", 'Unknown mode "odd"'],
  ["send -j 1 --jobs 2", "can only occur once, but was found several times."],
  ["-C", 'Missing value for option "--project".'],
];

for (const [args, message] of REFUSALS) {
  Deno.test(`Command refuses "${args}" with exit code 2`, async () => {
    const error = await assertRejects(() => run(...args.split(" ")));
    assertInstanceOf(error, ValidationError);
    assertEquals(error.exitCode, 2);
    assertStringIncludes(error.message, message);
  });
}

Deno.test("Command lets an error of an action through", async () => {
  const error = new RangeError("inner");
  const command = new Command().throwErrors().action(() => {
    throw error;
  });
  assertEquals(await assertRejects(() => command.parse([])), error);
});

Deno.test("Command prints help with what is visible", async () => {
  const root = await printed("--help");
  for (const part of ["demo", "A demonstration.", "send", "--project"]) {
    assertStringIncludes(root, part);
  }
  assertEquals(root.includes("secret"), false);
  const send = await printed("send", "-h");
  const parts = ["demo send", "--dry-run", "--no-color", "demo send dist/"];
  for (const part of parts) assertStringIncludes(send, part);
  assertEquals(send.includes("--inner"), false);
  assertStringIncludes(plain(tree().getHelp()), "A demonstration.");
});

Deno.test("Command prints its version, long and short", async () => {
  assertStringIncludes(await printed("--version"), "demo 1.2.3");
  assertEquals(await printed("-V"), "1.2.3");
});

for (const shell of ["bash", "fish", "zsh"]) {
  Deno.test(`CompletionsCommand prints a script for ${shell}`, async () => {
    const script = await printed("completions", shell);
    assertMatch(script, /\bdemo\b/);
    assertMatch(script, /\bsend\b/);
    assertMatch(script, /\bdry-run\b/);
    assertEquals(script.includes("secret"), false);
  });
}
